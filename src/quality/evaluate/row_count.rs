//! The number of rows is near the median of the earlier periods.

use super::history::Earlier;
use super::words::{self, number};
use super::{Compared, Judged, SliceFacts, about, compared};
use crate::base::Result;
use crate::base::number::rounded;
use crate::domain::{Bounds, Check, Evaluation};
use crate::quality::count;

/// One result per slice: |rows - median| may be the larger of tolerance x median and 3 x 1.4826 x MAD.
///
/// A constant history has MAD 0: the tolerance alone decides. After empty periods alone only an empty one passes.
pub(super) fn judge(judged: &Judged<'_>, check: &Check, slice: &SliceFacts, tolerance: f64) -> Result<Evaluation> {
    let metric = "rows";
    let observed = count(slice.profile.rows);
    let earlier = Earlier::of(judged, slice, metric)?;
    let Some(band) = earlier.band() else {
        return Ok(earlier.too_short(check, about(slice), metric, observed));
    };
    let least = tolerance * band.median;
    let (lower, upper) = band.around(least);
    let expected = (rounded(lower.max(0.0)), rounded(upper));
    let explanation = format!(
        "rows = {}; passes within {} to {}: median {} plus or minus the larger of tolerance {} x median = {} and \
         3 x 1.4826 x MAD {} = {}, never below 0; {}",
        number(observed),
        number(expected.0),
        number(expected.1),
        number(band.median),
        number(tolerance),
        number(rounded(least)),
        number(band.mad),
        number(rounded(band.spread())),
        words::baseline(earlier.periods()),
    );
    let found = Compared {
        metric: Some(metric.to_owned()),
        observed,
        expected: Bounds::between(expected.0, expected.1),
        explanation,
    };
    // No single row shows that there are too many or too few.
    compared(check, about(slice), found, || Ok(Vec::new()))
}
