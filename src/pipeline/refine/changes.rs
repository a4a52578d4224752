//! Deliveries of changes: of the rows that share a key the last one stands, unless it says that the row is no more.

use std::collections::HashMap;

use polars::prelude::{DataFrame, StringChunked};

use crate::base::Result;
use crate::base::hash::fingerprint;
use crate::frames::text;

/// A row: which of the slice's deliveries it is from, and its number there.
pub type Place = (usize, Option<i64>);

/// The last row of each key.
#[derive(Debug, Default)]
pub struct Latest(HashMap<u128, Place>);

impl Latest {
    /// Takes note of a row that comes after all before.
    pub fn add(&mut self, key: &str, place: Place) {
        self.0.insert(fingerprint(key.as_bytes()), place);
    }

    /// Whether a row is the last of its key.
    pub fn is(&self, key: &str, place: Place) -> bool {
        self.0.get(&fingerprint(key.as_bytes())) == Some(&place)
    }
}

/// Which rows of a chunk say that they are no more.
pub struct Deletions<'a>(Vec<(&'a StringChunked, &'a [String])>);

impl<'a> Deletions<'a> {
    /// By these columns of the chunk, and these values in them.
    pub fn of(told: &'a [(String, Vec<String>)], bronze: &'a DataFrame) -> Result<Self> {
        let cells = told.iter().map(|(name, values)| Ok((text(bronze, name)?, values.as_slice())));
        cells.collect::<Result<_>>().map(Self)
    }

    /// Whether the row at this place does.
    pub fn has(&self, row: usize) -> bool {
        let says_so = |(cells, values): &(&StringChunked, &[String])| {
            cells.get(row).is_some_and(|cell| values.iter().any(|value| cell.trim().eq_ignore_ascii_case(value)))
        };
        self.0.iter().any(says_so)
    }
}
