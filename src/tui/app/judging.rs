//! Verdicts on their way to the record: a row counts as judged from the key press on, whatever was read of it before.

use crate::domain::{BatchId, Request, Sample};

/// What was said of a row and is not read back from the record yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Whether the row is right as it stands.
    pub accepted: bool,
    /// What was said about it.
    pub note: Option<String>,
    ticket: u64,
    batch: BatchId,
    row: u64,
    recorded: bool,
}

/// The verdicts of one anomaly that are on their way, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Judging(Vec<Said>);

impl Judging {
    /// Notes what a request says of a row, if it does.
    pub fn ask(&mut self, ticket: u64, request: &Request) {
        if let Request::Assess { batch, row, accepted, note, .. } = request {
            let (batch, row, accepted, note) = (batch.clone(), *row, *accepted, note.clone());
            self.0.push(Said { accepted, note, ticket, batch, row, recorded: false });
        }
    }

    /// Takes note of what came of it; false where it is none of these. What was refused was never said.
    pub fn answered(&mut self, ticket: u64, recorded: bool) -> bool {
        let Some(place) = self.0.iter().position(|said| said.ticket == ticket) else { return false };
        if recorded {
            self.0[place].recorded = true;
        } else {
            self.0.remove(place);
        }
        true
    }

    /// The rows were read again: those that were on record before stand there.
    pub fn read_back(&mut self) {
        self.0.retain(|said| !said.recorded);
    }

    /// What was said of a row, the last word.
    #[must_use]
    pub fn of(&self, sample: &Sample) -> Option<&Said> {
        self.0.iter().rfind(|said| (&said.batch, said.row) == (&sample.batch, sample.row))
    }

    /// Whether any is not on record yet.
    #[must_use]
    pub fn are_under_way(&self) -> bool {
        self.0.iter().any(|said| !said.recorded)
    }
}
