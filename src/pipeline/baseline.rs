//! What accepting a period as baseline stands for.

use std::collections::BTreeMap;

use super::{inputs, standing};
use crate::base::Result;
use crate::domain::{Baseline, BatchId, Dataset, ModelRef, Period};
use crate::journal::Snapshot;

/// What an acceptance would put on record now.
#[derive(Debug)]
pub struct Proposal {
    /// The model version whose entities are there to see.
    pub model: ModelRef,
    /// Each provider's batches.
    pub batches: BTreeMap<String, Vec<BatchId>>,
    /// The digests of the providers' mappings.
    pub mappings: BTreeMap<String, String>,
    /// The fields that the model version read.
    pub text: String,
}

impl Proposal {
    /// What a period stands on.
    pub fn of(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Self> {
        let standing = standing::batches(snapshot, dataset, period)?;
        let release = match snapshot.open_release(&dataset.name, period)? {
            Some(open) => Some(open),
            None => snapshot.live_release(&dataset.name, period)?,
        };
        Ok(Self {
            model: release.map_or_else(ModelRef::none, |release| release.model),
            mappings: inputs::mappings(dataset, &standing)?,
            text: dataset.text_read(),
            batches: standing::by_provider(standing),
        })
    }

    /// Whether that is what was accepted.
    #[must_use]
    pub fn is(&self, accepted: &Baseline) -> bool {
        let Baseline { model, batches, mappings, text, .. } = accepted;
        (&self.model, &self.batches, &self.mappings, &self.text) == (model, batches, mappings, text)
    }
}

/// Whether a period was accepted as it stands now.
pub fn stands(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<bool> {
    let Some(accepted) = snapshot.baseline(&dataset.name, period)? else { return Ok(false) };
    Ok(Proposal::of(snapshot, dataset, period)?.is(&accepted))
}
