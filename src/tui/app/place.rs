//! The things that can be opened over a list, and what there is to say about them.

use super::message::Load;
use super::pane::Pane;
use crate::domain::anomaly::AnomalyId;
use crate::domain::listing::TaskRow;
use crate::domain::model_change::ModelComparison;
use crate::domain::{BatchId, ModelRef, ReleaseName};
use crate::ops::{AnomalyDetail, BatchDetail, EventDetail, ModelDetail, ReleaseDetail};

/// A thing that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A batch.
    Batch(BatchId),
    /// A model version.
    Model(ModelRef),
    /// A model version beside the one in production.
    Comparison(ModelRef),
    /// An anomaly.
    Anomaly(AnomalyId),
    /// A release.
    Release(ReleaseName),
    /// An entry of the journal.
    Event(u64),
    /// A task; its row says all there is.
    Task(Box<TaskRow>),
}

impl Place {
    /// The pane it belongs to.
    #[must_use]
    pub fn pane(&self) -> Pane {
        match self {
            Self::Batch(_) => Pane::Batches,
            Self::Model(_) | Self::Comparison(_) => Pane::Models,
            Self::Anomaly(_) => Pane::Anomalies,
            Self::Release(_) => Pane::Releases,
            Self::Event(_) => Pane::Log,
            Self::Task(_) => Pane::Tasks,
        }
    }

    /// What names it: for headings, and for the clipboard.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Batch(id) => id.to_string(),
            Self::Model(model) => model.to_string(),
            Self::Comparison(model) => format!("{model} compared"),
            Self::Anomaly(id) => id.to_string(),
            Self::Release(name) => name.to_string(),
            Self::Event(seq) => seq.to_string(),
            Self::Task(row) => format!("{} {}", row.kind, row.subject),
        }
    }

    /// What has to be fetched to show it.
    #[must_use]
    pub fn load(&self) -> Option<Load> {
        match self {
            Self::Batch(id) => Some(Load::Batch(id.clone())),
            Self::Model(model) => Some(Load::Model(model.clone())),
            Self::Comparison(model) => Some(Load::Comparison(model.clone())),
            Self::Anomaly(id) => Some(Load::Anomaly(id.clone())),
            Self::Release(name) => Some(Load::Release(name.clone())),
            Self::Event(seq) => Some(Load::Event(*seq)),
            Self::Task(_) => None,
        }
    }
}

/// What there is to say about a thing.
#[derive(Debug, Clone)]
pub enum DetailContent {
    /// About a batch.
    Batch(BatchDetail),
    /// About a model version.
    Model(Box<ModelDetail>),
    /// About two model versions.
    Comparison(Box<ModelComparison>),
    /// About an anomaly.
    Anomaly(Box<AnomalyDetail>),
    /// About a release.
    Release(Box<ReleaseDetail>),
    /// About an entry of the journal.
    Event(EventDetail),
    /// About a task.
    Task(TaskRow),
}
