//! Rows read from the lake for people to look at: plain text, bounded numbers of them.

mod refused;

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

pub use self::refused::{RejectRow, rejects};
use super::{Context, bronze, slices};
use crate::base::{Error, Result};
use crate::domain::anomaly::Sample;
use crate::domain::check::RowRef;
use crate::domain::{Batch, Dataset, Entity, ModelRef, Slice, lineage};
use crate::frames::{self, EntityColumn};

/// How many rows of a batch are shown.
const ROWS_SHOWN: u32 = 20;

/// The first rows of a batch as delivered, cell by cell.
pub fn delivered_rows(context: &Context, batch: &Batch) -> Result<Vec<Vec<Option<String>>>> {
    let Some(bronze) = bronze::read(context, &batch.delivery)? else { return Ok(Vec::new()) };
    let columns: Vec<Expr> = batch.columns.iter().map(|column| col(column.name.as_str())).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let frame = collect(bronze.select(columns).limit(ROWS_SHOWN))?;
    (0..frame.height()).map(|index| frame.columns().iter().map(|column| cell(column, index)).collect()).collect()
}

/// The rows that a finding points to, of the slices given, with what `model` found in them, in the finding's order. One that
/// was refused is shown as it was delivered.
pub fn samples(context: &Context, slices: &[Slice], model: &ModelRef, wanted: &[RowRef]) -> Result<Vec<Sample>> {
    let batches: BTreeSet<&str> = wanted.iter().map(|row| row.batch.as_str()).collect();
    let mut rows: BTreeMap<(String, u64), Sample> = BTreeMap::new();
    for slice in slices {
        // Without a schema nobody can say what its columns mean.
        let Ok(dataset) = context.contract.dataset(&slice.dataset) else { continue };
        let (table, partition) = slices::silver(slice);
        let Some(silver) = context.lake.scan(&table, None, &partition)? else { continue };
        let silver = collect(silver.filter(among(batches.iter().copied(), wanted)))?;
        let mut entities = found(context, slice, model, wanted)?;
        for index in 0..silver.height() {
            let Some(key) = key(&silver, index)? else { continue };
            let cells = dataset
                .schema
                .iter()
                .map(|field| {
                    let column = silver.column(&field.name).map_err(Error::library)?;
                    Ok((field.name.clone(), cell(column, index)?))
                })
                .collect::<Result<Vec<_>>>()?;
            let entities = entities.remove(&key).unwrap_or_default();
            let sample = Sample {
                batch: crate::domain::BatchId::from_text(key.0.clone()),
                row: key.1,
                provider: slice.provider.clone(),
                why: String::new(),
                cells,
                entities,
                verdict: None,
            };
            rows.insert(key, sample);
        }
    }
    let missing: Vec<RowRef> =
        wanted.iter().filter(|row| !rows.contains_key(&(row.batch.to_string(), row.row))).cloned().collect();
    for sample in refused::samples(context, &missing)? {
        rows.insert((sample.batch.to_string(), sample.row), sample);
    }
    let in_order = wanted.iter().filter_map(|row| {
        let sample = rows.remove(&(row.batch.to_string(), row.row))?;
        Some(Sample { why: row.why.clone(), ..sample })
    });
    Ok(in_order.collect())
}

/// The texts of a row that models read, by field.
pub fn texts(dataset: &Dataset, sample: &Sample) -> BTreeMap<String, String> {
    let read = sample.cells.iter().filter(|(field, _)| dataset.text.contains(field));
    read.filter_map(|(field, text)| Some((field.clone(), text.clone()?))).collect()
}

/// What a model found in the rows of a slice that are wanted, by batch and row. Rows that it has not read, or could not, are not there.
pub fn found(
    context: &Context,
    slice: &Slice,
    model: &ModelRef,
    wanted: &[RowRef],
) -> Result<BTreeMap<(String, u64), Vec<Entity>>> {
    let mut found = BTreeMap::new();
    if model.is_none() {
        return Ok(found);
    }
    let (table, partition) = slices::annotations(slice, model);
    let Some(annotations) = context.lake.scan(&table, None, &partition)? else { return Ok(found) };
    let batches: BTreeSet<&str> = wanted.iter().map(|row| row.batch.as_str()).collect();
    let read = col(lineage::ERROR).is_null();
    let frame = collect(annotations.filter(among(batches, wanted).and(read)))?;
    let column = EntityColumn::of(&frame)?;
    for index in 0..frame.height() {
        let (Some(key), Some(entities)) = (key(&frame, index)?, column.row(index)?) else { continue };
        found.insert(key, entities);
    }
    Ok(found)
}

/// The rows of these batches whose numbers are wanted; numbers that another batch wanted come along.
fn among<'a>(batches: impl IntoIterator<Item = &'a str>, wanted: &[RowRef]) -> Expr {
    let numbers = wanted.iter().filter_map(|row| i64::try_from(row.row).ok());
    let batch = any_of(col(lineage::BATCH), batches.into_iter().map(lit));
    batch.and(any_of(col(lineage::ROW), numbers.map(lit)))
}

fn any_of(column: Expr, values: impl Iterator<Item = Expr>) -> Expr {
    values.map(|value| column.clone().eq(value)).reduce(Expr::or).unwrap_or_else(|| lit(false))
}

fn key(frame: &DataFrame, index: usize) -> Result<Option<(String, u64)>> {
    let batch = frames::text(frame, lineage::BATCH)?.get(index);
    let row = frames::ints(frame, lineage::ROW)?.get(index).and_then(|row| u64::try_from(row).ok());
    Ok(batch.map(str::to_owned).zip(row))
}

fn cell(column: &Column, index: usize) -> Result<Option<String>> {
    let value = column.get(index).map_err(Error::library)?;
    Ok(match value {
        AnyValue::Null => None,
        AnyValue::String(text) => Some(text.to_owned()),
        AnyValue::StringOwned(text) => Some(text.to_string()),
        other => Some(other.to_string()),
    })
}

fn collect(plan: LazyFrame) -> Result<DataFrame> {
    let mut frame = plan.collect().map_err(Error::library)?;
    frame.rechunk_mut();
    Ok(frame)
}
