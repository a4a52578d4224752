//! Which databases are journals of ours, and of which version.

use std::path::Path;

use rusqlite::Connection;

use crate::base::{Error, Result};

/// Marks the file as a journal of assay (`ASSY`), in `SQLite`'s header.
pub(super) const APPLICATION_ID: i64 = 0x4153_5359;

/// What brings the schema from one version to the next.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A numbered file, never edited once landed.
    Sql(&'static str),
    /// The projections changed: they are made anew from the events.
    Replay,
}

/// Every step there ever was; a database's version is the number of steps it has taken.
pub(super) const STEPS: &[Step] = &[
    Step::Sql(include_str!("migrations/0001_journal.sql")),
    Step::Replay,
    // The indexes that only questions need are made last; `metric` is kept slice by slice.
    Step::Replay,
    // A baseline names the model version.
    Step::Replay,
    // An output knows whether it is whole, a release why it was opened, a batch the encoding that it was read in.
    Step::Replay,
    // A baseline knows how the rows were mapped.
    Step::Replay,
    // A release knows under which contract it was put up for approval.
    Step::Replay,
    // What a release reads like is not searched in the journal: its gate belongs to it.
    Step::Replay,
    // A batch knows the notes of what was understood of it.
    Step::Replay,
    // What people decided about the columns of deliveries.
    Step::Replay,
    // A batch knows how it was got from its source.
    Step::Replay,
    // The revisions of reference tables.
    Step::Replay,
    // What registries elsewhere hold is mirrored.
    Step::Replay,
    // Which of two model versions has read a row right.
    Step::Replay,
    // The numbers that were measured of a slice do not repeat which one it is.
    Step::Replay,
];

/// Refuses a database that is not a journal, or that a newer program wrote.
pub(super) fn refuse_unknown(connection: &Connection, path: &Path) -> Result<()> {
    // In one transaction: another process may be making the journal just now.
    let state = connection.unchecked_transaction()?;
    let application: i64 = state.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = state.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let found = version(&state)?;
    drop(state);
    if application != APPLICATION_ID && (tables > 0 || found > 0) {
        return Err(Error::bad_data(format!("`{}` is a database, but not a journal of assay", path.display()))
            .hint("move it away, or choose another folder with --workspace"));
    }
    refuse_newer(found, STEPS.len(), path)
}

/// Refuses a database that a newer program wrote.
pub(super) fn refuse_newer(found: usize, known: usize, path: &Path) -> Result<()> {
    if found <= known {
        return Ok(());
    }
    let message = format!("`{}` was written by a newer assay", path.display());
    Err(Error::bad_data(message)
        .because(format!("its journal has version {found}; this program knows versions up to {known}"))
        .hint("install the newer assay; nothing was changed"))
}

/// How many steps a database has taken.
pub(super) fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}
