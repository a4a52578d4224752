//! What lists show: one row type per list, the same for the screen and for `--json`.
//!
//! The field names are a promise to whoever reads the JSON; new ones may be added, none is renamed.

use chrono::{DateTime, Utc};

use super::anomaly::AnomalyId;
use super::batch::Delivery;
use super::calendar::Span;
use super::completeness::Cell;
use super::model::{ModelKind, ModelMetrics};
use super::note::Noted;
use super::{
    AnomalyState, Batch, BatchId, BatchState, Bounds, ModelRef, Period, Reason, ReleaseName, ReleaseState, Severity,
    Slice, TaskKey, TaskKind, TaskState,
};
use crate::base::Digest;

/// Part of a list, in the list's order.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows of the whole list come before these.
    pub offset: u64,
    /// How many rows the whole list has, under the same filter.
    pub total: u64,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), offset: 0, total: 0 }
    }
}

/// Which part of a list is wanted. `K` is what identifies a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch<K> {
    /// From the start.
    First,
    /// Up to the end.
    Last,
    /// Right after this row.
    After(K),
    /// Right before this row.
    Before(K),
    /// Around this row, which comes first in the answer.
    At(K),
}

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<K> {
    /// Only this dataset.
    pub dataset: Option<String>,
    /// Only this period.
    pub period: Option<Period>,
    /// Only this provider.
    pub provider: Option<String>,
    /// Only this state, by its name.
    pub state: Option<String>,
    /// Only rows that hold each of these words, ignoring case, in whichever of the columns that are looked through.
    pub text: Option<String>,
    /// Which part.
    pub fetch: Fetch<K>,
    /// How many rows at the most.
    pub limit: u32,
}

impl<K> Query<K> {
    /// The words that a row has to hold, in small letters.
    pub fn words(&self) -> impl Iterator<Item = String> {
        self.text.iter().flat_map(|text| text.split_whitespace()).map(str::to_lowercase)
    }

    /// Whether a row that reads like this holds all of the words.
    #[must_use]
    pub fn holds(&self, row: &str) -> bool {
        let row = row.to_lowercase();
        self.words().all(|word| row.contains(&word))
    }
}

impl<K> Default for Query<K> {
    fn default() -> Self {
        Self { dataset: None, period: None, provider: None, state: None, text: None, fetch: Fetch::First, limit: 200 }
    }
}

/// A row of `batch list`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BatchRow {
    /// The batch.
    pub id: BatchId,
    /// Its dataset.
    pub dataset: String,
    /// Its provider.
    pub provider: String,
    /// Its period.
    pub period: Period,
    /// Its revision.
    pub revision: u32,
    /// Where it stands.
    pub state: BatchState,
    /// Records in the file.
    pub rows: u64,
    /// Records refused.
    pub rejected: u64,
    /// How often something was repaired to read it.
    pub repaired: u64,
    /// The file name as delivered.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it came in.
    pub at: DateTime<Utc>,
    /// Who brought it in.
    pub by: String,
    /// Why it is quarantined or withdrawn.
    pub note: Option<String>,
    /// The encoding that it was read in, where it has to be read again: the contract names another by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub misread: Option<String>,
    /// The days that its file is for, where they are not exactly those of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Span>,
}

impl BatchRow {
    /// What its file is for, where that is not exactly the period: `2018-P02 (2018-04-29 to 2018-05-26)`.
    #[must_use]
    pub fn covers_words(&self) -> Option<String> {
        self.covers.as_ref().map(|covers| format!("{covers} ({} to {})", covers.first, covers.last))
    }
}

impl From<Batch> for BatchRow {
    fn from(batch: Batch) -> Self {
        let Batch {
            delivery,
            state,
            columns: _,
            encoding: misread,
            rows,
            rejected,
            at,
            by,
            note,
            landing,
            refining,
            ..
        } = batch;
        let repaired = landing.iter().chain(&refining).map(Noted::repaired).sum();
        let Delivery { batch: id, slice, revision, file, bytes, covers, .. } = delivery;
        let Slice { dataset, provider, period } = slice;
        Self {
            id,
            dataset,
            provider,
            period,
            revision,
            state,
            rows,
            rejected,
            repaired,
            file,
            bytes,
            at,
            by,
            note,
            misread,
            covers,
        }
    }
}

/// What identifies a row of `period list`: datasets share their periods.
pub type PeriodKey = (String, Period);

/// A row of `period list`: newest first, then by dataset.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PeriodRow {
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// The whole period: never better than its worst cell.
    pub state: super::completeness::CellState,
    /// Provider by provider, in the order of the contract.
    pub cells: Vec<Cell>,
    /// Whether it was accepted as a baseline as it stands.
    pub baseline: bool,
    /// The release that clients see.
    pub live: Option<ReleaseName>,
}

impl PeriodRow {
    /// What identifies it.
    #[must_use]
    pub fn key(&self) -> PeriodKey {
        (self.dataset.clone(), self.period)
    }
}

/// A row of `model list`: by name, newest version first.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ModelRow {
    /// The model's name.
    pub name: String,
    /// The version.
    pub version: u32,
    /// What runs it.
    pub kind: ModelKind,
    /// The aliases that point to it.
    pub aliases: Vec<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its strict F1, where it was measured.
    pub f1: Option<f64>,
    /// All of its measurements.
    pub metrics: Option<ModelMetrics>,
    /// Slices that it processed under the present inputs, of all there are.
    pub coverage: (u64, u64),
    /// When it was registered.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What was said about it.
    pub note: Option<String>,
    /// Whether it is archived.
    pub archived: bool,
}

/// A row of `anomaly list`: open ones first, then newest period first.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AnomalyRow {
    /// Its id.
    pub id: AnomalyId,
    /// The check.
    pub check: String,
    /// Whether it blocks.
    pub severity: Severity,
    /// Where it stands.
    pub state: AnomalyState,
    /// What it is about: provider, column, label.
    pub subject: String,
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// The provider.
    pub provider: Option<String>,
    /// The model version it is about, or `none`.
    pub model: ModelRef,
    /// The measured number.
    pub observed: Option<f64>,
    /// What would pass.
    pub expected: Option<Bounds>,
    /// How many sample rows it has.
    pub samples: u64,
    /// How many of them are assessed.
    pub assessed: u64,
    /// The finding in words.
    pub explanation: String,
    /// Whether it is about columns that differ, which can be accepted as they came.
    pub is_drift: bool,
    /// When it was opened.
    pub at: DateTime<Utc>,
}

/// The release waits for nothing but people.
pub const READY: &str = "ready";
/// Something else keeps the release back.
pub const BLOCKED: &str = "blocked";

/// The states by which releases can be asked for: those that are on record, and for open ones what the gate says.
pub fn release_states() -> impl Iterator<Item = &'static str> {
    ReleaseState::ALL.into_iter().map(ReleaseState::as_str).chain([READY, BLOCKED])
}

/// A row of `release list`: newest period first, newest n first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseRow {
    /// Its name.
    pub name: ReleaseName,
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// The model version.
    pub model: ModelRef,
    /// Where it stands.
    pub state: ReleaseState,
    /// What evaluations are bound to.
    pub input_digest: Digest,
    /// What approvals are bound to.
    pub release_digest: Option<Digest>,
    /// The generation that it was published as.
    pub generation: Option<u64>,
    /// The people whose approval counts.
    pub approvals: Vec<String>,
    /// Every reason why it can't be published; empty for releases that are not open.
    pub blocked_by: Vec<Reason>,
    /// Why it was opened.
    pub cause: String,
    /// When it was opened.
    pub at: DateTime<Utc>,
    /// Who may not approve it, and why. For the screen; `release show` has it in its details.
    #[serde(skip)]
    pub excluded: Vec<(String, String)>,
    /// Who may approve it and has not; `None` where anybody may. For the screen.
    #[serde(skip)]
    pub may_approve: Option<Vec<String>>,
    /// The release that clients see for its period. For the screen.
    #[serde(skip)]
    pub live: Option<ReleaseName>,
    /// What a rollback brings back, where clients see this release. For the screen.
    #[serde(skip)]
    pub predecessor: Option<ReleaseName>,
}

/// A row of `task list`: those that are not done first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TaskRow {
    /// The task's present key.
    pub key: TaskKey,
    /// What it does.
    pub kind: TaskKind,
    /// On what.
    pub subject: String,
    /// Where it stands.
    #[serde(flatten)]
    pub state: TaskState,
}

/// A row of `log`: oldest first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LogRow {
    /// Its place.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// As what.
    pub role: String,
    /// By which face.
    pub via: String,
    /// By which account, on which machine.
    pub host: String,
    /// What happened.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// The command line.
    pub command: String,
    /// Why.
    pub reason: Option<String>,
    /// The entry's hash.
    pub hash: String,
}

/// One point of a metric's history.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MetricPoint {
    /// The period.
    pub period: Period,
    /// The measured number.
    pub value: f64,
    /// Whether history-based checks may look back at it.
    pub in_baseline: bool,
}

/// A row of `channel history`: newest first.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChannelRow {
    /// The generation.
    pub generation: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What changed: `published`, `rolled back`, `withdrawn`.
    pub change: String,
    /// The period whose pointer moved.
    pub period: Period,
    /// The release that it now points to.
    pub release: Option<ReleaseName>,
    /// The version of the gold table.
    pub delta_version: u64,
    /// Why.
    pub reason: Option<String>,
}
