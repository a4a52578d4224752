//! Bronze: what was delivered, batch by batch.

use polars::prelude::LazyFrame;

use super::report::Report;
use super::{Context, notes};
use crate::base::{Error, ErrorKind, Result};
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
    let mut chunks = std::iter::from_fn(|| {
        let chunk = reader.next_chunk(CHUNK_ROWS, &context.cancel).transpose()?;
        Some(chunk.and_then(|chunk| {
            rows += chunk.height() as u64;
            report.rows(rows, None);
            for Example { line, raw, reason } in reading::refused(&chunk)? {
                rejects.add(RejectKind::Malformed, line, &raw, reason);
            }
            Ok(chunk)
        }))
    });
    let lake = &context.lake;
    let committed = lake.replace_with_headers(&table, &schema, &headers, &commit, &mut chunks, &context.cancel)?;
    if committed.repeated {
        // An attempt that died before its outcome wrote them: they are only looked at.
        chunks.try_for_each(|chunk| chunk.map(drop))?;
    }
    let (understood, repairs) = (Some(reader.understood()), reader.repairs());
    let note = DeliveryNote { understood, fields: Vec::new(), repairs, rejects: rejects.list() };
    Ok(Bronze { columns, rows: committed.rows, encoding, noted: notes::write(context, &note)? })
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
