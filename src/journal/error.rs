//! What `SQLite` says, in the words of the program.

use rusqlite::ErrorCode;

use crate::base::{Error, ErrorKind};

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let code = match &error {
            rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
            _ => None,
        };
        let text = error.to_string();
        match code {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::busy("the journal is held by another process").because(text)
            }
            Some(ErrorCode::DiskFull) => Self::new(ErrorKind::Io, "the disk is full")
                .because(text)
                .hint("free some disk space, then run the same command again; nothing was left half-written"),
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
