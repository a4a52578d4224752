//! What history-based checks may look back at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::standing;
use crate::base::{Digest, KeyHasher, Result};
use crate::domain::check::HISTORY;
use crate::domain::profile::is_about_entities;
use crate::domain::{BatchId, Dataset, ModelRef, Period, TaskSubject};
use crate::journal::Snapshot;

/// An earlier period that a person vouched for, and what exactly that vouches for.
pub struct Vouched {
    /// The live release, or the acceptance as baseline.
    by: String,
    /// The model version whose entities were signed.
    model: ModelRef,
    /// Providers whose rows are no longer the ones that were signed: a correction waits to be released.
    corrected: BTreeSet<String>,
}

impl Vouched {
    /// Whether it vouches for a metric of a provider: what nobody signed is no baseline, neither a correction that is
    /// still being judged nor what another model version found.
    #[must_use]
    pub fn covers(&self, provider: &str, metric: &str, model: &ModelRef) -> bool {
        !self.corrected.contains(provider) && (!is_about_entities(metric) || self.covers_model(model))
    }

    /// Whether what `model` found there was signed.
    #[must_use]
    pub fn covers_model(&self, model: &ModelRef) -> bool {
        self.model == *model
    }
}

/// What an input digest holds of it.
impl fmt::Display for Vouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.by)?;
        self.corrected.iter().try_for_each(|provider| write!(f, ", {provider} corrected"))
    }
}

/// The earlier periods that a person vouched for: published and live, or accepted as baseline. The judged period is
/// never among them.
pub fn vouched(snapshot: &Snapshot<'_>, dataset: &Dataset, judged: Period) -> Result<BTreeMap<Period, Vouched>> {
    let mut vouched = BTreeMap::new();
    for period in judged.trailing(HISTORY) {
        let (by, model, signed) = if let Some(live) = snapshot.live_release(&dataset.name, period)? {
            let inputs = snapshot.release_inputs(&live.name)?.unwrap_or_default();
            (live.name.to_string(), live.model, inputs.batches)
        } else if let Some(accepted) = snapshot.baseline(&dataset.name, period)? {
            (format!("baseline with {}", accepted.model), accepted.model, accepted.batches)
        } else {
            continue;
        };
        let standing = standing::by_provider(standing::batches(snapshot, dataset, period)?);
        vouched.insert(period, Vouched { by, model, corrected: differing(&signed, &standing) });
    }
    Ok(vouched)
}

/// What identifies the measurements that checks may look back at: of the data, the rows that were measured; of
/// entities, also how `model` read them.
pub fn digest(
    snapshot: &Snapshot<'_>,
    dataset: &Dataset,
    model: &ModelRef,
    vouched: &BTreeMap<Period, Vouched>,
) -> Result<Digest> {
    let mut measured = BTreeSet::new();
    for (period, by) in vouched {
        for (task, output) in snapshot.profiles_of(&dataset.name, *period)? {
            let TaskSubject::Annotated { slice, model: read_by } = &task.subject else { continue };
            if by.corrected.contains(&slice.provider) {
                continue;
            }
            measured.insert(format!("{slice} {}", output.inputs.get("refine").map_or("", String::as_str)));
            if read_by == model && by.covers_model(model) {
                measured.insert(format!("{slice} {model} {}", output.key));
            }
        }
    }
    let hasher = KeyHasher::new("history/1");
    Ok(measured.iter().fold(hasher, |hasher, one| hasher.part("measured", one)).finish())
}

/// The providers whose slice stands on other batches than the ones that were signed.
fn differing(signed: &BTreeMap<String, Vec<BatchId>>, standing: &BTreeMap<String, Vec<BatchId>>) -> BTreeSet<String> {
    let providers = signed.keys().chain(standing.keys());
    providers.filter(|provider| signed.get(*provider) != standing.get(*provider)).cloned().collect()
}

/// The earlier values of a metric of one provider, oldest first: of the data, whichever model was run beside it; of
/// entities, under one model version.
pub fn values(
    snapshot: &Snapshot<'_>,
    dataset: &str,
    provider: &str,
    model: &ModelRef,
    metric: &str,
    vouched: &BTreeMap<Period, Vouched>,
) -> Result<Vec<(Period, f64)>> {
    let mut values = known(snapshot, dataset, provider, model, metric)?;
    values.retain(|(period, _)| vouched.get(period).is_some_and(|by| by.covers(provider, metric, model)));
    Ok(values)
}

/// All values of a metric on record, vouched for or not, oldest first.
pub fn known(
    snapshot: &Snapshot<'_>,
    dataset: &str,
    provider: &str,
    model: &ModelRef,
    metric: &str,
) -> Result<Vec<(Period, f64)>> {
    if is_about_entities(metric) {
        snapshot.metric(dataset, provider, model, metric)
    } else {
        snapshot.metric_of_data(dataset, provider, metric)
    }
}
