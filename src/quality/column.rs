//! The cells of one canonical column, counted and described.

use chrono::{DateTime, SecondsFormat};
use polars::prelude::{Column, DataType, PolarsResult, TimeUnit};

use super::numbers::{describe, key_of, of_key};
use super::tally::{Tally, most_frequent};
use super::texts::TextTally;
use crate::base::{Error, Result};
use crate::domain::profile::ColumnProfile;
use crate::domain::value::decimal;
use crate::domain::{Field, FieldType};

/// Counts the cells of a column.
#[derive(Debug)]
pub(super) struct ColumnTally<'a> {
    field: &'a Field,
    nulls: u64,
    cells: Cells,
}

/// Cells by value. What is not text has an integer that orders as the value does.
#[derive(Debug)]
enum Cells {
    Text(TextTally),
    Narrow(Tally<i64>),
    Wide(Tally<i128>),
}

impl<'a> ColumnTally<'a> {
    /// Nothing counted yet.
    pub(super) fn new(field: &'a Field) -> Self {
        let cells = match field.field_type {
            FieldType::String => Cells::Text(TextTally::default()),
            FieldType::Decimal { .. } => Cells::Wide(Tally::default()),
            _ => Cells::Narrow(Tally::default()),
        };
        Self { field, nulls: 0, cells }
    }

    /// Counts the cells of a chunk; an error where the column is not of the field's type.
    pub(super) fn add(&mut self, column: &Column) -> Result<()> {
        self.nulls += column.null_count() as u64;
        self.add_cells(column).map_err(|error| {
            let Field { name, field_type, .. } = self.field;
            Error::library(error).context(format!("column `{name}` of silver is not of type {field_type}"))
        })
    }

    fn add_cells(&mut self, column: &Column) -> PolarsResult<()> {
        match (&mut self.cells, self.field.field_type) {
            (Cells::Text(tally), _) => column.str()?.iter().flatten().for_each(|text| tally.add(text)),
            (Cells::Wide(tally), _) => column.decimal()?.physical().iter().flatten().for_each(|cell| tally.add(cell)),
            (Cells::Narrow(tally), FieldType::Float) => {
                column.f64()?.iter().flatten().for_each(|cell| tally.add(key_of(cell)));
            }
            (Cells::Narrow(tally), FieldType::Bool) => {
                column.bool()?.iter().flatten().for_each(|cell| tally.add(i64::from(cell)));
            }
            (Cells::Narrow(tally), FieldType::Date) => {
                column.date()?.physical().iter().flatten().for_each(|cell| tally.add(i64::from(cell)));
            }
            (Cells::Narrow(tally), FieldType::Timestamp) => {
                let micros = match column.dtype() {
                    DataType::Datetime(TimeUnit::Microseconds, _) => column.clone(),
                    other => column.cast(&in_microseconds(other))?,
                };
                micros.datetime()?.physical().iter().flatten().for_each(|cell| tally.add(cell));
            }
            (Cells::Narrow(tally), _) => column.i64()?.iter().flatten().for_each(|cell| tally.add(cell)),
        }
        Ok(())
    }

    /// What was counted.
    pub(super) fn finish(self) -> Result<ColumnProfile> {
        let Self { field, nulls, cells } = self;
        let profile = match cells {
            Cells::Text(tally) => describe_texts(&tally),
            Cells::Narrow(tally) => {
                let cells = tally.finish().into_iter().map(|(cell, times)| (i128::from(cell), times)).collect();
                describe_values(field.field_type, cells)?
            }
            Cells::Wide(tally) => describe_values(field.field_type, tally.finish())?,
        };
        Ok(ColumnProfile { name: field.name.clone(), nulls, ..profile })
    }
}

fn in_microseconds(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Datetime(_, zone) => DataType::Datetime(TimeUnit::Microseconds, zone.clone()),
        other => other.clone(),
    }
}

fn describe_texts(tally: &TextTally) -> ColumnProfile {
    let (min, max) = tally.ends().unzip();
    ColumnProfile {
        distinct: tally.distinct(),
        min,
        max,
        top: tally.top(),
        lengths: tally.lengths(),
        ..ColumnProfile::default()
    }
}

/// Describes values that come ascending with their counts. NaN and infinite cells take part in `distinct` and `top` only.
fn describe_values(field_type: FieldType, cells: Vec<(i128, u64)>) -> Result<ColumnProfile> {
    let distinct = cells.len() as u64;
    let mut top = Vec::new();
    for (cell, times) in most_frequent(cells.iter().copied()) {
        top.push((shown(field_type, cell)?, times));
    }
    let mut finite = cells;
    let all: u64 = finite.iter().map(|(_, times)| times).sum();
    finite.retain(|(cell, _)| number(field_type, *cell).is_none_or(f64::is_finite));
    let kept: u64 = finite.iter().map(|(_, times)| times).sum();
    let ends = finite.first().zip(finite.last());
    let (min, max) = match ends {
        Some(((first, _), (last, _))) => (Some(shown(field_type, *first)?), Some(shown(field_type, *last)?)),
        None => (None, None),
    };
    let numbers: Vec<(f64, u64)> =
        finite.into_iter().filter_map(|(cell, times)| Some((number(field_type, cell)?, times))).collect();
    Ok(ColumnProfile { distinct, min, max, top, numbers: describe(&numbers, all - kept), ..ColumnProfile::default() })
}

/// A cell as a number, of numeric columns.
#[allow(clippy::cast_precision_loss, reason = "a profile measures whole numbers and decimals as floats")]
fn number(field_type: FieldType, cell: i128) -> Option<f64> {
    match field_type {
        FieldType::Int => Some(cell as f64),
        FieldType::Float => narrow(cell).ok().map(of_key),
        FieldType::Decimal { scale, .. } => Some(cell as f64 / 10_f64.powi(i32::from(scale))),
        _ => None,
    }
}

/// A cell as people write it.
fn shown(field_type: FieldType, cell: i128) -> Result<String> {
    let instant = |micros: i64| DateTime::from_timestamp_micros(micros);
    let text = match field_type {
        FieldType::Bool => (cell != 0).to_string(),
        FieldType::Float => format!("{:?}", of_key(narrow(cell)?)),
        FieldType::Decimal { scale, .. } => decimal(cell, scale),
        FieldType::Date => narrow(cell)?
            .checked_mul(86_400)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .map_or_else(|| format!("day {cell}"), |instant| instant.date_naive().to_string()),
        FieldType::Timestamp => instant(narrow(cell)?).map_or_else(
            || format!("microsecond {cell}"),
            |instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        ),
        FieldType::Int | FieldType::String => cell.to_string(),
    };
    Ok(text)
}

fn narrow(cell: i128) -> Result<i64> {
    i64::try_from(cell).map_err(|_| Error::internal(format!("cell {cell} does not fit in 64 bits")))
}
