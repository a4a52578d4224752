//! Readers: a delivered file becomes records, each exactly once, good or bad.
//!
//! A record that can't be split into the header's columns comes out with its columns null, the reason in
//! `_problem` and its text in `_raw`; only what makes the file as a whole unreadable is an error. Nothing is
//! parsed into dates or numbers here. Memory is bounded by the chunk and by [`MAX_RECORD`], and of workbooks by what they keep
//! apart from their rows: the texts that cells share, and of an `xls` all of it.

mod agreed;
mod chunk;
mod csv;
mod encoding;
mod header;
mod jsonl;
mod ods;
mod parquet;
mod preview;
mod sheet;
mod stretch;
mod text;
mod unpack;
mod unpacked;
mod workbook;
mod xls;
mod xlsb;
mod xlsx;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use polars::prelude::DataFrame;

pub use agreed::{MAX_COLUMNS, MAX_RECORD};
pub use chunk::bronze_schema;
pub use encoding::names;
pub use preview::{Preview, preview, refused};

use crate::base::text::nearest;
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::understood::{Repair, Understood};
use crate::domain::{Dataset, Provider};
use unpack::Packed;

/// The file extensions that [`open`] knows, lower case.
pub const EXTENSIONS: [&str; 13] =
    ["csv", "tsv", "psv", "tab", "jsonl", "ndjson", "json", "parquet", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// How much of a file is looked at that does not say what it holds, in bytes.
const LOOKED_AT: u64 = 4096;

/// What the files of workbooks begin with.
const WORKBOOKS: [[u8; 4]; 2] = [*b"PK\x03\x04", [0xd0, 0xcf, 0x11, 0xe0]];

/// As much of a document as says what it is, in characters.
const LONGEST_BEGIN: usize = 14;

/// A delivered file being read from start to end.
pub trait Reader: Send {
    /// The file's columns, in its order.
    fn header(&self) -> &[BronzeColumn];

    /// The encoding that it is read in, where it is text and not UTF-8: a name of the WHATWG Encoding Standard, lower case.
    fn encoding(&self) -> Option<String> {
        None
    }

    /// How it is read.
    fn understood(&self) -> Understood;

    /// What was repaired in what is read so far.
    fn repairs(&self) -> Vec<Repair> {
        Vec::new()
    }

    /// The next records, at most `limit` of them, in the columns of [`bronze_schema`]; `None` after the last.
    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>>;
}

/// What is expected of a file before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expected<'a> {
    /// The encoding of its text, where that is not UTF-8.
    pub encoding: Option<&'a str>,
    /// What it is to deliver, and who sent it.
    pub contract: Option<(&'a Dataset, &'a Provider)>,
}

impl<'a> Expected<'a> {
    /// What the contract says of the files of a provider.
    #[must_use]
    pub fn of(dataset: &'a Dataset, provider: &'a Provider) -> Self {
        Self { encoding: provider.source.encoding(), contract: Some((dataset, provider)) }
    }

    /// How many fields are wanted.
    fn fields(&self) -> usize {
        self.contract.map_or(0, |(dataset, _)| dataset.delivered().count())
    }

    /// How many of the wanted fields are in these columns.
    fn fields_in(&self, columns: &[BronzeColumn]) -> usize {
        self.contract.map_or(0, |(dataset, provider)| provider.fields_in(dataset, columns))
    }
}

/// Opens a delivered file.
///
/// `extension` says how to read it, in any case and without the dot; where it says nothing, the content does. Packed files
/// are read as what is in them. Text files are UTF-8, with or without a byte order mark; where the bytes are not, they are
/// taken to be in the encoding that is expected, or where none is in what they look like. To decide that, the whole file is
/// looked through first. Of a workbook the sheet is read that holds most of what is wanted, and of several the one that holds
/// most cells. Errors: what makes it unreadable as a whole (missing, empty, another encoding, no text, too wide, corrupt,
/// a type that is not supported). They do not name the file: the caller knows what the provider called it.
pub fn open(path: &Path, extension: &str, expected: Expected<'_>, cancel: &Cancel) -> Result<Box<dyn Reader>> {
    if File::open(path)?.metadata()?.len() == 0 {
        return Err(Error::bad_data("the file is empty").hint(
            "ask the provider for it again; where there is nothing to deliver, a file with a header only will do",
        ));
    }
    let file = Packed::look(path, extension)?;
    match (file.way(), format(&file)?) {
        (Some(way), Format::Parquet | Format::Workbook(_)) => {
            Ok(Box::new(unpacked::Unpacked::open(&file, way, expected, cancel)?))
        }
        (_, format) => open_as(&file, format, expected, cancel),
    }
}

fn open_as(file: &Packed, format: Format, expected: Expected<'_>, cancel: &Cancel) -> Result<Box<dyn Reader>> {
    let encoding = expected.encoding;
    match format {
        Format::Csv => {
            refuse_documents(file)?;
            Ok(Box::new(csv::CsvReader::new(encoding::open(file, encoding, cancel)?, cancel)?))
        }
        Format::JsonLines => {
            let keys = jsonl::keys(encoding::open(file, encoding, cancel)?, cancel)?;
            Ok(Box::new(jsonl::JsonReader::new(encoding::open(file, encoding, cancel)?, keys)))
        }
        Format::Parquet => Ok(Box::new(parquet::ParquetRecords::open(&file.path)?)),
        Format::Workbook(kind) => Ok(Box::new(of_workbook(&file.path, kind, expected, cancel)?)),
    }
}

/// The table in the sheet that holds most of what is wanted.
fn of_workbook(path: &Path, kind: sheet::Kind, expected: Expected<'_>, cancel: &Cancel) -> Result<csv::CsvReader> {
    let sheets = sheet::filled(path, kind)?;
    let table = |index: usize| csv::CsvReader::of_sheet(sheets.open(index), kind, cancel);
    let mut best = table(0);
    let held = |table: &Result<csv::CsvReader>| table.as_ref().map_or(0, |table| expected.fields_in(table.header()));
    let mut most = held(&best);
    for index in 1..sheets.count() {
        if most >= expected.fields() {
            break;
        }
        let other = table(index);
        let fields = held(&other);
        if fields > most {
            (best, most) = (other, fields);
        }
    }
    best
}

/// How a file is read.
enum Format {
    Csv,
    JsonLines,
    Parquet,
    Workbook(sheet::Kind),
}

/// What kind of file it is, by its extension, else by its first bytes.
fn format(file: &Packed) -> Result<Format> {
    match file.extension.as_str() {
        "csv" | "tsv" | "psv" | "tab" => Ok(Format::Csv),
        "jsonl" | "ndjson" | "json" => Ok(Format::JsonLines),
        "parquet" => Ok(Format::Parquet),
        "xlsx" => Ok(Format::Workbook(sheet::Kind::Xlsx)),
        "xlsb" => Ok(Format::Workbook(sheet::Kind::Xlsb)),
        "xls" => Ok(Format::Workbook(sheet::Kind::Xls)),
        "ods" => Ok(Format::Workbook(sheet::Kind::Ods)),
        extension => {
            let mut first = Vec::new();
            file.stream()?.take(LOOKED_AT).read_to_end(&mut first)?;
            if first.starts_with(b"PAR1") {
                return Ok(Format::Parquet);
            }
            // Which kind of workbook it is shows when it is unpacked.
            if file.way().is_some() && WORKBOOKS.iter().any(|begins| first.starts_with(begins)) {
                return Ok(Format::Workbook(sheet::Kind::Xlsx));
            }
            if encoding::is_no_text(&first) {
                return Err(unsupported(extension));
            }
            let is_json = matches!(first.trim_ascii_start(), [b'{' | b'[', ..]);
            Ok(if is_json { Format::JsonLines } else { Format::Csv })
        }
    }
}

/// Refuses what calls itself a table and is a document: a page that says why a server has none is a common one.
fn refuse_documents(file: &Packed) -> Result<()> {
    let mut first = Vec::new();
    file.stream()?.take(LOOKED_AT).read_to_end(&mut first)?;
    let text = String::from_utf8_lossy(&first);
    let begins = text.trim_start_matches('\u{feff}').trim_start().chars().take(LONGEST_BEGIN).collect::<String>();
    let begins = begins.to_ascii_lowercase();
    let documents = [("%pdf-", "a PDF"), ("<!doctype html", "a web page"), ("<html", "a web page"), ("<?xml", "XML")];
    match documents.iter().find(|(begin, _)| begins.starts_with(begin)) {
        None => Ok(()),
        Some((_, what)) => {
            Err(Error::bad_data(format!("the file is {what}, and no table"))
                .hint("ask the provider for the table itself"))
        }
    }
}

fn unsupported(extension: &str) -> Error {
    let error = Error::bad_data(match extension {
        "" => "the file has no extension that says what it holds, and it is no text".to_owned(),
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
