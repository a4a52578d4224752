//! A change that a person is about to ask for, before the words that it needs are typed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::command::Risk;
use super::field::{Field, FieldKind};
use crate::base::Digest;
use crate::domain::anomaly::AnomalyId;
use crate::domain::model_change::RightReading;
use crate::domain::{BatchId, ModelRef, Period, ReleaseName, Request, Role, TaskKey};

/// What stands for a reason until it is typed, where a request is only looked at.
pub const PLACEHOLDER: &str = "(to be typed)";

/// The seed of a training that is started here; the same data and seed give the same model.
const SEED: u64 = 1;

/// What is about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each stands for the request of the same name, which says what it means")]
pub enum Ask {
    Ingest,
    AddBatch {
        dataset: Option<String>,
        provider: Option<String>,
        period: Option<Period>,
    },
    NilReturn {
        dataset: String,
        provider: String,
        period: Period,
    },
    AcceptBatch(BatchId),
    RejectBatch(BatchId),
    WithdrawBatch(BatchId),
    Run {
        dataset: Option<String>,
        period: Option<Period>,
        model: Option<ModelRef>,
    },
    CancelTask(TaskKey),
    RetryTask(TaskKey),
    Baseline {
        dataset: String,
        period: Period,
    },
    RegisterModel {
        name: String,
    },
    TrainModel {
        name: String,
    },
    SyncModels,
    PromoteModel {
        model: ModelRef,
        waive: bool,
    },
    AliasModel(ModelRef),
    ArchiveModel(ModelRef),
    AssessReading {
        before: ModelRef,
        after: ModelRef,
        batch: BatchId,
        row: u64,
        right: RightReading,
        shown: Digest,
        overrule: bool,
    },
    ConfirmAnomaly(AnomalyId),
    WaiveAnomaly(AnomalyId),
    AcceptMapping(AnomalyId),
    ReopenAnomaly(AnomalyId),
    Assess {
        id: AnomalyId,
        batch: BatchId,
        row: u64,
        accepted: bool,
        overrule: bool,
    },
    Approve(ReleaseName),
    Revoke(ReleaseName),
    RejectRelease(ReleaseName),
    Publish(ReleaseName),
    Rollback {
        release: ReleaseName,
        to: Option<ReleaseName>,
    },
    WithdrawRelease(ReleaseName),
    ApplyContract,
}

impl Ask {
    /// What is about to happen, as a heading.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Ingest => "Ingest the sources".to_owned(),
            Self::AddBatch { provider, period, .. } => {
                let provider = provider.as_ref().map(|provider| format!(" of {provider}")).unwrap_or_default();
                let period = period.map(|period| format!(" for {period}")).unwrap_or_default();
                format!("Add a file{provider}{period}")
            }
            Self::NilReturn { provider, period, .. } => format!("{provider} has nothing to deliver for {period}"),
            Self::AcceptBatch(batch) => format!("Accept batch {batch}"),
            Self::RejectBatch(batch) => format!("Reject batch {batch}"),
            Self::WithdrawBatch(batch) => format!("Withdraw batch {batch}"),
            Self::Run { period: Some(period), model: Some(model), .. } => format!("Let {model} read {period}"),
            Self::Run { model: Some(model), .. } => format!("Let {model} read what it has not read"),
            Self::Run { period: Some(period), .. } => format!("Run {period}"),
            Self::Run { .. } => "Run the pipeline".to_owned(),
            Self::CancelTask(task) => format!("Cancel task {}", task.short()),
            Self::RetryTask(task) => format!("Retry task {}", task.short()),
            Self::Baseline { period, .. } => format!("Accept {period} as baseline"),
            Self::TrainModel { .. } => "Train a model on labelled text".to_owned(),
            Self::RegisterModel { .. } => "Register a model file".to_owned(),
            Self::SyncModels => "Mirror the model registry".to_owned(),
            Self::PromoteModel { model, waive: false } => format!("Promote {model} to production"),
            Self::PromoteModel { model, .. } => format!("Promote {model}, even if labels are found worse"),
            Self::AliasModel(model) => format!("Point an alias to {model}"),
            Self::ArchiveModel(model) => format!("Archive {model}"),
            Self::AssessReading { row, right: RightReading::Neither, .. } => format!("Neither is right in row {row}"),
            Self::AssessReading { row, right, .. } => format!("The one {right} is right in row {row}"),
            Self::ConfirmAnomaly(id) => format!("Confirm anomaly {id}"),
            Self::AcceptMapping(id) => format!("Accept the columns of {id}"),
            Self::WaiveAnomaly(id) => format!("Waive anomaly {id}"),
            Self::ReopenAnomaly(id) => format!("Reopen anomaly {id}"),
            Self::Assess { row, accepted: true, .. } => format!("Accept row {row}"),
            Self::Assess { row, .. } => format!("Reject row {row}"),
            Self::Approve(release) => format!("Approve {release}"),
            Self::Revoke(release) => format!("Revoke your approval of {release}"),
            Self::RejectRelease(release) => format!("Reject {release}"),
            Self::Publish(release) => format!("Publish {release}"),
            Self::Rollback { to: Some(to), .. } => format!("Bring back {to}"),
            Self::Rollback { release, .. } => format!("Roll back {release}"),
            Self::WithdrawRelease(release) => format!("Withdraw {release}"),
            Self::ApplyContract => "Apply the changed assay.toml".to_owned(),
        }
    }

    /// How much care it takes.
    #[must_use]
    pub fn risk(&self) -> Risk {
        match self {
            Self::Publish(_) | Self::Rollback { .. } | Self::WithdrawRelease(_) | Self::WithdrawBatch(_) => {
                Risk::Danger
            }
            _ => Risk::Change,
        }
    }

    /// Whether it is asked for at once, because it can be undone and needs no words.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        matches!(
            self,
            Self::Run { .. } | Self::RetryTask(_) | Self::CancelTask(_) | Self::AssessReading { overrule: false, .. }
        )
    }

    /// The release whose content the person has to see first.
    #[must_use]
    pub fn shows(&self) -> Option<&ReleaseName> {
        match self {
            Self::Approve(release)
            | Self::Publish(release)
            | Self::Rollback { release, .. }
            | Self::WithdrawRelease(release) => Some(release),
            _ => None,
        }
    }

    /// What has to be, or may be, typed.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let field = Field::new;
        let reason = || field("reason", FieldKind::Required);
        let confirm = |name: &str| field(&format!("type {name} to confirm"), FieldKind::Exactly(name.to_owned()));
        match self {
            Self::Ingest | Self::SyncModels | Self::Run { .. } | Self::CancelTask(_) | Self::RetryTask(_) => Vec::new(),
            Self::AddBatch { provider, period, .. } => {
                let mut fields = vec![field("file", FieldKind::Path)];
                fields.extend(
                    provider.is_none().then(|| field("provider, if the inbox rules don't say", FieldKind::Optional)),
                );
                fields
                    .extend(period.is_none().then(|| field("period, if the file name doesn't say", FieldKind::Period)));
                fields
            }
            Self::RegisterModel { name } => vec![
                field("name of the model", FieldKind::Required).filled(name),
                field("file", FieldKind::Path),
                field("test file (empty: it is not measured)", FieldKind::Optional),
                field("note (optional)", FieldKind::Optional),
            ],
            Self::TrainModel { name } => vec![
                field("name of the model", FieldKind::Required).filled(name),
                field("file with labelled text (CoNLL or JSON lines)", FieldKind::Path),
                field("also from what assessors found right? (y)", FieldKind::Optional),
                field("test file (empty: some is held out)", FieldKind::Optional),
                field("note (optional)", FieldKind::Optional),
            ],
            Self::PromoteModel { waive: false, .. } => vec![field("reason (optional)", FieldKind::Optional)],
            Self::AliasModel(_) => vec![field("alias, for example candidate", FieldKind::Required)],
            Self::WaiveAnomaly(_) => vec![reason(), field("until period (empty: only this one)", FieldKind::Period)],
            Self::Assess { .. } | Self::AssessReading { .. } | Self::Approve(_) => {
                vec![field("note (optional)", FieldKind::Optional)]
            }
            Self::Publish(release) => vec![confirm(&release.to_string())],
            Self::Rollback { to: Some(to), .. } => vec![reason(), confirm(&to.to_string())],
            Self::Rollback { release, .. } | Self::WithdrawRelease(release) => {
                vec![reason(), confirm(&release.to_string())]
            }
            Self::WithdrawBatch(batch) => vec![reason(), confirm(batch.as_str())],
            _ => vec![reason()],
        }
    }

    /// The role that it takes.
    #[must_use]
    pub fn role(&self) -> Role {
        self.request(&self.fields(), None).role()
    }

    /// The request, from what was typed so far. `digest` is the content that was shown.
    #[must_use]
    pub fn request(&self, fields: &[Field], digest: Option<Digest>) -> Request {
        let typed = |label: &str| {
            let field = fields.iter().find(|field| field.label.starts_with(label));
            field.map(|field| field.input.trimmed().to_owned()).filter(|text| !text.is_empty())
        };
        let reason = || typed("reason").unwrap_or_else(|| PLACEHOLDER.to_owned());
        let file = || typed("file").unwrap_or_default().into();
        match self.clone() {
            Self::Ingest => Request::Ingest { dataset: None, provider: None, full: false },
            Self::AddBatch { dataset, provider, period } => Request::AddBatch {
                file: file(),
                dataset,
                provider: provider.or_else(|| typed("provider")),
                period: period.or_else(|| typed("period").and_then(|text| text.parse().ok())),
            },
            Self::NilReturn { dataset, provider, period } => {
                Request::NilReturn { dataset: Some(dataset), provider, period, reason: reason() }
            }
            Self::AcceptBatch(batch) => Request::AcceptBatch { batch, reason: reason() },
            Self::RejectBatch(batch) => Request::RejectBatch { batch, reason: reason() },
            Self::WithdrawBatch(batch) => Request::WithdrawBatch { batch, reason: reason() },
            Self::Run { dataset, period, model } => Request::Run { dataset, period, model },
            Self::CancelTask(task) => Request::CancelTask { task },
            Self::RetryTask(task) => Request::RetryTask { task },
            Self::Baseline { dataset, period } => {
                Request::Baseline { dataset: Some(dataset), period, reason: reason() }
            }
            Self::RegisterModel { .. } => Request::RegisterModel {
                name: typed("name").unwrap_or_default(),
                file: file(),
                test: typed("test file").map(PathBuf::from),
                note: typed("note"),
            },
            Self::TrainModel { .. } => Request::TrainModel {
                name: typed("name").unwrap_or_default(),
                data: vec![file()],
                verdicts: typed("also").is_some_and(|answer| answer.to_lowercase().starts_with('y')),
                lexicons: Vec::new(),
                silver: false,
                test: typed("test file").map(PathBuf::from),
                seed: SEED,
                note: typed("note"),
            },
            Self::SyncModels => Request::SyncModels,
            Self::PromoteModel { model, waive } => Request::PromoteModel { model, waive, reason: typed("reason") },
            Self::AliasModel(model) => Request::AliasModel { model, alias: typed("alias").unwrap_or_default() },
            Self::ArchiveModel(model) => Request::ArchiveModel { model, reason: reason() },
            Self::AssessReading { before, after, batch, row, right, shown, overrule } => {
                let (digest, note) = (Some(shown), typed("note"));
                Request::AssessReading { before, after, batch, row, right, digest, overrule, note }
            }
            Self::ConfirmAnomaly(id) => Request::ConfirmAnomaly { id, reason: reason() },
            Self::WaiveAnomaly(id) => {
                let until = typed("until").and_then(|text| text.parse().ok());
                Request::WaiveAnomaly { id, reason: reason(), until }
            }
            Self::AcceptMapping(id) => Request::AcceptMapping { id, columns: BTreeMap::new(), reason: reason() },
            Self::ReopenAnomaly(id) => Request::ReopenAnomaly { id, reason: reason() },
            Self::Assess { id, batch, row, accepted, overrule } => {
                Request::Assess { id, batch, row, accepted, overrule, note: typed("note") }
            }
            Self::Approve(release) => Request::Approve { release, digest, note: typed("note") },
            Self::Revoke(release) => Request::RevokeApproval { release, reason: reason() },
            Self::RejectRelease(release) => Request::RejectRelease { release, reason: reason() },
            Self::Publish(release) => Request::Publish { release },
            Self::Rollback { release, to } => Request::Rollback { release, to, reason: reason() },
            Self::WithdrawRelease(release) => Request::WithdrawRelease { release, reason: reason() },
            Self::ApplyContract => Request::ApplyContract { reason: reason() },
        }
    }
}
