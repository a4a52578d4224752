//! What a release rests on: its batches, model, mappings, rules and history.

use std::collections::BTreeMap;

use super::{history, standing};
use crate::base::{KeyHasher, Result};
use crate::domain::release::ReleaseInputs;
use crate::domain::{Dataset, ModelRef, Period};
use crate::journal::Snapshot;

/// The inputs of a release of `period` made with `model`, as the journal stands.
pub fn of(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period, model: &ModelRef) -> Result<ReleaseInputs> {
    let batches = standing::by_provider(standing::batches(snapshot, dataset, period)?);
    let mappings = mappings(dataset, batches.keys())?;
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
    for (period, vouched) in history::vouched(snapshot, dataset, period)? {
        baseline = baseline.part(&period.to_string(), vouched.to_string());
    }
    Ok(ReleaseInputs {
        batches,
        mappings,
        model,
        text: dataset.text_read(),
        rules: dataset.rules_digest()?.to_string(),
        baseline: baseline.finish().to_string(),
    })
}

/// The digests of providers' mappings, as the contract has them.
pub fn mappings<'a>(
    dataset: &Dataset,
    providers: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, String>> {
    let digest = |name: &String| dataset.mapping_digest(dataset.provider(name)?);
    providers.map(|name| Ok((name.clone(), digest(name)?.to_string()))).collect()
}
