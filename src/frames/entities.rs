//! Entities, read out of polars' nested column and put into it.

use polars::prelude::{
    Column, DataFrame, Float64Chunked, Int32Chunked, IntoColumn, IntoSeries, NamedFrom, Series, StringChunked,
    StructChunked,
};

use super::types::entities_type;
use crate::base::{Error, Result};
use crate::domain::Entity;
use crate::domain::lineage::ENTITIES;

/// The entities of every row of a frame.
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
    /// Reads the column of entities.
    pub fn of(frame: &DataFrame) -> Result<Self> {
        let lists = frame.column(ENTITIES).and_then(|column| column.list()).map_err(Error::library)?.rechunk();
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
            position.ok_or_else(|| Error::corrupt(format!("entity {index} of a frame has no usable position")))
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

/// The column of entities that has these rows, in order.
pub fn entity_column(rows: &[&[Entity]]) -> Result<Column> {
    let all = || rows.iter().copied().flatten();
    let texts = |name: &str, of: fn(&Entity) -> &str| Series::new(name.into(), all().map(of).collect::<Vec<_>>());
    let offsets = |name: &str, of: fn(&Entity) -> u32| {
        let offsets = all().map(|entity| i32::try_from(of(entity)).map_err(Error::library));
        Ok::<_, Error>(Series::new(name.into(), offsets.collect::<Result<Vec<_>>>()?))
    };
    let fields = [
        texts("field", |entity| &entity.field),
        texts("label", |entity| &entity.label),
        texts("text", |entity| &entity.text),
        offsets("start", |entity| entity.start)?,
        offsets("end", |entity| entity.end)?,
        Series::new("score".into(), all().map(|entity| entity.score).collect::<Vec<_>>()),
    ];
    let values = StructChunked::from_series(ENTITIES.into(), all().count(), fields.iter()).map_err(Error::library)?;
    let values = values.into_series();
    let mut start = 0;
    let lists: Vec<Series> = rows
        .iter()
        .map(|row| {
            let list = values.slice(start, row.len());
            start += i64::try_from(row.len()).unwrap_or(i64::MAX);
            list
        })
        .collect();
    let column = Series::new(ENTITIES.into(), lists).cast(&entities_type()).map_err(Error::library)?;
    Ok(column.into_column())
}
