//! Types between polars and Delta, and how the schema of a table grows.

use std::collections::{BTreeMap, BTreeSet};

use deltalake_core::kernel::{ArrayType, DataType as DeltaType, PrimitiveType, StructField, StructType};
use polars::prelude::{DataType, Field, PlSmallStr, Schema, TimeUnit, TimeZone};

use super::table::Table;
use crate::base::{Error, Result};

/// The key of the field metadata that holds the header as delivered; Spark shows it as the column's comment.
pub(super) const HEADER: &str = "comment";

/// Characters that other engines refuse in the column names of a table without column mapping.
const REFUSED: &[char] = &[' ', ',', ';', '{', '}', '(', ')', '\n', '\t', '='];

/// The columns that the data files of `table` hold for rows of `schema`: Delta's types, no partition columns.
pub(super) fn stored_schema(table: &Table, schema: &Schema) -> Result<Schema> {
    let mut stored = Schema::default();
    let mut names = BTreeSet::new();
    for (name, data_type) in schema.iter() {
        if table.partition_columns().contains(&name.as_str()) {
            continue;
        }
        if name.is_empty() || name.contains(REFUSED) || !names.insert(name.to_lowercase()) {
            return Err(Error::internal(format!("`{name}` can't be a column of {table}"))
                .because("Delta wants names that differ in more than case, without spaces and ,;{}()="));
        }
        let data_type = stored_type(data_type).ok_or_else(|| {
            Error::internal(format!("column `{name}` of {table} is {data_type}, which Delta can't hold"))
        })?;
        stored.with_column(name.clone(), data_type);
    }
    Ok(stored)
}

/// The type that a polars type is written as: itself, or the nearest one that Delta has.
fn stored_type(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::String
        | DataType::Binary
        | DataType::Date
        | DataType::Decimal(..) => data_type.clone(),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Datetime(..) => timestamp(),
        DataType::Null => DataType::String,
        DataType::List(element) => DataType::List(Box::new(stored_type(element)?)),
        DataType::Struct(fields) => {
            let stored = |field: &Field| Some(Field::new(field.name.clone(), stored_type(&field.dtype)?));
            DataType::Struct(fields.iter().map(stored).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// An instant as Delta knows it: UTC, in microseconds.
pub(super) fn timestamp() -> DataType {
    DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
}

/// The Delta fields of a stored schema; `headers` names columns as they were delivered.
pub(super) fn delta_fields(stored: &Schema, headers: &BTreeMap<String, String>) -> Result<Vec<StructField>> {
    stored
        .iter()
        .map(|(name, data_type)| {
            let field = StructField::nullable(name.as_str(), delta_type(data_type)?);
            Ok(match headers.get(name.as_str()) {
                Some(header) => field.with_metadata([(HEADER, header.as_str())]),
                None => field,
            })
        })
        .collect()
}

fn delta_type(data_type: &DataType) -> Result<DeltaType> {
    let primitive = match data_type {
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Int8 => PrimitiveType::Byte,
        DataType::Int16 => PrimitiveType::Short,
        DataType::Int32 => PrimitiveType::Integer,
        DataType::Int64 => PrimitiveType::Long,
        DataType::Float32 => PrimitiveType::Float,
        DataType::Float64 => PrimitiveType::Double,
        DataType::String => PrimitiveType::String,
        DataType::Binary => PrimitiveType::Binary,
        DataType::Date => PrimitiveType::Date,
        DataType::Datetime(..) => PrimitiveType::Timestamp,
        DataType::Decimal(precision, scale) => u8::try_from(*precision)
            .ok()
            .zip(u8::try_from(*scale).ok())
            .and_then(|(precision, scale)| PrimitiveType::decimal(precision, scale).ok())
            .ok_or_else(|| Error::internal(format!("Delta has no {data_type}")))?,
        DataType::List(element) => return Ok(ArrayType::new(delta_type(element)?, true).into()),
        DataType::Struct(fields) => {
            let inner = fields.iter().map(|field| (field.name.clone(), field.dtype.clone())).collect::<Schema>();
            return struct_type(delta_fields(&inner, &BTreeMap::new())?).map(Into::into);
        }
        other => return Err(Error::internal(format!("Delta has no {other}"))),
    };
    Ok(primitive.into())
}

fn struct_type(fields: Vec<StructField>) -> Result<StructType> {
    StructType::try_new(fields).map_err(|error| Error::internal("not a schema that Delta accepts").because(error))
}

/// The polars type that a column of a Delta table reads as.
pub(super) fn polars_type(data_type: &DeltaType) -> Option<DataType> {
    Some(match data_type {
        DeltaType::Primitive(primitive) => match primitive {
            PrimitiveType::Boolean => DataType::Boolean,
            PrimitiveType::Byte => DataType::Int8,
            PrimitiveType::Short => DataType::Int16,
            PrimitiveType::Integer => DataType::Int32,
            PrimitiveType::Long => DataType::Int64,
            PrimitiveType::Float => DataType::Float32,
            PrimitiveType::Double => DataType::Float64,
            PrimitiveType::String => DataType::String,
            PrimitiveType::Binary => DataType::Binary,
            PrimitiveType::Date => DataType::Date,
            PrimitiveType::Timestamp => timestamp(),
            PrimitiveType::Decimal(decimal) => {
                DataType::Decimal(usize::from(decimal.precision()), usize::from(decimal.scale()))
            }
            _ => return None,
        },
        DeltaType::Array(array) => DataType::List(Box::new(polars_type(array.element_type())?)),
        DeltaType::Struct(fields) => {
            let read = |field: &StructField| {
                Some(Field::new(PlSmallStr::from_str(field.name()), polars_type(field.data_type())?))
            };
            DataType::Struct(fields.fields().map(read).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// The data columns of a table's schema, in order.
pub(super) fn data_fields(table: &Table, schema: &StructType) -> Vec<StructField> {
    let is_data = |field: &&StructField| !table.partition_columns().contains(&field.name().as_str());
    schema.fields().filter(is_data).cloned().collect()
}

/// The schema of a table of these data columns: the partition columns come last, as strings.
pub(super) fn table_schema(table: &Table, data: Vec<StructField>) -> Result<StructType> {
    let partition = table.partition_columns().iter().map(|name| StructField::nullable(*name, PrimitiveType::String));
    struct_type(data.into_iter().chain(partition).collect())
}

/// The schema that holds what the table has and what `new` brings; `None` where that is what the table has already.
///
/// Columns are only ever added. A column changes its type only where `alone`: no other partition holds rows then.
pub(super) fn merged(
    table: &Table,
    current: &StructType,
    new: &[StructField],
    alone: bool,
) -> Result<Option<StructType>> {
    let mut fields = data_fields(table, current);
    for field in new {
        let known = fields.iter_mut().find(|known| known.name().to_lowercase() == field.name().to_lowercase());
        let Some(known) = known else {
            fields.push(field.clone());
            continue;
        };
        if known.name() != field.name() || (known.data_type() != field.data_type() && !alone) {
            return Err(Error::refused(format!(
                "column `{}` of {table} is `{}` {}; it can't become `{}` {}",
                known.name(),
                known.name(),
                known.data_type(),
                field.name(),
                field.data_type()
            ))
            .because("other slices, or earlier versions that may come back, hold it as it is")
            .hint("give the field a new name in assay.toml, then `assay contract apply --reason \"...\"`"));
        }
        known.data_type = field.data_type.clone();
        if !field.metadata.is_empty() {
            known.metadata.clone_from(&field.metadata);
        }
    }
    let merged = table_schema(table, fields)?;
    Ok((merged != *current).then_some(merged))
}
