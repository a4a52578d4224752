//! The share of nulls of each column is not above that of the earlier periods.

use super::history::Earlier;
use super::words::{self, number};
use super::{Compared, Judged, SliceFacts, about, compared, of_provider, result};
use crate::base::number::rounded;
use crate::base::{Cancel, Result};
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::lineage::{BATCH, ROW};
use crate::domain::profile::ColumnProfile;
use crate::domain::{Bounds, Check, Evaluation, Outcome};
use crate::frames::{for_each_chunk, named};
use crate::quality::count;
use crate::quality::samples::Picks;

/// One result per column: nulls / rows may be at most the median of the earlier periods plus the tolerance.
pub(super) fn judge(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    tolerance: f64,
    cancel: &Cancel,
) -> Result<Vec<Evaluation>> {
    let columns = &slice.profile.columns;
    columns.iter().map(|column| judge_column(judged, check, slice, column, tolerance, cancel)).collect()
}

fn judge_column(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    column: &ColumnProfile,
    tolerance: f64,
    cancel: &Cancel,
) -> Result<Evaluation> {
    let subject = CheckSubject { column: Some(column.name.clone()), ..about(slice) };
    let rows = slice.profile.rows;
    if rows == 0 {
        let explanation = "the slice has no rows, so that no cell is null".to_owned();
        return Ok(result(check, subject, Outcome::Passed, explanation));
    }
    let metric = format!("null_rate({})", column.name);
    let observed = rounded(count(column.nulls) / count(rows));
    let earlier = Earlier::of(judged, slice, &metric)?;
    let Some(band) = earlier.band() else {
        return Ok(earlier.too_short(check, subject, &metric, observed));
    };
    let expected = (0.0, rounded(band.median + tolerance).min(1.0));
    let explanation = format!(
        "{metric} = {} ({} nulls / {rows} rows); passes up to {}: median {} plus tolerance {}, at most 1; {}",
        number(observed),
        column.nulls,
        number(expected.1),
        number(band.median),
        number(tolerance),
        words::baseline(earlier.periods()),
    );
    let found =
        Compared { metric: Some(metric), observed, expected: Bounds::between(expected.0, expected.1), explanation };
    compared(check, subject, found, || null_rows(judged, slice, &column.name, cancel))
}

/// The first rows without a value in `column`.
fn null_rows(judged: &Judged<'_>, slice: &SliceFacts, column: &str, cancel: &Cancel) -> Result<Vec<RowRef>> {
    let without_value =
        of_provider(&judged.silver, slice).filter(named(column).is_null()).select([named(BATCH), named(ROW)]);
    let mut picks = Picks::default();
    for_each_chunk(without_value, cancel, |chunk| picks.offer(chunk, |_| Some(0)))?;
    Ok(picks.finish(&format!("`{column}` is null")))
}
