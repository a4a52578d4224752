//! Parquet: values become text without loss.
//!
//! Whole numbers and decimals are written exactly, floats as the shortest text that reads back the same, dates and times
//! as ISO 8601 (with `Z` where they are in UTC), bytes as the text that they are, nested values as JSON.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::parquet::read::ParallelStrategy;
use polars::prelude::{DataFrame, ParquetReader, PolarsError, SerReader};

use super::chunk::Chunk;
use super::{Reader, header};
use crate::base::{Cancel, Error, Result};
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
        let mut reader = ParquetReader::new(File::open(path)?);
        let rows = reader.num_rows().map_err(corrupt)?;
        let schema = reader.schema().map_err(corrupt)?;
        let header = header::columns(schema.iter_names().map(|name| name.as_str()))?;
        Ok(Self { path: path.to_owned(), header, rows, done: 0 })
    }

    fn read(&self, limit: usize) -> Result<DataFrame> {
        ParquetReader::new(File::open(&self.path)?)
            .with_slice(Some((self.done, limit)))
            .read_parallel(ParallelStrategy::Columns)
            .finish()
            .map_err(corrupt)
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
        let mut frame = self.read(wanted)?;
        if (frame.height(), frame.width()) != (wanted, self.header.len()) {
            return Err(Error::bad_data("not a sound Parquet file").because(format!(
                "its footer announces {} rows, but after row {} only {} came",
                self.rows,
                self.done,
                frame.height()
            )));
        }
        frame.rechunk_mut();
        let mut columns: Vec<_> = frame.columns().iter().map(|column| column.as_materialized_series().iter()).collect();
        let mut chunk = Chunk::new(&self.header, wanted);
        for _ in 0..wanted {
            cancel.check()?;
            self.done += 1;
            let row = i64::try_from(self.done).unwrap_or(i64::MAX);
            let cells = columns.iter_mut().map(|column| column.next().map_or(Ok(None), cell::text));
            match cells.collect::<Result<Vec<_>, String>>() {
                Ok(cells) => chunk.push_good(row, None, cells.iter().map(Option::as_deref)),
                Err(problem) => chunk.push_bad(row, None, &problem, None),
            }
        }
        chunk.finish()
    }
}

fn corrupt(error: PolarsError) -> Error {
    Error::bad_data("not a sound Parquet file").because(error).hint("ask the provider for it again")
}
