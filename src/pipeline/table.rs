//! A plain file as a table: its columns, and its rows as they are read.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, LazyFrame, Schema, TimeUnit};

use crate::base::{Cancel, Error, Result};
use crate::domain::lineage::{PROBLEM, ROW};
use crate::domain::{Field, FieldType};
use crate::frames::{CHUNK_ROWS, Order, chunks, data_type, named, parquet};
use crate::lake::extension_of;
use crate::source::read::{self, Reader};

/// The most digits that a 64-bit number without a sign has.
const DIGITS: u8 = 20;

/// A file that is read as a table.
pub struct Table {
    /// Its columns, in its order.
    pub columns: Vec<Field>,
    /// Whether the file says of what type they are; else all are text.
    pub is_typed: bool,
    /// Its rows, in chunks; beside its columns the number of each record, where the file is read record by record.
    pub rows: Box<dyn Iterator<Item = Result<DataFrame>> + Send>,
    /// How many records can't be split into the columns, of those that were read so far.
    pub refused: Arc<AtomicU64>,
}

impl Table {
    /// Opens a file of any format that can be delivered. Errors name it.
    pub fn open(path: &Path, cancel: &Cancel) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::not_found(format!("there is no file `{}`", path.display())));
        }
        let extension = extension_of(path);
        let typed = if extension == "parquet" { Self::typed(path, cancel)? } else { None };
        let opened = typed.map_or_else(|| Self::of_text(path, &extension, cancel), Ok);
        opened.map_err(|error| error.context(format!("reading {}", path.display())))
    }

    /// A Parquet file, where each of its columns is of a type that a contract could name.
    fn typed(path: &Path, cancel: &Cancel) -> Result<Option<Self>> {
        let mut plan = parquet(path)?;
        // What can't be opened so says why when it is read record by record.
        let Ok(schema) = plan.collect_schema() else { return Ok(None) };
        let Some(columns) = fields(&schema) else { return Ok(None) };
        let as_named = |field: &Field| named(&field.name).cast(data_type(field.field_type));
        let casts: Vec<Expr> = columns.iter().map(as_named).collect();
        let rows = chunks(plan.select(casts), Order::Kept, cancel)?;
        Ok(Some(Self { columns, is_typed: true, rows: Box::new(rows), refused: Arc::default() }))
    }

    /// Any file, record by record.
    fn of_text(path: &Path, extension: &str, cancel: &Cancel) -> Result<Self> {
        let reader = read::open(path, extension, read::Expected::default(), cancel)?;
        let header = reader.header();
        let columns: Vec<Field> = header.iter().map(|column| Field::new(&column.name, FieldType::String)).collect();
        let refused = Arc::new(AtomicU64::new(0));
        let names = columns.iter().map(|column| column.name.clone()).collect();
        let rows = Records::of(reader, names, refused.clone(), cancel.clone())?;
        Ok(Self { columns, is_typed: false, rows: Box::new(rows), refused })
    }
}

/// The fields of a schema; none where a column is of a type that a contract can't name.
fn fields(schema: &Schema) -> Option<Vec<Field>> {
    let field = |(name, data_type): (&polars::prelude::PlSmallStr, &DataType)| {
        let field_type = match data_type {
            DataType::String => FieldType::String,
            DataType::Boolean => FieldType::Bool,
            DataType::Date => FieldType::Date,
            DataType::Datetime(TimeUnit::Microseconds | TimeUnit::Milliseconds | TimeUnit::Nanoseconds, _) => {
                FieldType::Timestamp
            }
            DataType::UInt64 => FieldType::Decimal { precision: DIGITS, scale: 0 },
            DataType::Decimal(precision, scale) => {
                FieldType::Decimal { precision: u8::try_from(*precision).ok()?, scale: u8::try_from(*scale).ok()? }
            }
            integer if integer.is_integer() && *integer != DataType::Int128 && *integer != DataType::UInt128 => {
                FieldType::Int
            }
            float if float.is_float() => FieldType::Float,
            _ => return None,
        };
        Some(Field::new(name.as_str(), field_type))
    };
    schema.iter().map(field).collect()
}

/// The records of a file, read on a thread of their own.
struct Records {
    chunks: Receiver<Result<DataFrame>>,
    reader: Option<JoinHandle<()>>,
}

impl Records {
    fn of(mut reader: Box<dyn Reader>, names: Vec<String>, refused: Arc<AtomicU64>, cancel: Cancel) -> Result<Self> {
        let (sender, chunks) = sync_channel(2);
        let work = move || {
            loop {
                let chunk = match reader.next_chunk(CHUNK_ROWS, &cancel) {
                    Ok(None) => return,
                    Ok(Some(chunk)) => good(&chunk, &names, &refused),
                    Err(error) => Err(error),
                };
                let is_last = chunk.is_err();
                if sender.send(chunk).is_err() || is_last {
                    return;
                }
            }
        };
        let reader = thread::Builder::new().name("records".to_owned()).spawn(work)?;
        Ok(Self { chunks, reader: Some(reader) })
    }
}

impl Iterator for Records {
    type Item = Result<DataFrame>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Ok(chunk) = self.chunks.recv() {
            return Some(chunk);
        }
        let ended = self.reader.take()?.join();
        ended.err().map(|_| Err(Error::internal("the reader of the file broke down")))
    }
}

/// The records of a chunk that are rows, in the columns of the file.
fn good(chunk: &DataFrame, names: &[String], refused: &AtomicU64) -> Result<DataFrame> {
    let bad = chunk.height() - chunk.column(PROBLEM).map_err(Error::library)?.null_count();
    let columns = || names.iter().map(String::as_str).chain([ROW]);
    let rows = chunk.select(columns()).map_err(Error::library);
    if bad == 0 {
        return rows;
    }
    refused.fetch_add(bad as u64, Ordering::Relaxed);
    let rows: LazyFrame = chunk.clone().lazy().filter(named(PROBLEM).is_null());
    rows.select(columns().map(named).collect::<Vec<_>>()).collect().map_err(Error::library)
}
