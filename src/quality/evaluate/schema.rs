//! Every field that the contract maps for the provider is in the delivery, and its columns are those of the delivery before,
//! or somebody accepted them.

use super::{Compared, SliceFacts, about, compared};
use crate::base::Result;
use crate::domain::{Bounds, Check, Evaluation, Outcome};
use crate::quality::count;

/// One result per slice: the number of differences must be 0.
pub(super) fn judge(check: &Check, slice: &SliceFacts) -> Result<Evaluation> {
    let drift = &slice.drift;
    let differences = drift.differences();
    let found =
        Compared { metric: None, observed: count(differences), expected: Bounds::only(0.0), explanation: said(slice) };
    let evaluation = compared(check, about(slice), found, || Ok(Vec::new()))?;
    let drift = (evaluation.outcome == Outcome::Failed).then(|| Box::new(drift.clone()));
    Ok(Evaluation { drift, ..evaluation })
}

fn said(slice: &SliceFacts) -> String {
    let (drift, accepted) = (&slice.drift, slice.schema_accepted);
    if drift.differences() == 0 {
        let columns =
            accepted.map(|mapping| format!("; {mapping} accepts its columns as they came")).unwrap_or_default();
        return format!("every field that the contract maps is in the delivery{columns}");
    }
    format!("{}: {}", drift.summary(), drift.sentences().join("; "))
}
