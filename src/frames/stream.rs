//! Lazy plans walked chunk by chunk: bounded memory, cancellable, and no failure of the engine stays unseen.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use polars::prelude::{DataFrame, Engine, Expr, LazyFrame, PlRefPath, PlanCallback, ScanArgsParquet};

use crate::base::{Cancel, Error, Result};

/// Rows per chunk: large enough to amortise the hand-over, small enough to cancel soon.
pub const CHUNK_ROWS: usize = 1 << 16;

/// Bytes of a chunk, as its values would take without sharing: a chunk of long rows has fewer of them. What is made of
/// a chunk can be several times as large.
const CHUNK_BYTES: usize = 16 << 20;

/// Bytes that a cell takes beside its text.
const CELL_BYTES: usize = 16;

/// The stack of a thread that plans or runs a query: plans are trees, walked recursively.
const STACK: usize = 32 << 20;

/// How long to wait for a chunk before the cancel token is looked at again.
const PATIENCE: Duration = Duration::from_millis(50);

/// The order in which rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As the plan says.
    Kept,
    /// As they are ready, which is sooner.
    Any,
}

/// The rows of a Parquet file.
pub fn parquet(path: &Path) -> Result<LazyFrame> {
    let path = path.to_str().ok_or_else(|| Error::internal(format!("{} is not a UTF-8 path", path.display())))?;
    LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default()).map_err(Error::library)
}

/// The rows of `plan`, chunk by chunk.
///
/// An error or a panic inside polars is an error here, so that a scan that broke off is never taken for a short one.
pub fn chunks(plan: LazyFrame, order: Order, cancel: &Cancel) -> Result<Chunks> {
    let (sender, receiver) = sync_channel::<DataFrame>(1);
    // Sending fails once the receiver is gone; `true` then tells the engine to stop.
    let sink = PlanCallback::new(move |chunk| Ok(sender.send(chunk).is_err()));
    let engine = start(move || {
        // As the engine has them: it counts rows, whatever their width.
        let scan = plan.sink_batches(sink, order == Order::Kept, None);
        let scan = scan.map_err(Error::library)?;
        scan.collect_with_engine(Engine::Streaming).map(drop).map_err(Error::library)
    })?;
    let pending = Pending { rows: DataFrame::empty(), bytes: 0 };
    Ok(Chunks { receiver, engine: Some(engine), pending, cancel: cancel.clone() })
}

/// The chunks of a plan, as they come. After an error there are no more that count.
pub struct Chunks {
    receiver: Receiver<DataFrame>,
    engine: Option<JoinHandle<Result<()>>>,
    pending: Pending,
    cancel: Cancel,
}

impl Iterator for Chunks {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Err(cancelled) = self.cancel.check() {
                return Some(Err(cancelled));
            }
            if self.pending.is_full() {
                return Some(Ok(self.pending.cut()));
            }
            match self.receiver.recv_timeout(PATIENCE) {
                Ok(rows) => {
                    if let Err(error) = self.pending.add(rows) {
                        return Some(Err(error));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => match self.engine.take().map(finish) {
                    Some(Err(error)) => return Some(Err(error)),
                    _ if self.pending.rows.height() == 0 => return None,
                    _ => return Some(Ok(self.pending.cut())),
                },
            }
        }
    }
}

/// Rows that came and are not handed on.
struct Pending {
    rows: DataFrame,
    bytes: usize,
}

impl Pending {
    fn add(&mut self, rows: DataFrame) -> Result<()> {
        self.bytes += size_of_rows(&rows);
        self.rows.vstack_mut_owned(rows).map(drop).map_err(Error::library)
    }

    fn is_full(&self) -> bool {
        self.rows.height() > 0 && (self.rows.height() >= CHUNK_ROWS || self.bytes >= CHUNK_BYTES)
    }

    /// The next chunk, in one piece.
    fn cut(&mut self) -> DataFrame {
        let height = self.rows.height();
        let fitting = if self.bytes > CHUNK_BYTES { height / (self.bytes / CHUNK_BYTES + 1) } else { height };
        let rows = fitting.clamp(1, CHUNK_ROWS).min(height);
        let rest = match height - rows {
            0 => DataFrame::empty(),
            left => self.rows.slice(i64::try_from(rows).unwrap_or(i64::MAX), left),
        };
        let mut chunk = std::mem::replace(&mut self.rows, rest).slice(0, rows);
        self.bytes = size_of_rows(&self.rows);
        chunk.rechunk_mut();
        chunk
    }
}

fn size_of_rows(rows: &DataFrame) -> usize {
    rows.estimated_size() + CELL_BYTES * rows.height() * rows.width()
}

/// Calls `each` with the rows of `plan`, chunk by chunk, in no particular order.
pub fn for_each_chunk(plan: LazyFrame, cancel: &Cancel, mut each: impl FnMut(&DataFrame) -> Result<()>) -> Result<()> {
    chunks(plan, Order::Any, cancel)?.try_for_each(|chunk| each(&chunk?))
}

/// Runs `work` on a thread of its own, where a deep plan has room and a panic of a library becomes an error.
pub fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    finish(start(work)?)
}

/// The column of exactly this name, whatever characters it has.
pub fn named(name: &str) -> Expr {
    Expr::Column(name.into())
}

fn start<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<JoinHandle<Result<T>>> {
    Ok(Builder::new().name("scan".to_owned()).stack_size(STACK).spawn(work)?)
}

fn finish<T>(engine: JoinHandle<Result<T>>) -> Result<T> {
    engine.join().unwrap_or_else(|_| Err(Error::internal("the query engine broke down on this query")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::time::Instant;

    use polars::prelude::{Column, IntoLazy, PolarsError, PolarsResult, col, df};

    use super::*;
    use crate::base::ErrorKind;

    fn computed(work: impl Fn(Column) -> PolarsResult<Column> + Send + Sync + 'static) -> LazyFrame {
        let numbers: Vec<i64> = (0..300_000).collect();
        let same = |_: &polars::prelude::Schema, field: &polars::prelude::Field| Ok(field.clone());
        df! { "a" => numbers }.unwrap().lazy().select([col("a").map(work, same)])
    }

    fn rows(frame: LazyFrame) -> Result<usize> {
        let mut rows = 0;
        for_each_chunk(frame, &Cancel::default(), |chunk| {
            rows += chunk.height();
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn every_row_comes_once() {
        assert_eq!(rows(computed(Ok)).unwrap(), 300_000);
    }

    #[test]
    fn wide_rows_come_few_at_a_time_and_narrow_ones_as_ever() {
        // Dictionaries and views share their text: what counts is what becomes of it when it is copied.
        let wide = "x".repeat(100_000);
        let frame = df! { "a" => vec![wide.as_str(); 3_000] }.unwrap();
        let heights = |plan| -> Vec<usize> {
            let chunks = chunks(plan, Order::Kept, &Cancel::default()).unwrap();
            chunks.map(|chunk| chunk.unwrap().height()).collect()
        };
        let wide = heights(frame.lazy());
        assert_eq!(wide.iter().sum::<usize>(), 3_000);
        assert!(wide.iter().all(|rows| rows * 100_000 <= 16 << 20), "{wide:?}");
        assert_eq!(heights(computed(Ok)), [CHUNK_ROWS, CHUNK_ROWS, CHUNK_ROWS, CHUNK_ROWS, 300_000 - 4 * CHUNK_ROWS]);
    }

    #[test]
    fn a_scan_that_breaks_off_is_never_taken_for_a_short_one() {
        let fails = computed(|_| Err(PolarsError::ComputeError("no".into())));
        assert!(rows(fails).unwrap_err().one_line().contains("no"));
        let panics = computed(|_| panic!("a bug of a library"));
        assert_eq!(rows(panics).unwrap_err().kind(), ErrorKind::Internal);
        assert!(apart(|| -> Result<()> { panic!("another") }).is_err());
    }

    #[test]
    fn cancelling_does_not_wait_for_the_engine() {
        let slow = computed(|cells| {
            std::thread::sleep(Duration::from_secs(3));
            Ok(cells)
        });
        let cancel = Cancel::default();
        let other = cancel.clone();
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            other.cancel();
        });
        let start = Instant::now();
        let error = for_each_chunk(slow, &cancel, |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        canceller.join().unwrap();
    }
}
