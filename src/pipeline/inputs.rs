//! What a release rests on: its batches, model, mappings, rules and history.

use std::collections::BTreeMap;

use super::{drift, history, standing};
use crate::base::{KeyHasher, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::mapping::SchemaReference;
use crate::domain::release::ReleaseInputs;
use crate::domain::{Batch, BatchId, Dataset, ModelRef, Period, Slice};
use crate::journal::Snapshot;

/// The inputs of a release of `period` made with `model`, as the journal stands.
pub fn of(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period, model: &ModelRef) -> Result<ReleaseInputs> {
    let Data { batches, mappings, text } = Data::of(snapshot, dataset, period)?;
    let model = match snapshot.model(model)? {
        Some(version) => version.digest.to_string(),
        None => "none".to_owned(),
    };
    let mut baseline = KeyHasher::new("baseline/1");
    if let Some(accepted) = snapshot.baseline(&dataset.name, period)? {
        let covers =
            |provider: &str, batches| mappings.get(provider).is_some_and(|one| accepted.covers(provider, batches, one));
        for (provider, _) in batches.iter().filter(|(provider, batches)| covers(provider, batches)) {
            baseline = baseline.part("accepted", format!("{provider} with {} in {}", accepted.model, accepted.text));
        }
    }
    for (provider, batches) in &batches {
        let slice = Slice { dataset: dataset.name.clone(), period, provider: provider.clone() };
        let SchemaReference { with, accepted } = drift::reference(snapshot, dataset, &slice, batches)?;
        for before in &with {
            baseline = baseline.part("schema", format!("{provider} as in {before}"));
        }
        for twin in snapshot.twins(&slice, batches)? {
            baseline = baseline.part("twin", format!("{provider} is {}", twin.delivery.batch));
        }
        if let Some(mapping) = accepted {
            baseline = baseline.part("schema", format!("{provider} by {mapping}"));
        }
    }
    for (period, vouched) in history::vouched(snapshot, dataset, period)? {
        baseline = baseline.part(&period.to_string(), vouched.to_string());
    }
    Ok(ReleaseInputs {
        batches,
        mappings,
        model,
        text,
        references: dataset.references_in_words(),
        rules: dataset.rules_digest()?.to_string(),
        baseline: baseline.finish().to_string(),
    })
}

/// What the rows of a period come of: their batches, how these are read, and which fields a model reads.
pub struct Data {
    /// Provider to the batches that it stands on.
    pub batches: BTreeMap<String, Vec<BatchId>>,
    /// Provider to the digest of its mapping.
    mappings: BTreeMap<String, String>,
    text: String,
}

impl Data {
    /// As the journal stands, and the contract reads it.
    pub fn of(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period) -> Result<Self> {
        let standing = standing::batches(snapshot, dataset, period)?;
        let mappings = mappings(dataset, &standing)?;
        Ok(Self { batches: standing::by_provider(standing), mappings, text: dataset.text_read() })
    }

    /// Whether a release rests on the same.
    pub fn is_of(&self, inputs: &ReleaseInputs) -> bool {
        (&self.batches, &self.mappings, &self.text) == (&inputs.batches, &inputs.mappings, &inputs.text)
    }
}

/// The digests of providers' mappings: how the contract has these batches read.
pub fn mappings(dataset: &Dataset, standing: &[Batch]) -> Result<BTreeMap<String, String>> {
    let mut of: BTreeMap<&str, Vec<&[BronzeColumn]>> = BTreeMap::new();
    for batch in standing {
        of.entry(&batch.delivery.slice.provider).or_default().push(&batch.columns);
    }
    let digest = |name: &str, columns: Vec<&[BronzeColumn]>| {
        dataset.mapping_digest(dataset.provider(name)?, columns.into_iter())
    };
    of.into_iter().map(|(name, columns)| Ok((name.to_owned(), digest(name, columns)?.to_string()))).collect()
}
