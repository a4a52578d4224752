//! Connections: how each is opened, and how it waits for its turn.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::version;
use crate::base::{Error, ErrorKind, Result, ResultExt};

/// How long `SQLite` itself waits for a lock before it reports the journal busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a writer waits for its turn in all. A rebuild of a large journal by another process takes a minute.
const PATIENCE: Duration = Duration::from_mins(5);

/// The pause between two attempts where `SQLite` does not wait by itself.
const PAUSE: Duration = Duration::from_millis(5);

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 256;

/// A connection that may write. The file is made where it is missing; one that is not a journal, or that a newer
/// program wrote, is refused before anything in it is touched.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, |connection| {
        version::refuse_unknown(connection, path)?;
        share(connection)?;
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;")?;
        Ok(connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;")?)
    })
}

/// Lets several processes read while one writes: by a write-ahead log.
pub(super) fn share(connection: &Connection) -> Result<()> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Io, format!("the journal can't be shared on this disk (mode `{mode}`)"))
        .hint("keep the workspace on a local disk"))
}

/// A connection that only reads. It is opened for writing all the same: after a crash the write-ahead log must be
/// recovered before anybody can read.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    open(path, flags, |connection| Ok(connection.execute_batch("PRAGMA query_only = ON;")?))
}

fn open(path: &Path, flags: OpenFlags, configure: impl Fn(&Connection) -> Result<()>) -> Result<Connection> {
    patiently(|| {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        configure(&connection)?;
        // Else a statement is planned anew for other values, which takes longer than most of them run.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    })
    .with_context(|| format!("opening the journal {}", path.display()))
}

/// Runs `attempt` until it is not told that somebody else holds the journal.
pub(super) fn patiently<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Busy && Instant::now() < deadline => std::thread::sleep(PAUSE),
            outcome => return outcome,
        }
    }
}

/// Runs `work` in one `BEGIN IMMEDIATE` transaction: committed when it returns `Ok`, rolled back otherwise.
pub(super) fn in_transaction<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let transaction = begin(connection)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// The same, but rolled back whatever comes of it.
pub(super) fn in_rehearsal<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let transaction = begin(connection)?;
    let value = work(&transaction)?;
    transaction.rollback()?;
    Ok(value)
}

fn begin(connection: &Connection) -> Result<Transaction<'_>> {
    patiently(|| Ok(Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?))
}
