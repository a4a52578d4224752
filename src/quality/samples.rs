//! Rows picked for a person to look at: few, and the same ones whatever the chunks were.

use polars::prelude::DataFrame;

use crate::base::{Error, Result};
use crate::domain::BatchId;
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, ROW};

/// How many rows a failed evaluation points to at most.
const SAMPLES: usize = 20;

/// The best rows offered so far: the lowest rank first, then the order of batch and row.
#[derive(Debug, Default)]
pub(super) struct Picks {
    best: Vec<(i64, String, u64)>,
}

impl Picks {
    /// Offers the rows of a chunk with lineage columns; `rank` says of each whether it counts, and how early.
    pub(super) fn offer(&mut self, chunk: &DataFrame, mut rank: impl FnMut(usize) -> Option<i64>) -> Result<()> {
        let batches = chunk.column(BATCH).and_then(|column| column.str()).map_err(Error::library)?;
        let rows = chunk.column(ROW).and_then(|column| column.i64()).map_err(Error::library)?;
        for (index, (batch, row)) in batches.iter().zip(rows.iter()).enumerate() {
            let Some(rank) = rank(index) else { continue };
            let (Some(batch), Some(Ok(row))) = (batch, row.map(u64::try_from)) else { continue };
            let place = self.best.partition_point(|(other, its_batch, its_row)| {
                (*other, its_batch.as_str(), *its_row) < (rank, batch, row)
            });
            let known =
                self.best.get(place).is_some_and(|best| (best.0, best.1.as_str(), best.2) == (rank, batch, row));
            if place < SAMPLES && !known {
                self.best.insert(place, (rank, batch.to_owned(), row));
                self.best.truncate(SAMPLES);
            }
        }
        Ok(())
    }

    /// The picked rows, each with `why`.
    pub(super) fn finish(self, why: &str) -> Vec<RowRef> {
        let row_ref = |(_, batch, row)| RowRef { batch: BatchId::from_text(batch), row, why: why.to_owned() };
        self.best.into_iter().map(row_ref).collect()
    }
}
