//! The keys of rows: how they are written, and which occur twice within a slice, rejects included.

use std::fmt::{self, Write};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use polars::prelude::{Column, DataFrame, LazyFrame, PlHashSet, PolarsResult};

use super::samples::Picks;
use super::stream::{for_each_chunk, named};
use crate::base::hash::fingerprint;
use crate::base::{Cancel, Error, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, ROW};
use crate::domain::{Dataset, Field, FieldType};

/// The column of rejects that holds the key of a refused row as [`render`] writes it, where it could be read.
pub const KEY: &str = "_key";

/// One value of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A date.
    Date(NaiveDate),
    /// An instant.
    Timestamp(DateTime<Utc>),
    /// A decimal number as a multiple of 10^-scale.
    Decimal(i128),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Quoted and escaped, so that no text reads like the next part.
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number}"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Timestamp(instant) => f.write_str(&instant.to_rfc3339()),
            Self::Decimal(unscaled) => write!(f, "{unscaled}"),
        }
    }
}

/// The key of a row as text: `slip_id="A7" line=2`. A null is a value like any other: two rows without one are alike.
#[must_use]
pub fn render<'a>(parts: impl IntoIterator<Item = (&'a str, Option<Part<'a>>)>) -> String {
    let mut key = String::new();
    parts.into_iter().for_each(|(name, part)| append(&mut key, name, part));
    key
}

fn append(key: &mut String, name: &str, part: Option<Part<'_>>) {
    let gap = if key.is_empty() { "" } else { " " };
    // Writing to a string does not fail.
    let _ = match part {
        Some(part) => write!(key, "{gap}{name}={part}"),
        None => write!(key, "{gap}{name}=null"),
    };
}

/// The fields of a key, in the key's order.
pub(super) fn fields<'a>(key: &[String], schema: &'a [Field]) -> Vec<&'a Field> {
    key.iter().filter_map(|name| schema.iter().find(|field| field.name == *name)).collect()
}

/// The keys of a chunk of silver, row by row.
fn of_rows(chunk: &DataFrame, fields: &[&Field]) -> PolarsResult<Vec<String>> {
    let mut keys = vec![String::new(); chunk.height()];
    for field in fields {
        let column = chunk.column(&field.name)?;
        append_column(&mut keys, field, column)?;
    }
    Ok(keys)
}

fn append_column(keys: &mut [String], field: &Field, column: &Column) -> PolarsResult<()> {
    fn each<'a>(keys: &mut [String], name: &str, parts: impl Iterator<Item = Option<Part<'a>>>) {
        keys.iter_mut().zip(parts).for_each(|(key, part)| append(key, name, part));
    }
    let name = &field.name;
    match field.field_type {
        FieldType::String => each(keys, name, column.str()?.iter().map(|cell| cell.map(Part::Text))),
        FieldType::Int => each(keys, name, column.i64()?.iter().map(|cell| cell.map(Part::Int))),
        FieldType::Float => each(keys, name, column.f64()?.iter().map(|cell| cell.map(Part::Float))),
        FieldType::Bool => each(keys, name, column.bool()?.iter().map(|cell| cell.map(Part::Bool))),
        FieldType::Date => {
            let date = |days| NaiveDate::default().checked_add_signed(TimeDelta::days(i64::from(days)));
            let cells = column.date()?.physical().iter();
            each(keys, name, cells.map(|cell| cell.and_then(date).map(Part::Date)));
        }
        FieldType::Timestamp => {
            let cells = column.datetime()?.physical().iter();
            each(keys, name, cells.map(|cell| cell.and_then(DateTime::from_timestamp_micros).map(Part::Timestamp)));
        }
        FieldType::Decimal { .. } => {
            each(keys, name, column.decimal()?.physical().iter().map(|cell| cell.map(Part::Decimal)));
        }
    }
    Ok(())
}

/// The keys of a chunk of rejects, `None` where a key could not be read.
fn of_rejects(chunk: &DataFrame) -> PolarsResult<Vec<Option<String>>> {
    Ok(chunk.column(KEY)?.str()?.iter().map(|key| key.map(str::to_owned)).collect())
}

/// The different keys of a slice.
#[derive(Debug, Default)]
pub(super) struct KeyTally {
    seen: PlHashSet<u128>,
    rows: u64,
}

impl KeyTally {
    /// Counts the keys of a chunk of silver.
    pub(super) fn add_rows(&mut self, chunk: &DataFrame, fields: &[&Field]) -> PolarsResult<()> {
        of_rows(chunk, fields)?.iter().for_each(|key| self.add(key));
        Ok(())
    }

    /// Counts the keys of a chunk of rejects.
    pub(super) fn add_rejects(&mut self, chunk: &DataFrame) -> PolarsResult<()> {
        of_rejects(chunk)?.iter().flatten().for_each(|key| self.add(key));
        Ok(())
    }

    fn add(&mut self, key: &str) {
        self.rows += 1;
        self.seen.insert(fingerprint(key.as_bytes()));
    }

    /// Rows whose key some other counted row had before.
    pub(super) fn duplicates(&self) -> u64 {
        self.rows - self.seen.len() as u64
    }
}

/// Rows of one slice whose key another row of it has too, the first in order of batch and row.
///
/// Rejects come last: a row that was refused as a duplicate is then named itself, not the one that was kept.
pub(super) fn duplicate_rows(
    dataset: &Dataset,
    silver: LazyFrame,
    rejects: Option<LazyFrame>,
    cancel: &Cancel,
) -> Result<Vec<RowRef>> {
    let fields = fields(&dataset.key, &dataset.schema);
    let mut picks = Picks::default();
    let mut seen = PlHashSet::default();
    let mut is_new = |key: &String| seen.insert(fingerprint(key.as_bytes()));
    let columns = fields.iter().map(|field| named(&field.name)).chain([named(BATCH), named(ROW)]);
    for_each_chunk(silver.select(columns.collect::<Vec<_>>()), cancel, |chunk| {
        let keys = of_rows(chunk, &fields).map_err(Error::library)?;
        let again: Vec<bool> = keys.iter().map(|key| !is_new(key)).collect();
        picks.offer(chunk, |index| again[index].then_some(0))
    })?;
    if let Some(rejects) = rejects {
        for_each_chunk(rejects.select([named(KEY), named(BATCH), named(ROW)]), cancel, |chunk| {
            let keys = of_rejects(chunk).map_err(Error::library)?;
            let again: Vec<bool> = keys.iter().map(|key| key.as_ref().is_some_and(|key| !is_new(key))).collect();
            picks.offer(chunk, |index| again[index].then_some(0))
        })?;
    }
    Ok(picks.finish("its key is that of another row of the slice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_written_without_room_for_confusion() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 5).map(Part::Date);
        let key = render([("slip_id", Some(Part::Text("A\" line=2"))), ("line", None), ("sold_on", day)]);
        assert_eq!(key, r#"slip_id="A\" line=2" line=null sold_on=2026-10-05"#);
        assert_eq!(
            render([("amount", Some(Part::Decimal(-1250))), ("ok", Some(Part::Bool(true)))]),
            "amount=-1250 ok=true"
        );
    }
}
