//! The board behind the strip of running tasks: what is going on, and how much of it is over.

use std::collections::BTreeMap;

use crate::domain::TaskKey;
use crate::domain::progress::{Progress, Step};

/// What the background work is at.
#[derive(Debug, Clone, Default)]
pub struct TaskBoard {
    /// Tasks that are not over, the latest fact of each.
    active: BTreeMap<TaskKey, Progress>,
    /// Tasks that are over, done.
    pub done: u64,
    /// Tasks that are over, failed.
    pub failed: u64,
    /// Tasks that were stopped.
    pub cancelled: u64,
    /// The last failure, in words.
    pub last_failure: Option<String>,
    /// Counts up while something moves.
    pub frame: usize,
}

impl TaskBoard {
    /// Forgets the last run, because another begins.
    pub fn begin(&mut self) {
        *self = Self::default();
    }

    /// Takes note of a fact.
    pub fn note(&mut self, progress: Progress) {
        match &progress.step {
            Step::Queued | Step::Running { .. } | Step::Retrying { .. } => {
                self.active.insert(progress.task.clone(), progress);
                return;
            }
            Step::Left { .. } => {}
            Step::Done { .. } => self.done += 1,
            Step::Cancelled => self.cancelled += 1,
            Step::Failed { error } => {
                self.failed += 1;
                self.last_failure = Some(format!("{} {}: {error}", progress.kind, progress.subject));
            }
        }
        self.active.remove(&progress.task);
    }

    /// The work ended: what was waiting will not come.
    pub fn end(&mut self) {
        self.active.clear();
    }

    /// The task that is furthest from having just begun, for the strip.
    #[must_use]
    pub fn foremost(&self) -> Option<&Progress> {
        let running = |progress: &&Progress| matches!(progress.step, Step::Running { .. } | Step::Retrying { .. });
        self.active.values().find(running).or_else(|| self.active.values().next())
    }

    /// How many tasks are at work.
    #[must_use]
    pub fn running(&self) -> usize {
        self.active.values().filter(|progress| matches!(progress.step, Step::Running { .. })).count()
    }

    /// How many tasks wait for their turn or for another try.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.active.len() - self.running()
    }

    /// Whether there is anything to say.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.active.is_empty() && self.done + self.failed + self.cancelled == 0
    }

    /// The share of known tasks that is over, in 0..=100.
    #[must_use]
    pub fn percent(&self) -> u64 {
        let over = self.done + self.failed + self.cancelled;
        let all = over + self.active.len() as u64;
        (over * 100).checked_div(all).unwrap_or(0)
    }
}
