//! Polars frames read chunk by chunk: bounded memory, cancellable, and no failure of the engine stays unseen.

use std::num::NonZeroUsize;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use polars::prelude::{DataFrame, Engine, Expr, LazyFrame, PlanCallback, PolarsError};

use crate::base::{Cancel, Error, ErrorKind, Result};

/// Rows per chunk: large enough to amortise the hand-over, small enough to cancel soon.
const CHUNK: Option<NonZeroUsize> = NonZeroUsize::new(1 << 16);

/// The stack of a thread that plans or runs a query: plans are trees, walked recursively.
const STACK: usize = 32 << 20;

/// How long to wait for a chunk before the cancel token is looked at again.
const PATIENCE: Duration = Duration::from_millis(50);

/// Calls `each` with the rows of `frame`, chunk by chunk, in no particular order.
///
/// An error or a panic inside polars is an error here, so that a scan that broke off is never taken for a short one.
pub(super) fn for_each_chunk(
    frame: LazyFrame,
    cancel: &Cancel,
    mut each: impl FnMut(&DataFrame) -> Result<()>,
) -> Result<()> {
    cancel.check()?;
    let (sender, receiver) = sync_channel::<DataFrame>(1);
    // Sending fails once the receiver is gone; `true` then tells the engine to stop.
    let sink = PlanCallback::new(move |chunk| Ok(sender.send(chunk).is_err()));
    let engine = start(move || {
        let scan = frame.sink_batches(sink, false, CHUNK).map_err(error)?;
        scan.collect_with_engine(Engine::Streaming).map(drop).map_err(error)
    })?;
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(chunk) => {
                cancel.check()?;
                each(&chunk)?;
            }
            Err(RecvTimeoutError::Timeout) => cancel.check()?,
            Err(RecvTimeoutError::Disconnected) => return finish(engine),
        }
    }
}

/// Runs `work` on a thread of its own, where a deep plan has room and a panic of a library becomes an error.
pub(super) fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    finish(start(work)?)
}

/// The column of exactly this name, whatever characters it has.
pub(super) fn named(name: &str) -> Expr {
    Expr::Column(name.into())
}

/// What polars says, as an error of ours.
#[allow(clippy::needless_pass_by_value, reason = "it stands in map_err")]
pub(super) fn error(error: PolarsError) -> Error {
    let kind = match &error {
        PolarsError::IO { .. } => ErrorKind::Io,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, error.to_string())
}

fn start<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<JoinHandle<Result<T>>> {
    Ok(Builder::new().name("quality".to_owned()).stack_size(STACK).spawn(work)?)
}

fn finish<T>(engine: JoinHandle<Result<T>>) -> Result<T> {
    engine.join().unwrap_or_else(|_| Err(Error::internal("the query engine broke down on this query")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::time::Instant;

    use polars::prelude::{Column, IntoLazy, PolarsResult, col, df};

    use super::*;

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
