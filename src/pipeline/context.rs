//! What every piece of pipeline work needs at hand.

use std::path::PathBuf;
use std::sync::Arc;

use crate::base::{Cancel, Result};
use crate::domain::event::Origin;
use crate::domain::{Contract, Fact};
use crate::journal::{Journal, Transaction};
use crate::lake::Lake;

/// The workspace as the pipeline sees it, on behalf of somebody. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The record of what happened.
    pub journal: Journal,
    /// Where the data lies.
    pub lake: Lake,
    /// The workspace folder.
    pub root: Arc<PathBuf>,
    /// The contract in force.
    pub contract: Arc<Contract>,
    /// On whose behalf.
    pub origin: Origin,
    /// Asked to stop.
    pub cancel: Cancel,
    /// How many tasks may run at once.
    pub workers: usize,
    /// Whether assay.toml differs from the contract in force.
    pub contract_differs: bool,
    /// Whether nothing of what is written is to stay: for `--dry-run` of what changes the journal alone.
    pub rehearsal: bool,
}

impl Context {
    /// Appends one fact in a transaction of its own.
    pub fn record(&self, fact: Fact) -> Result<u64> {
        self.write(move |transaction| transaction.append(fact))
    }

    /// One transaction on the journal, in the name of whoever this work is done for.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.rehearsal { self.journal.rehearse(&self.origin, work) } else { self.journal.write(&self.origin, work) }
    }
}
