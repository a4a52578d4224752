//! What the checks of a release found becomes the life of its anomalies.

use std::collections::BTreeSet;

use crate::base::{Digest, Result};
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
        let rule = dataset.rule_digest(&evaluation.check, evaluation.subject.provider.as_deref())?;
        match (evaluation.outcome, known) {
            (Outcome::Failed, None) => {
                let dataset = dataset.name.clone();
                let opened = Fact::AnomalyOpened { id: id.clone(), dataset, period, model, evaluation: finding };
                transaction.append(opened)?;
                cover(transaction, &id, rule.as_ref())?;
            }
            (Outcome::Failed, Some(known)) => {
                transaction.append(Fact::AnomalySeen { id: id.clone(), evaluation: finding })?;
                if known.state == AnomalyState::Fixed || outgrown(&known, evaluation, rule.as_ref()) {
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

/// Whether a waiver was given for something else than what is found now: under another rule, for a warning that blocks by
/// now, for another number, for other rows. One that reaches into later periods was meant for whatever rows come.
fn outgrown(known: &Anomaly, found: &Evaluation, rule: Option<&Digest>) -> bool {
    let Some(waiver) = known.settled.as_ref().filter(|_| known.state == AnomalyState::Waived) else { return false };
    let rows =
        |rows: &[RowRef]| -> BTreeSet<(BatchId, u64)> { rows.iter().map(|row| (row.batch.clone(), row.row)).collect() };
    let other = known.observed != found.observed || rows(&known.rows) != rows(&found.rows);
    waiver.rule.as_ref() != rule || found.severity > known.severity || (other && waiver.until.is_none())
}

/// Lets a new finding pass where a waiver of the same finding of an earlier period, under the same rule, reaches this far.
fn cover(transaction: &mut Transaction<'_>, id: &AnomalyId, rule: Option<&Digest>) -> Result<()> {
    let anomaly = transaction.known_anomaly(id)?;
    let Some(waiver) = transaction.waiver_for(&anomaly)? else { return Ok(()) };
    let given = transaction.known_anomaly(&waiver)?.settled;
    if given.is_some_and(|given| given.rule.as_ref() == rule) {
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
