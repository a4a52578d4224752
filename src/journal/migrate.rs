//! Versions of the schema: refused when newer, backed up and brought up to date when older.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{connection, rebuild};
use crate::base::{Cancel, Error, ErrorKind, Result, ResultExt, files};

/// Marks the file as a journal of assay (`ASSY`), in `SQLite`'s header.
const APPLICATION_ID: i64 = 0x4153_5359;

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

fn refuse_newer(found: usize, known: usize, path: &Path) -> Result<()> {
    if found <= known {
        return Ok(());
    }
    let message = format!("`{}` was written by a newer assay", path.display());
    Err(Error::bad_data(message)
        .because(format!("its journal has version {found}; this program knows versions up to {known}"))
        .hint("install the newer assay; nothing was changed"))
}

/// Brings the database up to date: every step that it has not taken, in one transaction, after a backup.
pub(super) fn migrate(connection: &Connection, path: &Path, steps: &[Step]) -> Result<()> {
    if version(connection)? == steps.len() {
        return Ok(());
    }
    connection::in_transaction(connection, |connection| {
        // Another process may have done it while this one waited for its turn.
        let found = version(connection)?;
        refuse_newer(found, steps.len(), path)?;
        if found > 0 && found < steps.len() {
            back_up(path, found).context("backing the journal up before its upgrade")?;
        }
        let missing = steps.get(found..).unwrap_or_default();
        for step in missing {
            if let Step::Sql(sql) = step {
                connection.execute_batch(sql)?;
            }
        }
        if missing.iter().any(|step| matches!(step, Step::Replay)) {
            rebuild::replay(connection, &Cancel::default(), &|_, _| ())?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        Ok(connection.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(i64::MAX))?)
    })
    .context("bringing the journal up to date")
}

fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Copies the database of an older version to where nothing was kept before. Whoever calls it has the turn to write, so
/// that the copy, made through a connection that sees what is committed, is of exactly this version.
fn back_up(path: &Path, version: usize) -> Result<()> {
    let copies = (1..).map(|number| backup_path(path, version, number));
    let free = copies.into_iter().find(|copy| !copy.exists());
    let free = free.ok_or_else(|| Error::internal("there is no name left for a backup of the journal"))?;
    copy(&connection::open_writer(path)?, &free)
}

/// Where the database of an older version is kept: `assay.db.backup-v<N>`; after an upgrade that failed, the next
/// one's `assay.db.backup-v<N>-2`.
fn backup_path(path: &Path, version: usize, number: u64) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".backup-v{version}"));
    if number > 1 {
        name.push(format!("-{number}"));
    }
    path.with_file_name(name)
}

/// Writes a compact copy of the database to `target`, in full or not at all.
pub(super) fn copy(connection: &Connection, target: &Path) -> Result<()> {
    let temporary = files::temporary_beside(target);
    let written = (|| {
        let name = temporary.to_str().ok_or_else(|| {
            Error::new(ErrorKind::Io, format!("the folder of `{}` has a name that is not UTF-8", target.display()))
        })?;
        connection.execute("VACUUM INTO ?1", [name])?;
        std::fs::File::open(&temporary)?.sync_all()?;
        std::fs::rename(&temporary, target)?;
        target.parent().map_or(Ok(()), files::sync_folder)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
