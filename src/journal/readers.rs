//! The pool of read-only connections.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use super::connection;
use crate::base::Result;

/// How many idle connections are kept; more are opened when many read at once.
const IDLE: usize = 8;

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `work` in one read transaction: it sees one state of the journal, whatever is written meanwhile.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| connection::open_reader(&self.path), Ok)?;
        let outcome = connection.unchecked_transaction().map_err(Into::into).and_then(|transaction| work(&transaction));
        let mut pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.len() < IDLE {
            pool.push(connection);
        }
        outcome
    }
}
