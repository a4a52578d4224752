//! Deliveries of changes: of the rows that share a key the last one stands, unless it says that the row is no more.

use std::collections::HashMap;

use crate::base::hash::fingerprint;

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
