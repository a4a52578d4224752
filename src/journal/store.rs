//! The journal as the floors above use it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::Connection;

use super::readers::Readers;
use super::snapshot::Snapshot;
use super::transaction::Transaction;
use super::verify::{self, Verified};
use super::writer::Writer;
use super::{connection, host, migrate, rebuild, version};
use crate::base::{Cancel, Clock, Error, Result, ResultExt};
use crate::domain::event::Origin;

/// The clock that a journal goes by.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// The clock.
    pub clock: Clock,
    /// Whether somebody holds it still whom the contract does not let: each of their events says so beside the machine.
    pub held: bool,
}

/// The journal of a workspace. Clones share one writer and one pool of readers; several processes may open one file.
#[derive(Clone)]
pub struct Journal(Arc<Inner>);

// The writer comes last: it is the last to close its connection, which folds the write-ahead log into the file.
struct Inner {
    path: PathBuf,
    clock: Clock,
    host: String,
    readers: Readers,
    watcher: Mutex<Connection>,
    writer: Writer,
}

impl Journal {
    /// Opens the journal at `path`, made where it is missing and brought up to date where it is older: its old state
    /// is then kept beside it as `<name>.backup-v<N>`.
    ///
    /// # Errors
    /// When a newer program wrote it, when the file is no journal, and when the disk refuses.
    pub fn open(path: &Path, clock: Clock) -> Result<Self> {
        Self::open_on(path, |_| Ok(Watch { clock, held: false }), None)
    }

    /// [`Journal::open`], with the clock that follows from what is on record, and with the name that this machine has
    /// there; none: its own, after that of the account.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        path: &Path,
        watch: impl FnOnce(&Snapshot<'_>) -> Result<Watch>,
        host: Option<String>,
    ) -> Result<Self> {
        let connection = connection::open_writer(path)?;
        migrate::migrate(&connection, path, version::STEPS)?;
        let watch = watch(&Snapshot::new(&connection))?;
        let host = host.unwrap_or_else(host::name);
        Ok(Self(Arc::new(Inner {
            path: path.to_owned(),
            clock: watch.clock,
            host: if watch.held { format!("{host}, clock held") } else { host },
            readers: Readers::new(path.to_owned()),
            watcher: Mutex::new(connection::open_reader(path)?),
            writer: Writer::start(connection)?,
        })))
    }

    /// Runs `work` in one transaction: what it appends is committed when it returns `Ok`, and gone when it does not.
    /// Waits for its turn when others write. It must not call this journal again: it has the transaction.
    pub fn write<T: Send + 'static>(
        &self,
        origin: &Origin,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let work = self.appending(origin, work);
        self.in_transaction(work)
    }

    /// What [`Journal::write`] would answer: the same work, of which nothing stays.
    pub fn rehearse<T: Send + 'static>(
        &self,
        origin: &Origin,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let work = self.appending(origin, work);
        self.0.writer.run(move |connection| connection::in_rehearsal(connection, work))
    }

    fn appending<T: 'static, W: FnOnce(&mut Transaction<'_>) -> Result<T> + Send + 'static>(
        &self,
        origin: &Origin,
        work: W,
    ) -> impl FnOnce(&Connection) -> Result<T> + Send + use<T, W> {
        let (origin, clock, host) = (origin.clone(), self.0.clock, self.0.host.clone());
        move |connection: &Connection| {
            let mut transaction = Transaction::begin(connection, &origin, clock.now(), &host)?;
            let value = work(&mut transaction)?;
            transaction.finish()?;
            Ok(value)
        }
    }

    /// Runs `work` on one consistent state of the journal.
    pub fn read<T>(&self, work: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        self.0.readers.read(|connection| work(&Snapshot::new(connection)))
    }

    /// The present instant, by the journal's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// A number that differs from the last answer when anybody, in this process or another, has committed since.
    pub fn data_version(&self) -> Result<u64> {
        let watcher = self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let version: i64 = watcher.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        u64::try_from(version).map_err(|error| Error::internal("the data version is negative").because(error))
    }

    /// Checks every entry of the chain and names the first bad one.
    pub fn verify(&self, cancel: &Cancel) -> Result<Verified> {
        self.0.readers.read(|connection| verify::verify(connection, None, cancel))
    }

    /// [`Journal::verify`], and that the chain still holds `head`: a hash, or at least its first twelve digits, that
    /// was written down elsewhere. Only so can entries missing from the end be found.
    pub fn verify_against(&self, head: &str, cancel: &Cancel) -> Result<Verified> {
        self.0.readers.read(|connection| verify::verify(connection, Some(head), cancel))
    }

    /// Replays every event into fresh projections, in one transaction, and says how many events there were.
    /// `progress` gets events done and events in all.
    pub fn rebuild(&self, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<u64> {
        let connection = connection::open_writer(&self.0.path)?;
        let replayed =
            connection::in_transaction(&connection, |connection| rebuild::replay(connection, cancel, progress))
                .context("rebuilding the journal's projections")?;
        // Best effort: a reader at work only means that the write-ahead log shrinks later.
        let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(replayed)
    }

    /// Writes a compact copy to `target`: the same bytes whenever the journal holds the same.
    pub fn copy_to(&self, target: &Path) -> Result<()> {
        let target = target.to_owned();
        self.0.writer.run(move |connection| migrate::copy(connection, &target)).context("copying the journal")
    }

    /// Runs `work` in one transaction on the writer's thread.
    pub(super) fn in_transaction<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.writer.run(move |connection| connection::in_transaction(connection, work))
    }
}
