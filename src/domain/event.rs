//! Events: the entries of the journal. What happened is a closed list of facts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::anomaly::AnomalyId;
use super::batch::{BronzeColumn, Delivery};
use super::mapping::MappingId;
use super::model_change::RightReading;
use super::note::Noted;
use super::policy::Format;
use super::promotion::Trial;
use super::registry::RegisteredModel;
use super::release::ReleaseInputs;
use super::task::TaskOutput;
use super::{Actor, BatchId, Contract, Evaluation, ModelRef, ModelVersion, Period, ReleaseName, Task, TaskKey, Via};
use crate::base::Digest;

/// Who does something, by which way, with which words, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// By which face.
    pub via: Via,
    /// The command line that does the same.
    pub command: String,
    /// Why, where the person said so.
    pub reason: Option<String>,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the chain, from 1 without gaps.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, how and why.
    pub origin: Origin,
    /// On which machine.
    pub host: String,
    /// By which version of assay.
    pub version: String,
    /// What it is about, for lists and filters.
    pub subject: String,
    /// What happened.
    pub fact: Fact,
    /// The hash of the entry before.
    pub prev_hash: String,
    /// The hash of this entry and the one before.
    pub hash: String,
}

/// What happened. Intent and outcome of every step that touches the lake are facts of their own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each fact is documented; its fields are named for the words of the vocabulary")]
pub enum Fact {
    /// A contract came into force. `version` counts from 1.
    ContractApplied { version: u32, digest: Digest, contract: Box<Contract> },

    /// A delivery is about to be landed (intent).
    LandingStarted {
        delivery: Delivery,
        /// The encoding that it is read in, where it is text and not UTF-8, as the contract named it then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encoding: Option<String>,
        /// The place of the newest entry when its file was moved aside in its inbox: with the name, that tells which
        /// file was read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claimed_at: Option<u64>,
    },
    /// A delivery is in bronze; it supersedes what its slice stood on.
    BatchLanded {
        delivery: Delivery,
        columns: Vec<BronzeColumn>,
        rows: u64,
        /// The encoding that it was read in, where that is not UTF-8.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        encoding: Option<String>,
        /// What was understood of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        noted: Option<Noted>,
    },
    /// A delivery is kept in raw only.
    BatchQuarantined { delivery: Delivery, note: String },
    /// A landing that can't be finished ends here: its file is in raw no more. As if it had never been begun.
    LandingGivenUp { delivery: Delivery, note: String },
    /// So much of a batch was refused that a person has to look at it: its slice stands on what was there before.
    BatchSetAside { batch: BatchId, note: String },
    /// A person took a batch back.
    BatchWithdrawn { batch: BatchId },

    /// A person accepted the columns of a delivery as they came, some of them perhaps as fields that they were not mapped to.
    MappingAccepted {
        dataset: String,
        provider: String,
        period: Period,
        /// The headers of the delivery.
        schema: Vec<String>,
        /// Field to column.
        columns: BTreeMap<String, String>,
    },
    /// A person took such a decision back.
    MappingTakenBack { mapping: MappingId, dataset: String },

    /// A file became the newest revision of a reference table.
    ReferenceLanded {
        dataset: String,
        reference: String,
        revision: u32,
        /// The digest of the file, under which it lies in raw.
        content: Digest,
        extension: String,
        file: String,
        bytes: u64,
        rows: u64,
    },

    /// A task is about to write (intent).
    TaskStarted { task: Task },
    /// A task's output is in the lake and on the record.
    TaskDone {
        task: Task,
        output: TaskOutput,
        /// Records refused, batch by batch (refine).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rejected: Vec<(BatchId, u64)>,
        /// What was understood of each batch (refine).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        noted: Vec<(BatchId, Noted)>,
        /// The numbers that are kept for comparison (profile).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        metrics: Vec<(String, f64)>,
    },
    /// A task ended in an error.
    TaskFailed { task: Task, error: String, attempt: u32 },
    /// A person stopped a task.
    TaskCancelled { slot: String, key: TaskKey },
    /// A person found what a task wrote to be lost or damaged: it has to be made again.
    OutputLost { slot: String, key: TaskKey },

    /// A model version was registered.
    ModelRegistered { version: Box<ModelVersion> },
    /// A model version is no longer offered.
    ModelArchived { model: ModelRef },
    /// An alias points to a version; `previous` is where it pointed before, `trial` what a promotion was measured by.
    AliasMoved {
        alias: String,
        model: ModelRef,
        previous: Option<ModelRef>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trial: Option<Box<Trial>>,
    },

    /// A person said which of two model versions has read a row right.
    ReadingJudged {
        before: ModelRef,
        after: ModelRef,
        batch: BatchId,
        row: u64,
        right: RightReading,
        judged: Digest,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A registry elsewhere was seen to hold this model otherwise than before, or no more.
    ModelMirrored { registry: String, name: String, model: Option<Box<RegisteredModel>> },

    /// A period was accepted as a baseline, as these batches of its providers stood and a model version read them.
    PeriodBaselined {
        dataset: String,
        period: Period,
        #[serde(default = "ModelRef::none")]
        model: ModelRef,
        #[serde(default)]
        batches: BTreeMap<String, Vec<BatchId>>,
        /// How each provider's rows came to be: its mapping's digest.
        #[serde(default)]
        mappings: BTreeMap<String, String>,
        /// The fields that the model version read: [`Dataset::text_read`](super::Dataset::text_read).
        #[serde(default)]
        text: String,
    },

    /// A release was opened.
    ReleaseOpened { release: ReleaseName, model: ModelRef, cause: String, inputs: ReleaseInputs, input_digest: Digest },
    /// An open release's inputs changed, its model too perhaps; approvals fall.
    ReleaseChanged { release: ReleaseName, model: ModelRef, cause: String, inputs: ReleaseInputs, input_digest: Digest },
    /// The checks judged a release.
    ReleaseEvaluated { release: ReleaseName, input_digest: Digest, evaluations: Vec<Evaluation> },
    /// What an approval would stand for changed; approvals for another digest fall.
    ReleaseAssembled { release: ReleaseName, release_digest: Digest },

    /// A check failed where it had not. The finding is the one of the evaluation.
    AnomalyOpened {
        id: AnomalyId,
        dataset: String,
        period: Period,
        model: ModelRef,
        evaluation: Box<Evaluation>,
        /// What the check looked at: [`Dataset::rule_digest`](super::Dataset::rule_digest).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<Digest>,
    },
    /// The same finding was measured again, with other numbers or by another rule.
    AnomalySeen {
        id: AnomalyId,
        evaluation: Box<Evaluation>,
        /// What the check looked at now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rule: Option<Digest>,
    },
    /// Its check passes again.
    AnomalyFixed { id: AnomalyId, evidence: String },
    /// A person says that it is real.
    AnomalyConfirmed { id: AnomalyId },
    /// A person lets it pass.
    AnomalyWaived { id: AnomalyId, until: Option<Period> },
    /// The waiver of the same finding of an earlier period covers it.
    AnomalyCovered { id: AnomalyId, waiver: AnomalyId },
    /// A person, or its return, opened it again.
    AnomalyReopened { id: AnomalyId },
    /// A person judged a sample of it.
    SampleJudged { id: AnomalyId, batch: BatchId, row: u64, accepted: bool, note: Option<String> },

    /// A person approved exactly this content.
    ReleaseApproved { release: ReleaseName, release_digest: Digest, complete: bool },
    /// A person took an approval back.
    ApprovalRevoked { release: ReleaseName },
    /// Something else than an approval changed how many approvals count, or how many the policy wants: whether they are
    /// enough now.
    ApprovalsCounted { release: ReleaseName, complete: bool },
    /// A person turned a release down.
    ReleaseRejected { release: ReleaseName },
    /// The point of no return of a publication (intent).
    PublishStarted {
        release: ReleaseName,
        release_digest: Digest,
        manifest: Digest,
        /// Whose approvals counted: what else was approved stands for nothing from here on.
        #[serde(default)]
        approvers: Vec<String>,
        /// The formats that were written.
        #[serde(default)]
        formats: Vec<Format>,
    },
    /// Clients see it; `superseded` is what they saw before.
    Published { release: ReleaseName, superseded: Option<ReleaseName>, delta_version: u64, generation: u64 },
    /// An older release is about to be brought back (intent).
    RollbackStarted { from: ReleaseName, to: ReleaseName },
    /// Clients see the older release again.
    RolledBack { from: ReleaseName, to: ReleaseName, delta_version: u64, generation: u64 },
    /// A release is about to be taken away from clients (intent).
    WithdrawalStarted { release: ReleaseName },
    /// Clients no longer see it.
    Withdrawn { release: ReleaseName, delta_version: u64, generation: u64 },
    /// One artifact or notification of a release or channel went out.
    Delivered { generation: u64, what: String },
}

impl Fact {
    /// The name of its kind, as in the journal.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ContractApplied { .. } => "contract_applied",
            Self::LandingStarted { .. } => "landing_started",
            Self::BatchLanded { .. } => "batch_landed",
            Self::BatchQuarantined { .. } => "batch_quarantined",
            Self::LandingGivenUp { .. } => "landing_given_up",
            Self::BatchSetAside { .. } => "batch_set_aside",
            Self::BatchWithdrawn { .. } => "batch_withdrawn",
            Self::MappingAccepted { .. } => "mapping_accepted",
            Self::MappingTakenBack { .. } => "mapping_taken_back",
            Self::ReferenceLanded { .. } => "reference_landed",
            Self::TaskStarted { .. } => "task_started",
            Self::TaskDone { .. } => "task_done",
            Self::TaskFailed { .. } => "task_failed",
            Self::TaskCancelled { .. } => "task_cancelled",
            Self::OutputLost { .. } => "output_lost",
            Self::ModelRegistered { .. } => "model_registered",
            Self::ModelArchived { .. } => "model_archived",
            Self::AliasMoved { .. } => "alias_moved",
            Self::ModelMirrored { .. } => "model_mirrored",
            Self::PeriodBaselined { .. } => "period_baselined",
            Self::ReleaseOpened { .. } => "release_opened",
            Self::ReleaseChanged { .. } => "release_changed",
            Self::ReleaseEvaluated { .. } => "release_evaluated",
            Self::ReleaseAssembled { .. } => "release_assembled",
            Self::AnomalyOpened { .. } => "anomaly_opened",
            Self::AnomalySeen { .. } => "anomaly_seen",
            Self::AnomalyFixed { .. } => "anomaly_fixed",
            Self::AnomalyConfirmed { .. } => "anomaly_confirmed",
            Self::AnomalyWaived { .. } => "anomaly_waived",
            Self::AnomalyCovered { .. } => "anomaly_covered",
            Self::AnomalyReopened { .. } => "anomaly_reopened",
            Self::SampleJudged { .. } => "sample_judged",
            Self::ReadingJudged { .. } => "reading_judged",
            Self::ReleaseApproved { .. } => "release_approved",
            Self::ApprovalRevoked { .. } => "approval_revoked",
            Self::ApprovalsCounted { .. } => "approvals_counted",
            Self::ReleaseRejected { .. } => "release_rejected",
            Self::PublishStarted { .. } => "publish_started",
            Self::Published { .. } => "published",
            Self::RollbackStarted { .. } => "rollback_started",
            Self::RolledBack { .. } => "rolled_back",
            Self::WithdrawalStarted { .. } => "withdrawal_started",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Delivered { .. } => "delivered",
        }
    }

    /// What it is about, for lists and filters.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::ContractApplied { version, .. } => format!("contract {version}"),
            Self::LandingStarted { delivery, .. }
            | Self::BatchLanded { delivery, .. }
            | Self::BatchQuarantined { delivery, .. }
            | Self::LandingGivenUp { delivery, .. } => {
                format!("{} {}", delivery.slice, delivery.batch)
            }
            Self::BatchSetAside { batch, .. } | Self::BatchWithdrawn { batch } => batch.to_string(),
            Self::MappingAccepted { dataset, provider, period, .. } => format!("{dataset}/{period}/{provider}"),
            Self::MappingTakenBack { mapping, .. } => mapping.to_string(),
            Self::ReferenceLanded { dataset, reference, revision, .. } => {
                format!("{dataset} {reference} revision {revision}")
            }
            Self::TaskStarted { task } | Self::TaskDone { task, .. } | Self::TaskFailed { task, .. } => task.slot(),
            Self::TaskCancelled { slot, .. } | Self::OutputLost { slot, .. } => slot.clone(),
            Self::ModelRegistered { version } => version.model.to_string(),
            Self::ModelArchived { model } | Self::AliasMoved { model, .. } => model.to_string(),
            Self::ModelMirrored { name, .. } => crate::base::text::safe(name).into_owned(),
            Self::ReadingJudged { before, after, .. } => format!("{before} and {after}"),
            Self::PeriodBaselined { dataset, period, .. } => format!("{dataset}/{period}"),
            Self::ReleaseOpened { release, .. }
            | Self::ReleaseChanged { release, .. }
            | Self::ReleaseEvaluated { release, .. }
            | Self::ReleaseAssembled { release, .. }
            | Self::ReleaseApproved { release, .. }
            | Self::ApprovalRevoked { release }
            | Self::ApprovalsCounted { release, .. }
            | Self::ReleaseRejected { release }
            | Self::PublishStarted { release, .. }
            | Self::Published { release, .. }
            | Self::WithdrawalStarted { release }
            | Self::Withdrawn { release, .. } => release.to_string(),
            Self::RollbackStarted { from, .. } | Self::RolledBack { from, .. } => from.to_string(),
            Self::AnomalyOpened { id, .. }
            | Self::AnomalySeen { id, .. }
            | Self::AnomalyFixed { id, .. }
            | Self::AnomalyConfirmed { id }
            | Self::AnomalyWaived { id, .. }
            | Self::AnomalyCovered { id, .. }
            | Self::AnomalyReopened { id }
            | Self::SampleJudged { id, .. } => id.to_string(),
            Self::Delivered { generation, what } => format!("{what} of generation {generation}"),
        }
    }
}
