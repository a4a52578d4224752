//! Periods that somebody accepted as the baseline of history-based checks.

use std::collections::BTreeMap;

use super::profile::is_about_entities;
use super::{BatchId, ModelRef};

/// The acceptance of a period as it stood: it vouches for the batches that were there, as they were mapped, and for what one model version
/// found in them; for no later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Who accepted it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The model version whose entities were there to see; `none` where nobody had looked with any.
    pub model: ModelRef,
    /// Each provider's batches at the time.
    pub batches: BTreeMap<String, Vec<BatchId>>,
    /// The digests of the providers' mappings at the time.
    pub mappings: BTreeMap<String, String>,
    /// The fields that the model version had read.
    pub text: String,
}

impl Baseline {
    /// Whether a provider's slice, which now stands on `batches` and is made by the mapping of this digest, is the one
    /// that was accepted.
    #[must_use]
    pub fn covers(&self, provider: &str, batches: &[BatchId], mapping: &str) -> bool {
        self.batches.get(provider).is_some_and(|accepted| accepted == batches)
            && self.mappings.get(provider).is_some_and(|accepted| accepted == mapping)
    }

    /// Whether it vouches for a metric, where entities are what `model` finds in the fields `text`.
    #[must_use]
    pub fn covers_metric(&self, metric: &str, model: &ModelRef, text: &str) -> bool {
        !is_about_entities(metric) || (self.model == *model && self.text == text)
    }
}
