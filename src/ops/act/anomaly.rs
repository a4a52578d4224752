//! Settling anomalies and judging their samples.

use super::Reply;
use crate::base::{Error, Result};
use crate::domain::anomaly::AnomalyId;
use crate::domain::{Anomaly, AnomalyState, BatchId, Fact, Period};
use crate::journal::Transaction;
use crate::pipeline::{Context, assemble};

/// A person says that it is real.
pub fn confirm(context: &Context, id: &AnomalyId) -> Result<Reply> {
    settle(context, id, AnomalyState::Confirmed, |id| Fact::AnomalyConfirmed { id })?;
    Ok(Reply::new(format!("{id} is confirmed; it blocks until the data or the model is mended")))
}

/// A person lets it pass.
pub fn waive(context: &Context, id: &AnomalyId, until: Option<Period>) -> Result<Reply> {
    settle(context, id, AnomalyState::Waived, move |id| Fact::AnomalyWaived { id, until })?;
    Ok(Reply::new(format!("{id} is waived")))
}

/// A person takes a decision back.
pub fn reopen(context: &Context, id: &AnomalyId) -> Result<Reply> {
    settle(context, id, AnomalyState::Open, |id| Fact::AnomalyReopened { id })?;
    Ok(Reply::new(format!("{id} is open again")))
}

fn settle(
    context: &Context,
    id: &AnomalyId,
    next: AnomalyState,
    fact: impl FnOnce(AnomalyId) -> Fact + Send + 'static,
) -> Result<()> {
    change(context, id, move |transaction, anomaly| {
        anomaly.state.allow(next)?;
        transaction.append(fact(anomaly.id.clone())).map(drop)
    })
}

/// What a person said about a row.
pub struct Judgement {
    pub batch: BatchId,
    pub row: u64,
    pub accepted: bool,
    pub note: Option<String>,
}

/// Judges one of an anomaly's samples.
pub fn assess(context: &Context, id: &AnomalyId, judgement: Judgement) -> Result<Reply> {
    let Judgement { batch, row, accepted, note } = judgement;
    let said = format!("row {row} of batch {batch} is {}", if accepted { "accepted" } else { "rejected" });
    change(context, id, move |transaction, anomaly| {
        let sample = anomaly
            .rows
            .iter()
            .find(|sample| sample.row == row && sample.batch.as_str().starts_with(batch.as_str()))
            .ok_or_else(|| {
                Error::not_found(format!("row {row} of batch {batch} is not a sample of {}", anomaly.id))
                    .hint(format!("assay anomaly show {}", anomaly.id))
            })?;
        let fact = Fact::SampleJudged { id: anomaly.id.clone(), batch: sample.batch.clone(), row, accepted, note };
        transaction.append(fact).map(drop)
    })?;
    Ok(Reply::new(said))
}

/// Changes something about an anomaly; what an approval of its release stands for follows in the same transaction.
fn change(
    context: &Context,
    id: &AnomalyId,
    work: impl FnOnce(&mut Transaction<'_>, &Anomaly) -> Result<()> + Send + 'static,
) -> Result<()> {
    let contract = context.contract.clone();
    let id = id.clone();
    context.write(move |transaction| {
        let anomaly = transaction.anomaly_by_prefix(id.as_str())?;
        work(transaction, &anomaly)?;
        assemble::rebind(transaction, &contract, &anomaly.dataset, anomaly.period)
    })
}
