//! Small tables with one trouble each.
#![allow(clippy::unwrap_used, reason = "tests")]

use polars::prelude::{Column, DataFrame};

use super::*;
use crate::domain::scan::Detector;

/// A table whose columns are made row by row.
fn table(rows: usize, columns: &[(&str, &dyn Fn(usize) -> String)]) -> Cells {
    let frame: Vec<Column> = columns
        .iter()
        .map(|(name, cell)| {
            let cells: Vec<Option<String>> =
                (0..rows).map(|row| Some(cell(row)).filter(|cell| !cell.is_empty())).collect();
            Column::new((*name).into(), cells)
        })
        .collect();
    let mut cells = Cells::new(columns.iter().map(|(name, _)| (*name).to_owned()));
    cells.add(&DataFrame::new_infer_height(frame).unwrap()).unwrap();
    cells
}

fn found(cells: &Cells, rules: &[ScanRule]) -> Vec<(u64, String, Detector, Option<String>)> {
    let report = scan("a table", cells, rules, &Cancel::default()).unwrap();
    report.cells.into_iter().map(|cell| (cell.row, cell.column, cell.detector, cell.suggestion)).collect()
}

fn town(row: usize) -> String {
    ["Springfield", "Shelbyville", "Ogdenville"][row % 3].to_owned()
}

#[test]
fn a_clean_table_has_no_findings() {
    let cells = table(
        300,
        &[
            ("id", &|row| row.to_string()),
            ("town", &town),
            ("amount", &|row| format!("{}.25", row * 37 % 500 + 1)),
            ("code", &|row| format!("A-{:03}", row % 40)),
        ],
    );
    assert_eq!(found(&cells, &[]), []);
}

#[test]
fn each_detector_finds_its_own() {
    let cells = table(
        300,
        &[
            ("town", &|row| if row == 17 { "Sprinfield".to_owned() } else { town(row) }),
            ("zip", &|row| if row == 40 { "10009".to_owned() } else { format!("1000{}", row % 3) }),
            ("amount", &|row| match row {
                5 => "n/a".to_owned(),
                6 => "12 EUR".to_owned(),
                7 => "987654321".to_owned(),
                _ => format!("{}.25", row * 37 % 500 + 1),
            }),
            ("code", &|row| if row == 99 { "A+012".to_owned() } else { format!("A-{:03}", row % 150) }),
        ],
    );
    let expected = [
        (5, "amount", Detector::NullMarker, None),
        (6, "amount", Detector::Type, None),
        (7, "amount", Detector::Outlier, None),
        (17, "town", Detector::Dependency, Some("Ogdenville".to_owned())),
        (40, "zip", Detector::Dependency, Some("10001".to_owned())),
        (99, "code", Detector::Format, None),
    ];
    let found = found(&cells, &[]);
    for (row, column, detector, suggestion) in expected.clone() {
        let cell = found.iter().find(|cell| cell.0 == row && cell.1 == column);
        let Some(cell) = cell else { unreachable!("row {row} of {column} is not among {found:?}") };
        assert!(cell.2 == detector && (suggestion.is_none() || cell.3 == suggestion), "{cell:?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
}

#[test]
fn what_stands_in_the_wrong_column_is_found_in_both() {
    let cells = table(
        200,
        &[
            ("city", &|row| if row % 20 == 3 { format!("{} CA", town(row)) } else { town(row) }),
            ("state", &|row| if row % 20 == 3 { String::new() } else { ["CA", "OR"][row % 2].to_owned() }),
        ],
    );
    let found = found(&cells, &[]);
    let displaced: Vec<_> = found.iter().filter(|cell| cell.2 == Detector::Displaced).collect();
    assert_eq!(displaced.len(), 20, "{found:?}");
    assert_eq!((displaced[1].1.as_str(), displaced[1].3.as_deref()), ("state", Some("CA")));
}

#[test]
fn rules_are_held_against_cells_and_name_their_columns() {
    let cells = table(
        50,
        &[
            ("id", &|row| if row == 9 { "8".to_owned() } else { row.to_string() }),
            ("kind", &|row| if row == 3 { String::new() } else { "a".to_owned() }),
            ("share", &|row| if row == 4 { "1.5".to_owned() } else { "0.5".to_owned() }),
        ],
    );
    let column = |name: &str| name.to_owned();
    let rules = [
        ScanRule::Unique { columns: vec![column("id")] },
        ScanRule::Allowed { column: column("kind"), values: vec!["a".to_owned()], nullable: false },
        ScanRule::Range { column: column("share"), min: Some(0.0), max: Some(1.0) },
        ScanRule::Pattern { column: column("id"), pattern: "[0-9]{1,2}".to_owned(), nullable: false },
    ];
    let cells_found: Vec<(u64, String)> = found(&cells, &rules).into_iter().map(|cell| (cell.0, cell.1)).collect();
    assert_eq!(cells_found, [(3, column("kind")), (4, column("share")), (9, column("id"))]);
    let report = scan("a table", &cells, &rules, &Cancel::default()).unwrap();
    assert_eq!((report.findings.len(), report.findings[0].rows), (1, 1));
    let wrong = [ScanRule::Unique { columns: vec![column("kinf")] }];
    assert!(scan("a table", &cells, &wrong, &Cancel::default()).unwrap_err().hints()[0].contains("`kind`"));
}

#[test]
fn other_words_are_no_slips() {
    let kinds = |row: usize| match row {
        7 => "Kier Construction Limited",
        8 => "ISG Constrution Limited",
        9..12 => "Internal repairs",
        _ => ["ISG Construction Limited", "External repairs", "External repairs"][row % 3],
    };
    let cells = table(300, &[("id", &|row| row.to_string()), ("kind", &|row| kinds(row).to_owned())]);
    let rows: Vec<u64> = found(&cells, &[]).into_iter().map(|cell| cell.0).collect();
    assert!(rows.contains(&8) && !rows.contains(&7), "{rows:?}");
}
