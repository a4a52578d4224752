//! Where an artifact's bytes go: a file without its name yet, hashed on the way, given up when the work is cancelled.

use std::io::{self, Write};
use std::path::Path;

use crate::base::files::PendingFile;
use crate::base::{Cancel, Digest, DigestWriter, Error, Result};

/// An artifact in the making.
pub struct Output {
    writer: DigestWriter<PendingFile>,
    cancel: Cancel,
    failure: Option<Error>,
}

impl Output {
    /// Starts the file that will be `path`.
    pub fn create(path: &Path, cancel: &Cancel) -> Result<Self> {
        Ok(Self { writer: DigestWriter::new(PendingFile::create(path)?), cancel: cancel.clone(), failure: None })
    }

    /// Why the last write failed, if it did. Libraries that write here tell it in words of their own, or not at all.
    pub fn failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    fn remember<T>(&mut self, written: io::Result<T>) -> io::Result<T> {
        written.inspect_err(|error| {
            self.failure = Some(io::Error::new(error.kind(), error.to_string()).into());
        })
    }

    /// Makes the file durable under its name. Returns the digest and number of the bytes that were written.
    pub fn commit(self) -> Result<(Digest, u64)> {
        let (file, digest, bytes) = self.writer.finish();
        file.commit()?;
        Ok((digest, bytes))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let written = self.writer.write(bytes);
        self.remember(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer.flush();
        self.remember(flushed)
    }
}
