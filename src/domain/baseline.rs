//! Periods that somebody accepted as the baseline of history-based checks.

use std::collections::BTreeMap;

use super::BatchId;

/// The acceptance of a period as it stood: it vouches for the batches that were there, and for no later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Who accepted it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Each provider's batches at the time.
    pub batches: BTreeMap<String, Vec<BatchId>>,
}

impl Baseline {
    /// Whether a provider's slice, which now stands on `batches`, is the one that was accepted.
    #[must_use]
    pub fn covers(&self, provider: &str, batches: &[BatchId]) -> bool {
        self.batches.get(provider).is_some_and(|accepted| accepted == batches)
    }
}
