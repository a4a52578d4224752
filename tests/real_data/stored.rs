//! What a workspace stores and delivers, read by others' readers: the Delta log as JSON, Parquet, Excel.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::{Days, NaiveDate};
use polars::prelude::{DataFrame, DataType, ParquetReader, SerReader, Series};
use serde_json::Value;
use url::Url;

/// Provider and number of a record.
pub type Key = (String, u64);
/// Date, supplier, category and amount as text; `None` where there is no value.
pub type Cells = [Option<String>; 4];
/// Field, label, text, start, end and score of an entity.
pub type Entity = [String; 6];

const COLUMNS: [&str; 4] = ["paid_on", "supplier", "category", "amount"];

/// The data files of a version of a Delta table (the newest, where none is named) with their partitions.
fn files(table: &Path, version: Option<u64>) -> Vec<(PathBuf, BTreeMap<String, String>)> {
    let base = Url::from_directory_path(table).unwrap();
    let mut files = BTreeMap::new();
    for version in 0..=version.unwrap_or(u64::MAX - 1) {
        let Ok(log) = fs::read_to_string(table.join(format!("_delta_log/{version:020}.json"))) else { break };
        for line in log.lines() {
            let action: Value = serde_json::from_str(line).unwrap();
            if let Some(path) = action["remove"]["path"].as_str() {
                assert!(files.remove(path).is_some(), "{path} was never added");
            }
            if let Some(path) = action["add"]["path"].as_str() {
                files
                    .insert(path.to_owned(), serde_json::from_value(action["add"]["partitionValues"].clone()).unwrap());
            }
        }
    }
    files.into_iter().map(|(path, values)| (base.join(&path).unwrap().to_file_path().unwrap(), values)).collect()
}

/// The rows of a table whose partition has these values: each data frame with its partition.
fn frames(table: &Path, version: Option<u64>, wanted: &[(&str, &str)]) -> Vec<(DataFrame, BTreeMap<String, String>)> {
    let of_partition = |values: &BTreeMap<String, String>| {
        wanted.iter().all(|(column, value)| values.get(*column).is_some_and(|found| found == value))
    };
    let files = files(table, version).into_iter().filter(|(_, values)| of_partition(values));
    files.map(|(path, values)| (ParquetReader::new(File::open(path).unwrap()).finish().unwrap(), values)).collect()
}

fn texts(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    let text = frame.column(column).unwrap().cast(&DataType::String).unwrap();
    text.str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

/// What a column of a table holds, as text, each value with the batch and the number of its record.
pub fn column(table: &Path, column: &str) -> Vec<(String, usize, Option<String>)> {
    let of_frame = |(frame, _): (DataFrame, BTreeMap<String, String>)| {
        let (batches, rows) = (texts(&frame, "_batch"), texts(&frame, "_row"));
        let places = batches.into_iter().zip(rows).map(|(batch, row)| (batch.unwrap(), row.unwrap().parse().unwrap()));
        places.zip(texts(&frame, column)).map(|((batch, row), text)| (batch, row, text)).collect::<Vec<_>>()
    };
    frames(table, None, &[]).into_iter().flat_map(of_frame).collect()
}

/// The keys of a frame's rows: the provider is a column of gold and a partition of the other tables.
fn keys(frame: &DataFrame, partition: &BTreeMap<String, String>) -> Vec<Key> {
    let providers = match partition.get("_provider") {
        Some(provider) => vec![Some(provider.clone()); frame.height()],
        None => texts(frame, "_provider"),
    };
    let rows = texts(frame, "_row").into_iter().map(|row| row.unwrap().parse().unwrap());
    providers.into_iter().map(Option::unwrap).zip(rows).collect()
}

/// The canonical rows of a table, by key.
pub fn rows(table: &Path, version: Option<u64>, period: &str) -> BTreeMap<Key, Cells> {
    let mut rows = BTreeMap::new();
    for (frame, partition) in frames(table, version, &[("_period", period)]) {
        let columns = COLUMNS.map(|column| texts(&frame, column));
        for (index, key) in keys(&frame, &partition).into_iter().enumerate() {
            let cells = columns.each_ref().map(|column| column[index].clone());
            assert_eq!(rows.insert(key.clone(), cells), None, "{key:?} is there twice");
        }
    }
    rows
}

/// The entities of a table's rows, by key; rows without any are there too.
pub fn entities(table: &Path, version: Option<u64>, partition: &[(&str, &str)]) -> BTreeMap<Key, Vec<Entity>> {
    let mut all = BTreeMap::new();
    for (frame, partition) in frames(table, version, partition) {
        let lists = frame.column("entities").unwrap().list().unwrap().clone();
        for (index, key) in keys(&frame, &partition).into_iter().enumerate() {
            let list = lists.get_as_series(index).unwrap();
            assert_eq!(all.insert(key.clone(), of_list(&list)), None, "{key:?} is there twice");
        }
    }
    all
}

fn of_list(list: &Series) -> Vec<Entity> {
    let fields = list.struct_().unwrap();
    let columns = ["field", "label", "text", "start", "end", "score"].map(|name| {
        let text = fields.field_by_name(name).unwrap().cast(&DataType::String).unwrap();
        text.str().unwrap().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<String>>()
    });
    (0..list.len()).map(|index| columns.each_ref().map(|column| column[index].clone())).collect()
}

/// The sheets Data and Entities of a workbook. An empty cell is no value.
pub fn workbook(file: &Path) -> (BTreeMap<Key, Cells>, BTreeMap<Key, Vec<Entity>>) {
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    let sheets: BTreeSet<String> = book.sheet_names().into_iter().collect();
    assert_eq!(sheets, ["Data", "Entities", "Quality", "Summary"].map(str::to_owned).into());
    let key = |row: &[Data]| (text(&row[1]).unwrap(), text(&row[3]).unwrap().parse().unwrap());
    let mut rows = BTreeMap::new();
    for row in book.worksheet_range("Data").unwrap().rows().skip(1) {
        let amount = match &row[7] {
            Data::Float(number) => Some(format!("{number:.2}")),
            Data::Int(number) => Some(format!("{number}.00")),
            other => text(other),
        };
        let cells = [date(&row[4]), text(&row[5]), text(&row[6]), amount];
        assert_eq!(rows.insert(key(row), cells), None, "{:?} is there twice", key(row));
    }
    let mut entities: BTreeMap<Key, Vec<Entity>> = BTreeMap::new();
    for row in book.worksheet_range("Entities").unwrap().rows().skip(1) {
        let entity = [4, 5, 6, 7, 8, 9].map(|column| text(&row[column]).unwrap());
        entities.entry(key(row)).or_default().push(entity);
    }
    (rows, entities)
}

fn text(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::String(text) => Some(text.clone()),
        Data::Float(number) => Some(number.to_string()),
        Data::Int(number) => Some(number.to_string()),
        other => panic!("{other:?} is neither text nor number"),
    }
}

/// A date cell counts the days since 1899-12-30.
fn date(cell: &Data) -> Option<String> {
    let days = match cell {
        Data::Empty => return None,
        Data::DateTime(date) => date.as_f64(),
        other => panic!("{other:?} is no date"),
    };
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    Some(start.checked_add_days(Days::new(days as u64)).unwrap().to_string())
}
