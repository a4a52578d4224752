//! Rows of bronze, one chunk at a time: mapped, typed, and sorted into kept and refused.

use std::collections::HashSet;

use polars::prelude::*;

use super::parse::{Dates, parse};
use crate::base::hash::fingerprint;
use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::lineage::{BATCH, KEY, LINE, PROBLEM, RAW, REASON, ROW};
use crate::domain::{BatchId, Dataset, Period, Provider, Slice, Value};
use crate::frames::{Builder, ints, text};
use crate::quality::keys;

/// What a chunk of bronze becomes.
pub struct Sorted {
    /// The batch it is from.
    pub batch: BatchId,
    /// Rows kept.
    pub silver: DataFrame,
    /// Rows refused.
    pub rejects: DataFrame,
}

/// Canonical field by field: the bronze column that holds it, `None` where the delivery has none.
pub type Mapping = Vec<Option<BronzeColumn>>;

/// Refines the rows of one slice, remembering the keys seen so far.
pub struct Refiner {
    dataset: Dataset,
    provider: Provider,
    period: Period,
    /// Hashes of the keys seen: 16 bytes a row, and no two keys collide in practice.
    seen: HashSet<u128>,
}

impl Refiner {
    /// A refiner that has seen no row yet.
    pub fn new(dataset: &Dataset, slice: &Slice) -> Result<Self> {
        let provider = dataset.provider(&slice.provider)?.clone();
        Ok(Self { dataset: dataset.clone(), provider, period: slice.period, seen: HashSet::new() })
    }

    /// Which bronze column holds which canonical field.
    pub fn mapping(&self, columns: &[BronzeColumn]) -> Mapping {
        self.dataset.schema.iter().map(|field| self.provider.column_of(&field.name, columns).cloned()).collect()
    }

    /// Sorts the rows of one chunk.
    pub fn refine(&mut self, batch: BatchId, mapping: &Mapping, bronze: &DataFrame) -> Result<Sorted> {
        let columns = mapping
            .iter()
            .map(|column| column.as_ref().map(|column| text(bronze, &column.name)).transpose())
            .collect::<Result<Vec<_>>>()?;
        let (rows, lines) = (ints(bronze, ROW)?, ints(bronze, LINE)?);
        let (problems, raw) = (text(bronze, PROBLEM)?, text(bronze, RAW)?);

        let mut kept = Kept::new(&self.dataset);
        let mut refused = Refused::default();
        for index in 0..bronze.height() {
            let place = (rows.get(index), lines.get(index));
            if let Some(problem) = problems.get(index) {
                refused.push(place, problem.to_owned(), None, raw.get(index));
                continue;
            }
            let cells: Vec<Option<&str>> =
                columns.iter().map(|column| column.and_then(|cells| cells.get(index))).collect();
            match self.values(mapping, &cells) {
                Ok(values) => match self.objection(&values) {
                    None => kept.push(place, &values)?,
                    Some(reason) => refused.push(place, reason, self.key(&values), None),
                },
                Err(reason) => refused.push(place, reason, None, None),
            }
        }
        Ok(Sorted { silver: kept.finish(&batch, &self.dataset)?, rejects: refused.finish(&batch)?, batch })
    }

    fn values<'a>(&self, mapping: &Mapping, cells: &[Option<&'a str>]) -> Result<Vec<Value<'a>>, String> {
        let dates = mapping.iter().map(|column| match column {
            Some(column) if column.iso_dates => Dates::Iso,
            _ => Dates::Written(&self.provider.dates),
        });
        self.dataset
            .schema
            .iter()
            .zip(cells.iter().zip(dates))
            .map(|(field, (cell, dates))| {
                let value = cell.map_or(Ok(Value::Null), |cell| parse(cell, field.field_type, dates));
                value.map_err(|reason| format!("{}: {reason}", field.name))
            })
            .collect()
    }

    /// Why a well-formed row can't be kept.
    fn objection(&mut self, values: &[Value<'_>]) -> Option<String> {
        if let Some(field) = &self.dataset.date {
            // Without a date nobody can tell whether a row is of this period.
            let Some(date) = self.date(values) else { return Some(format!("no date: {field} is empty")) };
            if !self.period.contains(date) {
                return Some(format!("outside the period: {date} is not in {}", self.period));
            }
        }
        let key = self.key(values)?;
        (!self.seen.insert(fingerprint(key.as_bytes()))).then(|| format!("duplicate key {key}"))
    }

    fn date(&self, values: &[Value<'_>]) -> Option<chrono::NaiveDate> {
        let name = self.dataset.date.as_ref()?;
        let index = self.dataset.schema.iter().position(|field| field.name == *name)?;
        match values.get(index)? {
            Value::Date(date) => Some(*date),
            Value::Timestamp(instant) => Some(instant.with_timezone(&self.dataset.timezone).date_naive()),
            _ => None,
        }
    }

    /// The key of a row as text, `None` where the contract names no key.
    fn key(&self, values: &[Value<'_>]) -> Option<String> {
        if self.dataset.key.is_empty() {
            return None;
        }
        let fields = self.dataset.schema.iter().zip(values);
        let parts = self.dataset.key.iter().filter_map(|name| fields.clone().find(|(field, _)| field.name == *name));
        Some(keys::render(parts.map(|(field, value)| (field.name.as_str(), *value))))
    }
}

/// Rows on their way to silver.
struct Kept {
    rows: Vec<Option<i64>>,
    lines: Vec<Option<i64>>,
    columns: Vec<Builder>,
}

impl Kept {
    fn new(dataset: &Dataset) -> Self {
        let columns = dataset.schema.iter().map(|field| Builder::new(field.field_type)).collect();
        Self { rows: Vec::new(), lines: Vec::new(), columns }
    }

    fn push(&mut self, (row, line): (Option<i64>, Option<i64>), values: &[Value<'_>]) -> Result<()> {
        self.rows.push(row);
        self.lines.push(line);
        self.columns.iter_mut().zip(values).try_for_each(|(column, value)| column.push(*value))
    }

    fn finish(self, batch: &BatchId, dataset: &Dataset) -> Result<DataFrame> {
        let mut columns = lineage(batch, self.rows, self.lines);
        for (builder, field) in self.columns.into_iter().zip(&dataset.schema) {
            columns.push(builder.finish(field)?);
        }
        DataFrame::new_infer_height(columns).map_err(Error::library)
    }
}

/// Rows on their way to rejects.
#[derive(Default)]
struct Refused {
    rows: Vec<Option<i64>>,
    lines: Vec<Option<i64>>,
    reasons: Vec<String>,
    keys: Vec<Option<String>>,
    raw: Vec<Option<String>>,
}

impl Refused {
    fn push(
        &mut self,
        (row, line): (Option<i64>, Option<i64>),
        reason: String,
        key: Option<String>,
        raw: Option<&str>,
    ) {
        self.rows.push(row);
        self.lines.push(line);
        self.reasons.push(reason);
        self.keys.push(key);
        self.raw.push(raw.map(str::to_owned));
    }

    fn finish(self, batch: &BatchId) -> Result<DataFrame> {
        let mut columns = lineage(batch, self.rows, self.lines);
        columns.push(Column::new(REASON.into(), self.reasons));
        columns.push(Column::new(KEY.into(), self.keys));
        columns.push(Column::new(RAW.into(), self.raw));
        DataFrame::new_infer_height(columns).map_err(Error::library)
    }
}

fn lineage(batch: &BatchId, rows: Vec<Option<i64>>, lines: Vec<Option<i64>>) -> Vec<Column> {
    let batches = vec![batch.as_str(); rows.len()];
    vec![Column::new(BATCH.into(), batches), Column::new(ROW.into(), rows), Column::new(LINE.into(), lines)]
}
