//! Files that come packed, and those that are packed to do harm.

use std::io::{Cursor, Write};

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const SLIPS: &str = "slip,amount\na-1,1.50\na-2,2.50\n";

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// How a file is packed, and what is in it.
fn unpacked(bytes: &[u8], extension: &str) -> (Option<String>, Vec<Option<String>>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let reader = open(file.path(), extension, Expected::default(), &Cancel::default()).unwrap();
    let packed = reader.understood().packed;
    (packed, drain(reader, 3).unwrap().records.into_iter().flat_map(|record| record.cells).collect())
}

#[test]
fn what_is_in_a_packed_file_is_read_and_how_it_is_packed_is_told() {
    let (packed, plain) = unpacked(SLIPS.as_bytes(), "csv");
    assert_eq!((packed, plain.len()), (None, 4));
    let (first, rest) = SLIPS.as_bytes().split_at(14);
    let beside: &[(&str, &[u8])] = &[
        ("in/slips.csv", SLIPS.as_bytes()),
        ("__MACOSX/in/._slips.csv", b"x"),
        ("in/.hidden", b"x"),
        ("in/empty", b""),
    ];
    for (way, bytes) in [
        ("gzip", gzip(SLIPS.as_bytes())),
        ("gzip", [gzip(first), gzip(rest)].concat()),
        ("zstd", zstd::encode_all(SLIPS.as_bytes(), 0).unwrap()),
        ("zip", zip(&[("slips.csv", SLIPS.as_bytes())])),
        ("zip", zip(beside)),
    ] {
        for extension in ["csv", "gz", "zip", ""] {
            assert_eq!(unpacked(&bytes, extension), (Some(way.to_owned()), plain.clone()), "{way} as .{extension}");
        }
    }
    let lines = b"{\"slip\":\"a-1\",\"amount\":1.50}\n{\"slip\":\"a-2\",\"amount\":2.50}\n";
    assert_eq!(unpacked(&gzip(lines), "gz"), (Some("gzip".to_owned()), plain));
}

#[test]
fn workbooks_and_parquet_files_are_read_out_of_packed_ones() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([["slip", "note"], ["a-1", "one"], ["a-2", "two"]]) {
        sheet.write_row(row, 0, cells).unwrap();
    }
    let book = book.save_to_buffer().unwrap();
    let cells = ["a-1", "one", "a-2", "two"].map(|cell| Some(cell.to_owned())).to_vec();
    for name in ["slips.xlsx", "slips.xls", "slips"] {
        assert_eq!(unpacked(&zip(&[(name, &book)]), "zip"), (Some("zip".to_owned()), cells.clone()), "{name}");
    }
    assert_eq!(unpacked(&gzip(&book), "xlsx.gz"), (Some("gzip".to_owned()), cells.clone()));
    let mut frame = df!("slip" => ["a-1", "a-2"], "note" => ["one", "two"]).unwrap();
    let mut table = Vec::new();
    ParquetWriter::new(&mut table).finish(&mut frame).unwrap();
    assert_eq!(unpacked(&gzip(&table), "gz"), (Some("gzip".to_owned()), cells.clone()));
    assert_eq!(unpacked(&zip(&[("slips.parquet", &table)]), "zip"), (Some("zip".to_owned()), cells));
    let nested = zip(&[("slips.xlsx", &zip(&[("slips.csv", SLIPS.as_bytes())]))]);
    assert!(refusal(&nested, "zip", None).starts_with("what is in the packed file is packed again"));
}

#[test]
fn what_is_packed_badly_is_refused() {
    let two = zip(&[("one.csv", SLIPS.as_bytes()), ("two.csv", SLIPS.as_bytes())]);
    assert!(refusal(&two, "zip", None).starts_with("the archive holds 2 files, not one: one.csv, two.csv"));
    let whole = gzip(SLIPS.repeat(999).as_bytes());
    assert!(refusal(&whole[..whole.len() / 2], "gz", None).contains("can't be unpacked"));
    let mut other = zip(&[("slips.csv", SLIPS.as_bytes())]);
    // The checksum stands 14 bytes behind the start, and 16 behind that of the entry in the directory.
    let entry = other.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    other[14] ^= 1;
    other[entry + 16] ^= 1;
    assert!(refusal(&other, "zip", None).contains("its checksum is another one"));
}

#[test]
fn a_small_file_that_unpacks_to_more_than_tables_do_is_refused() {
    let bomb = gzip("a,b\n".repeat(80 << 20).as_bytes());
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    assert!(refusal(&bomb, "gz", None).contains("it unpacks to far more than tables do"));
}

#[test]
fn a_workbook_of_one_endless_cell_is_refused_before_it_is_put_together() {
    let endless = "x".repeat(40 << 20);
    let sheet = format!(
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><is><t>{endless}</t></is></c></row></sheetData></worksheet>"
    );
    let book = zip(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", sheet.as_bytes())]);
    assert!(refusal(&book, "xlsx", None).contains("more than 32 MiB from one cell to the next"));
    let content = format!(
        "<table:table><table:table-row><table:table-cell><text:p>{endless}</text:p></table:table-cell></table:table-row></table:table>"
    );
    let book =
        zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())]);
    assert!(refusal(&book, "ods", None).contains("more than 32 MiB from one cell to the next"));
}
