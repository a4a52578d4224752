//! The batches that slices stand on: landed, and not superseded or withdrawn since.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::{Batch, BatchId, BatchState, Dataset, Period};
use crate::journal::Snapshot;

/// The batches that the slices of a period stand on, of providers that the contract still names.
pub fn batches(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Vec<Batch>> {
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
pub fn by_provider(standing: Vec<Batch>) -> BTreeMap<String, Vec<BatchId>> {
    let mut batches: BTreeMap<String, Vec<BatchId>> = BTreeMap::new();
    for Batch { delivery, .. } in standing {
        batches.entry(delivery.slice.provider).or_default().push(delivery.batch);
    }
    batches
}
