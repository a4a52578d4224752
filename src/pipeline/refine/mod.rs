//! `refine`: bronze becomes canonical silver; what can't be kept goes to rejects with line and reason.
//!
//! Rows in = rows out + rejects, always. Of rows that share a key the first is kept.

pub mod parse;
mod refiner;
pub(super) mod schemas;

use polars::prelude::{DataFrame, IntoLazy, LazyFrame};

use crate::base::{Error, Result, crash};
use crate::domain::contract::Dataset;
use crate::domain::task::TaskOutput;
use crate::domain::{Batch, BatchId, Slice, Task};
use crate::frames::{Order, chunks};
use crate::lake::Commit;

use super::report::Report;
use super::{Context, land, slices};
use refiner::{Refiner, Sorted};

/// Silver without rows.
pub fn empty_silver(dataset: &Dataset) -> LazyFrame {
    DataFrame::empty_with_schema(&schemas::silver(dataset)).lazy()
}

/// What came of a slice.
pub struct Refined {
    /// For the journal.
    pub output: TaskOutput,
    /// Records refused, batch by batch.
    pub rejected: Vec<(BatchId, u64)>,
}

/// Writes silver and rejects of a slice from the bronze of its batches, under the intent `seq`.
pub fn run(context: &Context, task: &Task, batches: &[Batch], seq: u64, report: &Report<'_>) -> Result<Refined> {
    let slice = task.subject.slice().ok_or_else(|| Error::internal("refine works on a slice"))?;
    let dataset = context.contract.dataset(&slice.dataset)?;
    let total = batches.iter().map(|batch| batch.rows).sum();
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;

    batches.iter().try_for_each(|batch| land::verify_bronze(context, &batch.delivery))?;
    let mut counts = Counts::default();
    let (table, partition) = slices::silver(slice);
    let commit = Commit::new(partition, seq, "refine", task.slot(), at);
    let mut kept = refined(context, dataset, slice, batches)?.map(|chunk| {
        let chunk = chunk?;
        counts.add(&chunk);
        report.rows(counts.kept + counts.refused(), Some(total));
        Ok(chunk.silver)
    });
    if context.lake.replace(&table, &schemas::silver(dataset), &commit, &mut kept, &context.cancel)?.repeated {
        // An attempt that died before its outcome wrote them: they are only counted.
        kept.try_for_each(|chunk| chunk.map(drop))?;
    }
    drop(kept);

    let (table, partition) = slices::rejects(slice);
    let commit = Commit::new(partition, seq, "refine", task.slot(), at);
    if counts.refused() > 0 {
        let mut refused = refined(context, dataset, slice, batches)?.map(|chunk| Ok(chunk?.rejects));
        context.lake.replace(&table, &schemas::rejects(), &commit, &mut refused, &context.cancel)?;
    } else if context.lake.version(&table)?.is_some() {
        // Before the first reject there is no such table.
        context.lake.remove(&table, &commit)?;
    }
    crash::point("task.before_outcome");

    let (rows_out, rejected, content) = (counts.kept, counts.refused(), Some(slices::content(context, task)?));
    let output = TaskOutput { rows_in: total, rows_out, rejected, content, ..TaskOutput::of(task) };
    if output.rows_in != output.rows_out + output.rejected {
        return Err(Error::corrupt(format!(
            "{slice}: {} rows in, but {} kept and {} refused",
            output.rows_in, output.rows_out, output.rejected
        )));
    }
    Ok(Refined { output, rejected: counts.by_batch })
}

/// How many rows were kept, and refused of which batch.
#[derive(Default)]
struct Counts {
    kept: u64,
    by_batch: Vec<(BatchId, u64)>,
}

impl Counts {
    fn add(&mut self, chunk: &Sorted) {
        self.kept += chunk.silver.height() as u64;
        let refused = chunk.rejects.height() as u64;
        match self.by_batch.last_mut() {
            Some((batch, count)) if *batch == chunk.batch => *count += refused,
            _ => self.by_batch.push((chunk.batch.clone(), refused)),
        }
    }

    fn refused(&self) -> u64 {
        self.by_batch.iter().map(|(_, count)| count).sum()
    }
}

/// All batches of a slice, refined chunk by chunk, in order.
fn refined(
    context: &Context,
    dataset: &Dataset,
    slice: &Slice,
    batches: &[Batch],
) -> Result<impl Iterator<Item = Result<Sorted>> + use<>> {
    let mut refiner = Refiner::new(dataset, slice)?;
    let mut parts = Vec::with_capacity(batches.len());
    for batch in batches {
        let id = batch.delivery.batch.clone();
        let mapping = refiner.mapping(&batch.columns);
        let bronze = land::bronze_of(context, &batch.delivery)?
            .ok_or_else(|| Error::corrupt(format!("batch {id} is on record but not in bronze")))?;
        let chunks = chunks(bronze, Order::Kept, &context.cancel)?;
        parts.push(chunks.map(move |chunk| chunk.map(|chunk| (id.clone(), mapping.clone(), chunk))));
    }
    Ok(parts.into_iter().flatten().map(move |chunk| {
        let (batch, mapping, chunk) = chunk?;
        refiner.refine(batch, &mapping, &chunk)
    }))
}
