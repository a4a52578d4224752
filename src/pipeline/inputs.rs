//! What a release rests on: its batches, model, mappings, rules and history.

use std::collections::BTreeMap;

use super::history;
use crate::base::{KeyHasher, Result};
use crate::domain::release::ReleaseInputs;
use crate::domain::{Batch, BatchId, BatchState, Dataset, ModelRef, Period};
use crate::journal::Snapshot;

/// The inputs of a release of `period` made with `model`, as the journal stands.
pub fn of(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period, model: &ModelRef) -> Result<ReleaseInputs> {
    let batches = batches(standing(snapshot, dataset, period)?);
    let mut mappings = BTreeMap::new();
    for name in batches.keys() {
        mappings.insert(name.clone(), dataset.mapping_digest(dataset.provider(name)?)?.to_string());
    }
    let model = match snapshot.model(model)? {
        Some(version) => version.digest.to_string(),
        None => "none".to_owned(),
    };
    let mut baseline = KeyHasher::new("baseline/1");
    if let Some(accepted) = snapshot.baseline(&dataset.name, period)? {
        for provider in batches.iter().filter(|(provider, batches)| accepted.covers(provider, batches)) {
            baseline = baseline.part("accepted", format!("{} with {}", provider.0, accepted.model));
        }
    }
    for (period, vouched) in history::vouched(snapshot, dataset, period)? {
        baseline = baseline.part(&period.to_string(), vouched.to_string());
    }
    Ok(ReleaseInputs {
        batches,
        mappings,
        model,
        rules: dataset.rules_digest()?.to_string(),
        baseline: baseline.finish().to_string(),
    })
}

/// The batches that the slices of a period stand on, of providers that the contract still names.
pub fn standing(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Vec<Batch>> {
    let mut batches = snapshot.batches_of(&dataset.name, period)?;
    batches.retain(|batch| {
        batch.state == BatchState::Landed
            && dataset.providers.iter().any(|provider| provider.name == batch.delivery.slice.provider)
    });
    batches.sort_by(|a, b| {
        let place = |batch: &Batch| (batch.delivery.slice.provider.clone(), batch.delivery.revision);
        place(a).cmp(&place(b))
    });
    Ok(batches)
}

/// The batches of each provider.
pub fn batches(standing: Vec<Batch>) -> BTreeMap<String, Vec<BatchId>> {
    let mut batches: BTreeMap<String, Vec<BatchId>> = BTreeMap::new();
    for Batch { delivery, .. } in standing {
        batches.entry(delivery.slice.provider).or_default().push(delivery.batch);
    }
    batches
}
