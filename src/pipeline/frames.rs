//! Data frames in passing: lazy plans walked chunk by chunk, in order, with bounded memory.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use polars::prelude::*;

use crate::base::{Cancel, Error, ErrorKind, Result};

/// How many rows are in memory at once, per step.
pub const CHUNK_ROWS: usize = 50_000;

/// The stack of a thread that plans a query: plans are trees, walked recursively.
const STACK: usize = 32 << 20;

/// How long to wait for a chunk before the cancel token is looked at again.
const PATIENCE: Duration = Duration::from_millis(50);

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

/// Walks a plan in chunks, in the plan's own order. A scan that broke off ends in an error, never early.
pub fn chunks(plan: LazyFrame, cancel: &Cancel) -> Result<Chunks> {
    let (sender, receiver) = sync_channel::<DataFrame>(1);
    // Sending fails once nobody listens any more; `true` then tells the engine to stop.
    let sink = PlanCallback::new(move |chunk| Ok(sender.send(chunk).is_err()));
    let work = move || {
        let scan = plan.sink_batches(sink, true, NonZeroUsize::new(CHUNK_ROWS)).map_err(polars_error)?;
        scan.collect_with_engine(Engine::Streaming).map(drop).map_err(polars_error)
    };
    let engine = Builder::new().name("scan".to_owned()).stack_size(STACK).spawn(work)?;
    Ok(Chunks { receiver, engine: Some(engine), cancel: cancel.clone() })
}

/// The chunks of a plan, as they come.
pub struct Chunks {
    receiver: Receiver<DataFrame>,
    engine: Option<JoinHandle<Result<()>>>,
    cancel: Cancel,
}

impl Iterator for Chunks {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Err(cancelled) = self.cancel.check() {
                return Some(Err(cancelled));
            }
            match self.receiver.recv_timeout(PATIENCE) {
                Ok(mut chunk) => {
                    chunk.rechunk_mut();
                    return Some(Ok(chunk));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let ended = self.engine.take()?.join();
                    return match ended.unwrap_or_else(|_| Err(Error::internal("the query engine broke down"))) {
                        Ok(()) => None,
                        Err(error) => Some(Err(error)),
                    };
                }
            }
        }
    }
}

/// The text cells of a column.
pub fn text<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a StringChunked> {
    frame.column(name).and_then(|column| column.str()).map_err(polars_error)
}

/// The whole numbers of a column.
pub fn ints<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Int64Chunked> {
    frame.column(name).and_then(|column| column.i64()).map_err(polars_error)
}
