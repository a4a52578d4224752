//! Parquet deliveries, and long texts, through the whole program.

use std::fs;

use assay::lake::Table;
use polars::prelude::*;
use serde_json::Value;

use super::support::{PERIODS, PREPARER, Workspace, contract};

/// `alpha` delivers Parquet, and writes dates the British way wherever they are text.
fn of_parquet() -> Workspace {
    let table = "source = { kind = \"inbox\", pattern = \"{period}*.parquet\" }\ndates = [\"%d/%m/%Y\"]";
    let contract = contract().replacen("source = { kind = \"inbox\", pattern = \"{period}*.csv\" }", table, 1);
    let workspace = Workspace::under(&contract);
    workspace.promote_lexicon();
    workspace
}

fn deliver(workspace: &Workspace, period: &str, columns: Vec<Column>) {
    let mut bytes = Vec::new();
    let mut frame = DataFrame::new_infer_height(columns).unwrap();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    workspace.deliver("alpha", &format!("{period}.parquet"), bytes);
}

fn days(dates: &[Option<&str>]) -> Int32Chunked {
    let days =
        |date: &str| (date.parse::<chrono::NaiveDate>().unwrap() - chrono::NaiveDate::default()).num_days() as i32;
    Int32Chunked::from_iter_options("Sold on".into(), dates.iter().map(|date| date.map(days)))
}

fn slips(names: &[&str]) -> Column {
    Column::new("Slip".into(), names)
}

fn silver(workspace: &Workspace) -> DataFrame {
    workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap()
}

/// The reasons why rows were refused, batch by batch.
fn refused(workspace: &Workspace) -> Vec<String> {
    let batches = workspace.json(&["batch", "list"]);
    let shown =
        batches.as_array().unwrap().iter().map(|one| workspace.json(&["batch", "show", one["id"].as_str().unwrap()]));
    let reasons = |one: Value| {
        one["rejects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["reason"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    shown.flat_map(reasons).collect()
}

#[test]
fn typed_values_need_no_pattern_and_lose_nothing() {
    let workspace = of_parquet();
    let money = Int128Chunked::new("Amount".into(), [Some(150), None, Some(-5), Some(1)]).into_decimal_unchecked(12, 2);
    let items = Column::new("Item".into(), [Some("Heinz \"Beans\""), None, Some("Oat milk"), Some("Rice")]);
    deliver(
        &workspace,
        PERIODS[0],
        vec![
            slips(&["a", "b", "c", "d"]),
            days(&[Some("2026-09-01"), Some("2026-09-30"), Some("2026-09-02"), None]).into_date().into_column(),
            items.cast(&DataType::from_categories(Categories::global())).unwrap(),
            money.into_column(),
        ],
    );
    // The same as instants at midnight; one has a time of day, which a date has not.
    let midnight = |date: &str| i64::from(days(&[Some(date)]).get(0).unwrap()) * 86_400_000_000;
    let instants = vec![midnight("2026-10-05"), midnight("2026-10-06"), midnight("2026-10-07") + 60_000_000];
    deliver(
        &workspace,
        PERIODS[1],
        vec![
            slips(&["a", "b", "c"]),
            Int64Chunked::from_vec("Sold on".into(), instants)
                .into_datetime(TimeUnit::Microseconds, None)
                .into_column(),
            Column::new("Item".into(), ["Beans", "Beans", "Beans"]),
            Column::new("Amount".into(), [1.5, 2.0, 0.25]),
        ],
    );
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let refused = refused(&workspace);
    assert_eq!(refused, ["no date: sold_on is empty"]);
    let rows = silver(&workspace).lazy().filter(col("_period").eq(lit(PERIODS[0]))).collect().unwrap();
    let dates: Vec<_> =
        rows.column("sold_on").unwrap().date().unwrap().as_date_iter().map(|one| one.unwrap().to_string()).collect();
    assert_eq!(dates, ["2026-09-01", "2026-09-30", "2026-09-02"]);
    let texts: Vec<_> = rows.column("description").unwrap().str().unwrap().iter().collect();
    assert_eq!(texts, [Some("Heinz \"Beans\""), None, Some("Oat milk")]);
    let amounts: Vec<_> = rows.column("amount").unwrap().decimal().unwrap().physical().iter().collect();
    assert_eq!(amounts, [Some(150), None, Some(-5)]);
    let entities = workspace.rows(&Table::Annotations { dataset: "slips".to_owned() }).unwrap();
    assert_eq!(entities.height(), silver(&workspace).height());
    workspace.verify();
}

#[test]
fn text_in_a_parquet_file_is_read_as_text_elsewhere() {
    let workspace = of_parquet();
    deliver(
        &workspace,
        PERIODS[0],
        vec![
            slips(&["a", "b"]),
            Column::new("Sold on".into(), ["05/09/2026", "2026-09-05"]),
            Column::new("Item".into(), ["Beans", "Beans"]),
            Column::new("Amount".into(), ["1.00", "2.00"]),
        ],
    );
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(silver(&workspace).height(), 1);
    assert_eq!(refused(&workspace), ["sold_on: `2026-09-05` is not a date of the form %d/%m/%Y"]);
}

/// A file of a few kilobytes that stands for 400 MB of text: a dictionary holds its one text once.
#[test]
fn long_texts_take_bounded_memory_on_the_whole_way() {
    const ROWS: usize = 4_000;
    let workspace = of_parquet();
    let long = "a can of something ".repeat(5_400);
    let names: Vec<String> = (0..ROWS).map(|row| format!("slip-{row}")).collect();
    deliver(
        &workspace,
        PERIODS[0],
        vec![
            Column::new("Slip".into(), names),
            Int32Chunked::full("Sold on".into(), 20_700, ROWS).into_date().into_column(),
            StringChunked::full("Item".into(), &long, ROWS).into_column(),
            Column::new("Amount".into(), vec![1.5; ROWS]),
        ],
    );
    let file = workspace.path("inbox/alpha").join(format!("{}.parquet", PERIODS[0]));
    assert!(fs::metadata(file).unwrap().len() < 1 << 20);
    let (outcome, ingested) = workspace.run_measured(PREPARER, &["ingest"]);
    outcome.ended(0, &[]);
    let (outcome, run) = workspace.run_measured(PREPARER, &["run"]);
    outcome.ended(0, &[]);
    assert_eq!(workspace.json(&["batch", "list"])[0]["rows"], ROWS);
    assert_eq!(silver(&workspace).height(), ROWS);
    println!("ingest {} MiB, run {} MiB", ingested >> 10, run >> 10);
    assert!(ingested < 700 << 10 && run < 700 << 10, "ingest {} MiB, run {} MiB", ingested >> 10, run >> 10);
}
