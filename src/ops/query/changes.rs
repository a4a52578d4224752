//! What a release changes for clients: computed once for two contents, then remembered, for it reads their rows.

use std::collections::{BTreeMap, BTreeSet};

use super::memory::Memory;
use crate::base::{KeyHasher, Result};
use crate::domain::listing::BatchRow;
use crate::domain::release::ReleaseInputs;
use crate::domain::{BatchId, ModelRef, Release, Slice, TaskKind, TaskState};
use crate::journal::Snapshot;
use crate::ops::{BatchChange, ReleaseChanges};
use crate::pipeline::step::Step;
use crate::pipeline::{Context, compare, plan, profile, publication, slices};

/// One of the two that are compared.
pub struct Side {
    pub release: Release,
    pub batches: BTreeMap<String, Vec<BatchRow>>,
    /// What its rows and entities were computed from.
    outputs: BTreeMap<String, String>,
    /// Providers whose rows are those of its batches.
    refined: BTreeSet<String>,
    /// Provider to how its batches are read.
    mappings: BTreeMap<String, String>,
    /// Reference table to the revision that its rows are looked up in.
    pub references: BTreeMap<String, String>,
}

impl Side {
    /// Reads what is on record of a release.
    pub fn of(snapshot: &Snapshot<'_>, release: Release) -> Result<Self> {
        let inputs: ReleaseInputs = snapshot.release_inputs(&release.name)?.unwrap_or_default();
        let (mut batches, mut outputs, mut refined) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for (provider, ids) in inputs.batches {
            let slice = Slice {
                dataset: release.name.dataset.clone(),
                period: release.name.period,
                provider: provider.clone(),
            };
            for kind in [TaskKind::Refine, TaskKind::Profile] {
                let slot = slices::slot(kind, &slice, &release.model);
                let Some(output) = snapshot.output(&slot)? else { continue };
                let read: Vec<&String> =
                    output.inputs.iter().filter(|(name, _)| name.starts_with("batch:")).map(|(_, id)| id).collect();
                if kind == TaskKind::Refine && read == ids.iter().map(BatchId::as_str).collect::<Vec<_>>() {
                    refined.insert(provider.clone());
                }
                outputs.insert(slot, output.key.to_string());
            }
            let rows = ids.iter().map(|id| snapshot.batch(id)).collect::<Result<Vec<_>>>()?;
            batches.insert(provider, rows.into_iter().flatten().map(BatchRow::from).collect());
        }
        Ok(Self { release, batches, outputs, refined, mappings: inputs.mappings, references: inputs.references })
    }

    /// The same for the same content.
    fn identity(&self) -> Result<String> {
        let content = self.release.release_digest.as_ref().map(ToString::to_string).unwrap_or_default();
        let hasher = KeyHasher::new("content/1")
            .part("release", self.release.name.to_string())
            .part("state", self.release.state.as_str())
            .part("inputs", self.release.input_digest.to_string())
            .part("content", content);
        Ok(hasher.part("outputs", serde_json::to_vec(&self.outputs)?).finish().to_string())
    }

    fn rows_are_there(&self, provider: &str) -> bool {
        !self.release.state.is_open() || !self.batches.contains_key(provider) || self.refined.contains(provider)
    }
}

/// What `after` changes, compared with `before`.
pub fn changes(
    context: &Context,
    memory: &Memory<ReleaseChanges>,
    before: Option<&Side>,
    after: &Side,
) -> Result<ReleaseChanges> {
    let before_identity = before.map(Side::identity).transpose()?.unwrap_or_default();
    let read = before.map(|before| readings_of(context, &before.release.model, after)).transpose()?.unwrap_or_default();
    let key = format!("{before_identity} {} {read}", after.identity()?);
    if let Some(known) = memory.recall(&key) {
        return Ok(known);
    }
    let ours = count(context, &after.release)?;
    let theirs = before.map(|before| count(context, &before.release)).transpose()?;
    let changes = ReleaseChanges {
        since: before.map(|before| before.release.name.clone()),
        was_live: !after.release.state.is_open() && after.release.generation.is_some(),
        rows_before: theirs.as_ref().map_or(0, |counted| counted.rows),
        rows_after: ours.rows,
        batches_added: before.map(|before| only_in(after, before)).unwrap_or_default(),
        batches_gone: before.map(|before| only_in(before, after)).unwrap_or_default(),
        model: after.release.model.clone(),
        model_before: before
            .map(|before| before.release.model.clone())
            .filter(|model: &ModelRef| *model != after.release.model),
        labels: ours.labels_since(theirs.as_ref()),
        labels_by_model_before: before.map(|before| read_before(context, before, after)).transpose()?.flatten(),
        batches: before.map(|before| batches(context, before, after)).transpose()?.unwrap_or_default(),
    };
    memory.keep(key, &changes);
    Ok(changes)
}

fn only_in(one: &Side, other: &Side) -> Vec<String> {
    let ids = |side: &Side| -> BTreeSet<String> {
        side.batches.values().flatten().map(|batch| batch.id.to_string()).collect()
    };
    ids(one).difference(&ids(other)).cloned().collect()
}

fn batches(context: &Context, before: &Side, after: &Side) -> Result<Vec<BatchChange>> {
    let dataset = context.contract.dataset(&after.release.name.dataset)?;
    let providers: BTreeSet<&String> = before.batches.keys().chain(after.batches.keys()).collect();
    let of = |side: &Side, provider: &String| side.batches.get(provider).cloned().unwrap_or_default();
    let mut changed = Vec::new();
    for provider in providers {
        let (theirs, ours) = (of(before, provider), of(after, provider));
        let is_read_alike = before.mappings.get(provider) == after.mappings.get(provider);
        if is_read_alike && theirs.iter().map(|batch| &batch.id).eq(ours.iter().map(|batch| &batch.id)) {
            continue;
        }
        let rows = if before.rows_are_there(provider) && after.rows_are_there(provider) {
            compare::rows(context, dataset, (&before.release, &after.release), provider)?
        } else {
            None
        };
        changed.push(BatchChange { provider: provider.clone(), before: theirs, after: ours, rows });
    }
    Ok(changed)
}

/// The same for the same readings of a release's rows by a model.
fn readings_of(context: &Context, model: &ModelRef, side: &Side) -> Result<String> {
    let Release { name, .. } = &side.release;
    let keys = context.journal.read(|snapshot| {
        let slice = |provider: &String| Slice {
            dataset: name.dataset.clone(),
            period: name.period,
            provider: provider.clone(),
        };
        let slots = side.batches.keys().map(|provider| slices::slot(TaskKind::Enrich, &slice(provider), model));
        slots.map(|slot| snapshot.output(&slot)).collect::<Result<Vec<_>>>()
    })?;
    let keys: Vec<String> = keys.into_iter().flatten().map(|output| output.key.short().to_owned()).collect();
    Ok(keys.join(" "))
}

/// What the model of the release before finds in the rows of this one, where these are at hand and it has read all of them.
fn read_before(context: &Context, before: &Side, after: &Side) -> Result<Option<BTreeMap<String, u64>>> {
    let (model, release) = (&before.release.model, &after.release);
    if *model == release.model || model.is_none() || release.model.is_none() {
        return Ok(None);
    }
    let dataset = context.contract.dataset(&release.name.dataset)?;
    let models = [model.clone(), release.model.clone()];
    let period = release.name.period;
    let steps = context.journal.read(|snapshot| plan::readings(snapshot, dataset, period, &models))?;
    let as_read = |step: &Step| step.state == TaskState::Done && same_batches(step, after);
    if steps.is_empty() || !steps.iter().all(as_read) {
        return Ok(None);
    }
    let slices =
        steps.iter().filter(|step| step.task.kind == TaskKind::Refine).filter_map(|step| step.task.subject.slice());
    let mut counts = BTreeMap::new();
    for slice in slices {
        compare::count_annotated(context, slice, model, &mut counts)?;
    }
    Ok(Some(counts))
}

/// Whether a slice is made of the very batches that the release rests on; of what reads it that is already known.
fn same_batches(step: &Step, side: &Side) -> bool {
    if step.task.kind != TaskKind::Refine {
        return true;
    }
    let Some(slice) = step.task.subject.slice() else { return false };
    let read = step.task.inputs.iter().filter(|(name, _)| name.starts_with("batch:")).map(|(_, id)| id.as_str());
    let rests_on = side.batches.get(&slice.provider).into_iter().flatten().map(|batch| batch.id.as_str());
    read.collect::<BTreeSet<_>>() == rests_on.collect::<BTreeSet<_>>()
}

/// Rows and entities of a release.
#[derive(Default)]
struct Counted {
    rows: u64,
    labels: BTreeMap<String, u64>,
}

impl Counted {
    fn labels_since(&self, before: Option<&Self>) -> Vec<(String, u64, u64)> {
        let names: BTreeSet<&String> =
            self.labels.keys().chain(before.into_iter().flat_map(|before| before.labels.keys())).collect();
        let of = |counted: &Self, name: &String| counted.labels.get(name).copied().unwrap_or(0);
        names
            .into_iter()
            .map(|name| (name.clone(), before.map_or(0, |before| of(before, name)), of(self, name)))
            .collect()
    }
}

/// What clients see or saw is counted in its own files; what is being prepared, by the profiles of its slices.
fn count(context: &Context, release: &Release) -> Result<Counted> {
    if !release.state.is_open()
        && let Some(manifest) = publication::manifest(context, &release.name)?
        && let Some(labels) = compare::labels(context, release)?
    {
        return Ok(Counted { rows: manifest.rows, labels });
    }
    let dataset = context.contract.dataset(&release.name.dataset)?;
    let mut counted = Counted::default();
    for provider in &dataset.providers {
        let slice =
            Slice { dataset: dataset.name.clone(), period: release.name.period, provider: provider.name.clone() };
        // A profile that is lost keeps nobody from looking at the release: what it counted is not counted.
        let profile = profile::stored(context, &slice, &release.model).unwrap_or_else(|error| {
            tracing::warn!(%error, %slice, "a profile can't be read");
            None
        });
        if let Some(profile) = profile {
            counted.rows += profile.rows;
            for label in profile.labels {
                *counted.labels.entry(label.label).or_default() += label.entities;
            }
        }
    }
    Ok(counted)
}
