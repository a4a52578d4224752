//! Files whose names say no period: their rows do.

use serde_json::Value;

use crate::support::{HEADER, PREPARER, Workspace, contract, delivery};

fn workspace() -> Workspace {
    Workspace::under(&contract().replacen("{period}*.csv", "*.csv", 1))
}

/// What landed of the first provider: period, rows, rejected.
fn batches(workspace: &Workspace) -> Vec<(String, u64, u64)> {
    workspace.ok(PREPARER, &["run"]);
    let list = workspace.json(&["batch", "list", "--provider", "alpha"]);
    let number = |one: &Value, name: &str| one[name].as_u64().unwrap();
    let row = |one: &Value| (one["period"].as_str().unwrap().to_owned(), number(one, "rows"), number(one, "rejected"));
    let mut rows: Vec<_> = list.as_array().unwrap().iter().map(row).collect();
    rows.sort();
    rows
}

#[test]
fn a_file_goes_to_the_periods_of_its_rows() {
    let workspace = workspace();
    workspace.deliver("alpha", "sales.csv", delivery("alpha", "2026-10", 5));
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), [("2026-10".to_owned(), 5, 0)]);
    // A later one of two periods is a correction of the one, and the first of the other.
    let two = delivery("alpha", "2026-09", 4) + delivery("beta", "2026-10", 6).strip_prefix(HEADER).unwrap();
    workspace.deliver("alpha", "more sales.csv", two);
    workspace.ok(PREPARER, &["ingest"]);
    let landed = batches(&workspace);
    assert_eq!(landed[0], ("2026-09".to_owned(), 4, 0));
    assert_eq!(landed[2], ("2026-10".to_owned(), 6, 0));
    let cells = workspace.json(&["period", "show", "2026-10"])["cells"].clone();
    assert_eq!(cells[0]["state"], "corrected");
}

#[test]
fn a_row_of_another_time_is_refused_and_opens_no_period() {
    let workspace = workspace();
    let file =
        delivery("alpha", "2026-10", 5) + "alpha-9,2062-10-05,Oat milk,1.00\nalpha-10,1999-01-01,Oat milk,1.00\n";
    workspace.deliver("alpha", "sales.csv", file);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), [("2026-10".to_owned(), 7, 2)]);
    assert_eq!(workspace.json(&["release", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn where_no_period_is_certain_a_person_says_which() {
    let workspace = Workspace::under(&contract().replacen("{period}*.csv", "*.csv", 1).replacen(
        "since = \"2026-09\"",
        "since = \"2026-01\"",
        1,
    ));
    let file = delivery("alpha", "2026-10", 5) + "alpha-9,2026-01-05,Oat milk,1.00\n";
    workspace.deliver("alpha", "sales.csv", &file);
    let said = workspace.ok(PREPARER, &["--json", "ingest"]);
    assert!(said.contains("periods that do not follow each other"), "{said}");
    assert!(said.contains("1 row of 2026-01, 5 rows of 2026-10"), "{said}");
    assert!(batches(&workspace).is_empty());
    workspace.ok(PREPARER, &["batch", "add", "inbox/alpha/sales.csv", "--provider", "alpha", "--period", "2026-10"]);
    assert_eq!(batches(&workspace), [("2026-10".to_owned(), 6, 1)]);
}

#[test]
fn a_row_that_strayed_does_not_take_the_place_of_a_period() {
    let workspace = workspace();
    workspace.deliver("alpha", "sales.csv", delivery("alpha", "2026-09", 25));
    workspace.ok(PREPARER, &["ingest"]);
    let stray = delivery("alpha", "2026-10", 20) + "alpha-99,2026-09-30,Oat milk,1.00\n";
    workspace.deliver("alpha", "more sales.csv", stray);
    let said = workspace.ok(PREPARER, &["--json", "ingest"]);
    assert!(said.contains("it has 1 row of 2026-09, for which 25 stand already"), "{said}");
    assert_eq!(batches(&workspace), [("2026-09".to_owned(), 25, 0)]);
    workspace
        .ok(PREPARER, &["batch", "add", "inbox/alpha/more sales.csv", "--provider", "alpha", "--period", "2026-10"]);
    assert_eq!(batches(&workspace), [("2026-09".to_owned(), 25, 0), ("2026-10".to_owned(), 21, 1)]);
}
