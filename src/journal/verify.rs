//! The chain, checked entry by entry.

use rusqlite::{Connection, Row};

use super::entry::{Entry, GENESIS};
use crate::base::{Cancel, Error, Result};

/// The least of a head's digits that say which one is meant.
const LEAST_DIGITS: usize = 12;

/// What a check of the chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries were found good, from the first on.
    pub events: u64,
    /// The hash of the last good entry; 64 zeros where there is none.
    pub head: String,
    /// The first entry that is not as it was written, if any.
    pub first_bad: Option<BadEntry>,
}

/// An entry that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadEntry {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// What is wrong with it.
    pub why: String,
}

/// The chain as far as it was found good.
pub(super) struct Chain {
    /// How many entries were found good.
    pub events: u64,
    /// The hash of the last of them.
    pub head: String,
}

impl Chain {
    /// Before the first entry.
    pub(super) fn new() -> Self {
        Self { events: 0, head: GENESIS.to_owned() }
    }

    /// The next entry; where it is not as it was written, why.
    pub(super) fn follow(&mut self, row: &Row<'_>) -> Result<Entry, String> {
        let unreadable = |error: Error| format!("it can't be read: {}", error.one_line());
        let seq: i64 = row.get("seq").map_err(|error| unreadable(error.into()))?;
        if seq > 0 && seq.unsigned_abs() > self.events + 1 {
            return Err(format!("it is missing; the next one is {seq}"));
        }
        let entry = Entry::read(row).map_err(unreadable)?;
        if entry.prev_hash != self.head {
            return Err("it does not follow the entry before it".to_owned());
        }
        if entry.seq != self.events + 1 || entry.sealed() != entry.hash {
            return Err("its content is not what was written".to_owned());
        }
        self.events = entry.seq;
        self.head.clone_from(&entry.hash);
        Ok(entry)
    }

    /// What was found, with what is wrong with the next entry.
    fn broken(self, why: String) -> Verified {
        let first_bad = Some(BadEntry { seq: self.events + 1, why });
        Verified { events: self.events, head: self.head, first_bad }
    }
}

/// Reads the whole chain in order and stops at the first entry that is changed, missing, moved or added. With
/// `expected`, some entry must have that hash: else entries were removed from the end, or all was written anew.
pub(super) fn verify(connection: &Connection, expected: Option<&str>, cancel: &Cancel) -> Result<Verified> {
    if let Some(expected) = expected.filter(|expected| expected.len() < LEAST_DIGITS) {
        return Err(Error::usage(format!("`{expected}` is too short for the hash of a journal entry"))
            .hint(format!("give its first {LEAST_DIGITS} digits, or all 64")));
    }
    let mut statement = connection.prepare("SELECT * FROM event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut found = expected.is_none_or(|expected| GENESIS.starts_with(expected));
    let mut chain = Chain::new();
    while let Some(row) = rows.next()? {
        if chain.events.is_multiple_of(1024) {
            cancel.check()?;
        }
        if let Err(why) = chain.follow(row) {
            return Ok(chain.broken(why));
        }
        found = found || expected.is_some_and(|expected| chain.head.starts_with(expected));
    }
    match expected {
        Some(expected) if !found => {
            let why = format!("no entry has the hash {expected}: the end is missing, or all was written anew");
            Ok(chain.broken(why))
        }
        _ => Ok(Verified { events: chain.events, head: chain.head, first_bad: None }),
    }
}
