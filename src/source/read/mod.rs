//! Readers: a delivered file becomes records, each exactly once, good or bad.
//!
//! A record that can't be split into the header's columns comes out with its columns null, the reason in
//! `_problem` and its text in `_raw`; only what makes the file as a whole unreadable is an error. Nothing is
//! parsed into dates or numbers here. Memory is bounded by the chunk and by [`MAX_RECORD`], whatever the file holds.

mod chunk;
mod csv;
mod header;
mod jsonl;
mod parquet;
mod text;

use std::fs::File;
use std::path::Path;

use polars::prelude::DataFrame;

pub use chunk::bronze_schema;
pub use text::names;

use crate::base::text::nearest;
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: usize = 16 << 20;

/// The most columns that a delivery may have.
pub const MAX_COLUMNS: usize = 10_000;

/// The file extensions that [`open`] knows, lower case.
pub const EXTENSIONS: [&str; 5] = ["csv", "tsv", "jsonl", "ndjson", "parquet"];

/// A delivered file being read from start to end.
pub trait Reader: Send {
    /// The file's columns, in its order.
    fn header(&self) -> &[BronzeColumn];

    /// The encoding that it is read in, where it is text and not UTF-8: a name of the WHATWG Encoding Standard, lower case.
    fn encoding(&self) -> Option<String> {
        None
    }

    /// The next records, at most `limit` of them, in the columns of [`bronze_schema`]; `None` after the last.
    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>>;
}

/// Opens a delivered file.
///
/// `extension` says how to read it, in any case and without the dot. Text files are UTF-8, with or without a byte order mark;
/// where the bytes are not, they are taken to be in `encoding`. To decide that, the whole file is looked through first.
/// Errors: what makes it unreadable as a whole (missing, empty, another encoding, no text, too wide, corrupt, an extension
/// that is not supported). They do not name the file: the caller knows what the provider called it.
pub fn open(path: &Path, extension: &str, encoding: Option<&str>, cancel: &Cancel) -> Result<Box<dyn Reader>> {
    let extension = extension.to_ascii_lowercase();
    if File::open(path)?.metadata()?.len() == 0 {
        return Err(Error::bad_data("the file is empty").hint(
            "ask the provider for it again; where there is nothing to deliver, a file with a header only will do",
        ));
    }
    match extension.as_str() {
        "csv" | "tsv" => Ok(Box::new(csv::CsvReader::new(text::open(path, encoding, cancel)?, cancel)?)),
        "jsonl" | "ndjson" => {
            let keys = jsonl::keys(text::open(path, encoding, cancel)?, cancel)?;
            Ok(Box::new(jsonl::JsonReader::new(text::open(path, encoding, cancel)?, keys)))
        }
        "parquet" => Ok(Box::new(parquet::ParquetRecords::open(path)?)),
        other => Err(unsupported(other)),
    }
}

fn unsupported(extension: &str) -> Error {
    let error = Error::bad_data(match extension {
        "" => "the file has no extension that says what it holds".to_owned(),
        other => format!("files of type `{other}` are not supported"),
    });
    let error = match nearest(extension, EXTENSIONS) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    };
    error.hint(format!("supported are: {}", EXTENSIONS.join(", ")))
}

#[cfg(test)]
mod tests;
