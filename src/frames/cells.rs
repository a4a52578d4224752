//! The cells of a frame's columns, read one by one.

use chrono::{DateTime, Days, NaiveDate, Utc};
use polars::prelude::{
    BooleanChunked, DataFrame, Float64Chunked, Int32Chunked, Int64Chunked, Int128Chunked, StringChunked,
};

use crate::base::{Error, Result};
use crate::domain::{Field, FieldType, Value};

/// The text cells of a column.
pub fn text<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    frame.column(name).and_then(|column| column.str()).map_err(Error::library)
}

/// The whole numbers of a column.
pub fn ints<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Int64Chunked> {
    frame.column(name).and_then(|column| column.i64()).map_err(Error::library)
}

/// The values of a canonical column.
pub struct Cells<'a>(Typed<'a>);

/// As they lie in memory: dates in days, instants in microseconds since 1970, decimals with the scale of their field.
enum Typed<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Bool(&'a BooleanChunked),
    Date(&'a Int32Chunked),
    Timestamp(&'a Int64Chunked),
    Decimal(&'a Int128Chunked, u8),
}

impl<'a> Cells<'a> {
    /// The column of `field`; an error where it has another type than [`super::data_type`] says.
    pub fn of(frame: &'a DataFrame, field: &Field) -> Result<Self> {
        let column = frame.column(&field.name).map_err(Error::library)?;
        let typed = match field.field_type {
            FieldType::String => column.str().map(Typed::Text),
            FieldType::Int => column.i64().map(Typed::Int),
            FieldType::Float => column.f64().map(Typed::Float),
            FieldType::Bool => column.bool().map(Typed::Bool),
            FieldType::Date => column.date().map(|dates| Typed::Date(&dates.phys)),
            FieldType::Timestamp => column.datetime().map(|instants| Typed::Timestamp(&instants.phys)),
            FieldType::Decimal { scale, .. } => column.decimal().map(|decimals| Typed::Decimal(&decimals.phys, scale)),
        };
        typed.map(Self).map_err(Error::library)
    }

    /// The value in `row`, counted from 0; null behind the last.
    pub fn get(&self, row: usize) -> Result<Value<'a>> {
        let value = match self.0 {
            Typed::Text(texts) => texts.get(row).map(Value::Text),
            Typed::Int(numbers) => numbers.get(row).map(Value::Int),
            Typed::Float(numbers) => numbers.get(row).map(Value::Float),
            Typed::Bool(truths) => truths.get(row).map(Value::Bool),
            Typed::Date(days) => days.get(row).map(date).transpose()?.map(Value::Date),
            Typed::Timestamp(micros) => micros.get(row).map(instant).transpose()?.map(Value::Timestamp),
            Typed::Decimal(numbers, scale) => numbers.get(row).map(|unscaled| Value::Decimal { unscaled, scale }),
        };
        Ok(value.unwrap_or(Value::Null))
    }
}

fn date(days: i32) -> Result<NaiveDate> {
    let distance = Days::new(days.unsigned_abs().into());
    let date = if days < 0 {
        NaiveDate::default().checked_sub_days(distance)
    } else {
        NaiveDate::default().checked_add_days(distance)
    };
    date.ok_or_else(|| Error::bad_data(format!("`{days}` days from 1970-01-01 is not a date that can be written")))
}

fn instant(micros: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| {
        Error::bad_data(format!("`{micros}` microseconds from 1970-01-01 is not a time that can be written"))
    })
}
