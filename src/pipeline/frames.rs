//! Data frames in passing: lazy plans walked chunk by chunk, in order, with bounded memory.

use std::num::NonZeroUsize;

use polars::prelude::*;

use crate::base::{Cancel, Error, ErrorKind, Result};

/// How many rows are in memory at once, per step.
pub const CHUNK_ROWS: usize = 50_000;

/// The name of the column that tells the batch of a row.
pub const BATCH: &str = "_batch";
/// The provider of a row; a partition column.
pub const PROVIDER: &str = "_provider";
/// The period of a row; a partition column.
pub const PERIOD: &str = "_period";
/// The 1-based record number of a row in its batch.
pub const ROW: &str = "_row";
/// The line where the record starts, in text files.
pub const LINE: &str = "_line";

/// A polars error in our words.
pub fn polars_error(error: PolarsError) -> Error {
    let kind = match &error {
        PolarsError::IO { .. } => ErrorKind::Io,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, error.to_string())
}

/// Walks a plan in chunks, in the plan's own order.
pub fn chunks(plan: LazyFrame, cancel: &Cancel) -> Result<impl Iterator<Item = Result<DataFrame>> + use<>> {
    let cancel = cancel.clone();
    let batches =
        plan.collect_batches(Engine::Streaming, true, NonZeroUsize::new(CHUNK_ROWS), true).map_err(polars_error)?;
    Ok(batches.map(move |chunk| {
        cancel.check()?;
        let mut chunk = chunk.map_err(polars_error)?;
        chunk.rechunk_mut();
        Ok(chunk)
    }))
}

/// The text cells of a column.
pub fn text<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    frame.column(name).and_then(|column| column.str()).map_err(polars_error)
}

/// The whole numbers of a column.
pub fn ints<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Int64Chunked> {
    frame.column(name).and_then(|column| column.i64()).map_err(polars_error)
}
