//! The shape of a release's rows, and typed access to their cells.

use polars::prelude::{DataFrame, Field as PolarsField, Schema};

use crate::base::{Error, Result, ResultExt};
use crate::domain::lineage::{BATCH, ENTITIES, PERIOD, PROVIDER, ROW};
use crate::domain::{Field, FieldType, ModelRef, Value};
use crate::frames::{Cells, EntityColumn, data_type, entities_type};

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
        let field = |name: &str, field_type| Field::new(name.to_owned(), field_type);
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

/// Typed access to a group.
pub struct TypedRows<'a> {
    /// How many rows it has.
    pub rows: usize,
    /// Its columns, as in [`Layout::columns`].
    columns: Vec<Cells<'a>>,
    /// Its entities, where it has any.
    pub entities: Option<EntityColumn>,
}

impl<'a> TypedRows<'a> {
    /// The view of a group that [`super::groups::Groups`] made.
    pub fn of(group: &'a DataFrame, layout: &Layout) -> Result<Self> {
        let columns = layout.columns.iter().map(|field| Cells::of(group, field)).collect::<Result<_>>()?;
        let entities = if layout.has_entities { Some(EntityColumn::of(group)?) } else { None };
        Ok(Self { rows: group.height(), columns, entities })
    }

    /// The value in `row` of the `column`th column.
    pub fn value(&self, column: usize, row: usize) -> Result<Value<'a>> {
        self.columns.get(column).map_or(Ok(Value::Null), |cells| cells.get(row))
    }
}
