//! Parquet: the canonical types as they are, entities as `list<struct>`, zstd, one row group per group of rows.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, StatisticsOptions};

use super::TableWriter;
use super::chunk::{Layout, TypedRows};
use super::output::Output;
use crate::base::{Error, Result};

/// The output, shared with a writer that would not give it back.
struct Shared(Rc<RefCell<Output>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

/// A Parquet file in the making.
pub struct ParquetFile {
    writer: BatchedWriter<Shared>,
    output: Rc<RefCell<Output>>,
}

impl ParquetFile {
    /// Starts the file.
    pub fn create(output: Output, layout: &Layout) -> Result<Self> {
        let output = Rc::new(RefCell::new(output));
        let writer = ParquetWriter::new(Shared(Rc::clone(&output)))
            .with_compression(ParquetCompression::Zstd(None))
            .with_statistics(StatisticsOptions::default())
            .batched(&layout.schema())
            .map_err(Error::library)?;
        Ok(Self { writer, output })
    }
}

impl TableWriter for ParquetFile {
    fn write(&mut self, group: &DataFrame, _chunk: &TypedRows<'_>) -> Result<()> {
        let written = self.writer.write_batch(group);
        written.map_err(|error| self.output.borrow_mut().failure().unwrap_or_else(|| Error::library(error)))
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        let Self { writer, output } = *self;
        let finished = writer.finish();
        finished.map_err(|error| output.borrow_mut().failure().unwrap_or_else(|| Error::library(error)))?;
        drop(writer);
        let output = Rc::try_unwrap(output).map_err(|_| Error::internal("the Parquet writer kept its file"))?;
        Ok(output.into_inner())
    }
}
