//! The entities of a group of rows, read out of polars' nested column.

use polars::prelude::{DataFrame, DataType, Field as PolarsField, Float64Chunked, Int32Chunked, StringChunked};

use crate::base::{Error, Result};
use crate::domain::Entity;
use crate::domain::lineage::ENTITIES;

/// The polars type of [`ENTITIES`]: `list<struct{field,label,text,start,end,score}>`.
#[must_use]
pub fn entities_type() -> DataType {
    let field = |name: &str, data_type| PolarsField::new(name.into(), data_type);
    DataType::List(Box::new(DataType::Struct(vec![
        field("field", DataType::String),
        field("label", DataType::String),
        field("text", DataType::String),
        field("start", DataType::Int32),
        field("end", DataType::Int32),
        field("score", DataType::Float64),
    ])))
}

/// The entities of every row of a group.
pub struct EntityColumn {
    /// Row by row where its entities begin, and where the last row's end.
    offsets: Vec<i64>,
    /// Which rows have no list at all.
    absent: Vec<bool>,
    field: StringChunked,
    label: StringChunked,
    text: StringChunked,
    start: Int32Chunked,
    end: Int32Chunked,
    score: Float64Chunked,
}

impl EntityColumn {
    /// Reads the column of entities, which is in one piece.
    pub fn of(group: &DataFrame) -> Result<Self> {
        let lists = group.column(ENTITIES).and_then(|column| column.list()).map_err(Error::library)?.rechunk();
        let structs = lists.get_inner();
        let structs = structs.struct_().map_err(Error::library)?;
        let part = |name: &str| structs.field_by_name(name).map(|series| series.rechunk());
        let text = |name: &str| part(name).and_then(|series| series.str().cloned()).map_err(Error::library);
        let number = |name: &str| part(name).and_then(|series| series.i32().cloned()).map_err(Error::library);
        Ok(Self {
            offsets: lists.downcast_as_array().offsets().as_slice().to_vec(),
            absent: lists.is_null().iter().map(|absent| absent.unwrap_or(true)).collect(),
            field: text("field")?,
            label: text("label")?,
            text: text("text")?,
            start: number("start")?,
            end: number("end")?,
            score: part("score").and_then(|series| series.f64().cloned()).map_err(Error::library)?,
        })
    }

    /// The entities of `row`, in order; `None` where the model did not process it.
    pub fn row(&self, row: usize) -> Result<Option<Vec<Entity>>> {
        if self.absent.get(row).copied().unwrap_or(true) {
            return Ok(None);
        }
        let offset = |index: usize| self.offsets.get(index).and_then(|offset| usize::try_from(*offset).ok());
        let (Some(first), Some(end)) = (offset(row), offset(row + 1)) else { return Ok(None) };
        (first..end).map(|index| self.entity(index)).collect::<Result<_>>().map(Some)
    }

    fn entity(&self, index: usize) -> Result<Entity> {
        let text = |column: &StringChunked| column.get(index).unwrap_or_default().to_owned();
        let position = |column: &Int32Chunked| {
            let position = column.get(index).and_then(|position| u32::try_from(position).ok());
            position.ok_or_else(|| Error::corrupt(format!("entity {index} of a group has no usable position")))
        };
        Ok(Entity {
            field: text(&self.field),
            label: text(&self.label),
            text: text(&self.text),
            start: position(&self.start)?,
            end: position(&self.end)?,
            score: self.score.get(index).unwrap_or(f64::NAN),
        })
    }
}
