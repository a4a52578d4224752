//! The chain, checked entry by entry.

use rusqlite::Connection;

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
    let (mut events, mut head) = (0, GENESIS.to_owned());
    let broken = |events: u64, head: &str, why: String| {
        let first_bad = Some(BadEntry { seq: events + 1, why });
        Ok(Verified { events, head: head.to_owned(), first_bad })
    };
    while let Some(row) = rows.next()? {
        if events % 1024 == 0 {
            cancel.check()?;
        }
        let seq: i64 = row.get("seq")?;
        if seq > 0 && seq.unsigned_abs() > events + 1 {
            return broken(events, &head, format!("it is missing; the next one is {seq}"));
        }
        let entry = match Entry::read(row) {
            Ok(entry) => entry,
            Err(error) => return broken(events, &head, format!("it can't be read: {}", error.one_line())),
        };
        if entry.prev_hash != head {
            return broken(events, &head, "it does not follow the entry before it".to_owned());
        }
        if entry.seq != events + 1 || entry.sealed() != entry.hash {
            return broken(events, &head, "its content is not what was written".to_owned());
        }
        (events, head) = (entry.seq, entry.hash);
        found = found || expected.is_some_and(|expected| head.starts_with(expected));
    }
    match expected {
        Some(expected) if !found => broken(
            events,
            &head,
            format!("no entry has the hash {expected}: the end is missing, or all was written anew"),
        ),
        _ => Ok(Verified { events, head, first_bad: None }),
    }
}
