//! What the checks of a release found becomes the life of its anomalies.

use std::collections::BTreeSet;

use super::assemble;
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
                let opened = Fact::AnomalyOpened { id: id.clone(), dataset, period, model, evaluation: finding, rule };
                transaction.append(opened)?;
                cover(transaction, &id)?;
            }
            (Outcome::Failed, Some(known)) => {
                let again = known.state == AnomalyState::Fixed || outgrown(&known, evaluation, rule.as_ref());
                transaction.append(Fact::AnomalySeen { id: id.clone(), evaluation: finding, rule })?;
                if again {
                    transaction.append(Fact::AnomalyReopened { id: id.clone() })?;
                    lift(transaction, dataset, &id)?;
                    cover(transaction, &id)?;
                }
            }
            (Outcome::Passed, Some(known)) if known.state != AnomalyState::Fixed => {
                fix(transaction, dataset, id, evaluation.explanation.clone())?;
            }
            _ => {}
        }
    }
    for anomaly in unsettled(transaction, &dataset.name, period)? {
        let concerns = anomaly.model.is_none() || anomaly.model == release.model;
        if concerns && !judged.contains(&anomaly.id) {
            fix(transaction, dataset, anomaly.id, format!("{} no longer judges {}", anomaly.check, anomaly.subject))?;
        }
    }
    close_unused(transaction, dataset, period)
}

/// Closes what was found in the entities of model versions that no release of the period is made with any more: there
/// is nothing left to settle.
pub fn close_unused(transaction: &mut Transaction<'_>, dataset: &Dataset, period: Period) -> Result<()> {
    let name = &dataset.name;
    let releases = [transaction.open_release(name, period)?, transaction.live_release(name, period)?];
    let used: Vec<ModelRef> = releases.into_iter().flatten().map(|release| release.model).collect();
    for anomaly in unsettled(transaction, name, period)? {
        if !anomaly.model.is_none() && !used.contains(&anomaly.model) {
            fix(
                transaction,
                dataset,
                anomaly.id,
                format!("no release of {period} is made with {} any more", anomaly.model),
            )?;
        }
    }
    Ok(())
}

fn fix(transaction: &mut Transaction<'_>, dataset: &Dataset, id: AnomalyId, evidence: String) -> Result<()> {
    transaction.append(Fact::AnomalyFixed { id: id.clone(), evidence })?;
    lift(transaction, dataset, &id)
}

/// [`uncover`], and the releases of those periods stand for something else.
fn lift(transaction: &mut Transaction<'_>, dataset: &Dataset, id: &AnomalyId) -> Result<()> {
    for later in uncover(transaction, id)? {
        let open = transaction.open_release(&dataset.name, later.period)?;
        if let Some(release) = open.filter(|release| release.release_digest.is_some()) {
            assemble::bind(transaction, dataset, &release)?;
        }
    }
    Ok(())
}

/// A decision is no more: what its waiver let pass in later periods is open again. Answers what that is.
pub fn uncover(transaction: &mut Transaction<'_>, id: &AnomalyId) -> Result<Vec<Anomaly>> {
    let covered = transaction.covered_by(id)?;
    for later in &covered {
        transaction.append(Fact::AnomalyReopened { id: later.id.clone() })?;
    }
    Ok(covered)
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

/// Lets a finding that is open pass where a waiver of the same finding of an earlier period reaches this far.
fn cover(transaction: &mut Transaction<'_>, id: &AnomalyId) -> Result<()> {
    let anomaly = transaction.known_anomaly(id)?;
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
