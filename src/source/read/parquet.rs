//! Parquet: values become text without loss.
//!
//! Whole numbers and decimals are written exactly, floats as the shortest text that reads back the same, dates and times
//! as ISO 8601 (with `Z` where they are in UTC), bytes and categories as the text that they are, nested values as JSON.
//!
//! A few kilobytes on disk can stand for gigabytes of text. So few rows are decoded at first, then as many as the width
//! of those before lets expect to fit; and a record longer than [`MAX_RECORD`] is bad before its text is put together.

use std::fs::File;
use std::path::{Path, PathBuf};

use polars::io::parquet::metadata::FileMetadataRef;
use polars::io::parquet::read::ParallelStrategy;
use polars::prelude::{DataFrame, DataType, ParquetReader, PolarsResult, SerReader};

use super::chunk::{CHUNK_BYTES, Records};
use super::{MAX_RECORD, Reader, header};
use crate::base::{Cancel, Error, ErrorKind, Result, panics};
use crate::domain::batch::{BronzeColumn, Typed};
use crate::domain::understood::Understood;

mod cell;

/// Rows that are decoded before anything is known of their width.
const FIRST_ROWS: usize = 64;

/// Bytes that a decoded cell takes beside its text.
const CELL_BYTES: usize = 16;

/// How many times more rows may be decoded than the time before.
const GROWTH: usize = 4;

/// Reads a Parquet file.
pub struct ParquetRecords {
    path: PathBuf,
    header: Vec<BronzeColumn>,
    metadata: FileMetadataRef,
    rows: usize,
    /// How many rows are decoded.
    done: usize,
    /// How many rows to decode next, at most.
    step: usize,
    /// Rows that are decoded and not handed on.
    decoded: DataFrame,
    row: i64,
}

impl ParquetRecords {
    /// Reads the file's footer. Errors: it is not a Parquet file, or a corrupt one.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let (metadata, names, types) = sound(|| {
            let mut reader = ParquetReader::new(file);
            let schema = reader.schema()?;
            let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
            let types = schema.iter_values().map(DataType::from_arrow_field);
            let types: Vec<DataType> = types.collect();
            Ok((reader.get_metadata()?.clone(), names, types))
        })?;
        let mut header = header::columns(names)?;
        for (column, of) in header.iter_mut().zip(types) {
            column.iso_dates = matches!(of, DataType::Date | DataType::Datetime(..));
            column.typed_numbers = (of.is_primitive_numeric() || of.is_decimal()).then_some(Typed::All);
        }
        let rows = metadata.num_rows;
        let decoded = DataFrame::empty();
        Ok(Self { path: path.to_owned(), header, metadata, rows, done: 0, step: FIRST_ROWS, decoded, row: 0 })
    }

    /// Decodes the next rows, at most `limit` and of one row group: what lies together is not copied to be in one piece.
    fn decode(&mut self, limit: usize) -> Result<()> {
        let (left, stored) = self.group();
        // Not even one of them is decoded: a page may hold a gigabyte.
        if stored > MAX_RECORD {
            return Err(Error::bad_data(cell::too_long("each record")).hint("ask the provider for shorter texts"));
        }
        let cells = CELL_BYTES * self.header.len();
        let fitting = (CHUNK_BYTES / (stored + cells).max(1)).max(1);
        let wanted = limit.min(left).min(self.step).min(fitting);
        let file = File::open(&self.path)?;
        let mut reader = ParquetReader::new(file).with_slice(Some((self.done, wanted)));
        reader.set_metadata(self.metadata.clone());
        // On one thread, because panics are contained by thread.
        let frame = sound(|| Ok(reader.read_parallel(ParallelStrategy::None).finish()?.rechunk_mut().clone()))?;
        if (frame.height(), frame.width()) != (wanted, self.header.len()) || wanted == 0 {
            let came = self.done + frame.height();
            return Err(unsound().because(format!("its footer announces {} rows, but {came} came", self.rows)));
        }
        self.done += wanted;
        let fitting = CHUNK_BYTES / (frame.estimated_size() / wanted + cells).max(1);
        self.step = (self.step * GROWTH).min(fitting).max(1);
        self.decoded = frame;
        Ok(())
    }

    /// How many rows are left in the row group that is decoded next, and how many bytes a row takes as it is stored.
    fn group(&self) -> (usize, usize) {
        let mut end = 0_usize;
        for group in &self.metadata.row_groups {
            end = end.saturating_add(group.num_rows());
            if end > self.done {
                return (end.min(self.rows) - self.done, group.total_byte_size() / group.num_rows().max(1));
            }
        }
        (0, 0)
    }

    /// Hands on decoded rows until the chunk is full.
    fn fill(&mut self, chunk: &mut Records, cancel: &Cancel) -> Result<()> {
        let frame = &self.decoded;
        let mut columns: Vec<_> = frame.columns().iter().map(|column| column.as_materialized_series().iter()).collect();
        let mut taken = 0;
        while taken < frame.height() && !chunk.is_full() {
            cancel.check()?;
            taken += 1;
            self.row += 1;
            // Every column moves on by one, whatever is wrong with the cells before.
            let values: Vec<_> = columns.iter_mut().map(Iterator::next).collect();
            let mut bytes = 0;
            let cells = values.into_iter().zip(&self.header).map(|(value, column)| {
                let cell = value.map_or(Ok(None), cell::text);
                let cell = cell.map_err(|problem| format!("{}: {problem}", column.delivered))?;
                bytes += cell.as_deref().map_or(0, str::len);
                if bytes > MAX_RECORD { Err(cell::too_long("the record")) } else { Ok(cell) }
            });
            match cells.collect::<Result<Vec<_>, String>>() {
                Ok(cells) => chunk.push_good(self.row, None, cells.iter().map(Option::as_deref)),
                Err(problem) => chunk.push_bad(self.row, None, &problem, None),
            }
        }
        drop(columns);
        self.decoded = frame.slice(i64::try_from(taken).unwrap_or(i64::MAX), frame.height());
        Ok(())
    }
}

impl Reader for ParquetRecords {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn understood(&self) -> Understood {
        Understood { format: "parquet".to_owned(), ..Understood::default() }
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        let mut chunk = Records::new(&self.header, limit);
        while !chunk.is_full() {
            cancel.check()?;
            if self.decoded.height() == 0 {
                if self.done >= self.rows {
                    break;
                }
                self.decode(limit.max(1))?;
            }
            self.fill(&mut chunk, cancel)?;
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
