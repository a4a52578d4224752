//! `land`: a delivered file becomes raw and bronze, and the releases hear of it.

use std::path::Path;

use polars::prelude::LazyFrame;

use super::report::Report;
use super::{Context, arrival, lease};
use crate::base::{ErrorKind, Result, ResultExt, crash};
use crate::domain::batch::{BronzeColumn, Delivery};
use crate::domain::contract::Source;
use crate::domain::progress::{Progress, Step};
use crate::domain::{BatchId, BatchState, Fact, Slice, Task, TaskKind, TaskSubject, lineage};
use crate::lake::{Commit, Table};
use crate::quality::stream::CHUNK_ROWS;
use crate::source::read;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// It is a new batch.
    Landed {
        /// The batch.
        batch: BatchId,
        /// Its revision.
        revision: u32,
        /// Its records, the bad ones included.
        rows: u64,
    },
    /// It can't be read; it is kept in raw.
    Quarantined {
        /// The batch.
        batch: BatchId,
        /// Why it can't be read.
        note: String,
    },
    /// It is what the slice stands on already.
    Unchanged {
        /// The batch.
        batch: BatchId,
    },
}

/// Takes in one file for a slice.
pub fn file(context: &Context, slice: &Slice, path: &Path, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let raw = context.lake.store_raw(path, &context.cancel).with_context(|| format!("keeping `{file}` verbatim"))?;
    let _lease = lease::wait(context, &format!("land {slice}"))?;
    let (current, newest) = context.journal.read(|snapshot| {
        let newest = snapshot.newest_revision(slice)?;
        let standing = snapshot.batches_of(&slice.dataset, slice.period)?.into_iter().filter(|batch| {
            batch.delivery.slice == *slice && matches!(batch.state, BatchState::Landed | BatchState::Quarantined)
        });
        Ok((standing.max_by_key(|batch| batch.delivery.revision), newest))
    })?;
    if let Some(current) = current.filter(|current| current.delivery.content == raw.digest) {
        return Ok(Landing::Unchanged { batch: current.delivery.batch });
    }
    let revision = newest + 1;
    let delivery = Delivery {
        batch: BatchId::of(slice, revision, &raw.digest),
        slice: slice.clone(),
        revision,
        content: raw.digest,
        extension: raw.extension,
        file,
        bytes: raw.bytes,
    };
    let seq = context.record(Fact::LandingStarted { delivery: delivery.clone() })?;
    crash::point("land.intent");
    finish(context, delivery, seq, sink)
}

/// Brings a landing to its end whose intent is on record: after a crash too.
pub fn finish(context: &Context, delivery: Delivery, seq: u64, sink: &(dyn Fn(Progress) + Sync)) -> Result<Landing> {
    let subject = TaskSubject::Batch { slice: delivery.slice.clone(), batch: delivery.batch.clone() };
    let inputs = [("content".to_owned(), delivery.content.to_string())].into();
    let task = Task::new(TaskKind::Land, subject, inputs);
    let report = Report::new(&task, sink);
    let batch = delivery.batch.clone();
    match write_bronze(context, &task, &delivery, seq, &report) {
        Ok((columns, rows)) => {
            crash::point("land.bronze_written");
            let revision = delivery.revision;
            arrival::landed(context, delivery, columns, rows)?;
            crash::point("land.outcome");
            report.step(Step::Done { rows });
            Ok(Landing::Landed { batch, revision, rows })
        }
        Err(error) if error.kind() == ErrorKind::BadData => {
            let note = error.one_line();
            report.step(Step::Failed { error: note.clone() });
            arrival::quarantined(context, delivery, note.clone())?;
            Ok(Landing::Quarantined { batch, note })
        }
        Err(error) => Err(error),
    }
}

fn write_bronze(
    context: &Context,
    task: &Task,
    delivery: &Delivery,
    seq: u64,
    report: &Report<'_>,
) -> Result<(Vec<BronzeColumn>, u64)> {
    let provider = context.contract.dataset(&delivery.slice.dataset)?.provider(&delivery.slice.provider)?;
    let Source::Inbox { encoding, .. } = &provider.source;
    let raw = context.lake.raw_path(&delivery.content, &delivery.extension);
    let mut reader = read::open(&raw, &delivery.extension, encoding.as_deref(), &context.cancel)
        .with_context(|| format!("reading `{}`", delivery.file))?;
    let columns = reader.header().to_vec();
    let schema = read::bronze_schema(&columns);
    let headers = columns.iter().map(|column| (column.name.clone(), column.delivered.clone())).collect();

    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;
    let (table, partition) = bronze(delivery);
    let commit = Commit::new(partition, seq, "land", task.slot(), at);
    let mut rows = 0;
    let mut chunks = std::iter::from_fn(|| {
        let chunk = reader.next_chunk(CHUNK_ROWS, &context.cancel).transpose()?;
        Some(chunk.inspect(|chunk| {
            rows += chunk.height() as u64;
            report.rows(rows, None);
        }))
    });
    let committed = context
        .lake
        .replace_with_headers(&table, &schema, &headers, &commit, &mut chunks, &context.cancel)
        .with_context(|| format!("reading `{}`", delivery.file))?;
    Ok((columns, committed.rows))
}

/// The bronze rows of a batch, `None` where there are none.
pub fn bronze_of(context: &Context, delivery: &Delivery) -> Result<Option<LazyFrame>> {
    let (table, partition) = bronze(delivery);
    context.lake.scan(&table, None, &partition)
}

fn bronze(delivery: &Delivery) -> (Table, Vec<(String, String)>) {
    let Slice { dataset, provider, period } = delivery.slice.clone();
    let partition =
        vec![(lineage::PERIOD.to_owned(), period.to_string()), (lineage::BATCH.to_owned(), delivery.batch.to_string())];
    (Table::Bronze { dataset, provider }, partition)
}
