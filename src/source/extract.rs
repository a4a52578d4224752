//! An extract: a Parquet file of texts, written chunk by chunk in memory that does not grow with them.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    DataFrame, DataType, Field, IntoColumn, IntoSeries, ParquetCompression, ParquetWriter, Schema, StatisticsOptions,
    StringChunkedBuilder,
};

use crate::base::{Error, Result, ResultExt};

/// Rows of a row group, unless they are long.
const GROUP_ROWS: usize = 1 << 16;

/// Bytes of text at which a row group is written before it has all its rows.
const GROUP_BYTES: usize = 32 << 20;

/// A file on its way.
pub struct Extracting {
    writer: BatchedWriter<BufWriter<File>>,
    columns: Vec<String>,
    cells: Vec<StringChunkedBuilder>,
    pending: usize,
    bytes: usize,
    rows: u64,
}

impl Extracting {
    /// Begins the file, with columns of these names.
    pub fn new(target: &Path, columns: &[String]) -> Result<Self> {
        let file = File::create(target).with_context(|| format!("writing {}", target.display()))?;
        let schema: Schema = columns.iter().map(|name| Field::new(name.as_str().into(), DataType::String)).collect();
        let statistics =
            StatisticsOptions { binary_statistics_truncate_length: Some(64), ..StatisticsOptions::default() };
        let writer = ParquetWriter::new(BufWriter::new(file))
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(statistics)
            .batched(&schema)
            .map_err(Error::library)?;
        Ok(Self { writer, columns: columns.to_vec(), cells: empty(columns), pending: 0, bytes: 0, rows: 0 })
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a row. What is no text is written as its bytes.
    pub fn add<'a>(&mut self, row: impl ExactSizeIterator<Item = Option<&'a [u8]>>) -> Result<()> {
        if row.len() != self.columns.len() {
            let (came, announced) = (row.len(), self.columns.len());
            return Err(Error::bad_data(format!("a row has {came} columns where {announced} were announced")));
        }
        for (cells, cell) in self.cells.iter_mut().zip(row) {
            self.bytes += cell.map_or(0, <[u8]>::len);
            match cell.map(|bytes| std::str::from_utf8(bytes).map_err(|_| in_digits(bytes))) {
                None => cells.append_null(),
                Some(Ok(text)) => cells.append_value(text),
                Some(Err(digits)) => cells.append_value(digits),
            }
        }
        self.pending += 1;
        self.rows += 1;
        if self.pending >= GROUP_ROWS || self.bytes >= GROUP_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let cells = std::mem::replace(&mut self.cells, empty(&self.columns));
        let columns = cells.into_iter().map(|cells| cells.finish().into_series().into_column()).collect();
        let group = DataFrame::new(self.pending, columns).map_err(Error::library)?;
        (self.pending, self.bytes) = (0, 0);
        self.writer.write_batch(&group).map_err(Error::library)
    }

    /// Ends the file. Returns how many rows it has.
    pub fn finish(mut self) -> Result<u64> {
        if self.pending > 0 {
            self.flush()?;
        }
        self.writer.finish().map_err(Error::library)?;
        Ok(self.rows)
    }
}

fn empty(columns: &[String]) -> Vec<StringChunkedBuilder> {
    columns.iter().map(|name| StringChunkedBuilder::new(name.as_str().into(), 0)).collect()
}

/// Bytes as PostgreSQL writes them: `\x` and their digits.
fn in_digits(bytes: &[u8]) -> String {
    bytes.iter().fold("\\x".to_owned(), |written, byte| written + &format!("{byte:02x}"))
}
