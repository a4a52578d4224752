//! People's queries, run by polars over named tables only.

use polars::prelude::{Column, DataFrame, LazyFrame};
use polars::sql::{SQLContext, extract_table_identifiers};

use super::samples::Picks;
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, ROW};
use crate::frames::{apart, for_each_chunk};

/// The table that a check may query.
const TABLE: &str = "silver";

/// The longest query in bytes; plans are trees that are walked recursively.
const LONGEST: usize = 1 << 16;

/// Beginnings of the names of functions in the place of a table that read files.
const READERS: [&str; 2] = ["read_", "scan_"];

/// What a query returned.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How many rows.
    pub rows: u64,
    /// The first of them by batch and row, where the result has `_batch` and `_row`.
    pub samples: Vec<RowRef>,
}

/// Refuses what is not exactly one query over named tables, before anything is looked up: other statements, several
/// statements, functions that read files. Names of tables that do not exist are found by running it.
///
/// The names come from the syntax tree of the parser that polars itself uses, so that no way of writing hides one.
pub fn guard(sql: &str) -> Result<()> {
    let refuse = |what: String| {
        Err(Error::refused(what).hint(format!("write one SELECT over the table `{TABLE}`; it may begin with WITH")))
    };
    if sql.len() > LONGEST {
        return refuse(format!("the query has {} bytes, more than {LONGEST}", sql.len()));
    }
    let bare = bare(sql);
    let first = bare.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or("");
    if !["select", "with"].contains(&first.to_ascii_lowercase().as_str()) {
        return refuse(format!("only SELECT can be run here, not `{first}`"));
    }
    if bare.trim_end().trim_end_matches(';').contains(';') {
        return refuse("only one statement can be run at a time".to_owned());
    }
    let query = sql.to_owned();
    let tables = apart(move || extract_table_identifiers(&query, true, true).map_err(Error::library))
        .map_err(|error| error.context("the query can't be parsed"))?;
    for table in tables {
        // Polars looks up the first part of a dotted name.
        let name = table.split('.').next().unwrap_or(&table).to_lowercase();
        if READERS.iter().any(|reader| name.starts_with(reader)) {
            return refuse(format!("`{name}` reads files; a query may read named tables only"));
        }
    }
    Ok(())
}

/// Runs a query over `silver`: every row that it returns is a failure.
pub(super) fn failures(sql: &str, silver: &LazyFrame, cancel: &Cancel) -> Result<Failures> {
    guard(sql)?;
    let plan = plan(sql, silver.clone())?;
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

/// The query's plan; nothing is read yet but the schema.
fn plan(sql: &str, silver: LazyFrame) -> Result<LazyFrame> {
    let sql = sql.to_owned();
    apart(move || {
        let mut context = SQLContext::new();
        context.register(TABLE, silver);
        context.execute(&sql).map_err(Error::library)
    })
}

fn points_to_rows(chunk: &DataFrame) -> bool {
    let has = |name, is: fn(&Column) -> bool| chunk.column(name).is_ok_and(is);
    has(BATCH, |column| column.str().is_ok()) && has(ROW, |column| column.i64().is_ok())
}

/// The query without texts, quoted names and comments. It decides what to say early; polars enforces the same again.
fn bare(sql: &str) -> String {
    let mut bare = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let skipped = match next {
            '-' if rest.starts_with("--") => rest.find('\n'),
            '/' if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
            '\'' | '"' | '`' => rest[1..].find(next).map(|end| end + 2),
            _ => {
                bare.push(next);
                rest = &rest[next.len_utf8()..];
                continue;
            }
        };
        bare.push(' ');
        rest = skipped.map_or("", |end| &rest[end..]);
    }
    bare
}

#[cfg(test)]
mod tests;
