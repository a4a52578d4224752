//! Two tables of the same rows, walked side by side whatever the size of their chunks.

use polars::prelude::*;

use crate::base::{Error, Result};
use crate::domain::lineage;

/// Whether two frames hold the same records of the same batches, row for row.
pub fn same_rows(one: &DataFrame, other: &DataFrame) -> Result<bool> {
    let same = |name: &str| -> Result<bool> {
        let (ours, theirs) = (one.column(name), other.column(name));
        Ok(ours.map_err(Error::library)?.equals_missing(theirs.map_err(Error::library)?))
    };
    Ok(one.height() == other.height() && same(lineage::BATCH)? && same(lineage::ROW)?)
}

/// Chunks of any size, given out in the sizes asked for.
pub struct Buffer {
    chunks: Box<dyn Iterator<Item = Result<DataFrame>>>,
    rest: Option<DataFrame>,
}

impl Buffer {
    /// Of these chunks.
    pub fn of(chunks: impl Iterator<Item = Result<DataFrame>> + 'static) -> Self {
        Self { chunks: Box::new(chunks), rest: None }
    }

    /// The next rows, so many where there are so many left.
    pub fn take(&mut self, rows: usize) -> Result<DataFrame> {
        let mut taken = self.rest.take().unwrap_or_default();
        while taken.height() < rows {
            let Some(chunk) = self.chunks.next() else { break };
            let chunk = chunk?;
            if taken.width() == 0 {
                taken = chunk;
            } else {
                taken.vstack_mut_owned(chunk).map_err(Error::library)?;
            }
        }
        if taken.height() > rows {
            let cut = i64::try_from(rows).unwrap_or(i64::MAX);
            self.rest = Some(taken.slice(cut, usize::MAX));
            taken = taken.slice(0, rows);
        }
        taken.rechunk_mut();
        Ok(taken)
    }
}
