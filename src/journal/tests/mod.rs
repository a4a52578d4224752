//! What a user of the journal would notice.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::float_cmp, reason = "small numbers")]

mod chain;
mod facts;
mod leases;
mod life;
mod opening;
mod paging;
mod people;
mod processes;
mod replay;
mod scale;
mod story;

use std::path::{Path, PathBuf};

use chrono::{TimeZone, Utc};
use rusqlite::types::Value;

use super::{Journal, connection, project};
use crate::base::{Clock, Result};
use crate::domain::event::Origin;
use crate::domain::{Actor, Fact, Role, Via};

/// A journal in a folder of its own.
struct Bench {
    folder: tempfile::TempDir,
    journal: Journal,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("assay.db"), noon()).unwrap();
        Self { folder, journal }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("assay.db")
    }

    /// Appends facts in one change, on somebody's name.
    fn tell(&self, who: &str, facts: Vec<Fact>) -> Result<u64> {
        self.journal.write(&origin(who), move |transaction| {
            let mut seq = 0;
            for fact in facts {
                seq = transaction.append(fact)?;
            }
            Ok(seq)
        })
    }
}

fn noon() -> Clock {
    Clock::Fixed(Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap())
}

fn origin(who: &str) -> Origin {
    Origin {
        actor: Actor { name: who.to_owned(), role: Role::Manager },
        via: Via::Cli,
        command: "assay test".to_owned(),
        reason: Some("because".to_owned()),
    }
}

/// The tables of the projections with their rows.
type Tables = Vec<(&'static str, Vec<Vec<Value>>)>;

/// Every row of every projection, in an order of their own.
fn projections(path: &Path) -> Tables {
    let connection = connection::open_reader(path).unwrap();
    project::tables()
        .map(|table| {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = statement.column_count();
            let rows = statement
                .query_map([], |row| {
                    (0..columns).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<Value>>>()
                })
                .unwrap();
            let mut rows: Vec<Vec<Value>> = rows.map(|row| row.unwrap()).collect();
            rows.sort_by_key(|row| format!("{row:?}"));
            (table, rows)
        })
        .collect()
}
