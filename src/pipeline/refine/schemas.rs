//! The columns of silver and rejects, as they lie in the data files (partition columns are in the log).

use polars::prelude::*;

use crate::domain::Dataset;
use crate::domain::lineage::{BATCH, KEY, LINE, RAW, REASON, ROW};
use crate::frames::data_type;

/// Lineage, then the canonical columns in the order of the contract.
pub fn silver(dataset: &Dataset) -> Schema {
    let canonical = dataset.schema.iter().map(|field| Field::new((&*field.name).into(), data_type(field.field_type)));
    lineage().chain(canonical).collect()
}

/// Lineage, then why.
pub fn rejects() -> Schema {
    lineage().chain([REASON, KEY, RAW].map(|name| Field::new(name.into(), DataType::String))).collect()
}

fn lineage() -> impl Iterator<Item = Field> {
    [(BATCH, DataType::String), (ROW, DataType::Int64), (LINE, DataType::Int64)]
        .into_iter()
        .map(|(name, data_type)| Field::new(name.into(), data_type))
}
