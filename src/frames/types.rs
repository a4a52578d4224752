//! Polars' types of what the lake holds.

use polars::prelude::{DataType, Field, TimeUnit, TimeZone};

use crate::domain::FieldType;

/// The type of a canonical field. Instants are in UTC microseconds.
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

/// The type of [`crate::domain::lineage::ENTITIES`]: `list<struct{field,label,text,start,end,score}>`.
#[must_use]
pub fn entities_type() -> DataType {
    let field = |name: &str, data_type| Field::new(name.into(), data_type);
    DataType::List(Box::new(DataType::Struct(vec![
        field("field", DataType::String),
        field("label", DataType::String),
        field("text", DataType::String),
        field("start", DataType::Int32),
        field("end", DataType::Int32),
        field("score", DataType::Float64),
    ])))
}
