//! No two rows of a slice share a key, rejects included, and no other provider or period has the very same delivery or the
//! same rows, so that a doubled one shows.

use super::{Compared, Judged, SliceFacts, about, compared, of_provider, result};
use crate::base::text::{counted, grouped};
use crate::base::{Cancel, Result};
use crate::domain::{Bounds, Check, Evaluation, Outcome};
use crate::quality::overlap::Shared;
use crate::quality::{count, keys};

/// One result per slice: the number of rows whose key an earlier row has must be 0.
pub(super) fn judge(judged: &Judged<'_>, check: &Check, slice: &SliceFacts, cancel: &Cancel) -> Result<Evaluation> {
    if !slice.twins.is_empty() {
        let explanation = format!("what was delivered is, byte for byte, {}", slice.twins.join(", "));
        return Ok(result(check, about(slice), Outcome::Failed, explanation));
    }
    if let Some(evaluation) = shared(check, slice) {
        return Ok(evaluation);
    }
    let key = &judged.dataset.key;
    if key.is_empty() {
        let explanation = "the contract names no key, so that no row can repeat one";
        return Ok(result(check, about(slice), Outcome::Passed, explanation.to_owned()));
    }
    let profile = &slice.profile;
    let duplicates = count(profile.duplicate_keys);
    let explanation = format!(
        "duplicate_keys = {duplicates}: rows whose key ({}) an earlier row of the slice has, among {} and {}; 0 may be",
        key.join(", "),
        counted(profile.rows, "row"),
        counted(profile.rejects, "reject"),
    );
    let metric = Some("duplicate_keys".to_owned());
    let found = Compared { metric, observed: duplicates, expected: Bounds::only(0.0), explanation };
    compared(check, about(slice), found, || {
        let rejects = judged.rejects.as_ref().map(|frame| of_provider(frame, slice));
        keys::duplicate_rows(judged.dataset, of_provider(&judged.silver, slice), rejects, cancel)
    })
}

/// What is found of rows that other slices have too.
fn shared(check: &Check, slice: &SliceFacts) -> Option<Evaluation> {
    let rows = slice.profile.rows;
    let found: Vec<&Shared> = slice.shared.iter().filter(|shared| shared.is_finding(rows)).collect();
    if found.is_empty() {
        return None;
    }
    let with = found.iter().map(|shared| format!("{} also in {}", grouped(shared.rows), shared.with));
    let explanation = format!(
        "of {}, {}: the same key, and mostly the same values",
        counted(rows, "row"),
        with.collect::<Vec<_>>().join(", ")
    );
    let rows = found.iter().flat_map(|shared| shared.samples.clone()).collect();
    Some(Evaluation { rows, ..result(check, about(slice), Outcome::Failed, explanation) })
}
