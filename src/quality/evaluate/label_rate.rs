//! The entities per 1,000 rows of each label are near those of the earlier periods, or of the previous model on the same rows.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, PolarsResult, element};

use super::history::Earlier;
use super::words::{self, number};
use super::{Compared, Judged, SliceFacts, about, compared, of_provider, result};
use crate::base::number::rounded;
use crate::base::{Cancel, Error, Result};
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::lineage::{BATCH, ENTITIES, ROW};
use crate::domain::profile::{LabelProfile, Profile};
use crate::domain::{Bounds, Check, Evaluation, Outcome};
use crate::frames::{for_each_chunk, named};
use crate::quality::count;
use crate::quality::robust::Band;
use crate::quality::samples::Picks;

/// One result per label that the model, this slice, its earlier periods or the previous model knows; at least one.
pub(super) fn judge(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    tolerance: f64,
    cancel: &Cancel,
) -> Result<Vec<Evaluation>> {
    let passed = |explanation: &str| Ok(vec![result(check, about(slice), Outcome::Passed, explanation.to_owned())]);
    if judged.model.is_none() {
        return passed("the dataset has no model, so that there is no label to judge");
    }
    if slice.profile.rows == 0 {
        return passed("the slice has no rows, so that no label has a rate");
    }
    let profiles = [Some(&slice.profile), slice.previous_model.as_ref()];
    let measured = profiles.into_iter().flatten().flat_map(|profile| &profile.labels).map(|label| &label.label);
    let labels: BTreeSet<&String> = measured.chain(judged.labels).collect();
    if labels.is_empty() {
        let explanation = format!("model {} names no label and found none", judged.model);
        return Ok(vec![result(check, about(slice), Outcome::Unknown, explanation)]);
    }
    labels.into_iter().map(|label| judge_label(judged, check, slice, label, tolerance, cancel)).collect()
}

/// What the rate of a label is compared with.
struct Reference {
    band: Band,
    words: String,
}

fn judge_label(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    label: &str,
    tolerance: f64,
    cancel: &Cancel,
) -> Result<Evaluation> {
    let subject = CheckSubject { label: Some(label.to_owned()), ..about(slice) };
    let metric = format!("rate({label})");
    let rows = count(slice.profile.rows);
    let found = find(&slice.profile, label);
    let (observed, entities) = found.map_or((0.0, 0), |found| (found.rate, found.entities));
    let earlier = Earlier::of(judged, slice, &metric)?;
    let by_history = earlier.band().map(|band| Reference { band, words: words::baseline(earlier.periods()) });
    let Some(reference) = by_history.or_else(|| by_previous_model(slice, label)) else {
        return Ok(earlier.too_short(check, subject, &metric, observed));
    };
    let Reference { band, words } = reference;
    let share = tolerance * band.median;
    let expected_entities = band.median * rows / 1000.0;
    let noise = 3.0 * expected_entities.max(1.0).sqrt() * 1000.0 / rows;
    let (lower, upper) = band.around(share.max(noise));
    let expected = (rounded(lower.max(0.0)), rounded(upper));
    let explanation = format!(
        "{metric} = {} per 1,000 rows ({entities} entities / {rows} rows x 1000); passes within {} to {}: median {} plus \
         or minus the largest of tolerance {} x median = {}, 3 x 1.4826 x MAD {} = {} and counting noise 3 x square root \
         of expected entities max({}, 1) x 1000 / {rows} rows = {}, never below 0; {words}",
        number(observed),
        number(expected.0),
        number(expected.1),
        number(band.median),
        number(tolerance),
        number(rounded(share)),
        number(band.mad),
        number(rounded(band.spread())),
        number(rounded(expected_entities)),
        number(rounded(noise)),
    );
    let found =
        Compared { metric: Some(metric), observed, expected: Bounds::between(expected.0, expected.1), explanation };
    compared(check, subject, found, || sample_rows(judged, slice, label, observed < expected.0, cancel))
}

fn find<'a>(profile: &'a Profile, label: &str) -> Option<&'a LabelProfile> {
    profile.labels.iter().find(|found| found.label == label)
}

/// The previous model's rate on the same rows: a new model needs no history of its own. A label that the previous model
/// does not know is no reference.
fn by_previous_model(slice: &SliceFacts, label: &str) -> Option<Reference> {
    let previous = slice.previous_model.as_ref()?;
    let rate = find(previous, label)?.rate;
    let words = format!("reference: model {} on the same rows ({rate} per 1,000 rows)", previous.model);
    Some(Reference { band: Band { median: rate, mad: 0.0 }, words })
}

/// The first rows without the label where it became rarer, else the rows that have most of it.
fn sample_rows(
    judged: &Judged<'_>,
    slice: &SliceFacts,
    label: &str,
    rarer: bool,
    cancel: &Cancel,
) -> Result<Vec<RowRef>> {
    let Some(annotations) = &judged.annotations else { return Ok(Vec::new()) };
    let labels = named(ENTITIES).list().eval(element().struct_().field_by_name("label")).alias("labels");
    let rows = of_provider(annotations, slice).select([named(BATCH), named(ROW), labels]);
    let mut picks = Picks::default();
    for_each_chunk(rows, cancel, |chunk| {
        let times = times_found(chunk, label).map_err(Error::library)?;
        picks.offer(chunk, |index| match times[index] {
            0 => rarer.then_some(0),
            times => (!rarer).then_some(-times),
        })
    })?;
    let why = if rarer { format!("no `{label}` was found here") } else { format!("`{label}` was found here") };
    Ok(picks.finish(&why))
}

/// How many entities with this label each row of the chunk has.
fn times_found(chunk: &DataFrame, label: &str) -> PolarsResult<Vec<i64>> {
    let lists = chunk.column("labels")?.list()?;
    (0..lists.len())
        .map(|row| {
            let Some(list) = lists.get_as_series(row) else { return Ok(0) };
            let times = list.str()?.iter().filter(|found| *found == Some(label)).count();
            Ok(i64::try_from(times).unwrap_or(i64::MAX))
        })
        .collect()
}
