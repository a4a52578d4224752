//! Aggregates: tables that are made of the rows of a release and given to clients beside them.

use super::Field;

/// A table made by a query over the rows of a release, whose table is called [`ROWS`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Aggregate {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub schema: Vec<Field>,
    /// One SELECT that gives columns of these names, in any order.
    pub sql: String,
}

/// The table that the queries of aggregates read: the rows of the release with their entities.
pub const ROWS: &str = "gold";
