//! Few rows are refused on the way to silver. Repeated keys aside: `unique_key` judges those.

use super::words::number;
use super::{Compared, Judged, SliceFacts, about, compared, of_provider};
use crate::base::{Cancel, Error, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, KEY, ROW};
use crate::domain::{Bounds, Check, Evaluation};
use crate::frames::{for_each_chunk, named};
use crate::quality::samples::Picks;

/// One result per slice: the share of refused rows may be at most the tolerance. It needs no history: a provider whose
/// file can't be read is no baseline for anybody.
pub(super) fn judge(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    tolerance: f64,
    cancel: &Cancel,
) -> Result<Evaluation> {
    let profile = &slice.profile;
    let observed = profile.refused_share();
    let explanation = format!(
        "refused_share = {}: ({} rejects - {} repeated keys) / ({} rows + {} rejects); passes up to {}",
        number(observed),
        profile.rejects,
        profile.repeated_rejects(),
        profile.rows,
        profile.rejects,
        number(tolerance),
    );
    let metric = Some("refused_share".to_owned());
    let found = Compared { metric, observed, expected: Bounds::between(0.0, tolerance), explanation };
    compared(check, about(slice), found, || refused_rows(judged, slice, cancel))
}

/// The first refused rows; those whose very key could not be read come before those that may repeat one.
fn refused_rows(judged: &Judged<'_>, slice: &SliceFacts, cancel: &Cancel) -> Result<Vec<RowRef>> {
    let Some(rejects) = &judged.rejects else { return Ok(Vec::new()) };
    let mut picks = Picks::default();
    let columns = [named(BATCH), named(ROW), named(KEY)];
    for_each_chunk(of_provider(rejects, slice).select(columns), cancel, |chunk| {
        let keyless = chunk.column(KEY).map_err(Error::library)?.is_null();
        picks.offer(chunk, |index| Some(i64::from(!keyless.get(index).unwrap_or(false))))
    })?;
    Ok(picks.finish("it was refused"))
}
