//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::{self, JoinHandle, ThreadId};

use rusqlite::Connection;

use crate::base::{Error, Result};

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// Owns the connection that writes; jobs wait in line for it. Dropping it waits for the line to empty.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    handle: Option<JoinHandle<()>>,
    id: ThreadId,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self> {
        let (jobs, line) = mpsc::channel::<Job>();
        let handle = thread::Builder::new().name("journal".to_owned()).spawn(move || {
            for job in line {
                // A job that panics has dropped its reply, which its caller sees; the next one is unharmed.
                let _ = catch_unwind(AssertUnwindSafe(|| job(&connection)));
            }
        })?;
        Ok(Self { jobs: Some(jobs), id: handle.thread().id(), handle: Some(handle) })
    }

    /// Runs `work` on the writer's thread and waits for its result.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if thread::current().id() == self.id {
            return Err(Error::internal("a change of the journal tried to start another one inside itself"));
        }
        let gone = || Error::internal("a change of the journal was given up half-way and rolled back");
        let (reply, answer) = mpsc::sync_channel(1);
        let job: Job = Box::new(move |connection| {
            let _ = reply.send(work(connection));
        });
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        answer.recv().map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(handle) = self.handle.take()
            && thread::current().id() != self.id
        {
            let _ = handle.join();
        }
    }
}
