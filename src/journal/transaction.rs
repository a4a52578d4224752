//! A change of the journal: events appended, projections updated, all or nothing.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::entry::{self, Entry};
use super::snapshot::Snapshot;
use super::{column, project};
use crate::base::{Error, Result, ResultExt};
use crate::domain::Fact;
use crate::domain::event::Origin;

/// A change under way. It sees what it appended itself.
pub struct Transaction<'a> {
    snapshot: Snapshot<'a>,
    origin: &'a Origin,
    now: DateTime<Utc>,
    host: &'a str,
    seq: u64,
    hash: String,
    failed: Option<Error>,
}

impl<'a> Transaction<'a> {
    pub(super) fn begin(
        connection: &'a Connection,
        origin: &'a Origin,
        now: DateTime<Utc>,
        host: &'a str,
    ) -> Result<Self> {
        let snapshot = Snapshot::new(connection);
        let (seq, hash) = snapshot.head()?;
        Ok(Self { snapshot, origin, now, host, seq, hash, failed: None })
    }

    /// The instant of this change: the same for all of its events.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Appends an event, updates the projections and answers the event's place in the chain.
    ///
    /// # Errors
    /// When the fact can't follow what is on the record (a release that can't move there, an id that is not known).
    /// The whole change is then rolled back, whatever is done with the error.
    pub fn append(&mut self, fact: Fact) -> Result<u64> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let appended = self.try_append(&fact);
        if let Err(error) = &appended {
            self.failed = Some(error.clone());
        }
        appended
    }

    fn try_append(&mut self, fact: &Fact) -> Result<u64> {
        if self.origin.actor.name.trim().is_empty() {
            return Err(Error::internal(format!("`{}` without an actor", fact.kind())));
        }
        let mut entry = Entry {
            seq: self.seq + 1,
            at: column::written(self.now),
            actor: self.origin.actor.name.clone(),
            role: self.origin.actor.role.as_str().to_owned(),
            via: self.origin.via.as_str().to_owned(),
            host: self.host.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: self.origin.command.clone(),
            kind: fact.kind().to_owned(),
            subject: fact.subject(),
            reason: self.origin.reason.clone(),
            payload: entry::payload(fact)?,
            prev_hash: self.hash.clone(),
            hash: String::new(),
        };
        entry.hash = entry.sealed();
        entry.insert(&self.snapshot)?;
        let (seq, hash) = (entry.seq, entry.hash.clone());
        // The projections see the event as a replay will: read back from its stored form.
        let event = entry.event().with_context(|| format!("`{}` does not fit into the journal", fact.kind()))?;
        project::apply(&self.snapshot, &event)?;
        (self.seq, self.hash) = (seq, hash);
        Ok(seq)
    }

    /// The error of an append that failed, if one did: such a change must not be committed.
    pub(super) fn finish(self) -> Result<()> {
        self.failed.map_or(Ok(()), Err)
    }
}

impl<'a> Deref for Transaction<'a> {
    type Target = Snapshot<'a>;

    fn deref(&self) -> &Snapshot<'a> {
        &self.snapshot
    }
}
