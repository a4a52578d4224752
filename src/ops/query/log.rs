//! The journal as people read it.

use crate::base::{Cancel, Error, Result};
use crate::domain::listing::{Fetch, LogRow, Page, Query};
use crate::journal::Verified;
use crate::ops::{EventDetail, Workspace};

impl Workspace {
    /// Events, oldest first.
    pub fn log(&self, query: &Query<u64>) -> Result<Page<LogRow>> {
        self.journal().read(|snapshot| snapshot.log_page(query))
    }

    /// One event with its payload.
    pub fn event(&self, seq: u64) -> Result<EventDetail> {
        self.journal().read(|snapshot| {
            let missing = || Error::not_found(format!("there is no event {seq}"));
            let event = snapshot.event(seq)?.ok_or_else(missing)?;
            let only = Query { fetch: Fetch::At(seq), limit: 1, ..Query::default() };
            let row = snapshot.log_page(&only)?.rows.into_iter().next().ok_or_else(missing)?;
            let payload = serde_json::to_value(&event.fact)?;
            Ok(EventDetail { row, payload: payload.get("payload").cloned().unwrap_or_default() })
        })
    }

    /// Checks the chain; with `head`, also that nothing was cut off since that head was printed.
    pub fn verify_log(&self, head: Option<&str>, cancel: &Cancel) -> Result<Verified> {
        match head {
            Some(head) => self.journal().verify_against(head, cancel),
            None => self.journal().verify(cancel),
        }
    }

    /// Replays all events into fresh projections; returns how many.
    pub fn rebuild_log(&self, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<u64> {
        self.journal().rebuild(cancel, progress)
    }
}
