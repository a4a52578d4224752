#![allow(clippy::unwrap_used, reason = "tests")]
//! What readers make of files, as a provider would send them.

use std::io::Read;

use polars::prelude::*;
use proptest::prelude::{any, prop, prop_oneof, proptest};

use super::*;
use crate::domain::encoding::ENCODINGS;

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
    drain(open(file.path(), extension, encoding, &Cancel::default())?, 3)
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
    assert!(error.message().ends_with("can't be read"), "{error}");
    format!("{}\n{}", error.causes().join(": "), error.hints().join("\n"))
}

#[test]
fn quotes_line_ends_and_blanks_are_read_as_csv_means_them() {
    for (text, expected) in [
        ("a,b\n1,\"ha \"\"ha\"\" ha\"\n3,4\n", vec![vec!["1", "ha \"ha\" ha"], vec!["3", "4"]]),
        ("a,b\r\n1,\"\"\r\n2,3\r\n", vec![vec!["1", ""], vec!["2", "3"]]),
        ("a,b\n1,2", vec![vec!["1", "2"]]),
        ("a,b\r1,2\r3,4\r", vec![vec!["1", "2"], vec!["3", "4"]]),
        ("a,b\n\n1,2\n\n\n3,4\n\n", vec![vec!["1", "2"], vec!["3", "4"]]),
        ("a,b\n1,\"{\"\"type\"\": \"\"Point\"\"}\"\n", vec![vec!["1", "{\"type\": \"Point\"}"]]),
        ("a,b\n5\" pipe, x \n", vec![vec!["5\" pipe", " x "]]),
        ("a;b\n1,5;2\n", vec![vec!["1,5", "2"]]),
        ("\u{feff}a\tb\n1\t2\n", vec![vec!["1", "2"]]),
        ("a,b\nʤ,😀\n", vec![vec!["ʤ", "😀"]]),
        ("only\nx\n\ny\n", vec![vec!["x"], vec!["y"]]),
    ] {
        assert_eq!(cells(text), expected, "{text:?}");
    }
}

#[test]
fn an_empty_cell_is_null() {
    let content = read_bytes(b"a,b,c\n,\"\", \n", "csv", None).unwrap();
    assert_eq!(content.records[0].cells, [None, None, Some(" ".to_owned())]);
}

#[test]
fn lines_are_right_where_cells_span_several() {
    let text = "a,b\r\n\"one\r\ntwo\",1\r\n\r\n\"x\ny\nz\",2\r\nlast,3\r\n";
    let lines: Vec<_> =
        read_bytes(text.as_bytes(), "csv", None).unwrap().records.iter().map(|record| record.line).collect();
    assert_eq!(lines, [Some(2), Some(5), Some(8)]);
}

#[test]
fn ragged_and_badly_quoted_records_come_out_once_with_the_reason() {
    let text = "a,b\n1,2\n3\n4,5,6\n\"x\"y,7\n8,9\n10,\"open\n11,12\n";
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    let bad: Vec<_> = content
        .records
        .iter()
        .filter_map(|record| Some((record.line?, record.problem.as_deref()?, record.raw.as_deref()?)))
        .collect();
    assert_eq!(content.records.len(), 6);
    assert_eq!(
        bad,
        [
            (3, "1 field, but the header has 2", "3"),
            (4, "3 fields, but the header has 2", "4,5,6"),
            (5, "there is text behind a closing quote", "\"x\"y,7"),
            (7, "a quote is opened and never closed", "10,\"open\n11,12"),
        ]
    );
    assert!(
        content.records.iter().filter(|record| record.problem.is_some()).all(|record| record.cells == [None, None])
    );
}

#[test]
fn a_record_of_many_fields_is_bad_and_its_text_is_cut() {
    let text = format!("a,b\n{}\n1,2\n", "é,".repeat(40_000));
    let content = read_bytes(text.as_bytes(), "csv", None).unwrap();
    assert_eq!(content.records[0].problem.as_deref(), Some("40,001 fields, but the header has 2"));
    assert_eq!(content.records[0].raw.as_ref().unwrap().chars().count(), 4_000);
    assert_eq!(content.records[1].cells, [Some("1".to_owned()), Some("2".to_owned())]);
}

#[test]
fn a_header_alone_is_a_delivery_without_rows() {
    let content = read_bytes(b"Net amount,Net amount,\r\n", "csv", None).unwrap();
    assert_eq!(content.names, ["net_amount", "net_amount_2", "column_3"]);
    assert_eq!(content.records, []);
}

#[test]
fn other_encodings_are_read_where_the_contract_names_them() {
    let latin = b"name,city\nM\xfcller,Caf\xe9 \x80\n";
    let content = read_bytes(latin, "csv", Some("windows-1252")).unwrap();
    assert_eq!(content.records[0].cells, [Some("Müller".to_owned()), Some("Café €".to_owned())]);
    // The name is a fallback: UTF-8 stays UTF-8.
    let content = read_bytes("name\nMüller\n".as_bytes(), "csv", Some("windows-1252")).unwrap();
    assert_eq!(content.records[0].cells, [Some("Müller".to_owned())]);
    let wide: Vec<u8> = "\u{feff}a,b\n1,é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let content = read_bytes(&wide, "csv", Some("utf-16le")).unwrap();
    assert_eq!(content.records[0].cells, [Some("1".to_owned()), Some("é".to_owned())]);
}

#[test]
fn every_encoding_that_a_contract_may_name_is_known() {
    for label in ENCODINGS {
        assert!(read_bytes(b"a\n1\n", "csv", Some(label)).is_ok() || label.starts_with("utf-16"), "{label}");
    }
}

#[test]
fn an_unnamed_encoding_is_refused_with_the_place() {
    let mut text = "name\n".to_owned() + &"a line of text\n".repeat(10_000);
    text.push_str("Caf");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"\xe9 au lait\n");
    let hint =
        "say what the provider writes by encoding = \"...\" in its source in assay.toml, for example \"windows-1252\"";
    let expected = format!("not UTF-8: byte `0xE9` at offset 150008, on line 10002, fits no character\n{hint}");
    assert_eq!(refusal(&bytes, "csv", None), expected);
    assert_eq!(refusal(&bytes, "jsonl", None), expected);
    assert!(refusal(b"a\nx\xc3", "csv", None).starts_with("not UTF-8: byte `0xC3` at offset 3, on line 2,"));
    assert!(
        refusal(b"\xef\xbb\xbfa\nx\xe9\n", "csv", Some("windows-1252"))
            .contains("says by its first bytes that it is UTF-8")
    );
    assert!(refusal(b"\xff\xfea\0,\0", "csv", None).contains("set encoding = \"utf-16le\""));
    assert!(
        refusal(b"a\n\x81\x20\n", "csv", Some("shift_jis"))
            .starts_with("not Shift_JIS: byte `0x81` at offset 2, on line 2,")
    );
}

#[test]
fn what_is_no_text_at_all_is_refused() {
    assert!(refusal(b"", "csv", None).starts_with("the file is empty"));
    assert!(refusal(b"\n\r\n", "csv", None).starts_with("the file holds no text"));
    assert!(refusal(b"\xef\xbb\xbf", "csv", None).starts_with("the file holds no text"));
    assert!(refusal(b"\n\n", "jsonl", None).starts_with("the file holds no text"));
    assert!(refusal(b"a,b\n1,\0\n", "csv", None).starts_with("not text: a byte `0x00` at offset 6, on line 2"));
    assert!(refusal(b"a,b\n\xe9,\0\n", "csv", Some("windows-1252")).starts_with("not text: a byte `0x00` on line 2"));
    assert!(refusal(b"\"a\n", "csv", None).starts_with("the header on line 1 can't be split: a quote is opened"));
    assert!(refusal(b"a\n\xe9\n", "csv", Some("windows-1522")).contains("did you mean `windows-1252`?"));
}

#[test]
fn other_files_are_refused_by_name() {
    let missing = open(Path::new("/nonexistent/x.csv"), "csv", None, &Cancel::default()).err().unwrap();
    assert!(missing.one_line().starts_with("/nonexistent/x.csv can't be read: No such file"), "{missing}");
    let message = refusal(b"x", "xls", None);
    assert!(message.starts_with("files of type `xls` are not supported\n"), "{message}");
    assert!(message.contains("supported are: csv, tsv, jsonl, ndjson, parquet"), "{message}");
    assert!(refusal(b"PAR1 no parquet PAR1", "parquet", None).starts_with("not a sound Parquet file"));
    assert!(refusal(b"PAR1", "PARQUET", None).starts_with("not a sound Parquet file"));
}

/// Yields `length` times the byte `x` after a header, without holding them.
fn one_long_line(length: u64) -> Box<dyn Read + Send> {
    Box::new(b"a,b\n".chain(std::io::repeat(b'x').take(length)))
}

#[test]
fn a_line_without_an_end_fails_in_bounded_memory() {
    let cancel = Cancel::default();
    let mut reader =
        csv::CsvReader::new(text::Text::new(one_long_line(200 << 20), encoding_rs::UTF_8), &cancel).unwrap();
    let error = reader.next_chunk(1_000, &cancel).unwrap_err();
    assert_eq!(error.message(), "the record that starts on line 2 is longer than 16 MiB");
    assert!(reader.buffered() <= 5 * MAX_RECORD, "{} bytes are held", reader.buffered());
    let text = text::Text::new(one_long_line(200 << 20), encoding_rs::UTF_8);
    let error = jsonl::keys(text, &cancel).unwrap_err();
    assert_eq!(error.message(), "the record that starts on line 2 is longer than 16 MiB");
}

#[test]
fn blank_lines_without_end_are_no_record() {
    let blank = Box::new(b"a,b\n".chain(std::io::repeat(b'\n').take(40 << 20)).chain(b"1,2".as_slice()));
    let cancel = Cancel::default();
    let reader = csv::CsvReader::new(text::Text::new(blank, encoding_rs::UTF_8), &cancel).unwrap();
    let content = drain(Box::new(reader), 10).unwrap();
    assert_eq!(content.records[0].line, Some((40 << 20) + 2));
}

#[test]
fn reading_stops_when_asked() {
    let cancel = Cancel::default();
    let mut reader = csv::CsvReader::new(text::Text::new(one_long_line(10), encoding_rs::UTF_8), &cancel).unwrap();
    cancel.cancel();
    assert_eq!(reader.next_chunk(1, &cancel).unwrap_err().kind(), crate::base::ErrorKind::Cancelled);
}

#[test]
fn json_values_stay_as_they_are_written() {
    let text = concat!(
        "{\"a\": 1.10, \"b\": \"x\\u00e9\\n\", \"c\": null}\r\n",
        "\n",
        "{\"b\": \"\", \"late\": [1, {\"k\": 2}], \"a\": 12345678901234567890123, \"c\": true}\n",
        "{}",
    );
    let content = read_bytes(text.as_bytes(), "jsonl", None).unwrap();
    assert_eq!(content.names, ["a", "b", "c", "late"]);
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(content.records[0].cells, [some("1.10"), some("xé\n"), None, None]);
    assert_eq!(
        content.records[1].cells,
        [some("12345678901234567890123"), some(""), some("true"), some("[1, {\"k\": 2}]")]
    );
    assert_eq!(content.records[2].cells, [None, None, None, None]);
    assert_eq!(content.records.iter().map(|record| record.line).collect::<Vec<_>>(), [Some(1), Some(3), Some(4)]);
}

#[test]
fn bad_json_lines_come_out_once_with_the_reason() {
    let lines = [
        "{\"a\": 1}",
        "{\"a\": 1",
        "[1, 2]",
        "{\"a\": 1} {\"a\": 2}",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": 01}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "null",
    ];
    let deep = format!("{{\"a\": {}", "[".repeat(100_000));
    let text = lines.iter().copied().chain([deep.as_str()]).collect::<Vec<_>>().join("\n");
    let content = read_bytes(text.as_bytes(), "ndjson", None).unwrap();
    let problems: Vec<_> = content.records.iter().map(|record| record.problem.clone().unwrap_or_default()).collect();
    assert_eq!(
        problems,
        [
            "",
            "invalid JSON at byte 8 of the line: expected `}`",
            "the line holds JSON, but not an object",
            "invalid JSON at byte 10 of the line: there is text behind the object",
            "the key `a` stands in the object twice",
            "the value of `a` is not valid JSON: unexpected end of hex escape",
            "invalid JSON at byte 8 of the line: invalid number",
            "invalid JSON at byte 2 of the line: expected value",
            "invalid JSON at byte 9 of the line: expected value",
            "the line holds JSON, but not an object",
            "invalid JSON at byte 100006 of the line: EOF while parsing a list",
        ]
    );
    assert_eq!(content.records[1].raw.as_deref(), Some(lines[1]));
}

#[test]
fn parquet_values_become_text_without_loss() {
    let instant = 1_791_201_600_123_456_i64;
    let mut frame = DataFrame::new_infer_height(vec![
        Column::new("Text".into(), [Some("é"), Some(""), None]),
        Column::new("Whole".into(), [Some(i64::MIN), Some(0), None]),
        Column::new("Float".into(), [Some(0.1 + 0.2), Some(1e300), Some(1.0)]),
        Column::new("Single".into(), [Some(0.1_f32), Some(f32::NAN), Some(f32::NEG_INFINITY)]),
        Column::new("Truth".into(), [Some(true), Some(false), None]),
        Int32Chunked::new("Day".into(), [Some(20_731), Some(-1), None]).into_date().into_column(),
        Int64Chunked::new("Naive".into(), [Some(instant), Some(0), None])
            .into_datetime(TimeUnit::Microseconds, None)
            .into_column(),
        Int64Chunked::new("Instant".into(), [Some(instant), Some(-1), None])
            .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            .into_column(),
        Int128Chunked::new("Money".into(), [Some(-5), Some(123_456), None]).into_decimal_unchecked(12, 2).into_column(),
        Column::new(
            "List".into(),
            [
                Series::new("".into(), [1, 2]),
                Series::new("".into(), [3]),
                Series::new_empty("".into(), &DataType::Int32),
            ],
        ),
        Column::new("Bytes".into(), [Some(b"ok".as_slice()), Some(b"ok".as_slice()), Some(b"\xff\xfe".as_slice())]),
    ])
    .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    ParquetWriter::new(file.reopen().unwrap()).with_row_group_size(Some(2)).finish(&mut frame).unwrap();
    let content = drain(open(file.path(), "parquet", None, &Cancel::default()).unwrap(), 2).unwrap();
    let shown = |index: usize| -> Vec<&str> {
        content.records[index].cells.iter().map(|cell| cell.as_deref().unwrap_or("null")).collect()
    };
    assert_eq!(content.names[..3], ["text", "whole", "float"]);
    assert_eq!(
        shown(0),
        [
            "é",
            "-9223372036854775808",
            "0.30000000000000004",
            "0.1",
            "true",
            "2026-10-05",
            "2026-10-05T12:00:00.123456",
            "2026-10-05T12:00:00.123456Z",
            "-0.05",
            "[1,2]",
            "ok"
        ]
    );
    assert_eq!(
        shown(1),
        [
            "",
            "0",
            "1e300",
            "NaN",
            "false",
            "1969-12-31",
            "1970-01-01T00:00:00",
            "1969-12-31T23:59:59.999999Z",
            "1234.56",
            "[3]",
            "ok"
        ]
    );
    assert_eq!(content.records[2].problem.as_deref(), Some("Bytes: 2 bytes that are not UTF-8 text"));
    assert_eq!(content.records[2].line, None);
}

#[test]
fn a_damaged_parquet_file_never_yields_other_than_all_its_rows() {
    let text: Vec<String> = (0..1_000).map(|number| format!("row {}", number % 37)).collect();
    let numbers: Vec<i64> = (0..1_000).collect();
    let columns = vec![Column::new("a".into(), numbers), Column::new("b".into(), text)];
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    let mut sound = Vec::new();
    ParquetWriter::new(&mut sound).finish(&mut frame).unwrap();
    assert!(refusal(&sound[..sound.len() / 2], "parquet", None).starts_with("not a sound Parquet file"));
    for start in (0..sound.len()).step_by(7) {
        let mut bytes = sound.clone();
        let end = bytes.len().min(start + 5);
        bytes[start..end].fill(0xff);
        if let Ok(content) = read_bytes(&bytes, "parquet", None) {
            assert_eq!(content.records.len(), 1_000);
        }
    }
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
        let mut text = format!("a,b,c{end}");
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
