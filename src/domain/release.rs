//! Releases: their names and their life.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::actor::same_person;
use super::{BatchId, ModelRef, Period};
use crate::base::{Digest, Error, KeyHasher, Result};

/// `<dataset>/<period>.<n>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReleaseName {
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// 1 for the first, growing with each amendment.
    pub n: u32,
}

impl ReleaseName {
    /// Whether both are releases of one period of one dataset: clients see one of them at most.
    #[must_use]
    pub fn same_period(&self, other: &Self) -> bool {
        (&self.dataset, self.period) == (&other.dataset, other.period)
    }
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}.{}", self.dataset, self.period, self.n))
    }
}

impl FromStr for ReleaseName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.rsplit_once('/')
            .and_then(|(dataset, rest)| {
                let (period, n) = rest.rsplit_once('.')?;
                let n = n.parse().ok().filter(|n| *n > 0)?;
                Some(Self { dataset: dataset.to_owned(), period: period.parse().ok()?, n })
            })
            .filter(|name| !name.dataset.is_empty())
            .ok_or_else(|| {
                Error::usage(format!("`{text}` is not a release"))
                    .hint("write dataset/period.n, for example slips/2026-10.1")
            })
    }
}

/// Where a release stands. Ready or blocked is derived from the gate, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseState {
    /// Being prepared.
    Open,
    /// Approved by as many as the policy wants, for exactly its present digest.
    Approved,
    /// Past the point of no return; the next start completes it.
    Publishing,
    /// What clients see for its period.
    Published,
    /// A later release, or a rolled-back-to one, took its place.
    Superseded,
    /// Taken away from clients.
    Withdrawn,
    /// Its files may be removed.
    Retired,
    /// A person turned it down.
    Rejected,
}

impl ReleaseState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Approved,
        Self::Publishing,
        Self::Published,
        Self::Superseded,
        Self::Withdrawn,
        Self::Retired,
        Self::Rejected,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
            Self::Retired => "retired",
            Self::Rejected => "rejected",
        }
    }

    /// Whether its inputs may still change: at most one such release exists per period.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Approved)
    }

    /// The state machine: whether a release may move from here to `next`.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use ReleaseState::{Approved, Open, Published, Publishing, Rejected, Retired, Superseded, Withdrawn};
        matches!(
            (self, next),
            (Open, Approved | Rejected)
                | (Approved, Open | Publishing | Rejected)
                | (Publishing, Published)
                | (Published, Superseded | Withdrawn)
                | (Superseded, Published | Retired)
                | (Withdrawn, Retired)
        )
    }

    /// [`ReleaseState::may_become`] as an error in words.
    pub fn allow(self, next: Self) -> Result<()> {
        if self.may_become(next) {
            return Ok(());
        }
        let (done, only) = match next {
            Self::Publishing => ("published", "an approved one"),
            Self::Rejected => ("rejected", "an open one"),
            Self::Withdrawn => ("withdrawn", "what clients see"),
            Self::Published => ("brought back", "one that clients saw before, and that was superseded"),
            next => (next.as_str(), "one that the state before leads to"),
        };
        let error = Error::refused(format!("a release that is {} can't be {done}; only {only} can", self.as_str()));
        let is_over = matches!(self, Self::Withdrawn | Self::Rejected) && next == Self::Publishing;
        Err(if is_over { error.hint("assay run --period PERIOD opens another release of its period") } else { error })
    }
}

impl fmt::Display for ReleaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A release as the journal knows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Release {
    /// Its name.
    pub name: ReleaseName,
    /// The model version it is made with.
    pub model: ModelRef,
    /// Where it stands.
    pub state: ReleaseState,
    /// Why it was opened, in words.
    pub cause: String,
    /// When it was opened.
    pub at: DateTime<Utc>,
    /// The place in the journal of the entry that opened it.
    pub opened: u64,
    /// When and why it came to rest on something else, if it did.
    pub changed: Option<Change>,
    /// What evaluations are bound to.
    pub input_digest: Digest,
    /// What approvals are bound to; none until it was evaluated and assembled.
    pub release_digest: Option<Digest>,
    /// The version of the contract that was in force when these inputs were put up for approval.
    pub asked_under: Option<u32>,
    /// The approvals that stand.
    pub approvals: Vec<Approval>,
    /// The generation of channel `latest` that it was published as.
    pub generation: Option<u64>,
    /// The version of the gold table that it was published as.
    pub delta_version: Option<u64>,
}

/// When and why a release came to rest on something else.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in words.
    pub cause: String,
}

impl Release {
    /// Why it rests on what it rests on now, in words.
    #[must_use]
    pub fn present_cause(&self) -> &str {
        self.changed.as_ref().map_or(&self.cause, |changed| &changed.cause)
    }

    /// Its inputs are others now: nothing that was approved stands any more.
    pub fn change(&mut self, model: ModelRef, input_digest: Digest, change: Change) {
        self.model = model;
        self.input_digest = input_digest;
        self.changed = Some(change);
        (self.release_digest, self.asked_under) = (None, None);
        self.approvals.clear();
        self.state = ReleaseState::Open;
    }

    /// An approval stands for this content from now on; approvals of other content fall, and with them the state. It is
    /// asked for under this version of the contract, unless it was before: what people settle about the same inputs puts
    /// nothing else up for approval.
    pub fn assemble(&mut self, digest: &Digest, contract: u32) {
        if self.release_digest.as_ref() != Some(digest) {
            self.state = ReleaseState::Open;
            self.asked_under.get_or_insert(contract);
        }
        self.approvals.retain(|approval| &approval.release_digest == digest);
        self.release_digest = Some(digest.clone());
    }

    /// Somebody's yes: each person has one. `complete` says whether it is the last that the policy wants.
    pub fn approve(&mut self, approval: Approval, complete: bool) {
        self.approvals.retain(|known| !same_person(&known.by, &approval.by));
        self.approvals.push(approval);
        if complete {
            self.state = ReleaseState::Approved;
        }
    }

    /// Takes somebody's yes back; whether there was one. Whether the others are enough is counted anew.
    pub fn revoke(&mut self, by: &str) -> bool {
        let before = self.approvals.len();
        self.approvals.retain(|approval| !same_person(&approval.by, by));
        let taken = self.approvals.len() < before;
        if taken {
            self.state = ReleaseState::Open;
        }
        taken
    }
}

/// Somebody's yes to exactly one content.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Approval {
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The release digest that was shown.
    pub release_digest: Digest,
    /// What they said.
    pub note: Option<String>,
}

/// Everything that the evaluations of a release rest on.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct ReleaseInputs {
    /// Provider to its current batches.
    pub batches: BTreeMap<String, Vec<BatchId>>,
    /// Provider to the digest of its mapping.
    pub mappings: BTreeMap<String, String>,
    /// The digest of the model version's file; `none` without a model.
    pub model: String,
    /// The digest of the rules.
    pub rules: String,
    /// The fields that the model reads: [`Dataset::text_read`](super::Dataset::text_read).
    #[serde(default)]
    pub text: String,
    /// Reference table to the revision that rows are looked up in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, String>,
    /// The digest of what is looked back at: the baseline decisions, the earlier periods that history comparisons use, and
    /// what the columns of deliveries are compared with.
    pub baseline: String,
}

impl ReleaseInputs {
    /// The input digest.
    pub fn digest(&self) -> Result<Digest> {
        Ok(KeyHasher::new("release-inputs/1").part("json", serde_json::to_vec(self)?).finish())
    }
}

/// Everything that an approval rests on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReleaseContents {
    /// The input digest.
    pub inputs: Digest,
    /// The digest of all evaluations.
    pub evaluations: Digest,
    /// Anomaly id to its state and, for waivers, who and why.
    pub anomalies: BTreeMap<String, String>,
    /// The digest of all verdicts on its samples.
    pub verdicts: Digest,
    /// Provider to the keys of its refine and enrich outputs, so that what is published is what was judged.
    pub outputs: BTreeMap<String, Vec<String>>,
    /// The release that clients see for the period, and since which generation: what this one would replace.
    pub live: Option<(String, u64)>,
}

impl ReleaseContents {
    /// The release digest.
    pub fn digest(&self) -> Result<Digest> {
        Ok(KeyHasher::new("release-contents/1").part("json", serde_json::to_vec(self)?).finish())
    }
}

#[cfg(test)]
mod tests;
