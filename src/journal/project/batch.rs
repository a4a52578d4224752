//! The batches and where they stand.

use rusqlite::named_params;

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::batch::Delivery;
use crate::domain::{Batch, BatchId, BatchState, Event, Fact, Slice};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["batch"],
    schema: "
        CREATE TABLE batch (
            id           TEXT PRIMARY KEY,
            dataset      TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            provider     TEXT NOT NULL,
            revision     INTEGER NOT NULL,
            content      TEXT NOT NULL,
            extension    TEXT NOT NULL,
            file         TEXT NOT NULL,
            bytes        INTEGER NOT NULL,
            state        TEXT NOT NULL,
            columns      TEXT NOT NULL,
            encoding     TEXT,
            rows         INTEGER NOT NULL,
            rejected     INTEGER NOT NULL,
            at           TEXT NOT NULL,
            actor        TEXT NOT NULL,
            note         TEXT,
            landing      TEXT,
            refining     TEXT,
            doubted      INTEGER NOT NULL,
            covers       TEXT,
            part         TEXT,
            held_by      TEXT,
            -- The batch of `held_by`.
            holder       TEXT,
            retrieved    TEXT,
            sort         INTEGER NOT NULL,
            search       TEXT NOT NULL
        ) STRICT;
        CREATE INDEX batch_slice ON batch (dataset, period_order, provider, revision);
    ",
    indexes: "
        CREATE INDEX batch_holder ON batch (holder) WHERE holder IS NOT NULL;
        CREATE INDEX batch_content ON batch (content);
        CREATE INDEX batch_state ON batch (state, sort);
        CREATE UNIQUE INDEX batch_page ON batch (sort, dataset, period_order, provider, state);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::BatchLanded { delivery, columns, rows, encoding, noted } => {
            let (columns, encoding, landing) = (columns.clone(), encoding.clone(), noted.clone());
            let landed = delivered(event, delivery, BatchState::Landed);
            land(snapshot, &Batch { columns, rows: *rows, encoding, landing, ..landed }, event.seq)
        }
        Fact::BatchQuarantined { delivery, note } => quarantine(snapshot, event, delivery, note),
        Fact::BatchSetAside { batch, note } => set_aside(snapshot, batch, note),
        Fact::BatchWithdrawn { batch } => withdraw(snapshot, event, batch),
        Fact::TaskDone { rejected, noted, .. } => {
            for (batch, rejected) in rejected {
                let rejected = column::integer(*rejected)?;
                snapshot.execute("UPDATE batch SET rejected = ?2 WHERE id = ?1", (batch.as_str(), rejected))?;
            }
            for (batch, noted) in noted {
                if let Some(rows) = noted.rows {
                    let rows = column::integer(rows)?;
                    snapshot.execute("UPDATE batch SET rows = ?2 WHERE id = ?1", (batch.as_str(), rows))?;
                }
                let noted = column::to_json(noted)?;
                snapshot.execute("UPDATE batch SET refining = ?2 WHERE id = ?1", (batch.as_str(), noted))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn land(snapshot: &Snapshot<'_>, batch: &Batch, seq: u64) -> Result<()> {
    refuse_landed(snapshot, &batch.delivery.batch)?;
    // Whoever has it landed all the same has looked at it, and what came of refining it stands.
    let waited = snapshot.batch(&batch.delivery.batch)?.filter(|waited| waited.doubted);
    let (rejected, refining) =
        waited.as_ref().map(|waited| (waited.rejected, waited.refining.clone())).unwrap_or_default();
    let doubted = waited.is_some();
    for before in of_slice(snapshot, &batch.delivery.slice, BatchState::Landed)? {
        if batch.delivery.replaces(&before.delivery) {
            set_state(snapshot, before, BatchState::Superseded, None)?;
        }
    }
    insert(snapshot, &Batch { rejected, refining, doubted, ..batch.clone() }, seq)
}

fn quarantine(snapshot: &Snapshot<'_>, event: &Event, delivery: &Delivery, note: &str) -> Result<()> {
    refuse_landed(snapshot, &delivery.batch)?;
    let batch = delivered(event, delivery, BatchState::Quarantined);
    insert(snapshot, &Batch { note: Some(note.to_owned()), ..batch }, event.seq)
}

fn refuse_landed(snapshot: &Snapshot<'_>, id: &BatchId) -> Result<()> {
    match snapshot.batch(id)? {
        Some(batch) if batch.state == BatchState::Landed => {
            Err(Error::refused(format!("batch `{id}` has landed already")))
        }
        _ => Ok(()),
    }
}

/// Takes a batch back.
fn withdraw(snapshot: &Snapshot<'_>, event: &Event, id: &BatchId) -> Result<()> {
    let batch = snapshot.known_batch(id)?;
    let (slice, revision, state) = (batch.delivery.slice.clone(), batch.delivery.revision, batch.state);
    if state == BatchState::Withdrawn {
        return Err(Error::refused(format!("batch `{id}` is withdrawn already")));
    }
    set_state(snapshot, batch, BatchState::Withdrawn, event.origin.reason.clone())?;
    if state == BatchState::Landed { fall_back(snapshot, &slice, revision) } else { Ok(()) }
}

/// Puts a landed batch into quarantine.
fn set_aside(snapshot: &Snapshot<'_>, id: &BatchId, note: &str) -> Result<()> {
    let batch = snapshot.known_batch(id)?;
    if batch.state != BatchState::Landed {
        return Err(Error::refused(format!("batch `{id}` is {}, not landed", batch.state.as_str())));
    }
    let (slice, revision) = (batch.delivery.slice.clone(), batch.delivery.revision);
    snapshot.execute("UPDATE batch SET doubted = 1 WHERE id = ?1", [id.as_str()])?;
    set_state(snapshot, batch, BatchState::Quarantined, Some(note.to_owned()))?;
    fall_back(snapshot, &slice, revision)
}

/// Has a slice stand on the newest superseded revisions below this one, as far as nothing else covers their days.
fn fall_back(snapshot: &Snapshot<'_>, slice: &Slice, revision: u32) -> Result<()> {
    let mut below = of_slice(snapshot, slice, BatchState::Superseded)?;
    below.retain(|batch| batch.delivery.revision < revision);
    below.sort_by_key(|batch| std::cmp::Reverse(batch.delivery.revision));
    for batch in below {
        let clashes = |standing: &Batch| standing.delivery.clashes(&batch.delivery);
        if !of_slice(snapshot, slice, BatchState::Landed)?.iter().any(clashes) {
            set_state(snapshot, batch, BatchState::Landed, None)?;
        }
    }
    Ok(())
}

/// The batches of a slice in this state.
fn of_slice(snapshot: &Snapshot<'_>, slice: &Slice, state: BatchState) -> Result<Vec<Batch>> {
    let mut batches = snapshot.batches_of_slice(slice)?;
    batches.retain(|batch| batch.state == state);
    Ok(batches)
}

/// A batch of which nothing but its delivery is known.
fn delivered(event: &Event, delivery: &Delivery, state: BatchState) -> Batch {
    Batch {
        delivery: delivery.clone(),
        state,
        columns: Vec::new(),
        encoding: None,
        rows: 0,
        rejected: 0,
        at: event.at,
        by: event.origin.actor.name.clone(),
        note: None,
        landing: None,
        refining: None,
        doubted: false,
    }
}

fn insert(snapshot: &Snapshot<'_>, batch: &Batch, seq: u64) -> Result<()> {
    let slice = &batch.delivery.slice;
    snapshot.execute(
        "INSERT OR REPLACE INTO batch (id, dataset, period, period_order, provider, revision, content, extension, file,
             bytes, state, columns, encoding, rows, rejected, at, actor, note, landing, refining,
             doubted, covers, part, held_by, holder, retrieved, sort, search)
         VALUES (:id, :dataset, :period, :period_order, :provider, :revision, :content, :extension, :file,
             :bytes, :state, :columns, :encoding, :rows, :rejected, :at, :actor, :note,
             :landing, :refining, :doubted, :covers, :part, :held_by, :holder, :retrieved, :sort, :search)",
        named_params! {
            ":id": batch.delivery.batch.as_str(), ":dataset": slice.dataset, ":period": slice.period.to_string(),
            ":period_order": column::period_order(slice.period), ":provider": slice.provider,
            ":revision": batch.delivery.revision, ":content": batch.delivery.content.as_str(),
            ":extension": batch.delivery.extension, ":file": batch.delivery.file,
            ":bytes": column::integer(batch.delivery.bytes)?, ":state": batch.state.as_str(),
            ":columns": column::to_json(&batch.columns)?, ":encoding": batch.encoding,
            ":rows": column::integer(batch.rows)?, ":rejected": column::integer(batch.rejected)?,
            ":at": column::written(batch.at), ":actor": batch.by, ":note": batch.note,
            ":landing": batch.landing.as_ref().map(column::to_json).transpose()?,
            ":refining": batch.refining.as_ref().map(column::to_json).transpose()?,
            ":doubted": batch.doubted,
            ":covers": batch.delivery.covers.as_ref().map(column::to_json).transpose()?,
            ":part": batch.delivery.part,
            ":held_by": batch.delivery.held_by.as_ref().map(column::to_json).transpose()?,
            ":holder": batch.delivery.held_by.as_ref().map(|holder| holder.batch.as_str()),
            ":retrieved": batch.delivery.retrieved.as_ref().map(column::to_json).transpose()?,
            ":sort": -column::integer(seq)?, ":search": search(batch),
        },
    )?;
    Ok(())
}

fn set_state(snapshot: &Snapshot<'_>, mut batch: Batch, state: BatchState, note: Option<String>) -> Result<()> {
    (batch.state, batch.note) = (state, note);
    snapshot.execute(
        "UPDATE batch SET state = ?2, note = ?3, search = ?4 WHERE id = ?1",
        (batch.delivery.batch.as_str(), batch.state.as_str(), &batch.note, search(&batch)),
    )?;
    Ok(())
}

fn search(batch: &Batch) -> String {
    let (delivery, slice) = (&batch.delivery, &batch.delivery.slice);
    column::searchable(&[
        delivery.batch.as_str(),
        &slice.dataset,
        &slice.provider,
        &slice.period.to_string(),
        batch.state.as_str(),
        &delivery.file,
        &batch.by,
        batch.note.as_deref().unwrap_or_default(),
    ])
}
