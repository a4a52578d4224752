//! What people decide about batches.

use super::Reply;
use crate::base::{Error, Result, text};
use crate::domain::batch::Delivery;
use crate::domain::progress::Progress;
use crate::domain::{Batch, BatchId, BatchState, Contract, Fact};
use crate::journal::{Snapshot, Transaction};
use crate::pipeline::land::{self, Landing};
use crate::pipeline::{Context, arrival, bronze};

/// Tries a quarantined batch again: the contract may name its encoding by now. One that was read in another encoding than
/// the contract now names, or whose bronze got lost, is read again, as the next revision.
pub fn accept(context: &Context, id: &BatchId, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    let batch = find(context, id)?;
    let _leases = land::hold(context, &batch.delivery.destination())?;
    let acceptable = acceptable(context, batch)?;
    let found = context.journal.read(&acceptable)?;
    let landing = if found.state == BatchState::Landed {
        land::again(context, found.delivery, progress)?
    } else {
        let contract = context.contract.clone();
        let intent = context.write(move |transaction| {
            let delivery = acceptable(transaction)?.delivery;
            let dataset = contract.dataset(&delivery.slice.dataset)?;
            land::intend(transaction, dataset, delivery, None)
        })?;
        land::carry_out(context, intent, progress)?
    };
    match landing {
        Landing::Quarantined { note, .. } => Err(unreadable(id, note)),
        Landing::Landed { batch, revision, rows, .. } => {
            let rows = text::counted(rows, "row");
            Ok(Reply::new(format!("batch {batch} landed with {rows}, as revision {revision}")))
        }
        _ => Ok(Reply::new(format!("batch {id} had landed already"))),
    }
}

/// What accepting a batch would do, with the same refusals.
pub fn would_accept(context: &Context, id: &BatchId) -> Result<String> {
    let batch = find(context, id)?;
    let found = context.journal.read(acceptable(context, batch)?)?;
    let Delivery { slice, file, content, extension, revision, .. } = found.delivery;
    let replaced = if found.state == BatchState::Landed {
        format!(", in the place of revision {revision}: what rests on it is made and approved again")
    } else {
        String::new()
    };
    match land::look_into(context, &slice, &context.lake.raw_path(&content, &extension))? {
        None => Ok(format!("would take in {file} for {slice}{replaced}")),
        Some(note) => Err(unreadable(id, note)),
    }
}

fn unreadable(id: &BatchId, note: String) -> Error {
    Error::bad_data(format!("batch {id} still can't be read"))
        .because(note)
        .hint("mend the provider's entry in assay.toml, or reject the batch and ask for another delivery")
}

/// How to tell, from the record, that a batch may be accepted: one that is quarantined and that nothing newer took the
/// place of, or one that has to be read again.
fn acceptable(context: &Context, batch: Batch) -> Result<impl Fn(&Snapshot<'_>) -> Result<Batch> + Send + use<>> {
    let id = batch.delivery.batch.clone();
    if let Some(holder) = &batch.delivery.held_by {
        let whole = context.journal.read(|snapshot| snapshot.known_batch(&holder.batch))?;
        let stands = matches!(whole.state, BatchState::Landed | BatchState::Quarantined);
        let error = Error::refused(format!("batch {id} is part of batch {}", holder.batch))
            .because("one file was delivered for several periods, and is taken in as a whole");
        return Err(if stands {
            error.hint(format!("assay batch accept {} --reason \"...\"", holder.batch))
        } else {
            error.hint("deliver the same file once more: assay batch add FILE")
        });
    }
    if !land::has_raw(context, &batch.delivery)? {
        return Err(Error::not_found(format!("the raw file of batch {id} is gone or damaged"))
            .hint("deliver the same file once more: assay batch add FILE"));
    }
    let is_lost = batch.state == BatchState::Landed && bronze::is_lost(context, &batch.delivery)?;
    let contract = context.contract.clone();
    Ok(move |snapshot: &Snapshot<'_>| may_be_accepted(snapshot, &contract, &id, is_lost))
}

fn may_be_accepted(snapshot: &Snapshot<'_>, contract: &Contract, id: &BatchId, is_lost: bool) -> Result<Batch> {
    let batch = snapshot.known_batch(id)?;
    let dataset = contract.dataset(&batch.delivery.slice.dataset);
    let is_misread = dataset.is_ok_and(|dataset| land::is_misread(dataset, &batch));
    if batch.state == BatchState::Landed && (is_misread || is_lost) {
        return newest_word(snapshot, batch);
    }
    if batch.state != BatchState::Quarantined {
        return Err(Error::refused(format!("batch {id} is {}, not quarantined", batch.state.as_str())));
    }
    let slice = &batch.delivery.slice;
    let of_days = snapshot.batches_of_slice(slice)?.into_iter().filter(|other| {
        other.state == BatchState::Landed && other.delivery.destination() == batch.delivery.destination()
    });
    let current = of_days.max_by_key(|other| other.delivery.revision);
    if let Some(newer) = current.filter(|current| current.delivery.revision > batch.delivery.revision) {
        let Delivery { batch: newer, revision, .. } = newer.delivery;
        return Err(Error::refused(format!(
            "batch {id} can't be accepted: revision {revision} of {slice} landed since"
        ))
        .hint(format!("to have it in that one's place: assay batch withdraw {newer} --reason \"...\", then accept"))
        .hint(format!("to keep that one: assay batch reject {id} --reason \"...\"")));
    }
    Ok(batch)
}

/// Refuses to read a batch again, which makes it the newest revision, over something newer that nobody settled.
fn newest_word(snapshot: &Snapshot<'_>, batch: Batch) -> Result<Batch> {
    let Delivery { batch: id, slice, revision, .. } = &batch.delivery;
    let newer = snapshot
        .batches_of_slice(slice)?
        .into_iter()
        .find(|other| other.delivery.revision > *revision && other.state == BatchState::Quarantined);
    match newer.map(|newer| newer.delivery) {
        None => Ok(batch),
        Some(Delivery { batch: newer, revision, .. }) => Err(Error::refused(format!(
            "batch {id} can't be read again: revision {revision} of {slice} is quarantined"
        ))
        .hint(format!("to have that one: assay batch accept {newer} --reason \"...\""))
        .hint(format!("to turn it down first: assay batch reject {newer} --reason \"...\""))),
    }
}

/// Takes a batch back; it is `said` to be what then. Its slice stands on the revision before it, if there is one.
pub fn withdraw(context: &Context, id: &BatchId) -> Result<Reply> {
    take_back_one(context, id, &[BatchState::Landed, BatchState::Quarantined])?;
    Ok(Reply::new(format!("batch {id} is withdrawn")))
}

/// Turns a quarantined batch down.
pub fn reject(context: &Context, id: &BatchId) -> Result<Reply> {
    take_back_one(context, id, &[BatchState::Quarantined])?;
    Ok(Reply::new(format!("batch {id} is turned down; its file stays in raw")))
}

/// Takes a batch back that is in one of these states.
fn take_back_one(context: &Context, id: &BatchId, states: &'static [BatchState]) -> Result<()> {
    let found = find(context, id)?.delivery;
    let _leases = land::hold(context, &found.destination())?;
    let contract = context.contract.clone();
    context.write(move |transaction| {
        let batch = transaction.known_batch(&found.batch)?;
        match batch.state {
            state if states.contains(&state) => take_back(transaction, &contract, &batch),
            BatchState::Landed => Err(Error::refused(format!("batch {} is landed, not quarantined", found.batch))
                .hint(format!("to take it back: assay batch withdraw {} --reason \"...\"", found.batch))),
            state => Err(Error::refused(format!("batch {} is {} already", found.batch, state.as_str()))),
        }
    })
}

/// The change that a withdrawal is.
pub fn take_back(transaction: &mut Transaction<'_>, contract: &Contract, batch: &Batch) -> Result<()> {
    let (batch_id, provider) = (batch.delivery.batch.clone(), &batch.delivery.slice.provider);
    let cause = format!("batch {batch_id} of {provider} was withdrawn");
    // What was begun with it is not to be finished after that.
    for delivery in transaction.landings_under_way()?.into_iter().filter(|delivery| delivery.batch == batch_id) {
        transaction.append(Fact::LandingGivenUp { delivery, note: "the batch was taken back".to_owned() })?;
    }
    // One file was delivered: it goes from each of its periods.
    for part in transaction.parts_of(batch.delivery.holder())? {
        let Batch { delivery: Delivery { batch: id, slice, .. }, state, .. } = part;
        if state == BatchState::Withdrawn {
            continue;
        }
        transaction.append(Fact::BatchWithdrawn { batch: id })?;
        if state == BatchState::Landed
            && let Ok(dataset) = contract.dataset(&slice.dataset)
        {
            arrival::data_changed(transaction, dataset, slice.period, &cause)?;
        }
    }
    Ok(())
}

/// The batch whose id begins so.
pub fn find(context: &Context, id: &BatchId) -> Result<Batch> {
    context.journal.read(|snapshot| snapshot.batch_by_prefix(id.as_str()))
}
