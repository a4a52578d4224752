//! What whoever asked for something will want to do next: a command line for the one face, a key for the other.

use crate::domain::{ModelRef, ReleaseName};

/// The next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Run the pipeline on what changed.
    Run,
    /// Put a version that serves nobody yet into production.
    Promote(ModelRef),
    /// Open another release of the period: nothing of it is on its way to clients any more.
    OpenAnother(ReleaseName),
}

impl Next {
    /// As a command line, and what it is for.
    #[must_use]
    pub fn command(&self) -> String {
        match self {
            Self::Run => "to process what changed: assay run".to_owned(),
            Self::Promote(model) => format!("to put it into production: assay model promote {model} --reason \"...\""),
            Self::OpenAnother(release) => {
                let ReleaseName { dataset, period, .. } = release;
                format!("to open another one: assay run --dataset {dataset} --period {period}")
            }
        }
    }
}
