//! `evaluate`: the checks judge a release's inputs; what fails becomes anomalies.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{LazyFrame, UnionArgs, concat};

use super::plan::reference_model;
use super::{Context, enrich, history, inputs, measure, refine};
use crate::base::{Error, Result, crash};
use crate::domain::anomaly::AnomalyId;
use crate::domain::task::TaskOutput;
use crate::domain::{
    AnomalyState, Batch, BatchId, CheckRule, Dataset, Evaluation, Fact, ModelRef, Outcome, Period, Release, Slice,
    Task, TaskSubject,
};
use crate::journal::Transaction;
use crate::quality::evaluate::{Judged, SliceFacts, evaluate};

/// Judges a release and records what was found, with the outcome of the task, in one transaction.
pub fn run(context: &Context, task: &Task) -> Result<TaskOutput> {
    let TaskSubject::Release { release: name } = &task.subject else {
        return Err(Error::internal("evaluate works on a release"));
    };
    let dataset = context.contract.dataset(&name.dataset)?;
    let release = context
        .journal
        .read(|snapshot| snapshot.release(name))?
        .ok_or_else(|| Error::not_found(format!("there is no release `{name}`")))?;
    if task.inputs.get("inputs").map(String::as_str) != Some(release.input_digest.as_str()) {
        return Err(Error::busy(format!("the inputs of {name} changed since this was planned")));
    }
    let evaluations = judge(context, dataset, &release)?;
    crash::point("task.before_outcome");

    let output = TaskOutput {
        key: task.key.clone(),
        inputs: task.inputs.clone(),
        rows_in: evaluations.len() as u64,
        rows_out: evaluations.iter().filter(|evaluation| evaluation.outcome == Outcome::Failed).count() as u64,
        rejected: 0,
        content: None,
    };
    let (task, recorded) = (task.clone(), output.clone());
    let checks: BTreeSet<String> = model_checks(dataset);
    context.write(move |transaction| {
        if transaction.output(&task.slot())?.is_some_and(|output| output.key == task.key) {
            return Ok(());
        }
        let found = Finding { release: &release, checks_of_model: &checks };
        found.record(transaction, &evaluations)?;
        transaction.append(Fact::ReleaseEvaluated {
            release: release.name.clone(),
            input_digest: release.input_digest.clone(),
            evaluations,
        })?;
        transaction.append(Fact::TaskDone { task, output: recorded, rejected: Vec::new(), metrics: Vec::new() })?;
        Ok(())
    })?;
    Ok(output)
}

/// The checks whose findings are about the model's entities, not about the data.
fn model_checks(dataset: &Dataset) -> BTreeSet<String> {
    let about_entities = dataset.checks.iter().filter(|check| matches!(check.rule, CheckRule::LabelRate { .. }));
    about_entities.map(|check| check.name.clone()).collect()
}

fn judge(context: &Context, dataset: &Dataset, release: &Release) -> Result<Vec<Evaluation>> {
    let period = release.name.period;
    let (batches, vouched, baseline, reference, labels) = context.journal.read(|snapshot| {
        Ok((
            inputs::standing(snapshot, dataset, period)?,
            history::vouched(snapshot, dataset, period)?,
            snapshot.baseline(&dataset.name, period)?,
            reference_model(snapshot, dataset, release)?,
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
        let mut facts = slice_facts(context, dataset, &slice, batches, &release.model, reference.as_ref())?;
        let ids: Vec<BatchId> = batches.iter().map(|batch| batch.delivery.batch.clone()).collect();
        let accepted = baseline.as_ref().filter(|baseline| baseline.covers(provider, &ids));
        facts.baseline_accepted = accepted.map(|baseline| format!("{}: {}", baseline.by, baseline.reason));
        slices.push(facts);
        silver.extend(slice_frame(context, refine::silver(&slice))?);
        rejects.extend(slice_frame(context, refine::rejects(&slice))?);
        if !release.model.is_none() {
            annotations.extend(slice_frame(context, enrich::annotations(&slice, &release.model))?);
        }
    }
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
    let profile = measure::stored(context, slice, model)?
        .ok_or_else(|| Error::internal(format!("{slice} was not profiled with {model}")))?;
    let previous_model = reference.map(|reference| measure::stored(context, slice, reference)).transpose()?.flatten();
    let missing = |field: &&str| batches.iter().any(|batch| provider.column_of(field, &batch.columns).is_none());
    let schema_gaps = dataset
        .schema
        .iter()
        .map(|field| field.name.as_str())
        .filter(|field| !provider.names_of(field).is_empty())
        .filter(missing)
        .map(|field| format!("{field} (looked for {})", provider.names_of(field).join(", ")))
        .collect();
    Ok(SliceFacts { provider: slice.provider.clone(), profile, schema_gaps, previous_model, baseline_accepted: None })
}

fn slice_frame(
    context: &Context,
    (table, partition): (crate::lake::Table, Vec<(String, String)>),
) -> Result<Option<LazyFrame>> {
    context.lake.scan(&table, None, &partition)
}

fn union(frames: Vec<LazyFrame>) -> Result<Option<LazyFrame>> {
    if frames.is_empty() {
        return Ok(None);
    }
    concat(frames, UnionArgs::default()).map(Some).map_err(Error::library)
}

/// Lets a new finding pass where a waiver of the same finding of an earlier period reaches this far.
fn cover(transaction: &mut Transaction<'_>, id: &AnomalyId) -> Result<()> {
    let Some(anomaly) = transaction.anomaly(id)? else { return Ok(()) };
    if let Some(waiver) = transaction.waiver_for(&anomaly)? {
        transaction.append(Fact::AnomalyCovered { id: anomaly.id, waiver })?;
    }
    Ok(())
}

/// Turns the results of a release's checks into the life of its anomalies.
struct Finding<'a> {
    release: &'a Release,
    checks_of_model: &'a BTreeSet<String>,
}

impl Finding<'_> {
    fn record(&self, transaction: &mut Transaction<'_>, evaluations: &[Evaluation]) -> Result<()> {
        let name = &self.release.name;
        let (dataset, period) = (name.dataset.clone(), name.period);
        for evaluation in evaluations {
            let model = self.model_of(&evaluation.check);
            let id = AnomalyId::of(&dataset, period, &evaluation.check, &evaluation.subject, &model);
            let known = transaction.anomaly(&id)?;
            let is_new = evaluation.outcome == Outcome::Failed && known.is_none();
            let (found, evaluation) = (id.clone(), Box::new(evaluation.clone()));
            let facts = match (evaluation.outcome, known.map(|anomaly| anomaly.state)) {
                (Outcome::Failed, None) => {
                    vec![Fact::AnomalyOpened { id, dataset: dataset.clone(), period, model, evaluation }]
                }
                (Outcome::Failed, Some(AnomalyState::Fixed)) => {
                    vec![Fact::AnomalySeen { id: id.clone(), evaluation }, Fact::AnomalyReopened { id }]
                }
                (Outcome::Failed, Some(_)) => vec![Fact::AnomalySeen { id, evaluation }],
                (Outcome::Passed, Some(state)) if state != AnomalyState::Fixed => {
                    vec![Fact::AnomalyFixed { id, evidence: evaluation.explanation }]
                }
                _ => Vec::new(),
            };
            for fact in facts {
                transaction.append(fact)?;
            }
            if is_new {
                cover(transaction, &found)?;
            }
        }
        self.close_vanished(transaction, &dataset, period, evaluations)
    }

    /// An anomaly whose subject is no longer judged (a column or provider that is gone) has nothing left to fix.
    fn close_vanished(
        &self,
        transaction: &mut Transaction<'_>,
        dataset: &str,
        period: Period,
        evaluations: &[Evaluation],
    ) -> Result<()> {
        let judged: BTreeSet<AnomalyId> = evaluations
            .iter()
            .map(|evaluation| {
                let model = self.model_of(&evaluation.check);
                AnomalyId::of(dataset, period, &evaluation.check, &evaluation.subject, &model)
            })
            .collect();
        for anomaly in transaction.anomalies_of(dataset, period)? {
            let concerns = anomaly.model.is_none() || anomaly.model == self.release.model;
            if concerns && anomaly.state != AnomalyState::Fixed && !judged.contains(&anomaly.id) {
                let evidence = format!("{} no longer judges {}", anomaly.check, anomaly.subject);
                transaction.append(Fact::AnomalyFixed { id: anomaly.id, evidence })?;
            }
        }
        Ok(())
    }

    fn model_of(&self, check: &str) -> ModelRef {
        if self.checks_of_model.contains(check) { self.release.model.clone() } else { ModelRef::none() }
    }
}
