//! What `SQLite` says, in the words of the program.

use std::ffi::c_int;

use rusqlite::{ErrorCode, ffi};

use crate::base::error::MAKE_ROOM;
use crate::base::{Error, ErrorKind};

/// `SQLite` knows a full disk by name; a full quota, or a file that may not grow, it reports as one of these.
const FAILED_WRITES: [c_int; 3] = [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE, ffi::SQLITE_IOERR_TRUNCATE];

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (code, extended) = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => (Some(failure.code), failure.extended_code),
            _ => (None, ffi::SQLITE_OK),
        };
        let text = error.to_string();
        match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::busy("the journal is held by another process").because(text)
            }
            Some(ErrorCode::DiskFull) => Self::new(ErrorKind::NoRoom, "the disk is full").because(text).hint(MAKE_ROOM),
            Some(ErrorCode::SystemIoFailure) if FAILED_WRITES.contains(&extended) => {
                Self::new(ErrorKind::NoRoom, "the journal can't be written").because(text).hint(MAKE_ROOM)
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::corrupt("the journal can't be read as a database").because(text)
            }
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::new(ErrorKind::Io, "the journal's file can't be used")
                .because(text)
                .hint("see whether the disk is full, and whether you may write to the workspace folder"),
            _ => Self::internal("the journal's database refused a statement").because(text),
        }
    }
}
