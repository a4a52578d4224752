//! Artifacts read back by other people's readers, and compared value by value.
#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(unix)]
mod disk;

use std::cell::Cell as Counter;
use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::{DateTime, Utc};
use polars::prelude::{
    Column, CsvReadOptions, DataFrame, DataType, IntoColumn, IntoSeries, NamedFrom, ParquetReader, SerReader, Series,
    StructChunked, TimeUnit, TimeZone, df,
};

use super::*;
use crate::base::{Error, ErrorKind, files};
use crate::domain::check::CheckSubject;
use crate::domain::{BatchId, Bounds, Entity, Evaluation, FieldType, Outcome, Severity};

const TEXTS: [Option<&str>; 8] = [
    Some("Semi-skimmed 2L x6"),
    Some("=cmd|' /C calc'!A0"),
    Some("@SUM(1+9)*cmd|' /C calc'!A0"),
    Some("tab\tquote \" comma, line\r\nend\n"),
    Some("  spaces  "),
    Some("bell \u{7} literal _x0041_ & <b> 🙂 \u{202e}rtl"),
    None,
    Some("-12.50"),
];

fn name() -> ReleaseName {
    "slips/2026-10.1".parse().unwrap()
}

fn schema() -> Vec<Field> {
    let field = |name: &str, field_type: &str| Field::new(name.to_owned(), field_type.parse().unwrap());
    vec![
        field("sold_on", "date"),
        field("seen_at", "timestamp"),
        field("description", "string"),
        field("amount", "decimal(20,2)"),
        field("count", "int"),
        field("weight", "float"),
        field("card", "bool"),
    ]
}

fn found(row: usize) -> Vec<Entity> {
    let entity = |label: &str, text: &str, start, end| Entity {
        field: "description".to_owned(),
        label: label.to_owned(),
        text: text.to_owned(),
        start,
        end,
        score: 0.5,
    };
    match row % 3 {
        0 => vec![entity("PRODUCT", "=Semi-skimmed", 0, 12), entity("SIZE", "2L", 13, 15)],
        1 => Vec::new(),
        _ => vec![entity("PRODUCT", "🙂", 25, 26)],
    }
}

fn entity_column(rows: usize) -> Column {
    let lists: Vec<Series> = (0..rows)
        .map(|row| {
            let found = found(row);
            let texts = |of: &dyn Fn(&Entity) -> String| found.iter().map(of).collect::<Vec<_>>();
            let numbers =
                |of: &dyn Fn(&Entity) -> u32| found.iter().map(|entity| of(entity).cast_signed()).collect::<Vec<_>>();
            let parts = [
                Series::new("field".into(), texts(&|entity| entity.field.clone())),
                Series::new("label".into(), texts(&|entity| entity.label.clone())),
                Series::new("text".into(), texts(&|entity| entity.text.clone())),
                Series::new("start".into(), numbers(&|entity| entity.start)),
                Series::new("end".into(), numbers(&|entity| entity.end)),
                Series::new("score".into(), vec![0.5; found.len()]),
            ];
            StructChunked::from_series("".into(), found.len(), parts.iter()).unwrap().into_series()
        })
        .collect();
    Series::new("entities".into(), lists).into_column()
}

/// `rows` rows that go through [`TEXTS`] again and again.
fn frame(rows: usize) -> DataFrame {
    let pick = |index: usize| TEXTS[index % TEXTS.len()];
    let amounts = ["12.50", "-0.05", "123456789012345678.99"];
    let days = [20_000_i32, -36_524, 46_022];
    let micros = [1_791_115_200_000_000_i64, 1_791_115_200_123_000, 1_791_115_200_123_456];
    let whole = [7_i64, -9_007_199_254_740_993, 999_999_999_999_999];
    let floats = [0.1, f64::INFINITY, -1e300];
    let column = |name: &str, series: Series| series.with_name(name.into()).into_column();
    let every = 0..rows;
    let amount = Series::new("".into(), every.clone().map(|row| amounts[row % 3]).collect::<Vec<_>>());
    let dates = Series::new("".into(), every.clone().map(|row| days[row % 3]).collect::<Vec<_>>());
    let seen = Series::new("".into(), every.clone().map(|row| micros[row % 3]).collect::<Vec<_>>());
    let utc = DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    let columns = vec![
        column("_batch", Series::new("".into(), vec!["00112233aabbccdd"; rows])),
        column("_provider", Series::new("".into(), vec!["northgate"; rows])),
        column("_period", Series::new("".into(), vec!["2026-10"; rows])),
        column("_row", Series::new("".into(), every.clone().map(|row| row as i64 + 1).collect::<Vec<_>>())),
        column("sold_on", dates.cast(&DataType::Date).unwrap()),
        column("seen_at", seen.cast(&utc).unwrap()),
        column("description", Series::new("".into(), every.clone().map(pick).collect::<Vec<_>>())),
        column("amount", amount.cast(&DataType::Decimal(20, 2)).unwrap()),
        column("count", Series::new("".into(), every.clone().map(|row| whole[row % 3]).collect::<Vec<_>>())),
        column("weight", Series::new("".into(), every.clone().map(|row| floats[row % 3]).collect::<Vec<_>>())),
        column("card", Series::new("".into(), every.map(|row| row % 2 == 0).collect::<Vec<_>>())),
        entity_column(rows),
    ];
    DataFrame::new(rows, columns).unwrap()
}

fn evaluation() -> Evaluation {
    Evaluation {
        check: "row_count".to_owned(),
        severity: Severity::Blocking,
        subject: CheckSubject { provider: Some("northgate".to_owned()), column: None, label: None },
        outcome: Outcome::Passed,
        observed: Some(8.0),
        expected: Some(Bounds::between(4.0, 12.0)),
        metric: Some("rows".to_owned()),
        explanation: "8 rows, the median of 3 periods is 8".to_owned(),
        rows: Vec::new(),
        drift: None,
    }
}

/// Writes the formats of `chunks` into `folder` with sheets of `sheet_rows`.
fn write(folder: &Path, formats: &[Format], chunks: Vec<DataFrame>, sheet_rows: u32) -> Result<Vec<Artifact>> {
    let evaluations = [evaluation()];
    let summary = Summary {
        stamp: DateTime::<Utc>::from_timestamp(1_795_132_800, 0).unwrap(),
        facts: vec![("model".to_owned(), "slips/3".to_owned())],
        providers: vec![ProviderLine {
            provider: "northgate".to_owned(),
            batch: BatchId::from_text("00112233aabbccdd"),
            revision: 2,
            rows: 8,
            rejects: 1,
        }],
        evaluations: &evaluations,
        anomalies: &[],
    };
    let (name, model, schema) = (name(), ModelRef::new("slips", 3), schema());
    let mut rows = chunks.into_iter().map(Ok);
    let mut table = ReleaseTable { name: &name, model: &model, schema: &schema, aggregate: None, rows: &mut rows };
    let limits = Limits { group_rows: 5, sheet_rows };
    write_limited(folder, formats, &mut table, &summary, limits, &Cancel::default(), &|_| {})
}

fn sheet(path: &Path, name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn text(cell: &str) -> Data {
    if cell.is_empty() { Data::Empty } else { Data::String(cell.to_owned()) }
}

/// A cell's number, whatever it is shown as.
fn number(cell: &Data) -> f64 {
    match cell {
        Data::Float(number) => *number,
        #[allow(clippy::cast_precision_loss, reason = "small")]
        Data::Int(number) => *number as f64,
        Data::DateTime(instant) => instant.as_f64(),
        other => panic!("{other:?} is not a number"),
    }
}

#[test]
fn every_cell_of_the_workbook_is_what_the_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = write(folder.path(), &[Format::Xlsx], vec![frame(8)], 100).unwrap();
    let path = folder.path().join(&artifacts[0].file);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["Summary", "Data", "Entities", "Quality"]);
    assert!(book.worksheet_formula("Data").unwrap().is_empty());

    let data = sheet(&path, "Data");
    let header = [
        "_batch",
        "_provider",
        "_period",
        "_row",
        "sold_on",
        "seen_at",
        "description",
        "amount",
        "count",
        "weight",
        "card",
    ];
    assert_eq!(data[0], header.map(text));
    assert_eq!(data.len(), 9);
    for (index, row) in data[1..].iter().enumerate() {
        assert_eq!(row[..3], ["00112233aabbccdd", "northgate", "2026-10"].map(text));
        assert!((number(&row[3]) - (index + 1) as f64).abs() < f64::EPSILON);
        match index % 3 {
            0 => {
                assert!(matches!(row[4], Data::DateTime(_)) && matches!(row[5], Data::DateTime(_)));
                let numbers = [&row[4], &row[5], &row[7], &row[8], &row[9]].map(number);
                assert_eq!(numbers, [45_569.0, 46_299.5, 12.5, 7.0, 0.1]);
            }
            1 => {
                assert_eq!(row[4], text("1870-01-01"));
                assert_eq!(number(&row[5]), 46_299.0 + 43_200_123.0 / 86_400_000.0);
                assert_eq!(number(&row[7]), -0.05);
                assert_eq!([row[8].clone(), row[9].clone()], ["-9007199254740993", "inf"].map(text));
            }
            _ => {
                assert_eq!(row[5], text("2026-10-04T12:00:00.123456Z"));
                assert_eq!(row[7], text("123456789012345678.99"));
                assert_eq!([number(&row[8]), number(&row[9])], [999_999_999_999_999.0, -1e300]);
            }
        }
        assert_eq!(row[6], text(TEXTS[index].unwrap_or_default()), "row {index}");
        assert_eq!(row[10], Data::Bool(index % 2 == 0));
    }

    let entities = sheet(&path, "Entities");
    let expected = (0..8).flat_map(|row| found(row).into_iter().map(move |entity| (row, entity))).collect::<Vec<_>>();
    assert_eq!(entities.len(), expected.len() + 1);
    for (cells, (row, entity)) in entities[1..].iter().zip(expected) {
        assert_eq!(cells[4..7], [text(&entity.field), text(&entity.label), text(&entity.text)]);
        let numbers = [&cells[3], &cells[7], &cells[8], &cells[9]].map(number);
        assert_eq!(numbers, [row as f64 + 1.0, entity.start.into(), entity.end.into(), entity.score]);
    }

    let summary = sheet(&path, "Summary");
    assert!(summary.iter().any(|row| row[0] == text("Rows") && number(&row[1]) == 8.0));
    assert!(summary.iter().any(|row| row[0] == text("northgate") && number(&row[2]) == 2.0));
    assert!(summary.iter().any(|row| row[0] == text("PRODUCT") && number(&row[1]) == 5.0));
    let quality = sheet(&path, "Quality");
    assert_eq!(quality[1][..4], ["row_count", "northgate", "blocking", "passed"].map(text));
    assert!(
        quality.iter().any(|row| matches!(&row[0], Data::String(line) if line.starts_with("13 cells with numbers")))
    );
}

#[test]
fn csv_and_parquet_give_every_value_back() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = write(folder.path(), &[Format::Csv, Format::Parquet], vec![frame(8)], 100).unwrap();
    assert_eq!(artifacts.iter().map(|artifact| artifact.rows).collect::<Vec<_>>(), [8, 8]);

    let file = fs::File::open(folder.path().join("slips-2026-10.1.parquet")).unwrap();
    let read = ParquetReader::new(file).finish().unwrap();
    assert!(read.equals_missing(&frame(8)), "{read}");

    let path = folder.path().join("slips-2026-10.1.csv");
    let bytes = fs::read_to_string(&path).unwrap();
    assert!(bytes.starts_with("_batch,_provider,") && bytes.ends_with("\r\n"));
    assert!(bytes.contains(",'=cmd|' /C calc'!A0,"));
    let read = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .try_into_reader_with_file_path(Some(path))
        .unwrap()
        .finish()
        .unwrap();
    let column = |name: &str| {
        let texts = read.column(name).unwrap().str().unwrap();
        (0..8).map(|row| texts.get(row).map(ToOwned::to_owned)).collect::<Vec<_>>()
    };
    for (read, written) in column("description").iter().zip(TEXTS) {
        assert_eq!(read.as_deref().map(unguarded), written);
    }
    assert_eq!(column("amount")[..3], ["12.50", "-0.05", "123456789012345678.99"].map(|text| Some(text.to_owned())));
    assert_eq!(column("seen_at")[2].as_deref(), Some("2026-10-04T12:00:00.123456Z"));
    let entities: Vec<Entity> = serde_json::from_str(column("entities")[0].as_deref().unwrap()).unwrap();
    assert_eq!(entities, found(0));
    assert_eq!(column("entities")[1].as_deref(), Some("[]"));
}

#[test]
fn the_bytes_are_the_same_however_the_rows_come() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let formats = [Format::Xlsx, Format::Csv, Format::Parquet];
    let whole = write(first.path(), &formats, vec![frame(23)], 10).unwrap();
    let rows = frame(23);
    let pieces = vec![rows.slice(0, 1), rows.slice(1, 9), rows.slice(10, 0), rows.slice(10, 13)];
    let pieces = write(second.path(), &formats, pieces, 10).unwrap();
    assert_eq!(whole, pieces);
    assert_eq!(fs::read_dir(first.path()).unwrap().count(), 3);
}

#[test]
fn a_full_sheet_goes_on_in_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = write(folder.path(), &[Format::Xlsx], vec![frame(23)], 10).unwrap();
    let path = folder.path().join(&artifacts[0].file);
    let book: Xlsx<_> = open_workbook(&path).unwrap();
    let names = ["Summary", "Data", "Data 2", "Data 3", "Entities", "Entities 2", "Entities 3", "Quality"];
    assert_eq!(book.sheet_names(), names);
    let lengths = ["Data", "Data 2", "Data 3"].map(|name| sheet(&path, name).len());
    assert_eq!(lengths, [11, 11, 4]);
    let last = sheet(&path, "Data 3");
    assert_eq!((last[0][3].clone(), number(&last[1][3])), (text("_row"), 21.0));
}

#[test]
fn text_that_excel_cannot_hold_is_cut_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = frame(2);
    let long = format!("={}", "é".repeat(40_000));
    rows.with_column(Series::new("description".into(), vec![Some("short"), Some(&long)]).into_column()).unwrap();
    write(folder.path(), &[Format::Xlsx, Format::Csv], vec![rows], 100).unwrap();
    let path = folder.path().join("slips-2026-10.1.xlsx");
    let Data::String(kept) = sheet(&path, "Data")[2][6].clone() else { panic!("not text") };
    assert_eq!(kept.chars().count(), 32_767);
    let note = text("Data row 3, description: cut, the text has 40,001 characters");
    assert!(sheet(&path, "Quality").iter().any(|row| row[0] == note));
    assert!(fs::read_to_string(folder.path().join("slips-2026-10.1.csv")).unwrap().contains(&long));
}

#[test]
fn a_release_without_rows_or_model_has_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let summary =
        Summary { stamp: DateTime::UNIX_EPOCH, facts: vec![], providers: vec![], evaluations: &[], anomalies: &[] };
    let (name, model, schema) = (name(), ModelRef::none(), schema());
    let table =
        ReleaseTable { name: &name, model: &model, schema: &schema, aggregate: None, rows: &mut std::iter::empty() };
    let formats = [Format::Parquet, Format::Csv, Format::Xlsx, Format::Csv];
    let artifacts = write_all(folder.path(), &formats, table, &summary, &Cancel::default(), &|_| {}).unwrap();
    assert_eq!(artifacts.iter().map(|artifact| artifact.rows).collect::<Vec<_>>(), [0, 0, 0]);
    let book: Xlsx<_> = open_workbook(folder.path().join("slips-2026-10.1.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["Summary", "Data", "Quality"]);
}

#[test]
fn a_cancelled_or_broken_writing_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let summary =
        Summary { stamp: DateTime::UNIX_EPOCH, facts: vec![], providers: vec![], evaluations: &[], anomalies: &[] };
    let (name, model, schema) = (name(), ModelRef::new("slips", 3), schema());
    let formats = [Format::Xlsx, Format::Csv, Format::Parquet];

    let (cancel, seen) = (Cancel::default(), Counter::new(0));
    let mut endless = std::iter::repeat_with(|| Ok(frame(50_000)));
    let table = ReleaseTable { name: &name, model: &model, schema: &schema, aggregate: None, rows: &mut endless };
    let stop = |rows| {
        seen.set(rows);
        cancel.cancel();
    };
    let error = write_all(folder.path(), &formats, table, &summary, &cancel, &stop).unwrap_err();
    assert_eq!((error.kind(), seen.get()), (ErrorKind::Cancelled, 32_768));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let mut broken = vec![Ok(frame(3)), Err(Error::corrupt("gone"))].into_iter();
    let table = ReleaseTable { name: &name, model: &model, schema: &schema, aggregate: None, rows: &mut broken };
    let error = write_all(folder.path(), &formats, table, &summary, &Cancel::default(), &|_| {}).unwrap_err();
    assert_eq!((error.kind(), error.causes()), (ErrorKind::Corrupt, ["gone".to_owned()].as_slice()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn rows_of_another_shape_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(folder.path(), &[Format::Csv], vec![frame(2).drop("amount").unwrap()], 10).unwrap_err();
    assert!(error.one_line().contains("amount"), "{error}");
    let other = df!("a" => [1]).unwrap();
    assert!(write(folder.path(), &[Format::Csv], vec![other], 10).is_err());
}

#[test]
fn what_reads_back_differently_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = write(folder.path(), &[Format::Csv, Format::Parquet], vec![frame(4)], 10).unwrap();
    for (artifact, format) in artifacts.iter().zip([Format::Csv, Format::Parquet]) {
        let check = |artifact: &Artifact| verify::read_back(folder.path(), format, artifact, &Cancel::default());
        check(artifact).unwrap();
        let fewer = Artifact { rows: 3, ..artifact.clone() };
        assert!(check(&fewer).unwrap_err().one_line().contains("was `3` and is `4`"));
        files::write_bytes_atomically(&folder.path().join(&artifact.file), b"other").unwrap();
        let error = check(artifact).unwrap_err();
        assert!(error.kind() == ErrorKind::Corrupt && error.message().contains(&artifact.file), "{error}");
    }
}

#[test]
fn more_columns_than_a_sheet_holds_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let summary =
        Summary { stamp: DateTime::UNIX_EPOCH, facts: vec![], providers: vec![], evaluations: &[], anomalies: &[] };
    let schema = (0..16_384).map(|index| Field::new(format!("c{index}"), FieldType::Int)).collect::<Vec<_>>();
    let (name, model) = (name(), ModelRef::none());
    let table =
        ReleaseTable { name: &name, model: &model, schema: &schema, aggregate: None, rows: &mut std::iter::empty() };
    let error = write_all(folder.path(), &[Format::Xlsx], table, &summary, &Cancel::default(), &|_| {}).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
