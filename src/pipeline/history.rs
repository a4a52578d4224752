//! What history-based checks may look back at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::standing;
use crate::base::{Digest, KeyHasher, Result};
use crate::domain::check::HISTORY;
use crate::domain::profile::is_about_entities;
use crate::domain::task::TaskOutput;
use crate::domain::{Baseline, BatchId, Dataset, ModelRef, Period, Slice, TaskKey, TaskKind, TaskSubject};
use crate::journal::{Recorded, Snapshot};

/// An earlier period that a person vouched for, and what exactly that vouches for.
pub struct Vouched {
    /// The live release, or the acceptance as baseline.
    by: String,
    /// The model version whose entities were signed.
    model: ModelRef,
    /// Each provider's batches that were signed.
    batches: BTreeMap<String, Vec<BatchId>>,
    /// The mappings by which their rows came to be.
    mappings: BTreeMap<String, String>,
    /// The fields that the model version read.
    text: String,
    /// Providers whose rows are no longer the ones that were signed: a correction waits to be released.
    corrected: BTreeSet<String>,
    /// Of each provider the model version beside which it was measured last.
    newest: BTreeMap<String, ModelRef>,
    /// The measurements of exactly the rows that were signed, by provider and model version.
    of_signed: BTreeMap<(String, ModelRef), TaskKey>,
    /// Those of them whose entities were found in the fields that were signed, and that are read today.
    of_text: BTreeSet<(String, ModelRef)>,
}

impl Vouched {
    /// Whether it vouches for a metric of a provider: what nobody signed is no baseline, neither a correction that is
    /// still being judged, nor what was measured of one that was taken back, nor what another model version found.
    #[must_use]
    pub fn covers(&self, provider: &str, metric: &str, model: &ModelRef) -> bool {
        if is_about_entities(metric) {
            self.covers_entities(provider, model) && self.is_of_signed(provider, model)
        } else {
            self.covers_rows(provider)
        }
    }

    /// Whether what `model` found there was signed.
    #[must_use]
    pub fn covers_model(&self, model: &ModelRef) -> bool {
        self.model == *model
    }

    /// Whether the rows of a provider are the ones that were signed.
    #[must_use]
    pub fn covers_rows(&self, provider: &str) -> bool {
        self.newest.get(provider).is_some_and(|model| self.is_of_signed(provider, model))
    }

    fn covers_entities(&self, provider: &str, model: &ModelRef) -> bool {
        self.covers_model(model) && self.of_text.contains(&(provider.to_owned(), model.clone()))
    }

    fn is_of_signed(&self, provider: &str, model: &ModelRef) -> bool {
        !self.corrected.contains(provider) && self.of_signed.contains_key(&(provider.to_owned(), model.clone()))
    }

    /// Whether a refinement is that of the rows that were signed.
    fn signed(&self, provider: &str, refined: &TaskOutput) -> bool {
        let batches = refined.inputs.iter().filter(|(name, _)| name.starts_with("batch:"));
        let batches: BTreeSet<&str> = batches.map(|(_, batch)| batch.as_str()).collect();
        let signed = self.batches.get(provider).map(|signed| signed.iter().map(BatchId::as_str).collect());
        signed == Some(batches) && self.mappings.get(provider) == refined.inputs.get("mapping")
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
        let (by, model, batches, mappings, text) = if let Some(live) = snapshot.live_release(&dataset.name, period)? {
            let inputs = snapshot.release_inputs(&live.name)?.unwrap_or_default();
            (live.name.to_string(), live.model, inputs.batches, inputs.mappings, inputs.text)
        } else if let Some(baseline) = snapshot.baseline(&dataset.name, period)? {
            let Baseline { model, batches, mappings, text, .. } = baseline;
            (format!("baseline with {model} in {text}"), model, batches, mappings, text)
        } else {
            continue;
        };
        let standing = standing::by_provider(standing::batches(snapshot, dataset, period)?);
        let corrected = differing(&batches, &standing);
        let (newest, of_signed, of_text) = Default::default();
        let one = Vouched { by, model, batches, mappings, text, corrected, newest, of_signed, of_text };
        vouched.insert(period, one);
    }
    Ok(vouched)
}

/// The same with what was measured of them. Not part of an input digest, which stands whatever is measured meanwhile.
pub fn measured(snapshot: &Snapshot<'_>, dataset: &Dataset, judged: Period) -> Result<BTreeMap<Period, Vouched>> {
    let mut vouched = vouched(snapshot, dataset, judged)?;
    for (period, by) in &mut vouched {
        let refined = snapshot.refinements_of(&dataset.name, *period)?;
        let signed: BTreeMap<&String, &TaskOutput> =
            refined.iter().filter(|(provider, refined)| by.signed(provider, refined)).collect();
        let mut profiles = snapshot.profiles_of(&dataset.name, *period)?;
        profiles.sort_by_key(|profile| profile.seq);
        for Recorded { task, output, .. } in profiles {
            let TaskSubject::Annotated { slice, model } = task.subject else { continue };
            let read = output.inputs.get("refine").map(String::as_str);
            if signed.get(&slice.provider).is_some_and(|refined| Some(refined.key.as_str()) == read) {
                let of = (slice.provider.clone(), model.clone());
                if by.text == dataset.text_read()
                    && read_text(snapshot, &slice, &model, &output)? == Some(by.text.clone())
                {
                    by.of_text.insert(of.clone());
                }
                by.of_signed.insert(of, output.key);
            }
            by.newest.insert(slice.provider, model);
        }
    }
    Ok(vouched)
}

/// The fields in which the entities were found that a profile measured.
fn read_text(snapshot: &Snapshot<'_>, slice: &Slice, model: &ModelRef, profile: &TaskOutput) -> Result<Option<String>> {
    let subject = TaskSubject::Annotated { slice: slice.clone(), model: model.clone() };
    let enriched = snapshot.recorded(&format!("{} {subject}", TaskKind::Enrich))?;
    let read =
        |enriched: &Recorded| Some(enriched.output.key.as_str()) == profile.inputs.get("enrich").map(String::as_str);
    Ok(enriched.filter(read).and_then(|enriched| enriched.output.inputs.get("text").cloned()))
}

/// What identifies the measurements that checks may look back at: of the data, the rows that were signed and measured; of
/// entities, also how `model` read them.
#[must_use]
pub fn digest(model: &ModelRef, vouched: &BTreeMap<Period, Vouched>) -> Digest {
    let mut measured = BTreeSet::new();
    for (period, by) in vouched {
        for ((provider, read_by), key) in &by.of_signed {
            if by.corrected.contains(provider) {
                continue;
            }
            let mapping = by.mappings.get(provider).map_or("", String::as_str);
            let batches = by.batches.get(provider).into_iter().flatten().map(BatchId::as_str).collect::<Vec<_>>();
            measured.insert(format!("{period} {provider} {mapping} {}", batches.join(" ")));
            if read_by == model && by.covers_entities(provider, model) {
                measured.insert(format!("{period} {provider} {model} {key}"));
            }
        }
    }
    let hasher = KeyHasher::new("history/1");
    measured.iter().fold(hasher, |hasher, one| hasher.part("measured", one)).finish()
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
