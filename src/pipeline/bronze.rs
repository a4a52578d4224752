//! Bronze: what was delivered, batch by batch.

use std::sync::mpsc::sync_channel;
use std::thread::Builder;

use polars::prelude::{DataFrame, LazyFrame};

use super::report::Report;
use super::{Context, notes};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::batch::{Bronze, Delivery};
use crate::domain::note::DeliveryNote;
use crate::domain::understood::{Example, RejectKind, Tally};
use crate::domain::{Slice, Task, lineage};
use crate::frames::CHUNK_ROWS;
use crate::lake::{Commit, Table};
use crate::source::read::{self as reading, Reader};

/// Writes the records of a delivery under the intent `seq`, and the note of how they were read.
pub fn write(
    context: &Context,
    task: &Task,
    seq: u64,
    delivery: &Delivery,
    reader: &mut dyn Reader,
    report: &Report<'_>,
) -> Result<Bronze> {
    let (columns, encoding) = (reader.header().to_vec(), reader.encoding());
    let schema = reading::bronze_schema(&columns);
    let headers = columns.iter().map(|column| (column.name.clone(), column.delivered.clone())).collect();
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;
    let (table, partition) = place(delivery);
    let commit = Commit::new(partition, seq, "land", task.slot(), at);
    let (mut rows, mut rejects) = (0, Tally::default());
    let lake = &context.lake;
    let committed = read_ahead(reader, &context.cancel, |chunks| {
        let mut chunks = chunks.map(|chunk| {
            let chunk = chunk?;
            rows += chunk.height() as u64;
            report.rows(rows, None);
            for Example { line, raw, reason } in reading::refused(&chunk)? {
                rejects.add(RejectKind::Malformed, line, &raw, reason);
            }
            Ok(chunk)
        });
        let committed = lake.replace_with_headers(&table, &schema, &headers, &commit, &mut chunks, &context.cancel)?;
        if committed.repeated {
            // An attempt that died before its outcome wrote them: they are only looked at.
            chunks.try_for_each(|chunk| chunk.map(drop))?;
        }
        Ok(committed)
    })?;
    let (understood, repairs) = (Some(reader.understood()), reader.repairs());
    let note = DeliveryNote { understood, fields: Vec::new(), repairs, rejects: rejects.list() };
    Ok(Bronze { columns, rows: committed.rows, encoding, noted: notes::write(context, &note)? })
}

/// Has a thread of its own read on while `work` is at the chunks before.
fn read_ahead<T>(
    reader: &mut dyn Reader,
    cancel: &Cancel,
    work: impl FnOnce(&mut dyn Iterator<Item = Result<DataFrame>>) -> Result<T>,
) -> Result<T> {
    let (sender, chunks) = sync_channel(2);
    std::thread::scope(|scope| {
        let reading = Builder::new().name("reading".to_owned()).spawn_scoped(scope, move || {
            while let Some(chunk) = reader.next_chunk(CHUNK_ROWS, cancel).transpose() {
                // Nobody wants more of a work that has failed.
                let is_last = chunk.is_err();
                if sender.send(chunk).is_err() || is_last {
                    break;
                }
            }
        })?;
        let mut chunks = chunks.into_iter();
        let done = work(&mut chunks);
        drop(chunks);
        reading.join().map_err(|_| Error::internal("reading the delivery ended unexpectedly"))?;
        done
    })
}

/// The bronze rows of a batch, `None` where there are none.
pub fn read(context: &Context, delivery: &Delivery) -> Result<Option<LazyFrame>> {
    let (table, partition) = place(delivery);
    context.lake.scan(&table, None, &partition)
}

/// Refuses a batch whose bronze is not there as it was written.
pub fn verify(context: &Context, delivery: &Delivery) -> Result<()> {
    let (table, partition) = place(delivery);
    let batch = &delivery.batch;
    context.lake.verify(&table, None, &partition, &context.cancel).map_err(|error| match error.kind() {
        ErrorKind::Cancelled => error,
        _ => Error::corrupt(format!("batch {batch} is on record but not in bronze as it was landed"))
            .because(error.one_line())
            .hint(format!("make it again from the file as delivered: assay batch accept {batch} --reason \"...\"")),
    })
}

/// Whether the bronze of a landed batch is missing or damaged.
pub fn is_lost(context: &Context, delivery: &Delivery) -> Result<bool> {
    match verify(context, delivery) {
        Err(error) if error.kind() == ErrorKind::Corrupt => Ok(true),
        verified => verified.map(|()| false),
    }
}

fn place(delivery: &Delivery) -> (Table, Vec<(String, String)>) {
    let Slice { dataset, provider, period } = delivery.slice.clone();
    let period = delivery.held_by.as_ref().map_or(period, |holder| holder.period);
    let holder = delivery.holder().to_string();
    let partition = vec![(lineage::PERIOD.to_owned(), period.to_string()), (lineage::BATCH.to_owned(), holder)];
    (Table::Bronze { dataset, provider }, partition)
}
