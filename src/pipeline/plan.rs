//! The planner: what a release needs, and what of it is missing or stale. Pure, over facts read in one snapshot.

use std::collections::BTreeMap;

use super::history::{self, Vouched};
use super::step::{OnRecord, Step};
use super::{assemble, standing};
use crate::base::{Digest, Result};
use crate::domain::check::LEAST_HISTORY;
use crate::domain::task::UPSTREAM;
use crate::domain::{Batch, Dataset, ModelRef, Period, Release, Slice, Task, TaskKind, TaskState, TaskSubject};
use crate::journal::Snapshot;

/// What the planner has to know of one release.
#[derive(Debug)]
pub struct PlanFacts<'a> {
    /// The dataset, as the contract in force has it.
    pub dataset: &'a Dataset,
    /// The release.
    pub release: &'a Release,
    /// The batches that its slices stand on.
    pub batches: Vec<Batch>,
    /// The model versions to run with the digests of their files: the release's own, and those to compare with.
    pub models: Vec<(ModelRef, Digest)>,
    /// Model versions that somebody wants to see as well. What they find is not judged.
    pub also: Vec<(ModelRef, Digest)>,
    /// What identifies the earlier measurements that its checks look back at.
    pub history: Digest,
    /// What is on record of its period.
    pub on_record: OnRecord,
    /// Whether the release is bound to nothing, or to something else than what an approval of it would stand for.
    pub unbound: bool,
}

/// Reads what the planner has to know. `also` are model versions to run besides the release's own.
pub fn facts<'a>(
    snapshot: &Snapshot<'_>,
    dataset: &'a Dataset,
    release: &'a Release,
    also: &[ModelRef],
) -> Result<PlanFacts<'a>> {
    let batches = standing::batches(snapshot, dataset, release.name.period)?;
    let vouched = history::measured(snapshot, dataset, release.name.period)?;
    let reference = reference_model(snapshot, dataset, release, &vouched)?;
    let history = history::digest(&release.model, &vouched);
    let models = digests(snapshot, std::iter::once(&release.model).chain(&reference))?;
    let is_judged = |model: &ModelRef| models.iter().any(|(judged, _)| judged == model);
    let also = digests(snapshot, also.iter().filter(|model| !is_judged(model)))?;
    let on_record = OnRecord::of(snapshot, &dataset.name, release.name.period)?;
    let unbound = assemble::is_unbound(snapshot, dataset, release)?;
    Ok(PlanFacts { dataset, release, batches, models, also, history, on_record, unbound })
}

/// The model versions that there are, once each, with the digests of their files.
fn digests<'m>(snapshot: &Snapshot<'_>, wanted: impl Iterator<Item = &'m ModelRef>) -> Result<Vec<(ModelRef, Digest)>> {
    let mut digests: Vec<(ModelRef, Digest)> = Vec::new();
    for model in wanted {
        if let Some(version) = snapshot.model(model)?
            && !digests.iter().any(|(known, _)| known == model)
        {
            digests.push((model.clone(), version.digest));
        }
    }
    Ok(digests)
}

/// The model version to compare with on the same rows, as long as the release's own has too little history: another that
/// clients see, or saw. What was in production and never released measures nothing, unless nothing was ever released.
pub fn reference_model(
    snapshot: &Snapshot<'_>,
    dataset: &Dataset,
    release: &Release,
    vouched: &BTreeMap<Period, Vouched>,
) -> Result<Option<ModelRef>> {
    if release.model.is_none() {
        return Ok(None);
    }
    let mut with_history = 0;
    for (period, vouched) in vouched {
        let measured =
            vouched.covers_model(&release.model) && snapshot.profiled_with(&dataset.name, *period, &release.model)?;
        with_history += usize::from(measured);
    }
    if with_history >= LEAST_HISTORY {
        return Ok(None);
    }
    let released = snapshot.released_models(&dataset.name, release.name.period)?;
    if released.is_empty() {
        return snapshot.production_before(&release.model);
    }
    Ok(released.into_iter().find(|model| *model != release.model))
}

/// All tasks of a release in an order in which they can run.
#[must_use]
pub fn plan(facts: &PlanFacts<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut judged = BTreeMap::new();
    let mut needs = Vec::new();
    for (provider, batches) in by_provider(&facts.batches) {
        for step in slice_steps(facts, provider, &batches) {
            if step.task.kind == TaskKind::Profile && facts.judges(&step.task.subject) {
                judged.insert(Task::profile_input(&step.task.subject), step.task.key.to_string());
                needs.extend(step.needs.iter().cloned().chain([step.task.slot()]));
            }
            steps.push(step);
        }
    }
    judged.insert("inputs".to_owned(), facts.release.input_digest.to_string());
    judged.insert("history".to_owned(), facts.history.to_string());
    let subject = TaskSubject::Release { release: facts.release.name.clone() };
    let evaluate = facts.on_record.step(TaskKind::Evaluate, subject.clone(), judged, needs);
    let inputs = [("evaluate".to_owned(), evaluate.task.key.to_string())].into();
    let mut assemble = facts.on_record.step(TaskKind::Assemble, subject, inputs, vec![evaluate.task.slot()]);
    if assemble.state == TaskState::Done && facts.unbound {
        // It rests again on what it rested on before, or something that it stands for changed beside its inputs.
        assemble.state = TaskState::Stale { cause: facts.release.present_cause().to_owned() };
    }
    steps.extend([evaluate, assemble]);
    name_causes(&mut steps, &facts.on_record, facts.release.present_cause());
    steps
}

/// The task that judges a release, as things stand now.
pub fn judging(snapshot: &Snapshot<'_>, dataset: &Dataset, release: &Release) -> Result<Option<Task>> {
    let steps = plan(&facts(snapshot, dataset, release, &[])?);
    Ok(steps.into_iter().map(|step| step.task).find(|task| task.kind == TaskKind::Evaluate))
}

/// "Upstream stale" says nothing to anybody: the cause that travelled down takes its place. Steps come in an order in
/// which they can run, so that each finds its own causes named.
fn name_causes(steps: &mut [Step], on_record: &OnRecord, present: &str) {
    let mut causes: BTreeMap<String, String> = BTreeMap::new();
    for step in steps {
        let TaskState::Stale { cause } = &mut step.state else { continue };
        if cause.split(", ").any(|one| one == UPSTREAM) {
            let mut named: Vec<String> =
                cause.split(", ").filter(|one| *one != UPSTREAM).map(ToOwned::to_owned).collect();
            let above = step.needs.iter().filter_map(|slot| causes.get(slot).cloned());
            named.extend(above);
            if step.task.inputs.get("inputs")
                != on_record.outputs.get(&step.task.slot()).and_then(|one| one.inputs.get("inputs"))
            {
                named.push(present.to_owned());
            }
            if named.is_empty() {
                named.push(rerun(step.task.kind).to_owned());
            }
            let mut seen = std::collections::BTreeSet::new();
            named.retain(|one| seen.insert(one.clone()));
            *cause = named.join(", ");
        }
        let about = step.task.subject.slice().map(|slice| format!(" of {}", slice.provider)).unwrap_or_default();
        let whole = if step.needs.is_empty() { format!("{cause}{about}") } else { cause.clone() };
        causes.insert(step.task.slot(), whole);
    }
}

/// What ran again since, where nothing above is stale any more.
fn rerun(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Land | TaskKind::Refine => "what was delivered changed",
        TaskKind::Enrich => "the rows were refined again",
        TaskKind::Profile => "the rows or their entities were computed again",
        TaskKind::Evaluate => "slices were measured again",
        _ => "the checks ran again",
    }
}

/// The batches of each provider.
fn by_provider(batches: &[Batch]) -> BTreeMap<&str, Vec<&Batch>> {
    let mut by_provider: BTreeMap<&str, Vec<&Batch>> = BTreeMap::new();
    for batch in batches {
        by_provider.entry(&batch.delivery.slice.provider).or_default().push(batch);
    }
    by_provider
}

fn slice_steps(facts: &PlanFacts<'_>, provider: &str, batches: &[&Batch]) -> Vec<Step> {
    let (release, on_record) = (&facts.release.name, &facts.on_record);
    let slice = Slice { dataset: release.dataset.clone(), period: release.period, provider: provider.to_owned() };
    let refine = on_record.stands(refining(facts.dataset, &slice, batches), Vec::new());
    let refine_key = ("refine".to_owned(), refine.task.key.to_string());
    let refine_slot = refine.task.slot();
    let mut steps = vec![refine];

    if facts.dataset.text.is_empty() || facts.models.is_empty() {
        let subject = TaskSubject::Annotated { slice: slice.clone(), model: ModelRef::none() };
        steps.push(on_record.step(TaskKind::Profile, subject, [refine_key.clone()].into(), vec![refine_slot.clone()]));
    }
    if facts.dataset.text.is_empty() {
        return steps;
    }
    for model in facts.models.iter().chain(&facts.also) {
        let enrich = enriching(facts.dataset, on_record, &steps[0], &slice, model);
        let subject = TaskSubject::Annotated { slice: slice.clone(), model: model.0.clone() };
        let inputs = [refine_key.clone(), ("enrich".to_owned(), enrich.task.key.to_string())].into();
        let needs = vec![refine_slot.clone(), enrich.task.slot()];
        let profile = on_record.step(TaskKind::Profile, subject, inputs, needs);
        steps.extend([enrich, profile]);
    }
    steps
}

/// The step that lets a model version, with the digest of its file, read a slice as it was refined.
fn enriching(
    dataset: &Dataset,
    on_record: &OnRecord,
    refine: &Step,
    slice: &Slice,
    model: &(ModelRef, Digest),
) -> Step {
    let subject = TaskSubject::Annotated { slice: slice.clone(), model: model.0.clone() };
    let inputs = [
        ("refine".to_owned(), refine.task.key.to_string()),
        ("model".to_owned(), model.1.to_string()),
        ("text".to_owned(), dataset.text_read()),
    ];
    on_record.step(TaskKind::Enrich, subject, inputs.into(), vec![refine.task.slot()])
}

/// What each of these model versions has read of the slices of a period, whether a release is open for it or not. The steps that refine
/// a slice are among them, before those that read it.
pub fn readings(snapshot: &Snapshot<'_>, dataset: &Dataset, period: Period, models: &[ModelRef]) -> Result<Vec<Step>> {
    if dataset.text.is_empty() {
        return Ok(Vec::new());
    }
    let models = digests(snapshot, models.iter())?;
    let batches = standing::batches(snapshot, dataset, period)?;
    let on_record = OnRecord::of(snapshot, &dataset.name, period)?;
    let mut steps = Vec::new();
    for (provider, batches) in by_provider(&batches) {
        let slice = Slice { dataset: dataset.name.clone(), period, provider: provider.to_owned() };
        let refine = on_record.stands(refining(dataset, &slice, &batches), Vec::new());
        let first = steps.len();
        steps.push(refine);
        for model in &models {
            let reading = enriching(dataset, &on_record, &steps[first], &slice, model);
            steps.push(reading);
        }
    }
    name_causes(&mut steps, &on_record, "");
    Ok(steps)
}

/// Whether a model version has read a slice as it is now.
pub fn has_read(snapshot: &Snapshot<'_>, dataset: &Dataset, slice: &Slice, model: &ModelRef) -> Result<bool> {
    let reading = TaskSubject::Annotated { slice: slice.clone(), model: model.clone() };
    let steps = readings(snapshot, dataset, slice.period, std::slice::from_ref(model))?;
    Ok(steps.iter().any(|step| step.task.subject == reading && step.state == TaskState::Done))
}

/// The task that makes the silver of a slice from these batches.
pub fn refining(dataset: &Dataset, slice: &Slice, batches: &[&Batch]) -> Task {
    let mut inputs: BTreeMap<String, String> = batches
        .iter()
        .enumerate()
        .map(|(index, batch)| (format!("batch:{index}"), batch.delivery.batch.to_string()))
        .collect();
    let columns = batches.iter().map(|batch| batch.columns.as_slice());
    let mapping = dataset.provider(&slice.provider).and_then(|provider| dataset.mapping_digest(provider, columns));
    for reference in &dataset.references {
        let content = reference.current.as_ref().map_or("none", |current| current.content.as_str());
        inputs.insert(format!("reference:{}", reference.name), content.to_owned());
    }
    inputs.insert("mapping".to_owned(), mapping.map(|digest| digest.to_string()).unwrap_or_default());
    Task::new(TaskKind::Refine, TaskSubject::Slice { slice: slice.clone() }, inputs)
}

impl PlanFacts<'_> {
    /// Whether the release is judged by what was measured of this subject.
    fn judges(&self, subject: &TaskSubject) -> bool {
        let TaskSubject::Annotated { model, .. } = subject else { return true };
        !self.also.iter().any(|(also, _)| also == model)
    }
}

#[cfg(test)]
mod tests;
