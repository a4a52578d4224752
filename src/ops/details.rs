//! What the faces show of one thing. Rows of lists are in `domain::listing`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::base::Digest;
use crate::base::clock::minute;
use crate::base::text::{counted, grouped};
use crate::domain::anomaly::{AnomalyId, Sample};
use crate::domain::completeness::Cell;
use crate::domain::coverage::Covered;
use crate::domain::listing::{AnomalyRow, BatchRow, LogRow, MetricPoint, ModelRow, ReleaseRow};
use crate::domain::model::{AliasGiven, Measured, TrainedOn};
use crate::domain::note::DeliveryNote;
use crate::domain::registry::Mirrored;
use crate::domain::scorecard::Scorecard;
use crate::domain::source::Retrieval;
use crate::domain::{Actor, Anomaly, Evaluation, ModelRef, ModelVersion, Reason, Release, ReleaseName};
pub use crate::pipeline::compare::RowChange;
pub use crate::pipeline::look::RejectRow;

/// The workspace at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Overview {
    /// Its name.
    pub workspace: String,
    /// The version of the contract in force; 0 before the first.
    pub contract_version: u32,
    /// Whether assay.toml says something else.
    pub contract_differs: bool,
    /// Why assay.toml can't be read, if it can't.
    pub contract_error: Option<String>,
    /// Who may do what.
    pub people: Vec<Actor>,
    /// Whether there is no [people] table: everybody is owner.
    pub unprotected: bool,
    /// The datasets.
    pub datasets: Vec<String>,
    /// Releases being prepared.
    pub open_releases: u64,
    /// Those that wait for nothing but people: approvals, or their publication.
    pub ready_releases: u64,
    /// Those that somebody could approve.
    pub releases_to_approve: u64,
    /// Those that have all their approvals.
    pub releases_to_publish: u64,
    /// Blocking anomalies that are open, or confirmed and not mended yet.
    pub open_anomalies: u64,
    /// Batches in quarantine.
    pub quarantined: u64,
    /// Deliveries that are overdue.
    pub late: u64,
    /// What lies in the inboxes.
    #[serde(flatten)]
    pub waiting: WaitingFiles,
}

/// Files that lie in the inboxes and fit a provider's pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct WaitingFiles {
    /// Those that an ingest takes in.
    #[serde(rename = "waiting_files")]
    pub placed: u64,
    /// Those whose name says no period: an ingest leaves them, and says what it looks for.
    #[serde(rename = "unplaced_files")]
    pub unplaced: u64,
}

impl WaitingFiles {
    /// How many of each wait, in words, if any do.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let said = |files: u64, one: &str, several: &str| {
            (files > 0).then(|| format!("{} {}", counted(files, "file"), if files == 1 { one } else { several }))
        };
        let parts = [said(self.placed, "waits", "wait"), said(self.unplaced, "says no period", "say no period")];
        let said: Vec<String> = parts.into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join(", "))
    }
}

/// One batch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BatchDetail {
    /// Its row.
    pub row: BatchRow,
    /// Header as delivered, and the canonical field that it is mapped to.
    pub columns: Vec<(String, Option<String>)>,
    /// What was understood of it, repaired in it, and refused; none where nothing was noted, or the note is gone.
    pub note: Option<Box<DeliveryNote>>,
    /// The first records refused.
    pub rejects: Vec<RejectRow>,
    /// The first rows as delivered.
    pub preview: Vec<Vec<Option<String>>>,
    /// The releases that rest on it, or rested on it when they were published.
    pub releases: Vec<ReleaseName>,
    /// How it was got, where nobody put it there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<Retrieval>,
    /// How well its provider delivers; none where the contract no longer names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scorecard: Option<Box<Scorecard>>,
}

/// One anomaly.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AnomalyDetail {
    /// Its row.
    pub row: AnomalyRow,
    /// All that is known of it.
    pub anomaly: Anomaly,
    /// Its metric over the periods, oldest first.
    pub history: Vec<MetricPoint>,
    /// The rows to look at.
    pub samples: Vec<Sample>,
    /// The batches that it is about.
    pub batches: Vec<BatchRow>,
}

/// One release.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReleaseDetail {
    /// Its row.
    pub row: ReleaseRow,
    /// All that is on record of it.
    pub release: Release,
    /// The reasons that keep people from approving: all but the missing approvals.
    pub unready: Vec<Reason>,
    /// The people whose approval does not count, and why.
    pub void: Vec<(String, String)>,
    /// Who may not approve, and why.
    pub excluded: Vec<(String, String)>,
    /// Approvals that fell, and why, oldest first.
    pub fallen: Vec<FallenApproval>,
    /// The completeness of its period, as it is now.
    pub cells: Vec<Cell>,
    /// The batches that it rests on: once it is not open any more, what was signed.
    pub rests_on: Vec<BatchRow>,
    /// Reference table to the revision that its rows were looked up in.
    pub references: BTreeMap<String, String>,
    /// What the checks found.
    pub evaluations: Vec<Evaluation>,
    /// What they found and somebody let pass: whoever approves, approves that too.
    pub waived: Vec<WaivedFinding>,
    /// What it changes for clients.
    pub changes: ReleaseChanges,
    /// Its files and their bytes, once they are built.
    pub artifacts: Vec<(String, u64)>,
    /// The rows that it holds.
    pub total_rows: u64,
    /// What became of it for clients, oldest first.
    pub story: Vec<ReleaseMove>,
    /// Where its files lie, below the workspace, once they are built.
    pub folder: Option<String>,
    /// Whether nothing of its period is on its way to clients any more, so that running the period opens another one.
    pub is_last_word: bool,
}

/// Something that somebody did about a release after it was prepared.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseMove {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: String,
    /// What became of it, in words.
    pub what: String,
    /// Why, where that was said.
    pub why: Option<String>,
}

impl ReleaseMove {
    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} by {}, {}{why}", self.what, self.by, minute(self.at))
    }
}

/// A finding that somebody let pass.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct WaivedFinding {
    /// The anomaly.
    pub id: AnomalyId,
    /// The check and its subject.
    pub finding: String,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Sample rows that were judged right as they stand.
    pub accepted: u64,
    /// Sample rows that were judged wrong.
    pub rejected: u64,
}

impl WaivedFinding {
    /// In one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { finding, by, reason, accepted, rejected, .. } = self;
        let judged = counted(accepted + rejected, "judged sample");
        let samples = match (accepted, rejected) {
            (0, 0) => "no sample was judged".to_owned(),
            (_, 0) => format!("{judged}, all right"),
            (0, _) => format!("{judged}, all wrong"),
            _ => format!("{judged}, {rejected} wrong"),
        };
        format!("{finding} was waived by {by}: {reason} ({samples})")
    }
}

/// An approval that no longer stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FallenApproval {
    /// Whose.
    pub by: String,
    /// When it fell.
    pub at: DateTime<Utc>,
    /// What let it fall, in words.
    pub why: String,
}

/// What a release changes, compared with what is live for its period; for one that was published itself, with what
/// clients saw before it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ReleaseChanges {
    /// What it is compared with.
    pub since: Option<ReleaseName>,
    /// Whether clients see or saw it, so that the other one is its predecessor.
    pub was_live: bool,
    /// Its rows.
    pub rows_before: u64,
    /// The rows of the new one.
    pub rows_after: u64,
    /// Batches that the new one has and the live one had not.
    pub batches_added: Vec<String>,
    /// The other way round.
    pub batches_gone: Vec<String>,
    /// Its model version.
    pub model: ModelRef,
    /// The live one's model version, if it is another.
    pub model_before: Option<ModelRef>,
    /// Label by label: entities before and after.
    pub labels: Vec<(String, u64, u64)>,
    /// What the live one's model version finds in the rows of this release, by label: what differs from it the model changed, what it differs
    /// in from before the data changed. None where the model is the same, or has not read these rows.
    pub labels_by_model_before: Option<BTreeMap<String, u64>>,
    /// Provider by provider, where it rests on other batches: which, and what that does to the rows.
    pub batches: Vec<BatchChange>,
}

impl ReleaseChanges {
    /// How many entities of a label more there are because the data changed, and how many because the model did: `None` where nobody knows.
    #[must_use]
    pub fn causes(&self, label: &str) -> Option<(i64, i64)> {
        let (_, before, after) = self.labels.iter().find(|(name, _, _)| name == label)?;
        let between = self.labels_by_model_before.as_ref()?.get(label).copied().unwrap_or(0);
        let more = |from: u64, to: u64| i64::try_from(i128::from(to) - i128::from(from)).unwrap_or(i64::MAX);
        Some((more(*before, between), more(between, *after)))
    }
}

/// A provider whose batches differ between two releases.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BatchChange {
    /// The provider.
    pub provider: String,
    /// What the one before rests on.
    pub before: Vec<BatchRow>,
    /// What the new one rests on.
    pub after: Vec<BatchRow>,
    /// What it does to the rows; `None` before they are processed.
    pub rows: Option<RowChange>,
}

impl BatchChange {
    /// Which batches, in words: revisions and files.
    #[must_use]
    pub fn batches_in_words(&self) -> String {
        let side = |batches: &[BatchRow]| {
            let one = |batch: &BatchRow| format!("revision {} ({})", batch.revision, batch.file);
            if batches.is_empty() {
                "nothing".to_owned()
            } else {
                batches.iter().map(one).collect::<Vec<_>>().join(", ")
            }
        };
        if self.before.iter().map(|batch| &batch.id).eq(self.after.iter().map(|batch| &batch.id)) {
            return format!("{}, read otherwise", side(&self.after));
        }
        format!("{} → {}", side(&self.before), side(&self.after))
    }

    /// All of it, a sentence each: the batches with their rows, then the sums that it moves.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        let sums = self.rows.iter().flat_map(|rows| &rows.sums);
        let sum = |(name, before, after): &(String, String, String)| {
            format!("  {}: sum of {name} {before} before, {after} after", self.provider)
        };
        let batches = format!("  {}: {}; {}", self.provider, self.batches_in_words(), self.rows_in_words());
        std::iter::once(batches).chain(sums.map(sum))
    }

    /// What it does to the rows, in words.
    #[must_use]
    pub fn rows_in_words(&self) -> String {
        let Some(rows) = &self.rows else { return "its rows are not processed yet".to_owned() };
        let changed = rows.changed.map(|changed| format!(", {} changed", grouped(changed))).unwrap_or_default();
        format!("{} added, {} removed{changed}", counted(rows.added, "row"), grouped(rows.removed))
    }
}

/// One model version.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ModelDetail {
    /// Its row.
    pub row: ModelRow,
    /// Slice by slice, newest period first: where its processing stands.
    pub coverage: Vec<Covered>,
    /// How it did where it was measured, with its mistakes; none where its report is not at hand.
    pub measured: Option<Measured>,
    /// What it came from.
    pub origin: ModelOrigin,
    /// The aliases that ever pointed to it, oldest first.
    pub alias_history: Vec<AliasGiven>,
}

/// What a model version came from.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct ModelOrigin {
    /// The version that was in production when it came.
    pub parent: Option<ModelRef>,
    /// The command line that made it.
    pub command: Option<String>,
    /// The digest of all that it learned from.
    pub training_data: Option<Digest>,
    /// The version of a registry elsewhere that it is.
    pub mirrored: Option<Mirrored>,
    /// What that was.
    pub trained_on: Option<TrainedOn>,
}

impl From<&ModelVersion> for ModelOrigin {
    fn from(version: &ModelVersion) -> Self {
        let ModelVersion { parent, command, training_data, mirrored, trained_on, .. } = version.clone();
        Self { parent, command, training_data, mirrored, trained_on }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EventDetail {
    /// Its row.
    pub row: LogRow,
    /// Its payload.
    pub payload: serde_json::Value,
}
