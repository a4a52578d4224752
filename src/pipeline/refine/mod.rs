//! `refine`: bronze becomes canonical silver; what can't be kept goes to rejects with line and reason.
//!
//! Rows in = rows out + rejects, always. Of rows that share a key the first is kept.

mod changes;
mod dates;
pub mod derive;
mod finder;
mod held;
mod lookup;
mod numbers;
pub mod parse;
pub(super) mod refiner;
pub(super) mod schemas;
pub(super) mod scope;
mod style;
pub mod trial;
mod units;

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{DataFrame, IntoLazy, LazyFrame, col};

use crate::base::{Error, Result, crash};
use crate::domain::contract::{Dataset, DeliveryMode};
use crate::domain::note::{DeliveryNote, Noted};
use crate::domain::task::TaskOutput;
use crate::domain::understood::{RejectKind, RepairKind, Tally};
use crate::domain::{Batch, BatchId, Slice, Task};
use crate::frames::{Order, chunks};
use crate::lake::Commit;

use super::report::Report;
use super::{Context, bronze, notes, reference, slices};
use changes::Latest;
use derive::Derivation;
use held::Held;
use refiner::{Reading, Refiner, Sorted};
use scope::Scope;

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
    /// What was understood of each batch.
    pub noted: Vec<(BatchId, Noted)>,
}

/// Writes silver and rejects of a slice from the bronze of its batches, under the intent `seq`.
pub fn run(context: &Context, task: &Task, batches: &[Batch], seq: u64, report: &Report<'_>) -> Result<Refined> {
    let slice = task.subject.slice().ok_or_else(|| Error::internal("refine works on a slice"))?;
    let dataset = context.contract.dataset(&slice.dataset)?;
    let total = batches.iter().map(|batch| batch.rows).sum();
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;

    batches.iter().try_for_each(|batch| bronze::verify(context, &batch.delivery))?;
    let readings = readings(context, dataset, &Refiner::new(dataset, slice)?, batches)?;
    let latest = latest(context, dataset, slice, batches, &readings)?;
    let derivation = Arc::new(Derivation::of(dataset, &context.cancel, |table| reference::rows(context, table))?);
    let how = How { readings: &readings, latest: &latest, derivation: &derivation };
    let (mut counts, mut held) = (Counts::default(), Held::new());
    let (table, partition) = slices::silver(slice);
    let commit = Commit::new(partition, seq, "refine", task.slot(), at);
    let mut kept = refined(context, dataset, slice, batches, &how)?.map(|chunk| {
        let mut chunk = chunk?;
        counts.add(&mut chunk);
        report.rows(counts.kept + counts.refused(), Some(total));
        held.add(chunk.rejects);
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
        let mut refused: Box<dyn Iterator<Item = Result<DataFrame>>> = match held.all() {
            Some(refused) => Box::new(refused.into_iter().map(Ok)),
            None => Box::new(refined(context, dataset, slice, batches, &how)?.map(|chunk| Ok(chunk?.rejects))),
        };
        context.lake.replace(&table, &schemas::rejects(), &commit, &mut *refused, &context.cancel)?;
    } else if context.lake.version(&table)?.is_some() {
        // Before the first reject there is no such table.
        context.lake.remove(&table, &commit)?;
    }
    crash::point("task.before_outcome");

    let (rows_out, rejected, content) = (counts.kept, counts.refused(), Some(slices::content(context, task)?));
    // Of a delivery that is not all of this slice, how its dates are read says which rows are.
    let is_partial = latest.is_some() || readings.iter().any(|reading| reading.scope.is_partial());
    let rows_in = if is_partial { rows_out + rejected } else { total };
    let output = TaskOutput { rows_in, rows_out, rejected, content, ..TaskOutput::of(task) };
    if output.rows_in != output.rows_out + output.rejected {
        return Err(Error::corrupt(format!(
            "{slice}: {} rows in, but {} kept and {} refused",
            output.rows_in, output.rows_out, output.rejected
        )));
    }
    let refiner = Refiner::new(dataset, slice)?;
    let noted = batches.iter().zip(&readings).map(|(batch, reading)| {
        let id = &batch.delivery.batch;
        let of_batch = counts.by_batch.get(id);
        let repairs = of_batch.map_or_else(Vec::new, |counted| counted.repairs.list());
        let rejects = of_batch.map_or_else(Vec::new, |counted| counted.refusals.list());
        let note = DeliveryNote { understood: None, fields: refiner.fields(reading), repairs, rejects };
        let own = of_batch.map_or(0, |counted| counted.kept + counted.refused);
        let rows = reading.scope.is_partial().then_some(own);
        Ok((id.clone(), Noted { rows, ..notes::write(context, &note)? }))
    });
    let noted = noted.collect::<Result<Vec<_>>>()?;
    let refused = |batch: &Batch| counts.by_batch.get(&batch.delivery.batch).map_or(0, |counted| counted.refused);
    let rejected = batches.iter().map(|batch| (batch.delivery.batch.clone(), refused(batch))).collect();
    Ok(Refined { output, rejected, noted })
}

/// How many rows were kept, and what became of the others.
#[derive(Default)]
struct Counts {
    kept: u64,
    by_batch: BTreeMap<BatchId, Counted>,
}

/// What is counted of one batch.
#[derive(Default)]
struct Counted {
    kept: u64,
    refused: u64,
    repairs: Tally<RepairKind>,
    refusals: Tally<RejectKind>,
}

impl Counts {
    fn add(&mut self, chunk: &mut Sorted) {
        self.kept += chunk.silver.height() as u64;
        let counted = self.by_batch.entry(chunk.batch.clone()).or_default();
        counted.kept += chunk.silver.height() as u64;
        counted.refused += chunk.rejects.height() as u64;
        counted.repairs.absorb(std::mem::take(&mut chunk.repairs));
        counted.refusals.absorb(std::mem::take(&mut chunk.refusals));
    }

    fn refused(&self) -> u64 {
        self.by_batch.values().map(|counted| counted.refused).sum()
    }
}

/// How each batch is read.
fn readings(context: &Context, dataset: &Dataset, refiner: &Refiner, batches: &[Batch]) -> Result<Vec<Reading>> {
    let reading = |(index, batch): (usize, &Batch)| {
        let rows = rows(context, batch)?;
        refiner.reading(&batch.columns, (index, Scope::of(dataset, &batch.delivery, batches)), |names| {
            chunks(rows.select(names.iter().map(col).collect::<Vec<_>>()), Order::Any, &context.cancel)
        })
    };
    batches.iter().enumerate().map(reading).collect()
}

/// Of deliveries of changes, which rows stand.
fn latest(
    context: &Context,
    dataset: &Dataset,
    slice: &Slice,
    batches: &[Batch],
    readings: &[Reading],
) -> Result<Option<Arc<Latest>>> {
    if dataset.provider(&slice.provider)?.delivery != DeliveryMode::Changes {
        return Ok(None);
    }
    let (refiner, mut latest) = (Refiner::new(dataset, slice)?, Latest::default());
    for (batch, reading) in batches.iter().zip(readings) {
        for chunk in chunks(rows(context, batch)?, Order::Kept, &context.cancel)? {
            let chunk = chunk?;
            Refiner::note(&mut latest, reading, &refiner.keys(reading, &chunk)?, &chunk)?;
        }
    }
    Ok(Some(Arc::new(latest)))
}

fn rows(context: &Context, batch: &Batch) -> Result<LazyFrame> {
    let id = &batch.delivery.batch;
    bronze::read(context, &batch.delivery)?
        .ok_or_else(|| Error::corrupt(format!("batch {id} is on record but not in bronze")))
}

/// How the rows of a slice become canonical.
struct How<'a> {
    /// How each batch is read.
    readings: &'a [Reading],
    /// Of deliveries of changes, which rows stand.
    latest: &'a Option<Arc<Latest>>,
    /// What is looked up and derived.
    derivation: &'a Arc<Derivation>,
}

/// All batches of a slice, refined chunk by chunk, in order.
fn refined(
    context: &Context,
    dataset: &Dataset,
    slice: &Slice,
    batches: &[Batch],
    How { readings, latest, derivation }: &How<'_>,
) -> Result<impl Iterator<Item = Result<Sorted>> + use<>> {
    let mut refiner = Refiner::new(dataset, slice)?.of_changes((*latest).clone());
    let derivation = Arc::clone(derivation);
    let mut parts = Vec::with_capacity(batches.len());
    for (batch, reading) in batches.iter().zip(*readings) {
        let (id, reading) = (batch.delivery.batch.clone(), reading.clone());
        let chunks = chunks(rows(context, batch)?, Order::Kept, &context.cancel)?;
        parts.push(chunks.map(move |chunk| chunk.map(|chunk| (id.clone(), reading.clone(), chunk))));
    }
    Ok(parts.into_iter().flatten().map(move |chunk| {
        let (batch, reading, chunk) = chunk?;
        derivation.apply(refiner.refine(batch, &reading, &chunk)?)
    }))
}
