//! The record by itself: what can be asked of the journal, and done to it, without a contract to read.

use std::path::{Path, PathBuf};

use super::{EventDetail, Workspace};
use crate::base::{Cancel, Clock, Error, Result, ResultExt};
use crate::config::CONTRACT_FILE;
use crate::domain::listing::{Fetch, LogRow, Page, Query};
use crate::journal::{Journal, Verified};
use crate::ops::workspace::JOURNAL_FILE;

/// The journal of a workspace. It opens where assay.toml is missing or broken: the record has to be readable most of
/// all when something else is wrong.
pub struct Record {
    journal: Journal,
}

impl Record {
    /// The folder that `start` lies in, upwards, which has a journal or a contract.
    pub fn discover(start: &Path) -> Result<PathBuf> {
        let nearest = start.ancestors().find(|folder| folder.join(JOURNAL_FILE).is_file());
        nearest.map_or_else(|| Workspace::discover(start), |folder| Ok(folder.to_path_buf()))
    }

    /// Opens the journal in a folder. It is never made here: a missing record is not an empty one.
    pub fn open(root: &Path) -> Result<Self> {
        let root = std::fs::canonicalize(root).with_context(|| format!("opening the workspace {}", root.display()))?;
        let file = root.join(JOURNAL_FILE);
        if !file.is_file() {
            let error = Error::not_found(format!("there is no journal `{}`", file.display()));
            return Err(if root.join(CONTRACT_FILE).is_file() {
                error.hint("if this workspace was used before, restore assay.db from a backup")
            } else {
                error.hint("name the workspace with --workspace DIR")
            });
        }
        // Nothing is appended here, so that no clock is asked.
        Ok(Self { journal: Journal::open(&file, Clock::System)? })
    }

    /// Events, oldest first.
    pub fn log(&self, query: &Query<u64>) -> Result<Page<LogRow>> {
        self.journal.read(|snapshot| snapshot.log_page(query))
    }

    /// One event with its payload.
    pub fn event(&self, seq: u64) -> Result<EventDetail> {
        self.journal.read(|snapshot| {
            let missing = || Error::not_found(format!("there is no event {seq}"));
            let event = snapshot.event(seq)?.ok_or_else(missing)?;
            let only = Query { fetch: Fetch::At(seq), limit: 1, ..Query::default() };
            let row = snapshot.log_page(&only)?.rows.into_iter().next().ok_or_else(missing)?;
            let payload = serde_json::to_value(&event.fact)?;
            Ok(EventDetail { row, payload: payload.get("payload").cloned().unwrap_or_default() })
        })
    }

    /// How many events there are.
    pub fn events(&self) -> Result<u64> {
        Ok(self.journal.read(|snapshot| snapshot.head())?.0)
    }

    /// A number that differs from the last answer when anybody has committed since.
    pub fn data_version(&self) -> Result<u64> {
        self.journal.data_version()
    }

    /// Checks the chain; with `head`, also that nothing was cut off since that head was printed.
    pub fn verify(&self, head: Option<&str>, cancel: &Cancel) -> Result<Verified> {
        match head {
            Some(head) => self.journal.verify_against(head, cancel),
            None => self.journal.verify(cancel),
        }
    }

    /// Replays all events into fresh projections; returns how many.
    pub fn rebuild(&self, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<u64> {
        self.journal.rebuild(cancel, progress)
    }
}

impl Workspace {
    /// The record of this workspace.
    #[must_use]
    pub fn record(&self) -> Record {
        Record { journal: self.journal().clone() }
    }
}
