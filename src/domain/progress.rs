//! Progress as facts: who is at what, how far.

use super::{TaskKey, TaskKind};

/// One report of a running task. Later ones replace earlier ones of the same task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The task.
    pub task: TaskKey,
    /// What it does.
    pub kind: TaskKind,
    /// On what, in words.
    pub subject: String,
    /// How far it is.
    pub step: Step,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Waiting for its turn.
    Queued,
    /// At work: rows done, of how many where that is known.
    Running {
        /// How much is done, in the [unit](TaskKind::unit) of its kind.
        done: u64,
        /// How much there is in all.
        total: Option<u64>,
    },
    /// Will be tried again.
    Retrying {
        /// What went wrong.
        error: String,
    },
    /// Over, with its output recorded.
    Done {
        /// How much was made, in the [unit](TaskKind::unit) of its kind.
        rows: u64,
        /// Rows refused or failed.
        refused: u64,
    },
    /// Over: somebody else had done it, or it is not to be done any more.
    Left {
        /// Which of these, in words.
        why: &'static str,
    },
    /// Over, without.
    Failed {
        /// What went wrong.
        error: String,
    },
    /// Stopped on request.
    Cancelled,
}
