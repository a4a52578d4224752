//! An older journal is backed up and brought up to date.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::version::{APPLICATION_ID, Step, refuse_newer, version};
use super::{connection, rebuild};
use crate::base::{Cancel, Error, ErrorKind, Result, ResultExt, files};

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
        // Done now, whoever opens the copy first has not to wait until all of it is on the disk.
        connection::share(&Connection::open(&temporary)?)?;
        std::fs::File::open(&temporary)?.sync_all()?;
        std::fs::rename(&temporary, target)?;
        target.parent().map_or(Ok(()), files::sync_folder)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
