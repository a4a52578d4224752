//! Rows looked up in a reference table.

use std::collections::HashMap;

use polars::prelude::{DataFrame, IdxCa, IdxSize, NewChunkedArray, PlSmallStr};

use crate::base::{Error, Result};
use crate::domain::{Field, Reference};
use crate::frames::data_type;
use crate::quality::keys;

/// A reference table in memory, by its key.
pub struct Lookup {
    /// Its name.
    pub name: String,
    /// Whether a row that is not in it is refused.
    pub required: bool,
    key: Vec<Field>,
    /// The columns that rows get from it.
    given: DataFrame,
    /// The row of each key.
    places: HashMap<String, IdxSize>,
}

impl Lookup {
    /// The table with these rows, of which no two have the same key.
    pub fn new(reference: &Reference, rows: &DataFrame) -> Result<Self> {
        let key: Vec<_> = keys::fields(&reference.key, &reference.schema).into_iter().cloned().collect();
        let fields: Vec<_> = key.iter().collect();
        let keys = keys::of_rows(rows, &fields)?;
        let places = keys.into_iter().zip(0..).collect();
        let given = rows.select(reference.gives().map(|field| field.name.as_str())).map_err(Error::library)?;
        debug_assert!(reference.gives().all(|field| {
            given.column(&field.name).is_ok_and(|column| *column.dtype() == data_type(field.field_type))
        }));
        Ok(Self { name: reference.name.clone(), required: reference.required, key, given, places })
    }

    /// The rows with what they get from the table, and those that are not in it: their places, counted from 0, and their
    /// keys. They get nothing.
    pub fn found_for(&self, rows: &DataFrame) -> Result<(DataFrame, Vec<(usize, String)>)> {
        let fields: Vec<_> = self.key.iter().collect();
        let mut not_found = Vec::new();
        let mut places = Vec::with_capacity(rows.height());
        for (index, key) in keys::of_rows(rows, &fields)?.into_iter().enumerate() {
            let place = self.places.get(&key).copied();
            if place.is_none() {
                not_found.push((index, key));
            }
            places.push(place);
        }
        let places = IdxCa::from_slice_options(PlSmallStr::EMPTY, &places);
        let found = self.given.take(&places).map_err(Error::library)?;
        let rows = rows.hstack(found.columns()).map_err(Error::library)?;
        Ok((rows, not_found))
    }
}
