//! The one error type: what happened, why, and what to do next.

use std::fmt;

/// What sort of failure this is. It decides the exit code and whether a retry can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The command line, a file of configuration or an argument is wrong.
    Usage,
    /// A gate or a policy says no.
    Refused,
    /// The thing named does not exist.
    NotFound,
    /// Data or a file from outside can't be used as it is; trying again gives the same answer.
    BadData,
    /// Somebody else holds what is needed or was faster; trying again may help.
    Busy,
    /// The operating system said no (permissions, a broken disk).
    Io,
    /// There is no room for what is to be written: the disk, a quota or a limit on the size of files is full. Trying
    /// again helps once a person has made room.
    NoRoom,
    /// What assay itself stored does not read back as it was written.
    Corrupt,
    /// A person or a signal asked to stop.
    Cancelled,
    /// A library or assay itself misbehaved.
    Internal,
}

impl ErrorKind {
    /// Whether the same work may succeed when it is tried again unchanged.
    #[must_use]
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Busy | Self::Io)
    }

    /// The exit code of a command that ends with this error.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Cancelled => 130,
            _ => 1,
        }
    }
}

/// An error with its cause chain (outermost first) and hints that name the next command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

/// The result type of the whole crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` whose first line is `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), causes: Vec::new(), hints: Vec::new() }))
    }

    /// Wrong usage: a bad argument or a bad line of configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// Refused by a gate or a policy.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    /// Something named does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Data from outside that can't be used.
    pub fn bad_data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadData, message)
    }

    /// Held by somebody else right now.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Busy, message)
    }

    /// What assay stored does not read back.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, message)
    }

    /// Stopped on request.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled")
    }

    /// What a library says, of the operating system's kind where that is what failed below it.
    pub fn library(error: impl std::error::Error + 'static) -> Self {
        let mut below: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(cause) = below {
            if let Some(system) = cause.downcast_ref::<std::io::Error>() {
                return std::io::Error::new(system.kind(), error.to_string()).into();
            }
            below = cause.source();
        }
        // Some libraries pass on only the words of what the disk says.
        let text = error.to_string();
        if says_no_room(&text) { std::io::Error::other(text).into() } else { Self::internal(text) }
    }

    /// A library misbehaved.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Adds a reason below the message.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    /// Adds what the reader should do next, with the exact command where there is one.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    /// Puts `message` in front: the old message becomes the first cause.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Self {
        let inner = std::mem::replace(&mut self.0.message, message.into());
        self.0.causes.insert(0, inner);
        self
    }

    /// The sort of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The first line: what happened, with the bad value quoted.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The chain of reasons, outermost first.
    #[must_use]
    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// What to do next.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.0.hints
    }

    /// Whether the same work may succeed when tried again.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.0.kind.is_transient()
    }

    /// Message, causes and hints on one line, for whoever can act on it at once.
    #[must_use]
    pub fn with_hints(&self) -> String {
        self.hints().iter().fold(self.one_line(), |line, hint| line + "; " + hint)
    }

    /// Message and causes on one line, for lists and journal entries.
    #[must_use]
    pub fn one_line(&self) -> String {
        let mut line = self.0.message.clone();
        for cause in &self.0.causes {
            line.push_str(": ");
            line.push_str(cause);
        }
        line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.one_line())
    }
}

impl std::error::Error for Error {}

/// What to do where there is no room.
pub const MAKE_ROOM: &str = "free some disk space, or raise the quota or the limit on the size of files; \
     then run the same command again: nothing was left half-written";

/// Whether these are the operating system's words for a full disk, a full quota or a file that may not grow.
fn says_no_room(text: &str) -> bool {
    ["No space left on device", "quota exceeded", "File too large"].iter().any(|words| text.contains(words))
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as System;
        let text = error.to_string();
        let kind = match error.kind() {
            System::NotFound => ErrorKind::NotFound,
            System::Interrupted | System::WouldBlock => ErrorKind::Busy,
            System::StorageFull | System::QuotaExceeded | System::FileTooLarge => ErrorKind::NoRoom,
            System::InvalidData => ErrorKind::BadData,
            _ if says_no_room(&text) => ErrorKind::NoRoom,
            _ => ErrorKind::Io,
        };
        let error = Self::new(kind, text);
        if kind == ErrorKind::NoRoom { error.hint(MAKE_ROOM) } else { error }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::bad_data(format!("not the JSON that was expected: {error}"))
    }
}

/// Adds context to a `Result` in passing.
pub trait ResultExt<T> {
    /// Says what was being done when this failed.
    fn context(self, message: impl Into<String>) -> Result<T>;
    /// Like [`ResultExt::context`], building the message only on failure.
    fn with_context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T>;
}

impl<T, E: Into<Error>> ResultExt<T> for std::result::Result<T, E> {
    fn context(self, message: impl Into<String>) -> Result<T> {
        self.map_err(|error| error.into().context(message))
    }

    fn with_context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T> {
        self.map_err(|error| error.into().context(message()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_room_is_told_from_what_a_retry_can_help() {
        // No space left on device, file too large, disk quota exceeded: as the operating system says it, and as a
        // library that kept the words alone.
        for code in [28, 27, 122] {
            let system = || std::io::Error::from_raw_os_error(code);
            let words = std::io::Error::other(format!("the writer says: {}", system()));
            for error in [Error::from(system()), Error::library(system()), Error::library(words)] {
                assert_eq!((error.kind(), error.is_transient()), (ErrorKind::NoRoom, false), "{error}");
                assert_eq!((error.hints(), error.kind().exit_code()), ([MAKE_ROOM.to_owned()].as_slice(), 1));
            }
        }
        let broken = Error::from(std::io::Error::from_raw_os_error(5));
        assert_eq!((broken.kind(), broken.is_transient()), (ErrorKind::Io, true));
    }
}
