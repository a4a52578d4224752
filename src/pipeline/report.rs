//! How running work tells how far it is.

use crate::base::{Digest, ErrorKind, Result};
use crate::domain::progress::{Progress, Step};
use crate::domain::{Task, TaskKey, TaskKind, task};

/// Reports of one piece of work. What is behind it must not block.
pub struct Report<'a> {
    task: TaskKey,
    kind: TaskKind,
    subject: String,
    sink: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Report<'a> {
    /// Reports of `task` to `sink`.
    pub fn new(task: &Task, sink: &'a (dyn Fn(Progress) + Sync)) -> Self {
        Self { task: task.key.clone(), kind: task.kind, subject: task.subject.to_string(), sink }
    }

    /// Reports of work that is no task of a plan.
    pub fn of(kind: TaskKind, subject: String, sink: &'a (dyn Fn(Progress) + Sync)) -> Self {
        Self { task: Digest::of(task::slot(kind, &subject).as_bytes()), kind, subject, sink }
    }

    /// So much is done.
    pub fn rows(&self, done: u64, total: Option<u64>) {
        self.step(Step::Running { done, total });
    }

    /// Any other step.
    pub fn step(&self, step: Step) {
        (self.sink)(Progress { task: self.task.clone(), kind: self.kind, subject: self.subject.clone(), step });
    }

    /// What came of `work`, whose end is told with what it counted.
    pub fn ended<T>(&self, work: Result<T>, count: impl FnOnce(&T) -> u64) -> Result<T> {
        self.step(match &work {
            Ok(done) => Step::Done { rows: count(done), refused: 0 },
            Err(error) if error.kind() == ErrorKind::Cancelled => Step::Cancelled,
            Err(error) => Step::Failed { error: error.one_line() },
        });
        work
    }
}
