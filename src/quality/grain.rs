//! The grain of a delivery: how many rows it has for each key.

use polars::prelude::{LazyFrame, PlHashSet};

use crate::base::hash::fingerprint;
use crate::base::{Cancel, Result};
use crate::frames::{for_each_chunk, named, text};

/// How many keys are looked at: of more, some are picked by their hashes.
const KEYS: u128 = 100_000;

/// How many rows there are for each different key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowsPerKey {
    /// All rows.
    pub all: f64,
    /// Those that differ in at least one of the columns looked at: what was delivered twice is one.
    pub different: f64,
}

/// How many rows there are for each different key, over columns of text; `None` where there are none. `columns` are those
/// by which rows may differ. `rows` is about how many there are.
pub fn rows_per_key(
    frame: LazyFrame,
    key: &[String],
    columns: &[String],
    rows: u64,
    cancel: &Cancel,
) -> Result<Option<RowsPerKey>> {
    let every = (u128::from(rows) / KEYS).max(1);
    let (mut keys, mut different, mut counted) = (PlHashSet::default(), PlHashSet::default(), 0);
    let all: Vec<&String> = key.iter().chain(columns.iter().filter(|column| !key.contains(column))).collect();
    for_each_chunk(frame.select(all.iter().map(|name| named(name)).collect::<Vec<_>>()), cancel, |chunk| {
        let cells = all.iter().map(|name| text(chunk, name)).collect::<Result<Vec<_>>>()?;
        let mut written = Vec::new();
        for row in 0..chunk.height() {
            written.clear();
            let mut of_key = 0;
            for (index, cells) in cells.iter().enumerate() {
                if let Some(cell) = cells.get(row) {
                    written.extend(cell.as_bytes());
                    written.push(1);
                }
                written.push(0);
                if index + 1 == key.len() {
                    of_key = fingerprint(&written);
                }
            }
            if of_key % every == 0 {
                keys.insert(of_key);
                different.insert(fingerprint(&written));
                counted += 1;
            }
        }
        Ok(())
    })?;
    let per_key = |rows: u64| super::count(rows) / super::count(keys.len() as u64);
    let found = || RowsPerKey { all: per_key(counted), different: per_key(different.len() as u64) };
    Ok((!keys.is_empty()).then(found))
}
