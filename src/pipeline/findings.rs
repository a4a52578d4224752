//! What the checks of a release found becomes the life of its anomalies.

use std::collections::BTreeSet;

use crate::base::Result;
use crate::domain::anomaly::AnomalyId;
use crate::domain::check::RowRef;
use crate::domain::{
    Anomaly, AnomalyState, BatchId, CheckRule, Dataset, Evaluation, Fact, ModelRef, Outcome, Period, Release,
};
use crate::journal::Transaction;

/// Opens, sees again, reopens and closes the anomalies of a release's period.
pub fn record(
    transaction: &mut Transaction<'_>,
    dataset: &Dataset,
    release: &Release,
    evaluations: &[Evaluation],
) -> Result<()> {
    let period = release.name.period;
    let mut judged = BTreeSet::new();
    for evaluation in evaluations {
        let model =
            if is_about_entities(dataset, &evaluation.check) { release.model.clone() } else { ModelRef::none() };
        let id = AnomalyId::of(&dataset.name, period, &evaluation.check, &evaluation.subject, &model);
        judged.insert(id.clone());
        let known = transaction.anomaly(&id)?;
        let finding = Box::new(evaluation.clone());
        match (evaluation.outcome, known) {
            (Outcome::Failed, None) => {
                let dataset = dataset.name.clone();
                let opened = Fact::AnomalyOpened { id: id.clone(), dataset, period, model, evaluation: finding };
                transaction.append(opened)?;
                cover(transaction, &id)?;
            }
            (Outcome::Failed, Some(known)) => {
                transaction.append(Fact::AnomalySeen { id: id.clone(), evaluation: finding })?;
                if known.state == AnomalyState::Fixed || outgrown(&known, evaluation) {
                    transaction.append(Fact::AnomalyReopened { id })?;
                }
            }
            (Outcome::Passed, Some(known)) if known.state != AnomalyState::Fixed => {
                transaction.append(Fact::AnomalyFixed { id, evidence: evaluation.explanation.clone() })?;
            }
            _ => {}
        }
    }
    for anomaly in unsettled(transaction, &dataset.name, period)? {
        let concerns = anomaly.model.is_none() || anomaly.model == release.model;
        if concerns && !judged.contains(&anomaly.id) {
            let evidence = format!("{} no longer judges {}", anomaly.check, anomaly.subject);
            transaction.append(Fact::AnomalyFixed { id: anomaly.id, evidence })?;
        }
    }
    close_unused(transaction, &dataset.name, period)
}

/// Closes what was found in the entities of model versions that no release of the period is made with any more: there
/// is nothing left to settle.
pub fn close_unused(transaction: &mut Transaction<'_>, dataset: &str, period: Period) -> Result<()> {
    let releases = [transaction.open_release(dataset, period)?, transaction.live_release(dataset, period)?];
    let used: Vec<ModelRef> = releases.into_iter().flatten().map(|release| release.model).collect();
    for anomaly in unsettled(transaction, dataset, period)? {
        if !anomaly.model.is_none() && !used.contains(&anomaly.model) {
            let evidence = format!("no release of {period} is made with {} any more", anomaly.model);
            transaction.append(Fact::AnomalyFixed { id: anomaly.id, evidence })?;
        }
    }
    Ok(())
}

/// Whether a waiver was given for something else than what is found now: another number, or rows of other batches. One
/// that reaches into later periods was meant for whatever comes.
fn outgrown(known: &Anomaly, found: &Evaluation) -> bool {
    let given_for_this = known.settled.as_ref().is_some_and(|waiver| waiver.until.is_none());
    let batches = |rows: &[RowRef]| -> BTreeSet<BatchId> { rows.iter().map(|row| row.batch.clone()).collect() };
    known.state == AnomalyState::Waived
        && given_for_this
        && (known.observed != found.observed || batches(&known.rows) != batches(&found.rows))
}

/// Lets a new finding pass where a waiver of the same finding of an earlier period reaches this far.
fn cover(transaction: &mut Transaction<'_>, id: &AnomalyId) -> Result<()> {
    let Some(anomaly) = transaction.anomaly(id)? else { return Ok(()) };
    if let Some(waiver) = transaction.waiver_for(&anomaly)? {
        transaction.append(Fact::AnomalyCovered { id: anomaly.id, waiver })?;
    }
    Ok(())
}

fn unsettled(transaction: &Transaction<'_>, dataset: &str, period: Period) -> Result<Vec<Anomaly>> {
    let mut anomalies = transaction.anomalies_of(dataset, period)?;
    anomalies.retain(|anomaly| anomaly.state != AnomalyState::Fixed);
    Ok(anomalies)
}

/// Whether a check's findings are about what a model found, not about the data.
fn is_about_entities(dataset: &Dataset, check: &str) -> bool {
    let found = dataset.checks.iter().find(|one| one.name == check);
    found.is_some_and(|check| matches!(check.rule, CheckRule::LabelRate { .. }))
}
