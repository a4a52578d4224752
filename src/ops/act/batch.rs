//! What people decide about batches.

use super::Reply;
use crate::base::{Error, Result};
use crate::domain::progress::Progress;
use crate::domain::{Batch, BatchId, BatchState, Contract, Fact};
use crate::journal::Transaction;
use crate::pipeline::land::{self, Landing};
use crate::pipeline::{Context, arrival};

/// Tries a quarantined batch again: the contract may name its encoding by now.
pub fn accept(context: &Context, id: &BatchId, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    let batch = quarantined(context, id)?;
    let delivery = batch.delivery;
    let seq = context.record(Fact::LandingStarted { delivery: delivery.clone() })?;
    match land::finish(context, delivery, seq, progress)? {
        Landing::Quarantined { note, .. } => Err(Error::bad_data(format!("batch {id} still can't be read"))
            .because(note)
            .hint("mend the provider's entry in assay.toml, or reject the batch and ask for another delivery")),
        Landing::Landed { rows, .. } => Ok(Reply::new(format!("batch {id} landed with {rows} rows"))),
        Landing::Unchanged { .. } => Ok(Reply::new(format!("batch {id} had landed already"))),
    }
}

/// Takes a batch back. Its slice stands on the revision before it, if there is one.
pub fn withdraw(context: &Context, id: &BatchId) -> Result<Reply> {
    let batch = find(context, id)?;
    if !matches!(batch.state, BatchState::Landed | BatchState::Quarantined) {
        return Err(Error::refused(format!("batch {id} is {} already", batch.state.as_str())));
    }
    let contract = context.contract.clone();
    context.write(move |transaction| take_back(transaction, &contract, &batch))?;
    Ok(Reply::new(format!("batch {id} is withdrawn")))
}

/// The change that a withdrawal is.
pub fn take_back(transaction: &mut Transaction<'_>, contract: &Contract, batch: &Batch) -> Result<()> {
    let slice = &batch.delivery.slice;
    let batch_id = batch.delivery.batch.clone();
    let cause = format!("batch {batch_id} of {} was withdrawn", slice.provider);
    transaction.append(Fact::BatchWithdrawn { batch: batch_id })?;
    if batch.state == BatchState::Landed {
        arrival::data_changed(transaction, contract.dataset(&slice.dataset)?, slice.period, &cause)?;
    }
    Ok(())
}

/// The batch, which must be in quarantine.
pub fn quarantined(context: &Context, id: &BatchId) -> Result<Batch> {
    let batch = find(context, id)?;
    if batch.state != BatchState::Quarantined {
        return Err(Error::refused(format!("batch {id} is {}, not quarantined", batch.state.as_str())));
    }
    Ok(batch)
}

/// The batch whose id begins so.
pub fn find(context: &Context, id: &BatchId) -> Result<Batch> {
    context.journal.read(|snapshot| snapshot.batch_by_prefix(id.as_str()))
}
