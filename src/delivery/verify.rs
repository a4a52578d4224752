//! Reads an artifact back and compares it with what was written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use polars::prelude::{ParquetReader, SerReader};

use super::Artifact;
use super::csv::RecordCounter;
use crate::base::{Cancel, Digest, Error, Result, ResultExt, text};
use crate::domain::policy::Format;

/// Fails unless the file on disk has the bytes of `artifact` and, where the format can be counted, its rows.
///
/// An xlsx file's rows are not counted: its digest says that it is what the writer made.
pub fn read_back(folder: &Path, format: Format, artifact: &Artifact, cancel: &Cancel) -> Result<()> {
    let path = folder.join(&artifact.file);
    let mut counter = RecordCounter::default();
    let file = File::open(&path).with_context(|| format!("reading back {}", artifact.file))?;
    let digest = Digest::of_reader(Tap { file, cancel, each: |bytes: &[u8]| counter.take(bytes) })?;
    if digest != artifact.digest {
        return Err(differs(artifact, "digest", artifact.digest.short(), digest.short()));
    }
    let rows = match format {
        Format::Xlsx => return Ok(()),
        Format::Csv => counter.records.saturating_sub(1),
        Format::Parquet => ParquetReader::new(File::open(&path)?).num_rows().map_err(Error::library)? as u64,
    };
    if rows == artifact.rows {
        return Ok(());
    }
    Err(differs(artifact, "number of rows", &text::grouped(artifact.rows), &text::grouped(rows)))
}

fn differs(artifact: &Artifact, what: &str, written: &str, read: &str) -> Error {
    Error::corrupt(format!("`{}` does not read back as it was written", artifact.file))
        .because(format!("its {what} was `{written}` and is `{read}`"))
        .hint("check the disk, then publish again: nothing was published")
}

/// Shows what is read from a file to somebody else too.
struct Tap<'a, F> {
    file: File,
    cancel: &'a Cancel,
    each: F,
}

impl<F: FnMut(&[u8])> Read for Tap<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        let read = self.file.read(buffer)?;
        (self.each)(&buffer[..read]);
        Ok(read)
    }
}
