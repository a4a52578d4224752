//! How a running task tells how far it is.

use crate::domain::Task;
use crate::domain::progress::{Progress, Step};

/// Reports of one task. What is behind it must not block.
pub struct Report<'a> {
    task: &'a Task,
    sink: &'a (dyn Fn(Progress) + Sync),
}

impl<'a> Report<'a> {
    /// Reports of `task` to `sink`.
    pub fn new(task: &'a Task, sink: &'a (dyn Fn(Progress) + Sync)) -> Self {
        Self { task, sink }
    }

    /// Rows done so far.
    pub fn rows(&self, done: u64, total: Option<u64>) {
        self.step(Step::Running { done, total });
    }

    /// Any other step.
    pub fn step(&self, step: Step) {
        (self.sink)(Progress {
            task: self.task.key.clone(),
            kind: self.task.kind,
            subject: self.task.subject.to_string(),
            step,
        });
    }
}
