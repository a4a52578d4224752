//! Floor 3: the lake. Raw files, the Delta tables of every layer, profiles, release folders, channel pointers.
//!
//! Polars writes the Parquet files, deltalake-core keeps the log, and readers trust only the log: a file that no commit
//! names does not exist. One commit replaces exactly one partition of one table. All calls block, and none may be
//! made from inside an asynchronous task.

mod channel;
mod commit;
mod document;
mod log;
mod raw;
mod release;
mod replace;
mod runtime;
mod scan;
mod schema;
mod statistics;
mod table;
mod write;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deltalake_core::DeltaTable;

use crate::base::{Result, ResultExt, files};

/// Age at which a temporary file was left by a process that died.
const LEFT_BEHIND: Duration = Duration::from_hours(24);

pub use document::Shelf;
pub use raw::{Raw, Scratch, extension_of};
pub use release::{Artifact, Staging};
pub use table::{Commit, Committed, DataFile, Table};

use runtime::Runtime;

/// The lake of one workspace. Clones share everything; several lakes, also of several processes, work on one folder.
#[derive(Clone)]
pub struct Lake(Arc<Inner>);

struct Inner {
    root: PathBuf,
    runtime: Runtime,
    /// The newest state seen of each table, so that the next look reads only what came since.
    newest: Mutex<BTreeMap<PathBuf, DeltaTable>>,
    /// One lock per table: threads of this process queue instead of colliding. Other processes still collide.
    writers: Mutex<BTreeMap<PathBuf, Arc<Mutex<()>>>>,
    conflicts: AtomicU64,
}

impl Lake {
    /// Opens the lake of the workspace whose folder is `root`. Folders are made when something is written.
    pub fn open(root: &Path) -> Result<Self> {
        let root = root.canonicalize().with_context(|| format!("opening the workspace {}", root.display()))?;
        Ok(Self(Arc::new(Inner {
            root,
            runtime: Runtime::start()?,
            newest: Mutex::default(),
            writers: Mutex::default(),
            conflicts: AtomicU64::new(0),
        })))
    }

    /// How many commits met another writer's commit and were made anew on top of it.
    #[must_use]
    pub fn conflicts_retried(&self) -> u64 {
        self.0.conflicts.load(Ordering::Relaxed)
    }

    fn root(&self) -> &Path {
        &self.0.root
    }

    fn writer_of(&self, folder: &Path) -> Arc<Mutex<()>> {
        Arc::clone(unpoisoned(&self.0.writers).entry(folder.to_path_buf()).or_default())
    }
}

/// Locks what stays whole even when a thread that held it died: caches and queues.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes what processes that died left in `folder` under temporary names. What can't be removed now is tried next time.
fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_temporary = entry.file_name().to_string_lossy().starts_with('.')
            && path.extension().is_some_and(|extension| extension == "tmp");
        let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let is_old = modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age > LEFT_BEHIND);
        if is_temporary && is_old {
            let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        }
    }
}

/// Makes a folder and all above it that are missing, each one's name durable.
fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    make_folder(parent)?;
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(error).with_context(|| format!("making the folder {}", folder.display()))
        }
        _ => files::sync_folder(parent),
    }
}
