//! The small tokio runtime that deltalake-core needs, and its errors as ours.

use std::future::Future;

use deltalake_core::DeltaTableError;

use crate::base::{Error, Result, ResultExt};

/// A runtime that may be dropped anywhere.
pub(super) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(super) fn start() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("lake")
            .enable_all()
            .build()
            .context("starting the threads of the lake")?;
        Ok(Self(Some(runtime)))
    }

    /// Runs `work` to its end on this thread.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let runtime = self.0.as_ref().ok_or_else(|| Error::internal("the lake was closed"))?;
        Ok(runtime.block_on(work))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // A plain drop waits for the threads, which tokio refuses where somebody else's asynchronous task runs.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A Delta log that can't be read as it stands.
pub(super) fn unreadable_log(error: &DeltaTableError) -> Error {
    Error::corrupt("the Delta log can't be read").because(error)
}
