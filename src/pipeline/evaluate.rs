//! `evaluate`: the checks judge a release's inputs; what fails becomes anomalies.

mod sharing;

use std::collections::BTreeMap;

use super::plan::{self, reference_model};
use super::slices::union;
use super::{Context, drift, findings, history, profile, refine, slices, standing};
use crate::base::{Error, Result, crash};
use crate::domain::task::TaskOutput;
use crate::domain::{
    Batch, BatchId, Contract, Dataset, Evaluation, Fact, ModelRef, Outcome, Release, ReleaseName, Slice, Task,
};
use crate::journal::{Snapshot, Transaction};
use crate::quality::evaluate::{Judged, SliceFacts, evaluate};

/// Judges a release: what each check says. `None` where the release would be judged by something else by now than the
/// task was planned with.
pub fn run(context: &Context, task: &Task) -> Result<Option<Vec<Evaluation>>> {
    let name = task.release()?;
    let dataset = context.contract.dataset(&name.dataset)?;
    let Some(release) = context.journal.read(|snapshot| planned(snapshot, dataset, task, name))? else {
        return Ok(None);
    };
    let evaluations = judge(context, dataset, &release)?;
    crash::point("task.before_outcome");
    Ok(Some(evaluations))
}

/// Puts on record what was found, and what follows from it. `None` as above.
pub fn record(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    task: &Task,
    evaluations: Vec<Evaluation>,
) -> Result<Option<TaskOutput>> {
    let name = task.release()?;
    let dataset = contract.dataset(&name.dataset)?;
    let Some(release) = planned(transaction, dataset, task, name)? else { return Ok(None) };
    findings::record(transaction, dataset, &release, &evaluations)?;
    let output = TaskOutput {
        rows_in: evaluations.len() as u64,
        rows_out: evaluations.iter().filter(|evaluation| evaluation.outcome == Outcome::Failed).count() as u64,
        ..TaskOutput::of(task)
    };
    let (release, input_digest) = (release.name, release.input_digest);
    transaction.append(Fact::ReleaseEvaluated { release, input_digest, evaluations })?;
    Ok(Some(output))
}

/// The release, where this is still the task that judges it.
fn planned(snapshot: &Snapshot<'_>, dataset: &Dataset, task: &Task, name: &ReleaseName) -> Result<Option<Release>> {
    let release = snapshot.known_release(name)?;
    if !release.state.is_open() {
        return Ok(None);
    }
    let now = plan::judging(snapshot, dataset, &release)?;
    Ok(now.is_some_and(|now| now.key == task.key).then_some(release))
}

fn judge(context: &Context, dataset: &Dataset, release: &Release) -> Result<Vec<Evaluation>> {
    let period = release.name.period;
    let (batches, vouched, baseline, reference, labels) = context.journal.read(|snapshot| {
        let vouched = history::measured(snapshot, dataset, period)?;
        let reference = reference_model(snapshot, dataset, release, &vouched)?;
        Ok((
            standing::batches(snapshot, dataset, period)?,
            vouched,
            snapshot.baseline(&dataset.name, period)?,
            reference,
            snapshot.model(&release.model)?.map_or_else(Vec::new, |version| version.labels),
        ))
    })?;
    let mut by_provider: BTreeMap<String, Vec<Batch>> = BTreeMap::new();
    for batch in batches {
        by_provider.entry(batch.delivery.slice.provider.clone()).or_default().push(batch);
    }
    let mut slices = Vec::new();
    let mut silver = Vec::new();
    let mut rejects = Vec::new();
    let mut annotations = Vec::new();
    for (provider, batches) in &by_provider {
        context.cancel.check()?;
        let slice = Slice { dataset: dataset.name.clone(), period, provider: provider.clone() };
        slices::check(context, &slice, &release.model)?;
        let mut facts = slice_facts(context, dataset, &slice, batches, &release.model, reference.as_ref())?;
        let ids: Vec<BatchId> = batches.iter().map(|batch| batch.delivery.batch.clone()).collect();
        let columns = batches.iter().map(|batch| batch.columns.as_slice());
        let mapping = dataset.mapping_digest(dataset.provider(provider)?, columns)?;
        facts.baseline = baseline.clone().filter(|baseline| baseline.covers(provider, &ids, mapping.as_str()));
        slices.push(facts);
        silver.extend(slices::scan(context, slices::silver(&slice))?);
        rejects.extend(slices::scan(context, slices::rejects(&slice))?);
        if !release.model.is_none() {
            annotations.extend(slices::scan(context, slices::annotations(&slice, &release.model))?);
        }
    }
    sharing::between_providers(context, dataset, period, &mut slices, &silver)?;
    sharing::between_periods(context, dataset, period, &mut slices, &vouched)?;
    let values = |provider: &str, metric: &str| {
        context
            .journal
            .read(|snapshot| history::values(snapshot, &dataset.name, provider, &release.model, metric, &vouched))
    };
    let judged = Judged {
        dataset,
        period,
        model: &release.model,
        labels: &labels,
        slices,
        history: &values,
        silver: union(silver)?.unwrap_or_else(|| refine::empty_silver(dataset)),
        rejects: union(rejects)?,
        annotations: union(annotations)?,
    };
    evaluate(&judged, &context.cancel)
}

fn slice_facts(
    context: &Context,
    dataset: &Dataset,
    slice: &Slice,
    batches: &[Batch],
    model: &ModelRef,
    reference: Option<&ModelRef>,
) -> Result<SliceFacts> {
    let provider = dataset.provider(&slice.provider)?;
    let profile = profile::stored(context, slice, model)?
        .ok_or_else(|| Error::internal(format!("{slice} was not profiled with {model}")))?;
    let previous_model = reference.map(|reference| profile::stored(context, slice, reference)).transpose()?.flatten();
    let ids: Vec<BatchId> = batches.iter().map(|batch| batch.delivery.batch.clone()).collect();
    let (schema, twins) = context
        .journal
        .read(|snapshot| Ok((drift::reference(snapshot, dataset, slice, &ids)?, snapshot.twins(slice, &ids)?)))?;
    let twins = twins.iter().map(|twin| format!("{} (batch {})", twin.delivery.slice, twin.delivery.batch)).collect();
    Ok(SliceFacts {
        provider: slice.provider.clone(),
        profile,
        drift: drift::of(context, dataset, provider, batches, &schema)?,
        schema_accepted: schema.accepted,
        twins,
        shared: Vec::new(),
        previous_model,
        baseline: None,
    })
}
