//! The cells of one canonical column, counted and described.

use polars::prelude::{Column, DataType, PolarsResult, TimeUnit};

use super::numbers::key_of;
use super::texts::TextTally;
use super::values::ValueTally;
use crate::base::{Error, Result};
use crate::domain::profile::ColumnProfile;
use crate::domain::{Field, FieldType};

/// Decimals of so many digits are 64-bit integers.
const NARROW: u8 = 18;

/// Counts the cells of a column.
#[derive(Debug)]
pub(super) struct ColumnTally<'a> {
    field: &'a Field,
    filled: u64,
    nulls: u64,
    cells: Cells,
}

#[derive(Debug)]
enum Cells {
    Text(Box<TextTally>),
    Narrow(ValueTally<i64>),
    Wide(ValueTally<i128>),
}

impl<'a> ColumnTally<'a> {
    /// Nothing counted yet. Whether the texts are of another type is found out where the column is not `typed`.
    pub(super) fn new(field: &'a Field, typed: bool) -> Self {
        let cells = match field.field_type {
            FieldType::String if !typed => Cells::Text(Box::new(TextTally::untyped())),
            FieldType::String => Cells::Text(Box::default()),
            FieldType::Decimal { precision, .. } if precision > NARROW => {
                Cells::Wide(ValueTally::new(field.field_type))
            }
            _ => Cells::Narrow(ValueTally::new(field.field_type)),
        };
        Self { field, filled: 0, nulls: 0, cells }
    }

    /// The name of the column.
    pub(super) fn name(&self) -> &'a str {
        &self.field.name
    }

    /// Counts the cells of a chunk; an error where the column is not of the field's type.
    pub(super) fn add(&mut self, column: &Column) -> Result<()> {
        let nulls = column.null_count();
        self.nulls += nulls as u64;
        self.filled += (column.len() - nulls) as u64;
        self.add_cells(column).map_err(|error| {
            let Field { name, field_type, .. } = self.field;
            Error::library(error).context(format!("column `{name}` is not of type {field_type}"))
        })
    }

    fn add_cells(&mut self, column: &Column) -> PolarsResult<()> {
        match (&mut self.cells, self.field.field_type) {
            (Cells::Text(tally), _) => column.str()?.iter().flatten().for_each(|text| tally.add(text)),
            (Cells::Wide(tally), _) => column.decimal()?.physical().iter().flatten().for_each(|cell| tally.add(cell)),
            (Cells::Narrow(tally), FieldType::Decimal { .. }) => {
                column.decimal()?.physical().iter().flatten().for_each(|cell| tally.add(saturated(cell)));
            }
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
    pub(super) fn finish(self) -> ColumnProfile {
        let Self { field, filled, nulls, cells } = self;
        let profile = match cells {
            Cells::Text(tally) => tally.finish(),
            Cells::Narrow(tally) => tally.finish(),
            Cells::Wide(tally) => tally.finish(),
        };
        let field_type = if profile.field_type == FieldType::String { field.field_type } else { profile.field_type };
        ColumnProfile { name: field.name.clone(), field_type, cells: filled, nulls, ..profile }
    }
}

fn saturated(cell: i128) -> i64 {
    i64::try_from(cell).unwrap_or(if cell < 0 { i64::MIN } else { i64::MAX })
}

fn in_microseconds(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Datetime(_, zone) => DataType::Datetime(TimeUnit::Microseconds, zone.clone()),
        other => other.clone(),
    }
}
