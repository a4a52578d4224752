//! Which model version has read which provider's rows of which period.

use std::cmp::Reverse;

use super::{ModelRef, Period, Slice, TaskState};

/// Where a model version stands with one provider's rows of a period.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Covered {
    /// The version.
    pub model: ModelRef,
    /// The rows.
    #[serde(flatten)]
    pub slice: Slice,
    /// Whether it has read them, as they are now.
    #[serde(flatten)]
    pub state: TaskState,
}

impl Covered {
    /// Where it stands in the matrix: models by name, newest version first, newest period first, providers by name.
    #[must_use]
    pub fn place(&self) -> (&str, Reverse<u32>, &str, Reverse<Period>, &str) {
        let Self { model, slice, .. } = self;
        (&model.name, Reverse(model.version), &slice.dataset, Reverse(slice.period), &slice.provider)
    }
}

/// What of the matrix is wanted; whatever is not named is.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Of one model, or of one version of it.
    pub model: Option<String>,
    /// Of one dataset.
    pub dataset: Option<String>,
    /// Of one period.
    pub period: Option<Period>,
    /// Of one provider.
    pub provider: Option<String>,
}

impl Part {
    /// Whether a version is meant.
    #[must_use]
    pub fn means(&self, model: &ModelRef) -> bool {
        self.model.as_ref().is_none_or(|wanted| *wanted == model.name || *wanted == model.to_string())
    }
}
