//! What readers make of files, as a provider would send them.

#![allow(clippy::unwrap_used, reason = "tests")]

use polars::prelude::*;
use proptest::prelude::{Just, Strategy, any, prop, prop_compose, prop_oneof, proptest};

use super::*;

mod csv_records;
mod dialects;
mod formats;
mod packed;
mod repaired;
mod text_files;
mod workbooks;

/// A file read to the end: bronze names, and its records as cells, line, problem, raw text.
struct Content {
    names: Vec<String>,
    records: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq)]
struct Record {
    cells: Vec<Option<String>>,
    line: Option<i64>,
    problem: Option<String>,
    raw: Option<String>,
}

fn drain(mut reader: Box<dyn Reader>, limit: usize) -> Result<Content> {
    let header = reader.header().to_vec();
    let schema = bronze_schema(&header);
    let mut records = Vec::new();
    while let Some(chunk) = reader.next_chunk(limit, &Cancel::default())? {
        assert_eq!(**chunk.schema(), schema);
        assert!(chunk.height() <= limit);
        let text = |name: &str, index: usize| chunk.column(name).unwrap().str().unwrap().get(index).map(str::to_owned);
        for index in 0..chunk.height() {
            let row = chunk.column("_row").unwrap().i64().unwrap().get(index);
            assert_eq!(row, Some(records.len() as i64 + 1), "rows are counted from 1 without a gap");
            records.push(Record {
                cells: header.iter().map(|column| text(&column.name, index)).collect(),
                line: chunk.column("_line").unwrap().i64().unwrap().get(index),
                problem: text("_problem", index),
                raw: text("_raw", index),
            });
        }
    }
    Ok(Content { names: header.into_iter().map(|column| column.name).collect(), records })
}

fn read_bytes(bytes: &[u8], extension: &str, encoding: Option<&str>) -> Result<Content> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    drain(open(file.path(), extension, Expected { encoding, ..Expected::default() }, &Cancel::default())?, 3)
}

fn cells(text: &str) -> Vec<Vec<String>> {
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    let show = |record: Record| {
        assert_eq!(record.problem, None, "{text}");
        record.cells.into_iter().map(Option::unwrap_or_default).collect()
    };
    content.records.into_iter().map(show).collect()
}

/// The error without the name of the temporary file.
fn refusal(bytes: &[u8], extension: &str, encoding: Option<&str>) -> String {
    let error = read_bytes(bytes, extension, encoding).err().unwrap();
    format!("{}\n{}", error.one_line(), error.hints().join("\n"))
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    /// Whatever is written as CSV comes back cell by cell, and each record starts on the line it was written to.
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-z\"é,;\n\r ]{0,6}", 3), 0..12),
        end in prop_oneof!["\n", "\r\n"],
        limit in 1_usize..5,
    ) {
        let mut text = format!("A,B,C{end}");
        let mut lines = Vec::new();
        let mut counter = text::LineCounter::default();
        counter.pass(text.as_bytes());
        for row in &rows {
            lines.push(Some(counter.line() as i64));
            let line = row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + &end;
            counter.pass(line.as_bytes());
            text.push_str(&line);
        }
        let input = Box::new(std::io::Cursor::new(text.into_bytes()));
        let reader = csv::CsvReader::new(text::Text::new(input, encoding_rs::UTF_8), &Cancel::default()).unwrap();
        let content = drain(Box::new(reader), limit).unwrap();
        let read: Vec<Vec<String>> = content
            .records
            .iter()
            .map(|record| record.cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect())
            .collect();
        assert_eq!(read, rows);
        assert_eq!(content.records.iter().map(|record| record.line).collect::<Vec<_>>(), lines);
    }

    /// Any bytes at all end in records or an error, in every format.
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), extension in prop_oneof!["csv", "jsonl", "parquet"]) {
        let _ = read_bytes(&bytes, &extension, None);
        let _ = read_bytes(&bytes, &extension, Some("windows-1252"));
    }
}
