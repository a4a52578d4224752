//! Every field that the contract maps for the provider is in the delivery.

use super::{Compared, SliceFacts, about, compared};
use crate::base::Result;
use crate::base::text::counted;
use crate::domain::{Bounds, Check, Evaluation};
use crate::quality::count;

/// One result per slice: the number of missing fields must be 0.
pub(super) fn judge(check: &Check, slice: &SliceFacts) -> Result<Evaluation> {
    let missing = slice.schema_gaps.len() as u64;
    let explanation = match slice.schema_gaps.join(", ") {
        gaps if gaps.is_empty() => "every field that the contract maps is in the delivery".to_owned(),
        gaps => format!("the delivery lacks {} that the contract maps: {gaps}", counted(missing, "field")),
    };
    let found = Compared { metric: None, observed: count(missing), expected: Bounds::only(0.0), explanation };
    compared(check, about(slice), found, || Ok(Vec::new()))
}
