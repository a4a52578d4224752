//! Every field that the contract maps for the provider is in the delivery.

use super::{Compared, SliceFacts, about, compared};
use crate::base::Result;
use crate::domain::{Check, Evaluation};
use crate::quality::count;

/// One result per slice: the number of missing fields must be 0.
pub(super) fn judge(check: &Check, slice: &SliceFacts) -> Result<Evaluation> {
    let missing = count(slice.schema_gaps.len() as u64);
    let explanation = if slice.schema_gaps.is_empty() {
        "0 fields that the contract maps are missing in the delivery; 0 may be".to_owned()
    } else {
        let gaps = slice.schema_gaps.join(", ");
        format!("{missing} fields that the contract maps are missing in the delivery, 0 may be: {gaps}")
    };
    let found = Compared { metric: None, observed: missing, expected: (0.0, 0.0), explanation };
    compared(check, about(slice), found, || Ok(Vec::new()))
}
