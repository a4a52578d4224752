//! Leases: who is at which task. And requests to stop one. How processes share work; no part of the record.
//!
//! A lease runs out by the machine's own clock, even where the journal's clock stands still: it is about processes
//! that may have died, not about the story that the record tells.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::params;

use super::snapshot::Snapshot;
use super::store::Journal;
use crate::base::{Error, Result};

/// Somebody's hold on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What is held.
    pub key: String,
    /// By whom.
    pub owner: String,
    /// Until when, unless it is renewed.
    pub until: DateTime<Utc>,
}

impl Journal {
    /// Takes hold of `key` for `seconds`, if nobody else holds it. Taking what one holds already renews it.
    pub fn lease(&self, key: &str, owner: &str, seconds: u32) -> Result<bool> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        self.in_transaction(move |connection| {
            let (now, until) = span(seconds);
            let snapshot = Snapshot::new(connection);
            let held = snapshot
                .number("SELECT count(*) AS number FROM lease WHERE key = ?1 AND owner = ?2", params![key, owner])?;
            let taken = snapshot.execute(
                "INSERT INTO lease (key, owner, until) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, until = excluded.until
                 WHERE lease.until <= ?4 OR lease.owner = excluded.owner",
                params![key, owner, until, now],
            )?;
            if taken > 0 && held == 0 {
                // Whoever was asked to stop is gone.
                snapshot.execute("DELETE FROM cancel_request WHERE key = ?1", [&key])?;
            }
            Ok(taken > 0)
        })
    }

    /// Holds on to `key` for another `seconds`; false when it is somebody else's by now.
    pub fn renew(&self, key: &str, owner: &str, seconds: u32) -> Result<bool> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        self.in_transaction(move |connection| {
            let (_, until) = span(seconds);
            let renewed = Snapshot::new(connection)
                .execute("UPDATE lease SET until = ?3 WHERE key = ?1 AND owner = ?2", params![key, owner, until])?;
            Ok(renewed > 0)
        })
    }

    /// Lets go of `key`, and forgets that somebody asked to stop it. What somebody else holds stays held.
    pub fn release_lease(&self, key: &str, owner: &str) -> Result<()> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        self.in_transaction(move |connection| {
            let snapshot = Snapshot::new(connection);
            if snapshot.execute("DELETE FROM lease WHERE key = ?1 AND owner = ?2", params![key, owner])? > 0 {
                snapshot.execute("DELETE FROM cancel_request WHERE key = ?1", [&key])?;
            }
            Ok(())
        })
    }

    /// The leases that have not run out, by key.
    pub fn leases(&self) -> Result<Vec<Lease>> {
        self.read(|snapshot| {
            let (now, _) = span(0);
            snapshot.all("SELECT key, owner, until FROM lease WHERE until > ?1 ORDER BY key", [now], |row| {
                let until: i64 = row.get("until")?;
                let until = DateTime::from_timestamp_millis(until)
                    .ok_or_else(|| Error::corrupt(format!("a lease runs out at `{until}`, which is no instant")))?;
                Ok(Lease { key: row.get("key")?, owner: row.get("owner")?, until })
            })
        })
    }

    /// Asks whoever is at `key`, in whatever process, to stop.
    pub fn request_cancel(&self, key: &str) -> Result<()> {
        let key = key.to_owned();
        self.in_transaction(move |connection| {
            Snapshot::new(connection).execute("INSERT OR IGNORE INTO cancel_request (key) VALUES (?1)", [key])?;
            Ok(())
        })
    }

    /// Whether somebody asked to stop `key`.
    pub fn cancel_requested(&self, key: &str) -> Result<bool> {
        self.read(|snapshot| {
            Ok(snapshot.number("SELECT count(*) AS number FROM cancel_request WHERE key = ?1", [key])? > 0)
        })
    }
}

/// Now, and `seconds` from now, in milliseconds since 1970.
fn span(seconds: u32) -> (i64, i64) {
    let now = Utc::now();
    (now.timestamp_millis(), (now + TimeDelta::seconds(i64::from(seconds))).timestamp_millis())
}
