//! What the checks of a release found becomes the life of its anomalies.

use std::collections::BTreeSet;

use crate::base::Result;
use crate::domain::anomaly::AnomalyId;
use crate::domain::check::RowRef;
use crate::domain::{
    Anomaly, AnomalyState, BatchId, Check, CheckRule, Contract, Dataset, Evaluation, Fact, ModelRef, Outcome, Period,
    Release, ReleaseName,
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

/// What was waived under a rule of its time is open again where the check now looks at something else, or blocks where it
/// warned: in the periods whose releases are open, and wherever the waiver reaches into later periods.
pub fn reopen_changed(transaction: &mut Transaction<'_>, before: &Contract, after: &Contract) -> Result<()> {
    let open: Vec<ReleaseName> = transaction.open_releases()?.into_iter().map(|release| release.name).collect();
    for dataset in &after.datasets {
        let Ok(was) = before.dataset(&dataset.name) else { continue };
        let same = |check: &Check, was: &Check| was.rule == check.rule && check.severity <= was.severity;
        let known =
            |check: &Check| was.checks.iter().find(|was| was.name == check.name).is_some_and(|was| same(check, was));
        let changed: BTreeSet<&str> =
            dataset.checks.iter().filter(|check| !known(check)).map(|check| check.name.as_str()).collect();
        for anomaly in transaction.waived(&dataset.name)? {
            let is_open = open.iter().any(|name| name.dataset == dataset.name && name.period == anomaly.period);
            let reaches =
                anomaly.settled.as_ref().is_some_and(|waiver| waiver.given_for.is_none() && waiver.until.is_some());
            if changed.contains(anomaly.check.as_str()) && (is_open || reaches) {
                transaction.append(Fact::AnomalyReopened { id: anomaly.id })?;
            }
        }
    }
    Ok(())
}

/// Whether a waiver was given for something else than what is found now: for a warning that blocks by now, for another
/// number, for other rows. One that reaches into later periods was meant for whatever rows come.
fn outgrown(known: &Anomaly, found: &Evaluation) -> bool {
    let reaches = known.settled.as_ref().is_some_and(|waiver| waiver.until.is_some());
    let rows =
        |rows: &[RowRef]| -> BTreeSet<(BatchId, u64)> { rows.iter().map(|row| (row.batch.clone(), row.row)).collect() };
    let other = known.observed != found.observed || rows(&known.rows) != rows(&found.rows);
    known.state == AnomalyState::Waived && (found.severity > known.severity || (other && !reaches))
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
