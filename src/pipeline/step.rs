//! A task of a plan, and where it stands by what is on record.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Result;
use crate::domain::task::{TaskOutput, stale_cause};
use crate::domain::{Period, Task, TaskKey, TaskKind, TaskState, TaskSubject};
use crate::journal::Snapshot;

/// Why an output from the very inputs does not stand.
const BROKEN: &str = "what was written is not whole: an attempt on it did not end or it was lost";

/// A task of a plan, where it stands, and which tasks of the plan have to be done before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The task under its present key.
    pub task: Task,
    /// Where it stands.
    pub state: TaskState,
    /// The slots of all that it reads.
    pub needs: Vec<String>,
}

/// What is on record of the tasks of a dataset and period.
#[derive(Debug, Default)]
pub struct OnRecord {
    /// The outputs, by slot.
    pub outputs: BTreeMap<String, TaskOutput>,
    /// The slots whose output is no longer what was recorded: an attempt that has no outcome began to replace it, or it
    /// is lost.
    pub broken: BTreeSet<String>,
    /// Errors that stand, by slot: the key that failed, and why.
    pub failures: BTreeMap<String, (TaskKey, String)>,
}

impl OnRecord {
    /// Reads it.
    pub fn of(snapshot: &Snapshot<'_>, dataset: &str, period: Period) -> Result<Self> {
        let mut on_record = Self::default();
        for recorded in snapshot.outputs_of(dataset, period)? {
            let slot = recorded.task.slot();
            if !recorded.whole {
                on_record.broken.insert(slot.clone());
            }
            on_record.outputs.insert(slot, recorded.output);
        }
        let failures = snapshot.failures_of(dataset, period)?.into_iter();
        on_record.failures = failures.map(|(slot, failure)| (slot, (failure.key, failure.error))).collect();
        Ok(on_record)
    }

    /// A task made of its inputs.
    #[must_use]
    pub fn step(
        &self,
        kind: TaskKind,
        subject: TaskSubject,
        inputs: BTreeMap<String, String>,
        needs: Vec<String>,
    ) -> Step {
        self.stands(Task::new(kind, subject, inputs), needs)
    }

    /// Where a task stands.
    #[must_use]
    pub fn stands(&self, task: Task, needs: Vec<String>) -> Step {
        let slot = task.slot();
        let failed = self.failures.get(&slot).filter(|(key, _)| *key == task.key);
        let state = match (self.outputs.get(&slot), failed) {
            (Some(output), _) if output.key == task.key && !self.broken.contains(&slot) => TaskState::Done,
            (_, Some((_, error))) => TaskState::Failed { error: error.clone() },
            (Some(output), None) => {
                TaskState::Stale { cause: stale_cause(&task, output).unwrap_or_else(|| BROKEN.to_owned()) }
            }
            (None, None) => TaskState::Missing,
        };
        Step { task, state, needs }
    }
}
