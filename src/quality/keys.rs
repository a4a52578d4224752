//! The keys of rows: how they are written, and which occur twice within a slice, rejects included.

use std::collections::HashSet;

use polars::prelude::{DataFrame, DataType, Expr, LazyFrame, PolarsResult, concat_str, lit};

use super::samples::Picks;
use super::stream::{self, for_each_chunk, named};
use super::texts::fingerprint;
use crate::base::{Cancel, Result};
use crate::domain::check::RowRef;

/// The column of rejects that holds the key of a refused row, where it could be read.
pub const KEY: &str = "_key";

/// Stands between the parts of a key; it does not occur in delivered text.
const SEPARATOR: &str = "\u{1f}";

/// Stands for a null part: two rows without a value there have the same key.
const NULL: &str = "\u{2400}";

/// The key of a canonical row as text. Rejects carry it as [`KEY`], so that one rendering serves both tables.
#[must_use]
pub fn expression(key: &[String]) -> Expr {
    let parts: Vec<Expr> = key.iter().map(|name| named(name).cast(DataType::String).fill_null(lit(NULL))).collect();
    concat_str(parts, SEPARATOR, false).alias(KEY)
}

/// The different keys of a slice.
#[derive(Debug, Default)]
pub(super) struct KeyTally {
    seen: HashSet<u128>,
    rows: u64,
}

impl KeyTally {
    /// Counts the keys of a chunk that has a [`KEY`] column; rows without a key don't count.
    pub(super) fn add(&mut self, chunk: &DataFrame) -> PolarsResult<()> {
        for key in chunk.column(KEY)?.str()?.iter().flatten() {
            self.rows += 1;
            self.seen.insert(fingerprint(key));
        }
        Ok(())
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
    silver: LazyFrame,
    rejects: Option<LazyFrame>,
    key: &[String],
    cancel: &Cancel,
) -> Result<Vec<RowRef>> {
    let silver = silver.select([named(super::BATCH), named(super::ROW), expression(key)]);
    let rejects = rejects.map(|frame| frame.select([named(super::BATCH), named(super::ROW), named(KEY)]));
    let mut picks = Picks::default();
    let mut seen = HashSet::new();
    for frame in [Some(silver), rejects].into_iter().flatten() {
        for_each_chunk(frame, cancel, |chunk| {
            let keys = chunk.column(KEY).map_err(stream::error)?.clone();
            let keys = keys.str().map_err(stream::error)?;
            let again: Vec<bool> =
                keys.iter().map(|key| key.is_some_and(|key| !seen.insert(fingerprint(key)))).collect();
            picks.offer(chunk, |index| again[index].then_some(0))
        })?;
    }
    Ok(picks.finish("its key is that of another row of the slice"))
}
