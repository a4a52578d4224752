//! Encodings, files that are refused as a whole, and memory.

use std::io::Read;

use super::*;
use crate::domain::encoding::ENCODINGS;
use crate::domain::understood::InWords;

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

/// The records, and what was repaired.
fn understood(bytes: &[u8]) -> (Vec<Vec<Option<String>>>, String, Vec<&'static str>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let read = preview(file.path(), "csv", Expected::default(), 10, &Cancel::default()).unwrap();
    let repairs = read.repairs.iter().map(|repair| repair.kind.words()).collect();
    (read.sample, read.understood.encoding.unwrap(), repairs)
}

#[test]
fn an_encoding_that_nobody_names_is_guessed_and_that_is_said() {
    let some = |cells: &[&str]| cells.iter().map(|cell| Some((*cell).to_owned())).collect::<Vec<_>>();
    let latin = b"name,city\nM\xfcller,Caf\xe9 \x80\n";
    let guessed = vec!["encoding guessed"];
    assert_eq!(understood(latin), (vec![some(&["Müller", "Café €"])], "windows-1252".to_owned(), guessed.clone()));
    let wide = |mark: &str| format!("{mark}a,b\n1,é\n").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let expected = vec![some(&["1", "é"])];
    assert_eq!(understood(&wide("\u{feff}")), (expected.clone(), "utf-16le".to_owned(), vec![]));
    assert_eq!(understood(&wide("")), (expected, "utf-16le".to_owned(), guessed));
}

#[test]
fn byte_order_marks_that_became_text_are_left_out() {
    let expected =
        (vec![vec![Some("1".to_owned()), Some("2".to_owned())]], "utf-8".to_owned(), vec!["byte order mark left out"]);
    for mark in ["\u{feff}\u{feff}", "ï»¿", "\u{feff}ï»¿", "Ã¯Â»Â¿"] {
        assert_eq!(understood(format!("{mark}a,b\n1,2\n").as_bytes()), expected, "{mark}");
    }
}

#[test]
fn every_encoding_that_a_contract_may_name_is_known() {
    for label in ENCODINGS {
        assert!(read_bytes(b"a\n1\n", "csv", Some(label)).is_ok() || label.starts_with("utf-16"), "{label}");
    }
}

/// Nearly all of it is UTF-8: something happened to it on the way.
#[test]
fn of_a_damaged_text_only_the_damaged_lines_are_refused() {
    let rows = "a,name\n1,Müller\n2,Jürgen\n3,Söhne größer äußerst süß übermäßig\n4,X\n5,Café\n";
    let rows = format!("{rows}6,{}\n", "é".repeat(20));
    let damaged: Vec<u8> = rows.bytes().map(|byte| if byte == b'X' { 0xe9 } else { byte }).collect();
    let content = read_bytes(&damaged, "csv", None).unwrap();
    let problems: Vec<Option<&str>> = content.records.iter().map(|record| record.problem.as_deref()).collect();
    assert_eq!(problems, [None, None, None, Some("it has bytes that are not UTF-8"), None, None]);
    assert_eq!(content.records[4].cells, [Some("5".to_owned()), Some("Café".to_owned())]);
    let lines = format!("{{\"a\": \"{}\"}}\n{{\"a\": \"X\"}}\n{{\"a\": \"Café\"}}\n", "ü".repeat(20));
    let lines: Vec<u8> = lines.bytes().map(|byte| if byte == b'X' { 0xe9 } else { byte }).collect();
    let content = read_bytes(&lines, "jsonl", None).unwrap();
    assert_eq!(content.records[1].problem.as_deref(), Some("it has bytes that are not UTF-8"));
    assert_eq!(content.records[2].cells, [Some("Café".to_owned())]);
    // Where only most of it is, nobody can tell what the rest is.
    let damaged = "name\nMüller, Jürgen und Söhne\nCaf\u{e9}\n".as_bytes().iter().copied().chain(*b"\xe9\n");
    let damaged: Vec<u8> = damaged.collect();
    assert!(refusal(&damaged, "csv", None).starts_with("not UTF-8: byte `0xE9` at offset"));
}

#[test]
fn what_is_not_in_the_encoding_that_is_named_is_refused_with_the_place() {
    let mut text = "name\n".to_owned() + &"a line of text\n".repeat(10_000);
    text.push_str("Caf");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"\xe9 au lait\n");
    let hint =
        "say what the provider writes by encoding = \"...\" in its source in assay.toml, for example \"windows-1252\"";
    let expected = format!("not UTF-8: byte `0xE9` at offset 150008, on line 10002, fits no character\n{hint}");
    assert_eq!(refusal(&bytes, "csv", Some("utf-8")), expected);
    assert_eq!(refusal(&bytes, "jsonl", Some("utf-8")), expected);
    assert!(refusal(b"a\nx\xc3", "csv", Some("utf-8")).starts_with("not UTF-8: byte `0xC3` at offset 3, on line 2,"));
    assert!(
        refusal(b"\xef\xbb\xbfa\nx\xe9\n", "csv", Some("windows-1252"))
            .contains("says by its first bytes that it is UTF-8")
    );
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
    let missing = open(Path::new("/nonexistent/x.csv"), "csv", Expected::default(), &Cancel::default()).err().unwrap();
    assert!(missing.message().starts_with("No such file"), "{missing}");
    let message = refusal(b"\xd0\xcf\x11\xe0\0\0", "xls", None);
    assert!(message.starts_with("the workbook can't be read"), "{message}");
    let message = refusal(b"GIF89a\0\0", "gif", None);
    assert!(message.starts_with("files of type `gif` are not supported\n"), "{message}");
    assert!(message.contains("supported are: csv, tsv, psv, tab, jsonl, ndjson, json, parquet, xlsx"), "{message}");
    assert!(refusal(b"%PDF-1.7\n", "pdf", None).starts_with("files of type `pdf` are not supported"));
    assert!(refusal(b"%PDF-1.7\n1,2\n", "csv", None).starts_with("the file is a PDF, and no table"));
    let page = b"\xef\xbb\xbf\n<!DOCTYPE HTML PUBLIC>\n<p>Sorry, there is none</p>\n";
    assert!(refusal(page, "csv", None).starts_with("the file is a web page, and no table"));
    // Text is text, whatever it is called.
    assert_eq!(read_bytes(b"a\tb\n1\t2\n", "xls", None).unwrap().names, ["a", "b"]);
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
