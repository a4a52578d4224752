//! SQLite: a file in the place of a server.

use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::{Database, Sink};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::net::patience::SILENCE;

/// A file in the middle of one look at it.
pub struct Sqlite<'a> {
    connection: Connection,
    cancel: &'a Cancel,
}

impl<'a> Sqlite<'a> {
    /// Opens the file of an address, `sqlite:path` or `sqlite://path`, meant from `root`, and begins to look.
    pub fn open(url: &str, root: &Path, cancel: &'a Cancel) -> Result<Self> {
        let path = path_of(url, root);
        if !path.is_file() {
            return Err(Error::not_found(format!("there is no database `{}`", path.display()))
                .hint("`url` of the provider's source says where it lies, seen from the workspace"));
        }
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        connection.busy_timeout(SILENCE).map_err(failed)?;
        connection.execute_batch("BEGIN").map_err(failed)?;
        Ok(Self { connection, cancel })
    }
}

fn path_of(url: &str, root: &Path) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    root.join(path.strip_prefix("//").unwrap_or(path))
}

impl Database for Sqlite<'_> {
    fn columns(&mut self, relation: &str) -> Result<Vec<String>> {
        let statement = self.connection.prepare(relation).map_err(failed)?;
        Ok(statement.column_names().map(str::to_owned).collect())
    }

    fn rows(&mut self, select: &str, sink: &mut Sink<'_>) -> Result<()> {
        let mut statement = self.connection.prepare(select).map_err(failed)?;
        let columns = statement.column_count();
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            self.cancel.check()?;
            let cells =
                (0..columns).map(|at| row.get_ref(at).map(written).map_err(failed)).collect::<Result<Vec<_>>>()?;
            let cells: Vec<Option<&[u8]>> = cells.iter().map(Option::as_deref).collect();
            sink(&cells)?;
        }
        Ok(())
    }
}

/// A value as text: numbers as the shortest that reads back the same.
fn written(value: ValueRef<'_>) -> Option<Vec<u8>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into_bytes()),
        ValueRef::Real(number) => Some(number.to_string().into_bytes()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(bytes.to_vec()),
    }
}

fn failed(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, SystemIoFailure};
    match error.sqlite_error_code() {
        Some(DatabaseBusy | DatabaseLocked | SystemIoFailure) => {
            Error::new(ErrorKind::Io, "the database can't be read just now").because(error)
        }
        _ => Error::bad_data("the database refuses")
            .because(error)
            .hint("look at `source` of the provider in assay.toml"),
    }
}
