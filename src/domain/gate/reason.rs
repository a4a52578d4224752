//! Why a release may not be published.

/// What kind of reason keeps a release back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The period is not over: early deliveries are provisional.
    PeriodNotOver,
    /// A provider has not delivered; it is not due yet.
    ProviderMissing,
    /// A provider has not delivered and is overdue.
    ProviderLate,
    /// What a provider delivered can't be used as it is.
    BatchQuarantined,
    /// What a provider delivered is being landed, or was read in another encoding than the contract now names.
    BatchNotLanded,
    /// assay.toml differs from the contract in force.
    ContractDiffers,
    /// The dataset has text, and no model version is in production.
    ModelMissing,
    /// A task was not run yet.
    TaskMissing,
    /// A task failed.
    TaskFailed,
    /// A task's output rests on other inputs.
    TaskStale,
    /// Some rows were not processed by the model.
    RowsUnprocessed,
    /// The checks have not judged these inputs.
    NotEvaluated,
    /// A blocking check could not be judged.
    EvaluationUnknown,
    /// A blocking check failed, and no anomaly says so.
    EvaluationFailed,
    /// A blocking anomaly is open.
    AnomalyOpen,
    /// A blocking anomaly is confirmed and not fixed.
    AnomalyConfirmed,
    /// Samples wait for an assessor.
    SamplesUnassessed,
    /// Approvals are missing.
    ApprovalsMissing,
    /// A later release of the period is live.
    LaterReleaseLive,
}

impl ReasonCode {
    /// Every kind of reason.
    pub const ALL: [Self; 19] = [
        Self::PeriodNotOver,
        Self::ProviderMissing,
        Self::ProviderLate,
        Self::BatchQuarantined,
        Self::BatchNotLanded,
        Self::ContractDiffers,
        Self::ModelMissing,
        Self::TaskMissing,
        Self::TaskFailed,
        Self::TaskStale,
        Self::RowsUnprocessed,
        Self::NotEvaluated,
        Self::EvaluationUnknown,
        Self::EvaluationFailed,
        Self::AnomalyOpen,
        Self::AnomalyConfirmed,
        Self::SamplesUnassessed,
        Self::ApprovalsMissing,
        Self::LaterReleaseLive,
    ];
}

/// One reason why a release may not be published.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// Its kind.
    pub code: ReasonCode,
    /// What it is about: a provider, a task, a check, an anomaly.
    pub subject: String,
    /// The reason in a sentence.
    pub text: String,
    /// The command that would clear it.
    pub fix: String,
}
