//! What a data file holds, told in the log so that readers can skip it: rows, nulls, smallest and largest values.
//!
//! Text has no smallest and largest value here: the log is kept for ever, and no row's text may stay in it.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use polars::prelude::{AnyValue, Column, DataFrame, DataType, Schema};
use serde_json::{Map, Number, Value};

use crate::base::{Error, Result};

/// Decimals of at most this many digits are the same number in JSON as in the file.
const EXACT_DIGITS: u32 = 15;

/// The statistics of one data file, gathered while it is written.
pub(super) struct Statistics {
    rows: u64,
    columns: Vec<ColumnStatistics>,
}

struct ColumnStatistics {
    name: String,
    data_type: DataType,
    nulls: u64,
    range: Range,
}

enum Range {
    /// No value was seen yet.
    Empty,
    /// Whole numbers, days, microseconds, or digits of a decimal.
    Whole(i128, i128),
    Real(f64, f64),
    /// There is no telling: the type has no order in JSON, or a value is not a number.
    None,
}

impl Statistics {
    pub(super) fn new(stored: &Schema) -> Self {
        let columns = stored.iter().map(|(name, data_type)| ColumnStatistics {
            name: name.to_string(),
            data_type: data_type.clone(),
            nulls: 0,
            range: if is_ranged(data_type) { Range::Empty } else { Range::None },
        });
        Self { rows: 0, columns: columns.collect() }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes in the next rows, whose columns are those of the schema, in order.
    pub(super) fn add(&mut self, rows: &DataFrame) -> Result<()> {
        self.rows += rows.height() as u64;
        for (statistics, column) in self.columns.iter_mut().zip(rows.columns()) {
            statistics.nulls += column.null_count() as u64;
            let range = std::mem::replace(&mut statistics.range, Range::None);
            statistics.range = match range {
                Range::None => Range::None,
                known => known.with(range_of(column)?),
            };
        }
        Ok(())
    }

    /// The statistics as the log holds them.
    pub(super) fn to_json(&self) -> String {
        let mut nulls = Map::new();
        let mut smallest = Map::new();
        let mut largest = Map::new();
        for column in &self.columns {
            // Nested columns count their fields in Delta; a list counts as a whole.
            if !matches!(column.data_type, DataType::Struct(_)) {
                nulls.insert(column.name.clone(), Value::from(column.nulls));
            }
            if let Some((low, high)) = column.range.to_json(&column.data_type) {
                smallest.insert(column.name.clone(), low);
                largest.insert(column.name.clone(), high);
            }
        }
        let mut statistics = Map::new();
        statistics.insert("numRecords".to_owned(), Value::from(self.rows));
        statistics.insert("minValues".to_owned(), Value::Object(smallest));
        statistics.insert("maxValues".to_owned(), Value::Object(largest));
        statistics.insert("nullCount".to_owned(), Value::Object(nulls));
        let mut statistics = Value::Object(statistics);
        statistics.sort_all_objects();
        statistics.to_string()
    }
}

fn is_ranged(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Float32
            | DataType::Float64
            | DataType::Date
            | DataType::Datetime(..)
            | DataType::Decimal(..)
    )
}

fn range_of(column: &Column) -> Result<Range> {
    if column.null_count() == column.len() {
        return Ok(Range::Empty);
    }
    if column.dtype().is_float() && column.is_nan().map_err(Error::library)?.any() {
        return Ok(Range::None);
    }
    let low = column.min_reduce().map_err(Error::library)?.into_value();
    let high = column.max_reduce().map_err(Error::library)?.into_value();
    Ok(match (whole(&low), whole(&high), low.extract::<f64>(), high.extract::<f64>()) {
        (Some(low), Some(high), ..) => Range::Whole(low, high),
        (None, None, Some(low), Some(high)) if low.is_finite() && high.is_finite() => Range::Real(low, high),
        _ => Range::None,
    })
}

fn whole(value: &AnyValue<'_>) -> Option<i128> {
    match value {
        AnyValue::Int8(value) => Some(i128::from(*value)),
        AnyValue::Int16(value) => Some(i128::from(*value)),
        AnyValue::Int32(value) | AnyValue::Date(value) => Some(i128::from(*value)),
        AnyValue::Int64(value) | AnyValue::Datetime(value, ..) | AnyValue::DatetimeOwned(value, ..) => {
            Some(i128::from(*value))
        }
        AnyValue::Decimal(value, ..) => Some(*value),
        _ => None,
    }
}

impl Range {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, known) | (known, Self::Empty) => known,
            (Self::Whole(low, high), Self::Whole(other_low, other_high)) => {
                Self::Whole(low.min(other_low), high.max(other_high))
            }
            (Self::Real(low, high), Self::Real(other_low, other_high)) => {
                Self::Real(low.min(other_low), high.max(other_high))
            }
            _ => Self::None,
        }
    }

    fn to_json(&self, data_type: &DataType) -> Option<(Value, Value)> {
        match self {
            Self::Empty | Self::None => None,
            Self::Whole(low, high) => whole_to_json(*low, data_type).zip(whole_to_json(*high, data_type)),
            Self::Real(low, high) => {
                Number::from_f64(*low).map(Value::Number).zip(Number::from_f64(*high).map(Value::Number))
            }
        }
    }
}

fn whole_to_json(value: i128, data_type: &DataType) -> Option<Value> {
    match data_type {
        DataType::Date => {
            let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
            let date = epoch.checked_add_signed(TimeDelta::try_days(i64::try_from(value).ok()?)?)?;
            four_digits(date.year()).then(|| Value::String(date.format("%Y-%m-%d").to_string()))
        }
        DataType::Datetime(..) => {
            let instant = DateTime::from_timestamp_micros(i64::try_from(value).ok()?)?;
            four_digits(instant.year()).then(|| Value::String(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()))
        }
        DataType::Decimal(_, scale) => {
            if value.unsigned_abs() >= 10_u128.pow(EXACT_DIGITS) {
                return None;
            }
            // The text is exact, and so few digits survive the way through a float.
            format!("{value}e-{scale}").parse().ok().and_then(Number::from_f64).map(Value::Number)
        }
        _ => i64::try_from(value).ok().map(Value::from),
    }
}

fn four_digits(year: i32) -> bool {
    (0..=9999).contains(&year)
}
