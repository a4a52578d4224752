//! Canonical columns being filled, cell by cell, then turned into polars columns.

use chrono::NaiveDate;
use polars::prelude::*;

use crate::base::{Error, Result};
use crate::domain::{Field, FieldType, Value};

/// A column of canonical values: one variant for each type in memory.
#[allow(
    missing_docs,
    reason = "the variants are the field types, dates in days and instants in microseconds since 1970"
)]
pub enum Builder {
    Text(Vec<Option<String>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Date(Vec<Option<i32>>),
    Timestamp(Vec<Option<i64>>),
    Decimal(Vec<Option<i128>>),
}

impl Builder {
    /// An empty column of the field's type.
    pub fn new(field_type: FieldType) -> Self {
        match field_type {
            FieldType::String => Self::Text(Vec::new()),
            FieldType::Int => Self::Int(Vec::new()),
            FieldType::Float => Self::Float(Vec::new()),
            FieldType::Bool => Self::Bool(Vec::new()),
            FieldType::Date => Self::Date(Vec::new()),
            FieldType::Timestamp => Self::Timestamp(Vec::new()),
            FieldType::Decimal { .. } => Self::Decimal(Vec::new()),
        }
    }

    /// Adds a cell. The value has the type that the column was made for, or is null.
    pub fn push(&mut self, value: Value<'_>) -> Result<()> {
        match (self, value) {
            (Self::Text(cells), Value::Text(value)) => cells.push(Some(value.to_owned())),
            (Self::Int(cells), Value::Int(value)) => cells.push(Some(value)),
            (Self::Float(cells), Value::Float(value)) => cells.push(Some(value)),
            (Self::Bool(cells), Value::Bool(value)) => cells.push(Some(value)),
            (Self::Date(cells), Value::Date(value)) => cells.push(Some(days_since_1970(value))),
            (Self::Timestamp(cells), Value::Timestamp(value)) => cells.push(Some(value.timestamp_micros())),
            (Self::Decimal(cells), Value::Decimal { unscaled, .. }) => cells.push(Some(unscaled)),
            (Self::Text(cells), Value::Null) => cells.push(None),
            (Self::Int(cells) | Self::Timestamp(cells), Value::Null) => cells.push(None),
            (Self::Float(cells), Value::Null) => cells.push(None),
            (Self::Bool(cells), Value::Null) => cells.push(None),
            (Self::Date(cells), Value::Null) => cells.push(None),
            (Self::Decimal(cells), Value::Null) => cells.push(None),
            (_, value) => {
                return Err(Error::internal(format!("{value:?} was put into a column of another type")));
            }
        }
        Ok(())
    }

    /// The polars column.
    pub fn finish(self, field: &Field) -> Result<Column> {
        let name = PlSmallStr::from_str(&field.name);
        let series = match self {
            Self::Text(cells) => Series::new(name, cells),
            Self::Int(cells) => Series::new(name, cells),
            Self::Float(cells) => Series::new(name, cells),
            Self::Bool(cells) => Series::new(name, cells),
            Self::Date(cells) => Int32Chunked::from_iter_options(name, cells.into_iter()).into_date().into_series(),
            Self::Timestamp(cells) => Int64Chunked::from_iter_options(name, cells.into_iter())
                .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                .into_series(),
            Self::Decimal(cells) => {
                let FieldType::Decimal { precision, scale } = field.field_type else {
                    return Err(Error::internal(format!("{} is not a decimal field", field.name)));
                };
                Int128Chunked::from_iter_options(name, cells.into_iter())
                    .into_decimal_unchecked(usize::from(precision), usize::from(scale))
                    .into_series()
            }
        };
        Ok(series.into_column())
    }
}

fn days_since_1970(date: NaiveDate) -> i32 {
    let days = (date - NaiveDate::default()).num_days();
    i32::try_from(days).unwrap_or(i32::MAX)
}
