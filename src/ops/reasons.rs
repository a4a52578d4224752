//! Reasons told to people: many of one kind that one command clears are one thing to do, and told as one.

use crate::domain::{Reason, ReasonCode};

/// From so many on they are told as one.
const MANY: usize = 3;

/// Reasons that one command clears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonGroup<'a> {
    /// The first of them.
    pub first: &'a Reason,
    /// All of them.
    pub reasons: Vec<&'a Reason>,
}

impl<'a> ReasonGroup<'a> {
    /// The groups of a release's reasons, in the order of the gate.
    #[must_use]
    pub fn of(reasons: &'a [Reason]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for reason in reasons {
            match groups.iter_mut().find(|group| group.first.fix == reason.fix) {
                Some(group) => group.reasons.push(reason),
                None => groups.push(Self { first: reason, reasons: vec![reason] }),
            }
        }
        groups
    }

    /// How many of what, where they are many enough to be told as one.
    #[must_use]
    pub fn folded(&self) -> Option<String> {
        let what = match self.first.code {
            ReasonCode::EvaluationUnknown => "checks can't be judged yet",
            ReasonCode::TaskMissing
            | ReasonCode::TaskStale
            | ReasonCode::NotEvaluated
            | ReasonCode::EvaluationFailed => "tasks have to run",
            ReasonCode::RowsUnprocessed => "providers have rows that the model failed on",
            _ => "reasons of one kind",
        };
        (self.reasons.len() >= MANY).then(|| format!("{} {what}", self.reasons.len()))
    }
}
