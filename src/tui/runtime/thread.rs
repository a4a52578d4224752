//! Threads with names, and panics that stay in them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::base::{Error, Result, ResultExt};

/// A panic below becomes an error that the person can read; the screen stays.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text =
            panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        Err(Error::internal("assay itself failed").because(text.unwrap_or_else(|| "a panic without words".to_owned())))
    })
}

/// Starts a thread with a name that shows in debuggers and logs.
pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).context("starting a thread")?;
    Ok(())
}
