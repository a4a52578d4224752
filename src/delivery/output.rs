//! Where an artifact's bytes go: a file without its name yet, hashed on the way, given up when the work is cancelled.

use std::io::{self, Write};
use std::path::Path;

use crate::base::files::PendingFile;
use crate::base::{Cancel, Digest, DigestWriter, Result};

/// An artifact in the making.
pub struct Output {
    writer: DigestWriter<PendingFile>,
    cancel: Cancel,
}

impl Output {
    /// Starts the file that will be `path`.
    pub fn create(path: &Path, cancel: &Cancel) -> Result<Self> {
        Ok(Self { writer: DigestWriter::new(PendingFile::create(path)?), cancel: cancel.clone() })
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
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
