//! Rows read from the lake for people to look at: plain text, bounded numbers of them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::{Context, enrich, frames, land, refine};
use crate::base::{Error, Result};
use crate::domain::anomaly::Sample;
use crate::domain::check::RowRef;
use crate::domain::{Batch, Entity, ModelRef, Slice, lineage};

/// How many rows of a batch, or of its rejects, are shown.
const ROWS_SHOWN: u32 = 20;
/// How many rejects are shown.
const REJECTS_SHOWN: u32 = 200;

/// A row refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RejectRow {
    /// The 1-based record number.
    pub row: u64,
    /// The line where the record starts, in text files.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
    /// The record's text, where it could not be split.
    pub raw: Option<String>,
}

/// The first rows of a batch as delivered, cell by cell.
pub fn delivered_rows(context: &Context, batch: &Batch) -> Result<Vec<Vec<Option<String>>>> {
    let Some(bronze) = land::bronze_of(context, &batch.delivery)? else { return Ok(Vec::new()) };
    let columns: Vec<Expr> = batch.columns.iter().map(|column| col(column.name.as_str())).collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let frame = collect(bronze.select(columns).limit(ROWS_SHOWN))?;
    (0..frame.height()).map(|index| frame.columns().iter().map(|column| cell(column, index)).collect()).collect()
}

/// The first rejects of a batch.
pub fn rejects(context: &Context, batch: &Batch) -> Result<Vec<RejectRow>> {
    let (table, partition) = refine::rejects(&batch.delivery.slice);
    let Some(rejects) = context.lake.scan(&table, None, &partition)? else { return Ok(Vec::new()) };
    let of_batch = rejects.filter(col(lineage::BATCH).eq(lit(batch.delivery.batch.as_str())));
    let frame = collect(of_batch.limit(REJECTS_SHOWN))?;
    let (rows, lines) = (frames::ints(&frame, lineage::ROW)?, frames::ints(&frame, lineage::LINE)?);
    let (reasons, raw) = (frames::text(&frame, refine::REASON)?, frames::text(&frame, refine::RAW)?);
    let number = |value: Option<i64>| value.and_then(|value| u64::try_from(value).ok());
    Ok((0..frame.height())
        .map(|index| RejectRow {
            row: number(rows.get(index)).unwrap_or_default(),
            line: number(lines.get(index)),
            reason: reasons.get(index).unwrap_or_default().to_owned(),
            raw: raw.get(index).map(str::to_owned),
        })
        .collect())
}

/// The rows that a finding points to, of the slices given, with what `model` found in them, in the finding's order.
pub fn samples(context: &Context, slices: &[Slice], model: &ModelRef, wanted: &[RowRef]) -> Result<Vec<Sample>> {
    let batches: BTreeSet<&str> = wanted.iter().map(|row| row.batch.as_str()).collect();
    let mut found: BTreeMap<(String, u64), Sample> = BTreeMap::new();
    for slice in slices {
        let (table, partition) = refine::silver(slice);
        let Some(silver) = context.lake.scan(&table, None, &partition)? else { continue };
        let silver = collect(silver.filter(among(&batches, wanted)))?;
        let mut entities = entities(context, slice, model, &batches, wanted)?;
        let dataset = context.contract.dataset(&slice.dataset)?;
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
            found.insert(key, sample);
        }
    }
    let in_order = wanted.iter().filter_map(|row| {
        let sample = found.remove(&(row.batch.to_string(), row.row))?;
        Some(Sample { why: row.why.clone(), ..sample })
    });
    Ok(in_order.collect())
}

fn entities(
    context: &Context,
    slice: &Slice,
    model: &ModelRef,
    batches: &BTreeSet<&str>,
    wanted: &[RowRef],
) -> Result<BTreeMap<(String, u64), Vec<Entity>>> {
    let mut found = BTreeMap::new();
    if model.is_none() {
        return Ok(found);
    }
    let (table, partition) = enrich::annotations(slice, model);
    let Some(annotations) = context.lake.scan(&table, None, &partition)? else { return Ok(found) };
    let frame = collect(annotations.filter(among(batches, wanted)))?;
    let lists = frame.column(lineage::ENTITIES).and_then(|column| column.list()).map_err(Error::library)?;
    for index in 0..frame.height() {
        let (Some(key), Some(list)) = (key(&frame, index)?, lists.get_as_series(index)) else { continue };
        found.insert(key, entities_of(&list)?);
    }
    Ok(found)
}

fn entities_of(list: &Series) -> Result<Vec<Entity>> {
    let fields = list.struct_().map_err(Error::library)?;
    let field = |name: &str| fields.field_by_name(name).map_err(Error::library);
    let (field_names, labels, texts) = (field("field")?, field("label")?, field("text")?);
    let (starts, ends, scores) = (field("start")?, field("end")?, field("score")?);
    let words = |series: &Series, index| -> Result<String> {
        Ok(series.str().map_err(Error::library)?.get(index).unwrap_or_default().to_owned())
    };
    let offset = |series: &Series, index| -> Result<u32> {
        let value = series.i32().map_err(Error::library)?.get(index).unwrap_or_default();
        Ok(u32::try_from(value).unwrap_or_default())
    };
    (0..list.len())
        .map(|index| {
            Ok(Entity {
                field: words(&field_names, index)?,
                label: words(&labels, index)?,
                text: words(&texts, index)?,
                start: offset(&starts, index)?,
                end: offset(&ends, index)?,
                score: scores.f64().map_err(Error::library)?.get(index).unwrap_or_default(),
            })
        })
        .collect()
}

/// The rows of these batches whose numbers are wanted; numbers that another batch wanted come along.
fn among(batches: &BTreeSet<&str>, wanted: &[RowRef]) -> Expr {
    let numbers = wanted.iter().filter_map(|row| i64::try_from(row.row).ok());
    let batch = any_of(col(lineage::BATCH), batches.iter().map(|batch| lit(*batch)));
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
