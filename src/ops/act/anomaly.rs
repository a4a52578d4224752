//! Settling anomalies and judging their samples.

use std::collections::BTreeSet;

use super::Reply;
use crate::base::{Error, Result};
use crate::domain::actor::same_person;
use crate::domain::anomaly::AnomalyId;
use crate::domain::{Anomaly, AnomalyState, BatchId, Fact, Period, Severity};
use crate::journal::Transaction;
use crate::ops::judged::Judged;
use crate::pipeline::{Context, assemble, findings};

/// A person says that it is real. Where it was waived for later periods too, their findings open again.
pub fn confirm(context: &Context, id: &AnomalyId) -> Result<Reply> {
    let uncovered = settle(context, id, AnomalyState::Confirmed, |id| Fact::AnomalyConfirmed { id })?;
    let severity = context.journal.read(|snapshot| snapshot.anomaly_by_prefix(id.as_str()))?.severity;
    let then = match severity {
        Severity::Blocking => "it blocks until the data or the model is mended",
        Severity::Warning => "a warning stays on the record and blocks nothing",
    };
    let message = format!("{id} is confirmed; {then}");
    Ok(Reply { lines: named("open again", &uncovered), ..Reply::new(message) })
}

/// A person lets it pass; with `until`, the same finding of later periods up to that one as well.
pub fn waive(context: &Context, id: &AnomalyId, until: Option<Period>) -> Result<Reply> {
    let covered = change(context, id, move |transaction, anomaly| {
        anomaly.state.allow(AnomalyState::Waived)?;
        check_until(anomaly, until)?;
        transaction.append(Fact::AnomalyWaived { id: anomaly.id.clone(), until })?;
        let waived = transaction.anomaly_by_prefix(anomaly.id.as_str())?;
        let covered = transaction.open_under_waiver(&waived)?;
        for later in &covered {
            transaction.append(Fact::AnomalyCovered { id: later.id.clone(), waiver: waived.id.clone() })?;
        }
        Ok(covered)
    })?;
    let until = until.map(|until| format!(", and the same finding up to {until}")).unwrap_or_default();
    let judged = context.journal.read(|snapshot| Judged::of(snapshot, &snapshot.anomaly_by_prefix(id.as_str())?))?;
    let lines = judged.sentence().into_iter().chain(named("waived as well", &covered)).collect();
    Ok(Reply { lines, ..Reply::new(format!("{id} is waived{until}")) })
}

/// A person takes a decision back. Where it was waived for later periods too, their findings open again.
pub fn reopen(context: &Context, id: &AnomalyId) -> Result<Reply> {
    let uncovered = settle(context, id, AnomalyState::Open, |id| Fact::AnomalyReopened { id })?;
    Ok(Reply { lines: named("open again", &uncovered), ..Reply::new(format!("{id} is open again")) })
}

/// A waiver reaches from its own period to a later one of the same length.
fn check_until(anomaly: &Anomaly, until: Option<Period>) -> Result<()> {
    let Some(until) = until else { return Ok(()) };
    let period = anomaly.period;
    if until.granularity() != period.granularity() {
        return Err(Error::usage(format!("`{until}` is not a period of {}", anomaly.dataset))
            .hint(format!("its periods are written like {}", period.granularity().form())));
    }
    if until < period {
        return Err(Error::usage(format!("`{until}` is before {period}, the period of {}", anomaly.id))
            .hint("name the last period that the waiver covers, or leave out --until"));
    }
    Ok(())
}

fn named(what: &str, anomalies: &[Anomaly]) -> Vec<String> {
    anomalies.iter().map(|anomaly| format!("{what}: {} of {}", anomaly.id, anomaly.period)).collect()
}

/// Settles an anomaly in a way that ends its waiver, if it has one; returns what that waiver let pass.
fn settle(
    context: &Context,
    id: &AnomalyId,
    next: AnomalyState,
    fact: impl FnOnce(AnomalyId) -> Fact + Send + 'static,
) -> Result<Vec<Anomaly>> {
    change(context, id, move |transaction, anomaly| {
        anomaly.state.allow(next)?;
        transaction.append(fact(anomaly.id.clone()))?;
        findings::uncover(transaction, &anomaly.id)
    })
}

/// What a person said about a row.
pub struct Judgement {
    pub batch: BatchId,
    pub row: u64,
    pub accepted: bool,
    /// Whether it may take the place of somebody else's.
    pub overrule: bool,
    pub note: Option<String>,
}

/// Judges one of an anomaly's samples.
pub fn assess(context: &Context, id: &AnomalyId, judgement: Judgement) -> Result<Reply> {
    let Judgement { batch, row, accepted, overrule, note } = judgement;
    let judge = context.origin.actor.name.clone();
    let said = format!("row {row} of batch {batch} is {}", if accepted { "accepted" } else { "rejected" });
    let lost = if note.is_none() { own_note(context, id, &batch, row)? } else { None };
    change(context, id, move |transaction, anomaly| {
        let sample = anomaly
            .rows
            .iter()
            .find(|sample| sample.row == row && sample.batch.as_str().starts_with(batch.as_str()))
            .ok_or_else(|| {
                Error::not_found(format!("row {row} of batch {batch} is not a sample of {}", anomaly.id))
                    .hint(format!("assay anomaly show {}", anomaly.id))
            })?;
        let given = transaction
            .verdicts(anomaly)?
            .into_iter()
            .find(|(batch, at, verdict)| (batch, *at) == (&sample.batch, row) && !same_person(&verdict.by, &judge));
        if let Some((_, _, verdict)) = given.filter(|_| !overrule) {
            let said = if verdict.accepted { "accepted" } else { "rejected" };
            let error = Error::refused(format!("{} {said} row {row} already", verdict.by));
            let error = verdict.note.iter().fold(error, |error, note| error.because(note));
            return Err(error.hint("to put your verdict in its place, say the same with --overrule"));
        }
        let fact = Fact::SampleJudged { id: anomaly.id.clone(), batch: sample.batch.clone(), row, accepted, note };
        transaction.append(fact)?;
        Ok(Vec::new())
    })?;
    let lines = lost.map(|note| format!("your verdict before had a note, which this one has not: {note}"));
    Ok(Reply { lines: lines.into_iter().collect(), ..Reply::new(said) })
}

/// What the person said about a row before.
fn own_note(context: &Context, id: &AnomalyId, batch: &BatchId, row: u64) -> Result<Option<String>> {
    let judge = &context.origin.actor.name;
    let verdicts = context.journal.read(|snapshot| {
        let anomaly = snapshot.anomaly_by_prefix(id.as_str())?;
        snapshot.verdicts(&anomaly)
    })?;
    let own = verdicts.into_iter().find(|(of, at, verdict)| {
        *at == row && of.as_str().starts_with(batch.as_str()) && same_person(&verdict.by, judge)
    });
    Ok(own.and_then(|(_, _, verdict)| verdict.note))
}

/// Changes something about an anomaly, and about others of later periods, which `work` returns. What approvals of their
/// releases stand for follows in the same transaction.
fn change(
    context: &Context,
    id: &AnomalyId,
    work: impl FnOnce(&mut Transaction<'_>, &Anomaly) -> Result<Vec<Anomaly>> + Send + 'static,
) -> Result<Vec<Anomaly>> {
    let contract = context.contract.clone();
    let id = id.clone();
    context.write(move |transaction| {
        let anomaly = transaction.anomaly_by_prefix(id.as_str())?;
        let others = work(transaction, &anomaly)?;
        let periods: BTreeSet<Period> = others.iter().map(|other| other.period).chain([anomaly.period]).collect();
        for period in periods {
            assemble::rebind(transaction, &contract, &anomaly.dataset, period)?;
        }
        Ok(others)
    })
}
