//! Checks that are queries.

use polars::prelude::{Column, DataFrame, LazyFrame};

use super::samples::Picks;
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, ROW};
use crate::frames::{for_each_chunk, sql};

/// The table that a check may query.
const TABLE: &str = "silver";

/// What a query returned.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many rows.
    pub rows: u64,
    /// The first of them by batch and row, where the result has `_batch` and `_row`.
    pub samples: Vec<RowRef>,
}

/// Runs a query over `silver`: every row that it returns is a failure.
pub(super) fn failures(sql: &str, silver: &LazyFrame, cancel: &Cancel) -> Result<Failures> {
    let plan = sql::query(sql, TABLE, silver.clone())?;
    let mut rows = 0;
    let mut picks = Picks::default();
    for_each_chunk(plan, cancel, |chunk| {
        rows += chunk.height() as u64;
        if points_to_rows(chunk) { picks.offer(chunk, |_| Some(0)) } else { Ok(()) }
    })
    .map_err(without_cells)?;
    Ok(Failures { rows, samples: picks.finish("the query returned it") })
}

/// What is wrong while a query runs may quote cells, and results are journaled, where no text of a row may be.
fn without_cells(error: Error) -> Error {
    if error.kind() != ErrorKind::Internal {
        return error;
    }
    Error::bad_data("a computation or conversion of the query failed on some row")
        .hint("write TRY_CAST where a value may not convert: it gives null")
}

fn points_to_rows(chunk: &DataFrame) -> bool {
    let has = |name, is: fn(&Column) -> bool| chunk.column(name).is_ok_and(is);
    has(BATCH, |column| column.str().is_ok()) && has(ROW, |column| column.i64().is_ok())
}

#[cfg(test)]
mod tests;
