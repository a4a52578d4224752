//! Deliveries that add up, and returns of nothing.

use serde_json::{Value, json};

use super::support::{PERIODS, PREPARER, Workspace, contract, delivery};

/// The contract, where alpha delivers in parts.
fn in_parts(more: &str) -> Workspace {
    let whole = "delivery = \"whole\"";
    assert!(contract().contains(whole));
    Workspace::under(&contract().replacen(whole, &format!("delivery = \"parts\"\n{more}"), 1))
}

/// A part of October with slips of its own.
fn part(name: &str, rows: u32) -> String {
    delivery("alpha", PERIODS[1], rows).replace("alpha-", &format!("{name}-"))
}

fn take_in(workspace: &Workspace, file: &str, content: &str) {
    workspace.deliver("alpha", file, content);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
}

fn cell(workspace: &Workspace) -> Value {
    workspace.json(&["period", "show", PERIODS[1]])["cells"][0].clone()
}

fn rows(workspace: &Workspace) -> usize {
    workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).map_or(0, |silver| silver.height())
}

fn states(workspace: &Workspace) -> Vec<Value> {
    let list = workspace.json(&["batch", "list", "--provider", "alpha"]);
    list.as_array().unwrap().iter().rev().map(|batch| batch["state"].clone()).collect()
}

#[test]
fn parts_add_up_and_one_of_the_same_name_takes_the_place_of_its_own() {
    let workspace = in_parts("parts = 2");
    take_in(&workspace, "2026-10 north.csv", &part("north", 5));
    assert_eq!((cell(&workspace)["state"].clone(), rows(&workspace)), (json!("late"), 5));
    assert_eq!(cell(&workspace)["missing"][0]["label"], json!("1 of 2 parts"));
    take_in(&workspace, "2026-10 south.csv", &part("south", 7));
    assert_eq!((cell(&workspace)["state"].clone(), rows(&workspace)), (json!("delivered"), 12));
    take_in(&workspace, "2026-10 north.csv", &part("north", 6));
    assert_eq!((cell(&workspace)["state"].clone(), rows(&workspace)), (json!("corrected"), 13));
    assert_eq!(states(&workspace), ["superseded", "landed", "landed"]);
    // The same rows under another name are no further part.
    take_in(&workspace, "2026-10 copy of south.csv", &part("south", 7));
    assert_eq!((states(&workspace).len(), rows(&workspace)), (3, 13));

    let list = workspace.json(&["batch", "list", "--provider", "alpha", "--state", "landed"]);
    let corrected = list[0]["id"].as_str().unwrap();
    workspace.ok(PREPARER, &["batch", "withdraw", corrected, "--reason", "it was right before"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(
        (states(&workspace), rows(&workspace)),
        (vec![json!("landed"), json!("landed"), json!("withdrawn")], 12)
    );
    workspace.verify();
    workspace.ok(PREPARER, &["log", "rebuild"]);
    assert_eq!(states(&workspace), ["landed", "landed", "withdrawn"]);
}

#[test]
fn parts_that_were_written_at_the_same_time_need_no_order() {
    let workspace = in_parts("");
    for name in ["north", "south"] {
        workspace.deliver("alpha", &format!("2026-10 {name}.csv"), part(name, 4));
    }
    let now = std::time::SystemTime::now();
    for name in ["north", "south"] {
        let file = workspace.path(&format!("inbox/alpha/2026-10 {name}.csv"));
        std::fs::File::options().write(true).open(file).unwrap().set_modified(now).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(50));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!((states(&workspace), rows(&workspace)), (vec![json!("landed"), json!("landed")], 8));
}

#[test]
fn a_key_that_two_parts_have_is_found() {
    let workspace = in_parts("");
    take_in(&workspace, "2026-10 north.csv", &part("north", 5));
    take_in(&workspace, "2026-10 south.csv", &part("north", 6));
    assert_eq!(rows(&workspace), 6);
    let found = workspace.json(&["anomaly", "list", "--state", "open", "--provider", "alpha"]);
    assert!(found.as_array().unwrap().iter().any(|anomaly| anomaly["check"] == "unique_key"), "{found:#}");
}

#[test]
fn a_return_of_nothing_is_a_delivery_that_somebody_answers_for() {
    let workspace = Workspace::bare();
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 5));
    workspace.ok(PREPARER, &["ingest"]);
    let nil = |period: &str, reason: &str| {
        workspace.run(PREPARER, &["batch", "nil", "--provider", "alpha", "--period", period, "--reason", reason])
    };
    nil(PERIODS[0], "they say so").ended(3, &["alpha has delivered 2026-09", "batch withdraw"]);
    nil(PERIODS[1], " ").ended(2, &["blank"]);
    nil(PERIODS[1], "they were closed").ended(0, &[]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(cell(&workspace)["state"], json!("delivered"));
    let batch = workspace.json(&["batch", "list", "--period", PERIODS[1]])[0].clone();
    assert_eq!((&batch["rows"], &batch["file"], &batch["by"]), (&json!(0), &json!("nil return.csv"), &json!(PREPARER)));
    let found = workspace.json(&["anomaly", "list", "--state", "open", "--period", PERIODS[1]]);
    assert!(!found.as_array().unwrap().iter().any(|anomaly| anomaly["check"] == "schema"), "{found:#}");
    // What is delivered after all takes its place.
    workspace.deliver("alpha", "2026-10.csv", part("late", 4));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!((cell(&workspace)["state"].clone(), rows(&workspace)), (json!("corrected"), 9));
    assert!(
        std::fs::read_dir(workspace.root())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().contains("nil return") })
    );
}

#[test]
fn who_delivers_changes_and_says_what_is_no_more_may_have_none() {
    let workspace = Workspace::under(&contract().replacen(
        "delivery = \"whole\"",
        "delivery = \"changes\"\ndeletes = { column = \"op\", values = [\"D\"] }",
        1,
    ));
    workspace.ok(PREPARER, &["batch", "nil", "--provider", "alpha", "--period", PERIODS[1], "--reason", "closed"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(cell(&workspace)["state"], json!("delivered"));
}

#[test]
fn the_same_content_for_two_providers_or_two_periods_is_a_finding() {
    let workspace = Workspace::with_model();
    let content = delivery("alpha", PERIODS[0], 6);
    workspace.deliver("alpha", "2026-09.csv", &content);
    workspace.deliver("beta", "2026-09.csv", &content);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let found = || {
        let anomalies = workspace.json(&["anomaly", "list", "--state", "open", "--period", PERIODS[0]]);
        let mut of: Vec<Value> = anomalies.as_array().unwrap().clone();
        of.retain(|anomaly| anomaly["check"] == "unique_key");
        of.iter().map(|anomaly| anomaly["provider"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut providers = found();
    providers.sort();
    assert_eq!(providers, ["alpha", "beta"]);
    workspace.deliver("beta", "2026-09 corrected.csv", delivery("beta", PERIODS[0], 6));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(found(), Vec::<String>::new());
}

#[test]
fn changes_take_the_places_of_the_rows_of_their_keys_and_delete_some() {
    let workspace = Workspace::under(&contract().replacen(
        "delivery = \"whole\"",
        "delivery = \"changes\"\ndeletes = { column = \"Op\", values = [\"D\"] }",
        1,
    ));
    let file = |rows: &[&str]| format!("Slip,Sold on,Item,Amount,Op\n{}\n", rows.join("\n"));
    let base = file(&["a,2026-10-01,Tea,1.00,I", "b,2026-10-02,Tea,2.00,I", "c,2026-10-03,Tea,3.00,I"]);
    let changes = file(&["b,2026-10-02,Tea,2.50,U", "c,,,,D", "d,2026-10-04,Tea,4.00,I", "d,2026-10-04,Tea,4.50,U"]);
    let amounts = || {
        let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
        let amounts = silver.column("amount").unwrap().cast(&polars::prelude::DataType::String).unwrap();
        let mut amounts: Vec<String> = amounts.str().unwrap().iter().map(|amount| amount.unwrap().to_owned()).collect();
        amounts.sort();
        amounts
    };
    take_in(&workspace, "2026-10.csv", &base);
    std::fs::write(workspace.path("2026-10.csv"), &changes).unwrap();
    let asked = workspace.json(&["batch", "preview", "2026-10.csv", "--provider", "alpha"]);
    assert_eq!((&asked["rows"], &asked["rejected"]), (&json!(2), &json!(0)));
    take_in(&workspace, "2026-10.csv", &changes);
    assert_eq!(amounts(), ["1.00", "2.50", "4.50"]);
    take_in(&workspace, "2026-10.csv", &changes);
    assert_eq!(states(&workspace), ["landed", "landed"], "the same once more changes nothing");
    let back = file(&["c,2026-10-03,Tea,3.10,I"]);
    take_in(&workspace, "2026-10 back.csv", &back);
    assert_eq!(amounts(), ["1.00", "2.50", "3.10", "4.50"]);
    let second = workspace.json(&["batch", "list", "--provider", "alpha"])[1]["id"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["batch", "withdraw", &second, "--reason", "sent in error"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(amounts(), ["1.00", "2.00", "3.10"]);
    // An older one again is the last word again.
    take_in(&workspace, "2026-10.csv", &file(&["c,2026-10-03,Tea,9.00,U"]));
    assert_eq!(amounts(), ["1.00", "2.00", "9.00"]);
    take_in(&workspace, "2026-10 back.csv", &back);
    assert_eq!(amounts(), ["1.00", "2.00", "3.10"]);
    let found = workspace.json(&["anomaly", "list", "--state", "open", "--provider", "alpha"]);
    assert!(!found.as_array().unwrap().iter().any(|anomaly| anomaly["check"] == "unique_key"), "{found:#}");
    workspace.verify();
}
