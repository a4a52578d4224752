//! What every piece of pipeline work needs at hand.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::base::{Cancel, Error, Result};
use crate::config::{self, CONTRACT_FILE};
use crate::domain::contract::Amended;
use crate::domain::event::Origin;
use crate::domain::{Contract, Fact, Provider};
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
    /// The contract in force when this work began.
    pub contract: Arc<Contract>,
    /// Its version.
    pub contract_version: u32,
    /// On whose behalf.
    pub origin: Origin,
    /// Asked to stop.
    pub cancel: Cancel,
    /// How many tasks may run at once.
    pub workers: usize,
    /// Whether nothing of what is written is to stay: for `--dry-run` of what changes the journal alone.
    pub rehearsal: bool,
}

impl Context {
    /// Which contract this work was begun under: its version, and what stood beside it.
    #[must_use]
    pub fn edition(&self) -> (u32, &Amended) {
        (self.contract_version, &self.contract.amended)
    }

    /// Whether assay.toml, as it lies there now, differs from the contract that this work was begun under.
    pub fn file_differs(&self) -> Result<bool> {
        config::differs(&config::read(&self.root.join(CONTRACT_FILE)), &self.contract)
    }

    /// The day on which a provider is just now.
    #[must_use]
    pub fn today_of(&self, provider: &Provider) -> NaiveDate {
        self.day_of(provider, self.journal.now())
    }

    /// The day of an instant, where a provider is.
    #[must_use]
    pub fn day_of(&self, provider: &Provider, instant: DateTime<Utc>) -> NaiveDate {
        let zone = provider.timezone.unwrap_or(self.contract.timezone);
        instant.with_timezone(&zone).date_naive()
    }

    /// The same for what is past the point of no return: nobody can stop it any more.
    #[must_use]
    pub fn past_return(&self) -> Self {
        Self { cancel: Cancel::default(), ..self.clone() }
    }

    /// Appends one fact in a transaction of its own.
    pub fn record(&self, fact: Fact) -> Result<u64> {
        self.write(move |transaction| transaction.append(fact))
    }

    /// One transaction on the journal, in the name of whoever this work is done for. Refused where the contract that it
    /// was begun under is no longer the one in force: what was judged or allowed by old rules is not put on record.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (version, amended) = (self.contract_version, self.contract.amended.clone());
        self.transaction(move |transaction| match transaction.contract_version()? {
            in_force if in_force == version => {
                if transaction.amended()? == amended {
                    work(transaction)
                } else {
                    Err(amended_meanwhile())
                }
            }
            in_force => Err(Error::refused(format!("contract {in_force} came into force while this was at work"))
                .because(format!("it was begun under contract {version}"))
                .hint("give the same command again")),
        })
    }

    /// The transaction of an outcome: what the intent at `seq` began is brought to its end, by whichever contract is in
    /// force then. Refused where somebody else has brought it there: a machine that slept may find it done, and what
    /// followed since would be undone by an outcome that comes late.
    pub fn conclude<T: Send + 'static>(
        &self,
        seq: u64,
        work: impl FnOnce(&mut Transaction<'_>, &Contract) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let known = self.contract.clone();
        self.transaction(move |transaction| {
            if !transaction.is_unfinished(seq)? {
                return Err(completed_elsewhere());
            }
            match transaction.contract()? {
                Some((_, _, in_force)) => work(transaction, &in_force),
                None => work(transaction, &known),
            }
        })
    }

    /// Why a step towards the outcome of the intent at `seq` failed: it may have been taken by others, and be out of place.
    pub fn or_completed_elsewhere(&self, seq: u64, error: Error) -> Error {
        match self.journal.read(|snapshot| snapshot.is_unfinished(seq)) {
            Ok(false) => completed_elsewhere(),
            _ => error,
        }
    }

    fn transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.rehearsal { self.journal.rehearse(&self.origin, work) } else { self.journal.write(&self.origin, work) }
    }
}

fn amended_meanwhile() -> Error {
    Error::refused("somebody decided about a mapping, or took in a reference table, while this was at work")
        .because("it was begun before that, and reads deliveries otherwise")
        .hint("give the same command again; assay batch mappings and assay reference list tell what there is")
}

fn completed_elsewhere() -> Error {
    Error::busy("another process has completed what was begun here")
        .because("this one gave no sign of life for a while, and was taken for dead")
        .hint("assay log shows what came of it, and what followed")
}
