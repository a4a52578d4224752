//! Texts that break spreadsheets, delivered by the writers of a release and read back by other readers.

use std::fs;
use std::path::Path;

use assay::base::{Cancel, Result};
use assay::delivery::{ReleaseTable, Summary, unguarded, write_all};
use assay::domain::policy::Format;
use assay::domain::{Field, FieldType, ModelRef, ReleaseName};
use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::DateTime;
use polars::prelude::{CsvReadOptions, DataFrame, SerReader, df};

use super::data;

/// Writes `texts` as the rows of a release, one column, in these formats.
fn release_of(texts: &[String], folder: &Path, formats: &[Format]) {
    let count = texts.len();
    let rows: Vec<i64> = (1..).take(count).collect();
    let frame: DataFrame = df!(
        "_batch" => vec!["b"; count],
        "_provider" => vec!["p"; count],
        "_period" => vec!["2026-10"; count],
        "_row" => rows,
        "said" => texts,
    )
    .unwrap();
    let name: ReleaseName = "texts/2026-10.1".parse().unwrap();
    let schema = [Field::new("said", FieldType::String)];
    let mut chunks = std::iter::once(Result::Ok(frame));
    let table =
        ReleaseTable { name: &name, model: &ModelRef::none(), schema: &schema, aggregate: None, rows: &mut chunks };
    let summary =
        Summary { stamp: DateTime::UNIX_EPOCH, facts: vec![], providers: vec![], evaluations: &[], anomalies: &[] };
    write_all(folder, formats, table, &summary, &Cancel::default(), &|_| {}).unwrap();
}

/// The column `said` as a workbook shows it.
fn from_xlsx(folder: &Path) -> Vec<String> {
    let mut book: Xlsx<_> = open_workbook(folder.join("texts-2026-10.1.xlsx")).unwrap();
    assert!(book.worksheet_formula("Data").unwrap().is_empty(), "a text became a formula");
    let range = book.worksheet_range("Data").unwrap();
    range
        .rows()
        .skip(1)
        .map(|row| match &row[4] {
            Data::String(text) => text.clone(),
            Data::Empty => String::new(),
            other => panic!("{other:?} is not text"),
        })
        .collect()
}

/// The column `said` as another CSV reader reads it.
fn from_csv(folder: &Path) -> Vec<String> {
    let read = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .try_into_reader_with_file_path(Some(folder.join("texts-2026-10.1.csv")))
        .unwrap()
        .finish()
        .unwrap();
    let said = read.column("said").unwrap().str().unwrap().clone();
    said.iter().map(|text| text.unwrap_or_default().to_owned()).collect()
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn injection_payloads_are_delivered_disarmed_and_whole() {
    let payloads = fs::read_to_string(data("csv-injection/Intruder/csv-payload.txt")).unwrap();
    let payloads: Vec<String> = payloads.lines().map(str::to_owned).collect();
    assert!(payloads.len() >= 6);
    let folder = tempfile::tempdir().unwrap();
    release_of(&payloads, folder.path(), &[Format::Xlsx, Format::Csv]);

    assert_eq!(from_xlsx(folder.path()), payloads);
    for (delivered, payload) in from_csv(folder.path()).iter().zip(&payloads) {
        assert!(!delivered.starts_with(['=', '+', '-', '@', '\t', '\r']), "{delivered:?}");
        assert_eq!(unguarded(delivered), payload);
    }
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn naughty_strings_are_delivered_whole() {
    let strings = fs::read_to_string(data("naughty-strings/blns.json")).unwrap();
    let strings: Vec<String> = serde_json::from_str(&strings).unwrap();
    assert!(strings.len() > 400);
    let folder = tempfile::tempdir().unwrap();
    release_of(&strings, folder.path(), &[Format::Xlsx, Format::Csv, Format::Parquet]);

    let read: Vec<String> = from_csv(folder.path()).iter().map(|text| unguarded(text).to_owned()).collect();
    assert_eq!(read, strings);
    assert_eq!(from_xlsx(folder.path()), strings);
}
