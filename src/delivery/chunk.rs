//! The shape of a release's rows, and typed access to their cells.

use chrono::{DateTime, Days, NaiveDate};
use polars::prelude::{
    BooleanChunked, DataFrame, DataType, Field as PolarsField, Float64Chunked, Int32Chunked, Int64Chunked,
    Int128Chunked, Schema, StringChunked, TimeUnit, TimeZone,
};

use super::cell::Cell;
use super::entities::{EntityColumn, entities_type};
use crate::base::{Error, Result, ResultExt};
use crate::domain::lineage::{BATCH, ENTITIES, PERIOD, PROVIDER, ROW};
use crate::domain::{Field, FieldType, ModelRef};

/// The shape that every group of rows has.
pub struct Layout {
    /// The lineage columns and the canonical ones, in order.
    pub columns: Vec<Field>,
    /// Whether a column of entities follows them.
    pub has_entities: bool,
}

impl Layout {
    /// The shape of a release with this schema and model.
    pub fn of(schema: &[Field], model: &ModelRef) -> Self {
        let mut columns = Self::lineage();
        columns.extend_from_slice(schema);
        Self { columns, has_entities: !model.is_none() }
    }

    /// The columns that say where a row came from.
    pub fn lineage() -> Vec<Field> {
        let field = |name: &str, field_type| Field { name: name.to_owned(), field_type };
        vec![
            field(BATCH, FieldType::String),
            field(PROVIDER, FieldType::String),
            field(PERIOD, FieldType::String),
            field(ROW, FieldType::Int),
        ]
    }

    /// The same in polars' terms.
    pub fn schema(&self) -> Schema {
        let columns = self.columns.iter().map(|field| (field.name.as_str(), data_type(field.field_type)));
        let entities = self.has_entities.then(|| (ENTITIES, entities_type()));
        columns.chain(entities).map(|(name, data_type)| PolarsField::new(name.into(), data_type)).collect()
    }

    /// `frame` with exactly the columns of this layout, in its order and its types.
    pub fn conform(&self, frame: &DataFrame) -> Result<DataFrame> {
        let mut columns = Vec::with_capacity(self.columns.len() + 1);
        for (name, data_type) in self.schema().iter() {
            let column = frame.column(name).map_err(Error::library)?;
            let cast = if column.dtype() == data_type { Ok(column.clone()) } else { column.strict_cast(data_type) };
            columns.push(cast.map_err(Error::library).with_context(|| format!("column `{name}`"))?);
        }
        DataFrame::new(frame.height(), columns).map_err(Error::library)
    }
}

/// The polars type of a canonical field.
#[must_use]
pub fn data_type(field_type: FieldType) -> DataType {
    match field_type {
        FieldType::String => DataType::String,
        FieldType::Int => DataType::Int64,
        FieldType::Float => DataType::Float64,
        FieldType::Bool => DataType::Boolean,
        FieldType::Date => DataType::Date,
        FieldType::Timestamp => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        FieldType::Decimal { precision, scale } => DataType::Decimal(precision.into(), scale.into()),
    }
}

/// Typed access to a group.
pub struct Chunk<'a> {
    /// How many rows it has.
    pub rows: usize,
    /// Its columns, as in [`Layout::columns`].
    columns: Vec<Values<'a>>,
    /// Its entities, where it has any.
    pub entities: Option<EntityColumn>,
}

enum Values<'a> {
    Text(&'a StringChunked),
    Int(&'a Int64Chunked),
    Float(&'a Float64Chunked),
    Bool(&'a BooleanChunked),
    Date(&'a Int32Chunked),
    Timestamp(&'a Int64Chunked),
    Decimal(&'a Int128Chunked, usize),
}

impl<'a> Chunk<'a> {
    /// The view of a group that [`super::groups::Groups`] made.
    pub fn of(group: &'a DataFrame, layout: &Layout) -> Result<Self> {
        let mut columns = Vec::with_capacity(layout.columns.len());
        for field in &layout.columns {
            let column = group.column(&field.name).map_err(Error::library)?;
            let values = match field.field_type {
                FieldType::String => column.str().map(Values::Text),
                FieldType::Int => column.i64().map(Values::Int),
                FieldType::Float => column.f64().map(Values::Float),
                FieldType::Bool => column.bool().map(Values::Bool),
                FieldType::Date => column.date().map(|dates| Values::Date(&dates.phys)),
                FieldType::Timestamp => column.datetime().map(|instants| Values::Timestamp(&instants.phys)),
                FieldType::Decimal { scale, .. } => {
                    column.decimal().map(|decimals| Values::Decimal(&decimals.phys, scale.into()))
                }
            };
            columns.push(values.map_err(Error::library)?);
        }
        let entities = if layout.has_entities { Some(EntityColumn::of(group)?) } else { None };
        Ok(Self { rows: group.height(), columns, entities })
    }

    /// The value in `row` of the `column`th column.
    pub fn cell(&self, column: usize, row: usize) -> Result<Cell<'a>> {
        let Some(values) = self.columns.get(column) else { return Ok(Cell::Null) };
        let cell = match values {
            Values::Text(texts) => texts.get(row).map(Cell::Text),
            Values::Int(numbers) => numbers.get(row).map(Cell::Int),
            Values::Float(numbers) => numbers.get(row).map(Cell::Float),
            Values::Bool(truths) => truths.get(row).map(Cell::Bool),
            Values::Date(days) => days.get(row).map(date).transpose()?.map(Cell::Date),
            Values::Timestamp(micros) => micros.get(row).map(instant).transpose()?.map(Cell::Timestamp),
            Values::Decimal(numbers, scale) => {
                numbers.get(row).map(|unscaled| Cell::Decimal { unscaled, scale: *scale })
            }
        };
        Ok(cell.unwrap_or(Cell::Null))
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

fn instant(micros: i64) -> Result<DateTime<chrono::Utc>> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| {
        Error::bad_data(format!("`{micros}` microseconds from 1970-01-01 is not a time that can be written"))
    })
}
