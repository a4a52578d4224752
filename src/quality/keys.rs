//! The keys of rows: how they are written, and which occur twice within a slice, rejects included.

use std::fmt::Write;

use polars::prelude::{DataFrame, LazyFrame, PlHashSet};

use super::fingerprints::Fingerprints;
use super::samples::Picks;
use crate::base::hash::fingerprint;
use crate::base::{Cancel, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, KEY, ROW};
use crate::domain::{Dataset, Field, Value};
use crate::frames::{Cells, for_each_chunk, named, text};

/// The key of a row as text: `slip_id="A7" line=2`. A null is a value like any other: two rows without one are alike.
#[must_use]
pub fn render<'a>(parts: impl IntoIterator<Item = (&'a str, Value<'a>)>) -> String {
    let mut key = String::new();
    parts.into_iter().for_each(|(name, part)| append(&mut key, name, part));
    key
}

fn append(key: &mut String, name: &str, part: Value<'_>) {
    let gap = if key.is_empty() { "" } else { " " };
    // Writing to a string does not fail.
    let _ = match (part, part.text()) {
        // Quoted and escaped, so that no text reads like the next part.
        (Value::Text(text), _) => write!(key, "{gap}{name}={text:?}"),
        (_, Some(text)) => write!(key, "{gap}{name}={text}"),
        (_, None) => write!(key, "{gap}{name}=null"),
    };
}

/// The fields of a key, in the key's order.
#[must_use]
pub fn fields<'a>(key: &[String], schema: &'a [Field]) -> Vec<&'a Field> {
    key.iter().filter_map(|name| schema.iter().find(|field| field.name == *name)).collect()
}

/// The keys of a chunk of silver, row by row.
pub fn of_rows(chunk: &DataFrame, fields: &[&Field]) -> Result<Vec<String>> {
    let columns = fields.iter().map(|field| Ok((field.name.as_str(), Cells::of(chunk, field)?)));
    let columns: Vec<(&str, Cells<'_>)> = columns.collect::<Result<_>>()?;
    (0..chunk.height())
        .map(|row| {
            let mut key = String::new();
            for (name, cells) in &columns {
                append(&mut key, name, cells.get(row)?);
            }
            Ok(key)
        })
        .collect()
}

/// The keys of a chunk of rejects, `None` where a key could not be read.
fn of_rejects(chunk: &DataFrame) -> Result<Vec<Option<String>>> {
    Ok(text(chunk, KEY)?.iter().map(|key| key.map(str::to_owned)).collect())
}

/// The different keys of a slice.
#[derive(Debug, Default)]
pub(super) struct KeyTally {
    seen: Fingerprints,
    rows: u64,
}

impl KeyTally {
    /// Counts the keys of a chunk of silver.
    pub(super) fn add_rows(&mut self, chunk: &DataFrame, fields: &[&Field]) -> Result<()> {
        of_rows(chunk, fields)?.iter().try_for_each(|key| self.add(key))
    }

    /// Counts the keys of a chunk of rejects.
    pub(super) fn add_rejects(&mut self, chunk: &DataFrame) -> Result<()> {
        of_rejects(chunk)?.iter().flatten().try_for_each(|key| self.add(key))
    }

    fn add(&mut self, key: &str) -> Result<()> {
        self.rows += 1;
        self.seen.add(fingerprint(key.as_bytes()))
    }

    /// Rows whose key some other counted row had before.
    pub(super) fn duplicates(self) -> Result<u64> {
        Ok(self.rows - self.seen.different()?)
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
        let keys = of_rows(chunk, &fields)?;
        let again: Vec<bool> = keys.iter().map(|key| !is_new(key)).collect();
        picks.offer(chunk, |index| again[index].then_some(0))
    })?;
    if let Some(rejects) = rejects {
        for_each_chunk(rejects.select([named(KEY), named(BATCH), named(ROW)]), cancel, |chunk| {
            let keys = of_rejects(chunk)?;
            let again: Vec<bool> = keys.iter().map(|key| key.as_ref().is_some_and(|key| !is_new(key))).collect();
            picks.offer(chunk, |index| again[index].then_some(0))
        })?;
    }
    Ok(picks.finish("its key is that of another row of the slice"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_key_is_written_without_room_for_confusion() {
        let day = Value::Date(NaiveDate::from_ymd_opt(2026, 10, 5).unwrap());
        let key = render([("slip_id", Value::Text("A\" line=2")), ("line", Value::Null), ("sold_on", day)]);
        assert_eq!(key, r#"slip_id="A\" line=2" line=null sold_on=2026-10-05"#);
        assert_eq!(
            render([("amount", Value::Decimal { unscaled: -1250, scale: 2 }), ("ok", Value::Bool(true))]),
            "amount=-12.50 ok=true"
        );
    }
}
