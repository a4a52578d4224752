//! CSV by RFC 4180: UTF-8 without a byte order mark, a header, commas, CRLF line ends, quotes where they are needed.
//!
//! - Null is an empty field, empty text is `""`.
//! - Text that a spreadsheet program could run gets an apostrophe in front, which can be taken away again: see `guard.rs`.
//! - Entities are a JSON array in the last column, `[]` for none.

use std::io::Write;

use polars::prelude::DataFrame;

use super::TableWriter;
use super::chunk::{Layout, TypedRows};
use super::guard::guarded;
use super::output::Output;
use crate::base::Result;
use crate::domain::Value;
use crate::domain::lineage::ENTITIES;

/// How many bytes are gathered before they are written.
const BUFFER: usize = 1 << 20;

/// A CSV file in the making.
pub struct CsvFile {
    output: Output,
    columns: usize,
    buffer: Vec<u8>,
}

impl CsvFile {
    /// Starts the file with its header.
    pub fn create(output: Output, layout: &Layout) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER);
        let names = layout.columns.iter().map(|field| field.name.as_str());
        for (index, name) in names.chain(layout.has_entities.then_some(ENTITIES)).enumerate() {
            separate(&mut buffer, index);
            push_cell(&mut buffer, &Value::Text(name));
        }
        buffer.extend_from_slice(b"\r\n");
        Self { output, columns: layout.columns.len(), buffer }
    }
}

impl TableWriter for CsvFile {
    fn write(&mut self, _group: &DataFrame, chunk: &TypedRows<'_>) -> Result<()> {
        for row in 0..chunk.rows {
            for column in 0..self.columns {
                separate(&mut self.buffer, column);
                push_cell(&mut self.buffer, &chunk.value(column, row)?);
            }
            if let Some(entities) = &chunk.entities {
                separate(&mut self.buffer, self.columns);
                if let Some(found) = entities.row(row)? {
                    push_field(&mut self.buffer, &serde_json::to_string(&found)?);
                }
            }
            self.buffer.extend_from_slice(b"\r\n");
            if self.buffer.len() >= BUFFER {
                self.output.write_all(&self.buffer)?;
                self.buffer.clear();
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        self.output.write_all(&self.buffer)?;
        Ok(self.output)
    }
}

fn separate(buffer: &mut Vec<u8>, index: usize) {
    if index > 0 {
        buffer.push(b',');
    }
}

fn push_cell(buffer: &mut Vec<u8>, cell: &Value<'_>) {
    match cell {
        Value::Null => {}
        Value::Text(text) => push_field(buffer, &guarded(text)),
        typed => push_field(buffer, &typed.text().unwrap_or_default()),
    }
}

fn push_field(buffer: &mut Vec<u8>, text: &str) {
    if !text.is_empty() && !text.contains([',', '"', '\r', '\n']) {
        buffer.extend_from_slice(text.as_bytes());
        return;
    }
    buffer.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            buffer.push(b'"');
        }
        buffer.push(byte);
    }
    buffer.push(b'"');
}

/// Counts the records of a CSV file that is passed to it piece by piece.
#[derive(Default)]
pub struct RecordCounter {
    quoted: bool,
    /// The records so far, the header included.
    pub records: u64,
}

impl RecordCounter {
    /// Takes the next bytes of the file.
    pub fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.records += 1,
                _ => {}
            }
        }
    }
}
