//! Refused rows, for people to look at: why, and as they were delivered.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{among, cell, collect, key};
use crate::base::Result;
use crate::domain::anomaly::Sample;
use crate::domain::check::RowRef;
use crate::domain::{Batch, BatchId, lineage};
use crate::frames;
use crate::pipeline::{Context, bronze, slices};

/// How many rejects of a batch are shown.
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

/// The first rejects of a batch.
pub fn rejects(context: &Context, batch: &Batch) -> Result<Vec<RejectRow>> {
    of_batch(context, batch, |rejects| rejects.limit(REJECTS_SHOWN))
}

fn of_batch(context: &Context, batch: &Batch, only: impl FnOnce(LazyFrame) -> LazyFrame) -> Result<Vec<RejectRow>> {
    let (table, partition) = slices::rejects(&batch.delivery.slice);
    let Some(rejects) = context.lake.scan(&table, None, &partition)? else { return Ok(Vec::new()) };
    let of_batch = rejects.filter(col(lineage::BATCH).eq(lit(batch.delivery.batch.as_str())));
    let frame = collect(only(of_batch))?;
    let (rows, lines) = (frames::ints(&frame, lineage::ROW)?, frames::ints(&frame, lineage::LINE)?);
    let (reasons, raw) = (frames::text(&frame, lineage::REASON)?, frames::text(&frame, lineage::RAW)?);
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

/// Those of the wanted rows that were refused, each with the reason and its cells under the provider's own names.
pub(super) fn samples(context: &Context, wanted: &[RowRef]) -> Result<Vec<Sample>> {
    let mut by_batch: BTreeMap<&BatchId, Vec<RowRef>> = BTreeMap::new();
    for row in wanted {
        by_batch.entry(&row.batch).or_default().push(row.clone());
    }
    let mut samples = Vec::new();
    for (id, wanted) in by_batch {
        let Some(batch) = context.journal.read(|snapshot| snapshot.batch(id))? else { continue };
        let mut delivered = delivered(context, &batch, &wanted)?;
        let rejects = of_batch(context, &batch, |rejects| rejects.filter(among([id.as_str()], &wanted)))?;
        samples.extend(rejects.into_iter().map(|reject| {
            let mut cells = vec![("refused because".to_owned(), Some(reject.reason))];
            cells.extend(reject.raw.map(|raw| ("as delivered".to_owned(), Some(raw))));
            cells.extend(delivered.remove(&reject.row).unwrap_or_default());
            Sample {
                batch: id.clone(),
                row: reject.row,
                provider: batch.delivery.slice.provider.clone(),
                why: String::new(),
                cells,
                entities: Vec::new(),
                verdict: None,
            }
        }));
    }
    Ok(samples)
}

/// A row cell by cell, under the names of the delivery's header.
type Cells = Vec<(String, Option<String>)>;

fn delivered(context: &Context, batch: &Batch, wanted: &[RowRef]) -> Result<BTreeMap<u64, Cells>> {
    let Some(bronze) = bronze::read(context, &batch.delivery)? else { return Ok(BTreeMap::new()) };
    let frame = collect(bronze.filter(among([batch.delivery.batch.as_str()], wanted)))?;
    let mut rows = BTreeMap::new();
    for index in 0..frame.height() {
        let Some((_, row)) = key(&frame, index)? else { continue };
        let cells = batch
            .columns
            .iter()
            .map(|column| {
                let values = frame.column(&column.name).map_err(crate::base::Error::library)?;
                Ok((column.delivered.clone(), cell(values, index)?))
            })
            .collect::<Result<Cells>>()?;
        rows.insert(row, cells);
    }
    Ok(rows)
}
