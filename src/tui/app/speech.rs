//! What was asked for in this session, as command lines, with what came of it.

use crate::base::{ErrorKind, Result};
use crate::ops::Reply;

/// How many requests are remembered.
const REMEMBERED: usize = 500;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is still going on.
    Running,
    /// It is done; what the reply said.
    Done(Vec<String>),
    /// It was stopped.
    Cancelled,
    /// It failed, as a whole or in part; why, and what the reply said.
    Failed(Vec<String>),
}

/// A request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Which request.
    pub ticket: u64,
    /// The command line that asks for the same.
    pub line: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// The command log.
#[derive(Debug, Clone, Default)]
pub struct Speech {
    entries: Vec<Spoken>,
}

impl Speech {
    /// Everything remembered, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Spoken] {
        &self.entries
    }

    /// The requests still going on.
    pub fn running(&self) -> impl Iterator<Item = &Spoken> {
        self.entries.iter().filter(|spoken| spoken.outcome == Outcome::Running)
    }

    /// Notes that a request was made.
    pub fn asked(&mut self, ticket: u64, line: String) {
        if self.entries.len() >= REMEMBERED
            && let Some(oldest) = self.entries.iter().position(|spoken| spoken.outcome != Outcome::Running)
        {
            self.entries.remove(oldest);
        }
        self.entries.push(Spoken { ticket, line, outcome: Outcome::Running });
    }

    /// Notes what came of it.
    pub fn answered(&mut self, ticket: u64, answer: &Result<Reply>) {
        let Some(spoken) = self.entries.iter_mut().find(|spoken| spoken.ticket == ticket) else { return };
        spoken.outcome = match answer {
            Ok(reply) => {
                let said = std::iter::once(&reply.message).chain(&reply.lines).cloned();
                match &reply.trouble {
                    Some(trouble) => Outcome::Failed(std::iter::once(trouble.one_line()).chain(said).collect()),
                    None => Outcome::Done(said.collect()),
                }
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => Outcome::Cancelled,
            Err(error) => Outcome::Failed(vec![error.one_line()]),
        };
    }
}
