//! Tasks: idempotent pieces of pipeline work with deterministic keys.

use std::collections::BTreeMap;
use std::fmt;

use super::{BatchId, ModelRef, ReleaseName, Slice};
use crate::base::{Digest, Error, KeyHasher, Result};

/// A task's key: the hash of all that its output depends on.
pub type TaskKey = Digest;

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// A delivered file becomes raw and bronze.
    Land,
    /// Bronze becomes canonical silver, the rest rejects.
    Refine,
    /// A model reads silver.
    Enrich,
    /// Silver and annotations are measured.
    Profile,
    /// A release is judged.
    Evaluate,
    /// A release's contents are fixed.
    Assemble,
    /// A model is made from labelled text: on request, never by plan.
    Train,
    /// A release is given to clients: on request, never by plan.
    Publish,
    /// A database is asked for what changed: on request, never by plan.
    Extract,
    /// A server is asked for a file: on request, never by plan.
    Download,
}

impl TaskKind {
    /// Every kind of the pipeline, in its order.
    pub const ALL: [Self; 6] = [Self::Land, Self::Refine, Self::Enrich, Self::Profile, Self::Evaluate, Self::Assemble];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Land => "land",
            Self::Refine => "refine",
            Self::Enrich => "enrich",
            Self::Profile => "profile",
            Self::Evaluate => "evaluate",
            Self::Assemble => "assemble",
            Self::Train => "train",
            Self::Publish => "publish",
            Self::Extract => "extract",
            Self::Download => "download",
        }
    }

    /// What its progress counts.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Train => "sentence",
            Self::Evaluate => "evaluation",
            Self::Assemble => "release",
            Self::Download => "byte",
            _ => "row",
        }
    }

    /// Whether an attempt replaces a slice of a table, so that until its outcome nobody knows what the slice holds. What
    /// the others write is named by its content, or on record in the transaction of the outcome.
    #[must_use]
    pub fn replaces_a_slice(self) -> bool {
        matches!(self, Self::Refine | Self::Enrich)
    }

    /// The version of what the step computes and how it stores it. Raising it makes every output of the kind stale.
    #[must_use]
    pub fn format_version(self) -> u32 {
        match self {
            // 2: rows without the date that says their period are refused.
            // 3: the keys of refused rows have decimals and instants as they are written elsewhere.
            // 4: how a column writes numbers and dates is found out over all of its rows.
            // 5: more ways to write numbers and dates are read, and rows without a key are refused.
            // 6: more of both; rows outside of a provider's own period are refused.
            Self::Refine => 6,
            // 2: rows that come again for the next period are a finding.
            // 3: columns without a name and a value are none.
            Self::Evaluate => 3,
            // Profile 2: more is measured of each column, and of more than a million different values it is estimated.
            // Assemble 2: what clients see is part of what an approval stands for.
            Self::Profile | Self::Assemble => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a task works on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum TaskSubject {
    /// One model's view of a slice.
    Annotated {
        /// The slice.
        #[serde(flatten)]
        slice: Slice,
        /// The model version.
        model: ModelRef,
    },
    /// A delivery being landed.
    Batch {
        /// The slice.
        #[serde(flatten)]
        slice: Slice,
        /// The batch.
        batch: BatchId,
    },
    /// A slice.
    Slice {
        /// The slice.
        #[serde(flatten)]
        slice: Slice,
    },
    /// A release.
    Release {
        /// Its name.
        release: ReleaseName,
    },
}

impl TaskSubject {
    /// The slice, where the task has one.
    #[must_use]
    pub fn slice(&self) -> Option<&Slice> {
        match self {
            Self::Annotated { slice, .. } | Self::Batch { slice, .. } | Self::Slice { slice } => Some(slice),
            Self::Release { .. } => None,
        }
    }
}

impl fmt::Display for TaskSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Annotated { slice, model } => write!(f, "{slice} {model}"),
            Self::Batch { slice, batch } => write!(f, "{slice} {batch}"),
            Self::Slice { slice } => write!(f, "{slice}"),
            Self::Release { release } => write!(f, "{release}"),
        }
    }
}

/// A piece of work: what, on what, from which inputs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Task {
    /// What it does.
    pub kind: TaskKind,
    /// What it works on.
    pub subject: TaskSubject,
    /// Named inputs and their keys: `batch:<id>`, `mapping`, `reference:<name>`, `model`, `refine`, `rules` and so on.
    pub inputs: BTreeMap<String, String>,
    /// The hash of kind, format version, subject and inputs.
    pub key: TaskKey,
}

impl Task {
    /// A task with its key computed.
    #[must_use]
    pub fn new(kind: TaskKind, subject: TaskSubject, inputs: BTreeMap<String, String>) -> Self {
        let mut hasher = KeyHasher::new(kind.as_str())
            .part("format", kind.format_version().to_string())
            .part("subject", subject.to_string());
        for (name, key) in &inputs {
            hasher = hasher.part(name, key);
        }
        Self { key: hasher.finish(), kind, subject, inputs }
    }

    /// What names the task's output, whatever it was made from: kind and subject.
    #[must_use]
    pub fn slot(&self) -> String {
        slot(self.kind, &self.subject)
    }

    /// The release that it judges or binds.
    pub fn release(&self) -> Result<&ReleaseName> {
        match &self.subject {
            TaskSubject::Release { release } => Ok(release),
            _ => Err(Error::internal(format!("{} is of no release", self.slot()))),
        }
    }

    /// The outputs that it reads: their slots, and the keys that they have to be made under.
    pub fn reads(&self) -> impl Iterator<Item = (String, &str)> {
        self.inputs.iter().filter_map(|(name, key)| {
            let slot = match (name.as_str(), &self.subject) {
                ("refine", subject) => slot(TaskKind::Refine, subject.slice()?),
                ("enrich", subject) => slot(TaskKind::Enrich, subject),
                ("evaluate", subject) => slot(TaskKind::Evaluate, subject),
                (name, _) => slot(TaskKind::Profile, name.strip_prefix(PROFILE)?),
            };
            Some((slot, key.as_str()))
        })
    }

    /// The name of the input that is the profile of a subject.
    #[must_use]
    pub fn profile_input(subject: &TaskSubject) -> String {
        format!("{PROFILE}{subject}")
    }
}

/// What names the output of a task of this kind and subject, whatever it was made from: `refine slips/2026-10/northgate`.
#[must_use]
pub fn slot(kind: TaskKind, subject: impl fmt::Display) -> String {
    format!("{kind} {subject}")
}

/// What the names of inputs start with that are profiles, before their subject.
const PROFILE: &str = "profile: ";

/// The recorded output of a task.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TaskOutput {
    /// The key it was computed under.
    pub key: TaskKey,
    /// The inputs it was computed from, to name the cause when it goes stale.
    pub inputs: BTreeMap<String, String>,
    /// Rows read.
    pub rows_in: u64,
    /// Rows written.
    pub rows_out: u64,
    /// Rows refused or failed.
    pub rejected: u64,
    /// What was written: of rows the digest of the files that hold them, of a profile its own. `None`: nothing was.
    pub content: Option<Digest>,
}

impl TaskOutput {
    /// The output of a task that read and wrote no rows.
    #[must_use]
    pub fn of(task: &Task) -> Self {
        let (key, inputs) = (task.key.clone(), task.inputs.clone());
        Self { key, inputs, rows_in: 0, rows_out: 0, rejected: 0, content: None }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TaskState {
    /// Its output is recorded under the current key.
    Done,
    /// Nothing was recorded yet.
    Missing,
    /// An output is recorded, from other inputs.
    Stale {
        /// Why, in words.
        cause: String,
    },
    /// The last run ended in an error and no output is recorded under the current key.
    Failed {
        /// What went wrong.
        error: String,
    },
    /// Somebody is at it.
    Running,
}

impl TaskState {
    /// The name of every state.
    pub const NAMES: [&str; 5] = ["done", "missing", "stale", "failed", "running"];

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        let [done, missing, stale, failed, running] = Self::NAMES;
        match self {
            Self::Done => done,
            Self::Missing => missing,
            Self::Stale { .. } => stale,
            Self::Failed { .. } => failed,
            Self::Running => running,
        }
    }

    /// What there is to say about it: why it is stale, what went wrong.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Stale { cause: note } | Self::Failed { error: note } => Some(note),
            Self::Done | Self::Missing | Self::Running => None,
        }
    }
}

/// The cause of a task whose inputs were made from something else. Who knows the plan can say from what.
pub const UPSTREAM: &str = "upstream stale";

/// Why `output` no longer stands for `task`, in words; `None` when it does.
#[must_use]
pub fn stale_cause(task: &Task, output: &TaskOutput) -> Option<String> {
    if task.key == output.key {
        return None;
    }
    let mut causes: Vec<&str> = Vec::new();
    let names = task.inputs.keys().chain(output.inputs.keys());
    let mut changed: Vec<&String> = names.filter(|name| task.inputs.get(*name) != output.inputs.get(*name)).collect();
    // How rows are read depends on what they are looked up in: the nearer cause is the one to name.
    if changed.iter().any(|name| name.starts_with("reference:")) {
        changed.retain(|name| *name != "mapping");
    }
    for name in changed {
        let cause = match name.split(':').next().unwrap_or(name) {
            "batch" => "new batch revision",
            "mapping" => "changed mapping",
            "reference" => "new revision of a reference table",
            "model" => "new model version",
            "rules" => "changed rule",
            "baseline" => "changed baseline",
            "text" => "other fields are read",
            "history" => "earlier periods were measured again",
            _ => UPSTREAM,
        };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    if causes.is_empty() {
        causes.push("new version of the step");
    }
    Some(causes.join(", "))
}

#[cfg(test)]
mod tests;
