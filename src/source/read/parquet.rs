//! Parquet: values become text without loss.
//!
//! Whole numbers and decimals are written exactly, floats as the shortest text that reads back the same, dates and times
//! as ISO 8601 (with `Z` where they are in UTC), bytes as the text that they are, nested values as JSON.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::parquet::read::ParallelStrategy;
use polars::prelude::{DataFrame, ParquetReader, PolarsResult, SerReader};

use super::chunk::Chunk;
use super::{Reader, header};
use crate::base::{Cancel, Error, ErrorKind, Result, panics};
use crate::domain::batch::BronzeColumn;

mod cell;

/// Reads a Parquet file.
pub struct ParquetRecords {
    path: PathBuf,
    header: Vec<BronzeColumn>,
    rows: usize,
    done: usize,
}

impl ParquetRecords {
    /// Reads the file's footer. Errors: it is not a Parquet file, or a corrupt one.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let (rows, names) = sound(|| {
            let mut reader = ParquetReader::new(file);
            let names: Vec<String> = reader.schema()?.iter_names().map(ToString::to_string).collect();
            Ok((reader.num_rows()?, names))
        })?;
        Ok(Self { path: path.to_owned(), header: header::columns(names)?, rows, done: 0 })
    }

    fn read(&self, limit: usize) -> Result<DataFrame> {
        let file = File::open(&self.path)?;
        // On one thread, because panics are contained by thread.
        let reader = ParquetReader::new(file).with_slice(Some((self.done, limit)));
        sound(|| Ok(reader.read_parallel(ParallelStrategy::None).finish()?.rechunk_mut().clone()))
    }
}

impl Reader for ParquetRecords {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        cancel.check()?;
        let wanted = limit.max(1).min(self.rows - self.done);
        if wanted == 0 {
            return Ok(None);
        }
        let frame = self.read(wanted)?;
        if (frame.height(), frame.width()) != (wanted, self.header.len()) {
            let came = self.done + frame.height();
            return Err(unsound().because(format!("its footer announces {} rows, but {came} came", self.rows)));
        }
        let mut columns: Vec<_> = frame.columns().iter().map(|column| column.as_materialized_series().iter()).collect();
        let mut chunk = Chunk::new(&self.header, wanted);
        for _ in 0..wanted {
            cancel.check()?;
            self.done += 1;
            let row = i64::try_from(self.done).unwrap_or(i64::MAX);
            let cells = columns.iter_mut().zip(&self.header).map(|(column, name)| {
                let text = column.next().map_or(Ok(None), cell::text);
                text.map_err(|problem| format!("{}: {problem}", name.delivered))
            });
            match cells.collect::<Result<Vec<_>, String>>() {
                Ok(cells) => chunk.push_good(row, None, cells.iter().map(Option::as_deref)),
                Err(problem) => chunk.push_bad(row, None, &problem, None),
            }
        }
        chunk.finish()
    }
}

/// The result of reading, where a corrupt file is an error even if the library panics on it.
fn sound<T>(read: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    // The library's own hints for its callers come on further lines.
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    panics::contain(|| read().map_err(|error| unsound().because(first_line(error.to_string())))).map_err(|error| {
        match error.kind() {
            ErrorKind::Internal => error.causes().iter().fold(unsound(), Error::because),
            _ => error,
        }
    })
}

fn unsound() -> Error {
    Error::bad_data("not a sound Parquet file").hint("ask the provider for it again")
}
