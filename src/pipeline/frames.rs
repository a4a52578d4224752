//! Cells of data frames by the name of their column.

use polars::prelude::{DataFrame, Int64Chunked, StringChunked};

use crate::base::{Error, Result};

/// The text cells of a column.
pub fn text<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    frame.column(name).and_then(|column| column.str()).map_err(Error::library)
}

/// The whole numbers of a column.
pub fn ints<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Int64Chunked> {
    frame.column(name).and_then(|column| column.i64()).map_err(Error::library)
}
