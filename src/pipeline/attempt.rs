//! One attempt at a task: what it rests on when it begins has to stand when its outcome goes on record.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::Task;
use crate::journal::Snapshot;

/// An attempt whose intent is on record.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What is attempted.
    pub task: Task,
    /// The place of its intent in the journal.
    pub seq: u64,
    /// What it reads.
    pub reads: Reads,
}

/// The outputs that a task rests on, by slot, and the places of their outcomes in the journal.
pub type Reads = BTreeMap<String, u64>;

impl Attempt {
    /// Whether its outcome would be true: nothing that it read was made anew since, and nobody else began on its slot.
    pub fn stands(&self, snapshot: &Snapshot<'_>) -> Result<bool> {
        Ok(snapshot.started(&self.task)? == Some(self.seq)
            && reads(snapshot, &self.task)?.as_ref() == Some(&self.reads))
    }
}

/// All that a task rests on, however far up; `None` where something of it is not whole, or was made from other inputs
/// than the task was planned with.
pub fn reads(snapshot: &Snapshot<'_>, task: &Task) -> Result<Option<Reads>> {
    let mut found = Reads::new();
    Ok(gather(snapshot, task, &mut found)?.then_some(found))
}

fn gather(snapshot: &Snapshot<'_>, task: &Task, found: &mut Reads) -> Result<bool> {
    for (slot, key) in task.reads() {
        let Some(recorded) = snapshot.recorded(&slot)?.filter(|recorded| recorded.output.key.as_str() == key) else {
            return Ok(false);
        };
        if found.insert(slot, recorded.seq).is_none() && !gather(snapshot, &recorded.task, found)? {
            return Ok(false);
        }
    }
    Ok(true)
}
