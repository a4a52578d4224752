//! Providers whose periods are not the dataset's: their deliveries are split by date, and cover what they cover.

use serde_json::{Value, json};

use super::support::{PREPARER, Workspace};

/// A dataset of months, without a model. `provider` is what the provider says of its periods.
fn workspace(provider: &str) -> Workspace {
    Workspace::under(&format!(
        r#"[workspace]
name = "Calendars"

[[dataset]]
name = "spend"
period = "month"
key = ["id"]
date = "paid_on"
schema = {{ id = "string", paid_on = "date", amount = "decimal(12,2)" }}

[[dataset.provider]]
name = "city"
source = {{ kind = "inbox", pattern = "{{period}}*.csv" }}
due = "5d"
since = "2026-04"
{provider}
"#
    ))
}

fn fiscal() -> Workspace {
    workspace(r#"periods = { pattern = "P{n}", year_starts = "04-01", per_year = 13 }"#)
}

/// A file with a row for each of these days.
fn file(days: &[&str]) -> String {
    let rows = days.iter().zip(1..).map(|(day, row)| format!("{day}-{row},{day},{row}.50\n"));
    format!("id,paid_on,amount\n{}", rows.collect::<String>())
}

const FIRST: [&str; 4] = ["2026-04-01", "2026-04-17", "2026-04-28", "2026-04-28"];
const SECOND: [&str; 5] = ["2026-04-29", "2026-04-30", "2026-05-01", "2026-05-26", "2026-05-26"];

fn processed(workspace: &Workspace) {
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
}

fn cell(workspace: &Workspace, period: &str) -> Value {
    workspace.json(&["period", "show", period])["cells"][0].clone()
}

/// Period, state, rows and rejected rows of each batch, the newest first.
fn batches(workspace: &Workspace) -> Vec<Value> {
    let list = workspace.json(&["batch", "list"]);
    let told = |batch: &Value| json!([batch["period"], batch["state"], batch["rows"], batch["rejected"]]);
    list.as_array().unwrap().iter().map(told).collect()
}

#[test]
fn a_delivery_with_rows_of_two_months_is_split_and_each_month_waits_for_all_of_its_days() {
    let workspace = fiscal();
    workspace.deliver("city", "2026-P02.csv", file(&SECOND));
    processed(&workspace);
    assert_eq!(batches(&workspace), [json!(["2026-05", "landed", 3, 0]), json!(["2026-04", "landed", 2, 0])]);
    let april = cell(&workspace, "2026-04");
    assert_eq!((&april["state"], &april["missing"][0]["label"]), (&json!("late"), &json!("2026-P01")));
    assert_eq!(cell(&workspace, "2026-05")["missing"][0]["label"], json!("2026-P03"));

    workspace.deliver("city", "2026-p1 april.csv", file(&FIRST));
    processed(&workspace);
    assert_eq!(cell(&workspace, "2026-04")["state"], json!("delivered"));
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "spend".to_owned() }).unwrap();
    assert_eq!(silver.height(), FIRST.len() + SECOND.len());
    let profile = workspace.ok(PREPARER, &["release", "why", "spend/2026-04.1"]);
    assert!(!profile.contains("late"), "{profile}");
    workspace.verify();
}

#[test]
fn a_correction_takes_the_place_of_the_same_days_alone_and_goes_as_a_whole() {
    let workspace = fiscal();
    workspace.deliver("city", "2026-P01.csv", file(&FIRST));
    workspace.deliver("city", "2026-P02.csv", file(&SECOND));
    processed(&workspace);
    workspace.deliver("city", "2026-P02.csv", file(&SECOND[..4]));
    processed(&workspace);
    let expected = [
        json!(["2026-05", "landed", 2, 0]),
        json!(["2026-04", "landed", 2, 0]),
        json!(["2026-05", "superseded", 3, 0]),
        json!(["2026-04", "superseded", 2, 0]),
        json!(["2026-04", "landed", 4, 0]),
    ];
    assert_eq!(batches(&workspace), expected);
    assert_eq!(cell(&workspace, "2026-04")["state"], json!("corrected"));
    // The same once more changes nothing.
    workspace.deliver("city", "2026-P02.csv", file(&SECOND[..4]));
    processed(&workspace);
    assert_eq!(batches(&workspace), expected);

    let newest = workspace.json(&["batch", "list"])[0]["id"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["batch", "withdraw", &newest, "--reason", "it lacks a row"]);
    workspace.ok(PREPARER, &["run"]);
    let states: Vec<Value> = batches(&workspace).iter().map(|batch| batch[1].clone()).collect();
    assert_eq!(states, ["withdrawn", "withdrawn", "landed", "landed", "landed"]);
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "spend".to_owned() }).unwrap();
    assert_eq!(silver.height(), FIRST.len() + SECOND.len());
    workspace.verify();
    workspace.ok(PREPARER, &["log", "rebuild"]);
    workspace.verify();
}

#[test]
fn rows_of_other_days_are_refused_once_with_the_first_of_the_months() {
    let workspace = fiscal();
    let mut content = file(&SECOND) + "x,2026-08-01,1.00\ny,,2.00\nz,2026-05-02,many\n";
    // The second period begins on 29 April and ends on 26 May.
    content += "w,2026-03-31,4.00\nv,2026-04-07,5.00\n";
    workspace.deliver("city", "2026-P02.csv", content);
    let asked = workspace.json(&["batch", "preview", "inbox/city/2026-P02.csv"]);
    assert_eq!((&asked["rows"], &asked["rejected"]), (&json!(5), &json!(5)));
    processed(&workspace);
    // What is wrong with a row of May is told of May.
    assert_eq!(batches(&workspace), [json!(["2026-05", "landed", 4, 1]), json!(["2026-04", "landed", 6, 4])]);
}

#[test]
fn a_quarter_is_three_months_due_after_its_end() {
    let workspace = workspace("frequency = \"quarter\"");
    let days = ["2026-04-02", "2026-05-02", "2026-06-02", "2026-06-03"];
    workspace.deliver("city", "2026-Q2.csv", file(&days));
    processed(&workspace);
    let rows = |month: &str| workspace.json(&["batch", "list", "--period", month])[0]["rows"].clone();
    assert_eq!([rows("2026-04"), rows("2026-05"), rows("2026-06")], [json!(1), json!(1), json!(2)]);
    assert_eq!(cell(&workspace, "2026-05")["state"], json!("delivered"));
    assert_eq!(cell(&workspace, "2026-05")["due"], json!("2026-07-06T00:00:00Z"));
    assert_eq!(cell(&workspace, "2026-10")["state"], json!("expected"), "the quarter is not over");
}

#[test]
fn days_of_a_month_come_one_by_one() {
    let workspace = workspace("frequency = \"day\"");
    for day in 1..=29 {
        let day = format!("2026-04-{day:02}");
        workspace.deliver("city", &format!("{day}.csv"), file(&[&day]));
    }
    processed(&workspace);
    let april = cell(&workspace, "2026-04");
    assert_eq!((&april["state"], &april["missing"][0]["label"]), (&json!("late"), &json!("2026-04-30")));
    workspace.deliver("city", "2026-04-30.csv", "id,paid_on,amount\n");
    processed(&workspace);
    assert_eq!(cell(&workspace, "2026-04")["state"], json!("delivered"));
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "spend".to_owned() }).unwrap();
    assert_eq!(silver.height(), 29);
}

#[test]
fn nothing_is_owed_in_a_pause() {
    let workspace = workspace("pauses = [\"2026-06..2026-07\", \"2026-09\"]");
    let states = workspace.json(&["period", "list"]);
    let owed = |period: &Value| (period["period"].clone(), period["cells"][0]["state"] != "not_owed");
    let owed: Vec<(Value, bool)> = states.as_array().unwrap().iter().map(owed).collect();
    let expected = [("2026-11", true), ("2026-10", true), ("2026-09", false), ("2026-08", true), ("2026-07", false)];
    assert_eq!(owed[..5], expected.map(|(period, owed)| (json!(period), owed)));
}

#[test]
fn a_calendar_that_makes_no_sense_is_refused_with_a_hint() {
    for (periods, words) in [
        ("periods = { pattern = \"P\", year_starts = \"04-01\", per_year = 13 }", "`{n}` is missing"),
        ("periods = { pattern = \"P{n}\", year_starts = \"04-31\", per_year = 13 }", "`04-31` is not the day"),
        ("periods = { pattern = \"P{n}\", year_starts = \"04-01\", per_year = 5 }", "5 equal periods"),
        ("periods = { pattern = \"P{n}\", year_starts = \"04-01\" }", "`per_year` or by `weeks`"),
        ("periods = { pattern = \"P{n}\", year_starts = \"02-01\", weeks = \"4-4-4\" }", "`4-4-4`"),
        ("frequency = \"weekly\"", "`weekly` is not a length of period"),
        ("frequency = \"week\"\nperiods = { pattern = \"P{n}\", year_starts = \"04-01\", per_year = 13 }", "both say"),
        ("pauses = [\"2026-Q3\"]", "`2026-Q3` in `pauses`"),
    ] {
        workspace(periods).run(PREPARER, &["status"]).ended(2, &[words]);
    }
    let undated = workspace("frequency = \"week\"");
    undated.edit("date = \"paid_on\"\n", "");
    undated.run(PREPARER, &["status"]).ended(2, &["rows of several periods", "`date = "]);
}

fn silver_ids(workspace: &Workspace) -> Vec<String> {
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "spend".to_owned() }).unwrap();
    let ids = silver.column("id").unwrap();
    let mut ids: Vec<String> = ids.str().unwrap().iter().map(|id| id.unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn of_deliveries_that_overlap_each_day_is_that_of_the_newest() {
    let workspace = fiscal();
    // Without a key nothing else would find a row that comes twice.
    workspace.edit("key = [\"id\"]\n", "");
    workspace.deliver("city", "2026-P01.csv", file(&FIRST));
    workspace.deliver("city", "2026-P02.csv", file(&SECOND));
    processed(&workspace);
    let whole = workspace.path("april.csv");
    std::fs::write(&whole, "id,paid_on,amount\nwhole-1,2026-04-02,1.00\nwhole-2,2026-04-29,2.00\n").unwrap();
    let whole = whole.display().to_string();
    workspace.ok(PREPARER, &["batch", "add", &whole, "--provider", "city", "--period", "2026-04"]);
    workspace.ok(PREPARER, &["run"]);
    let may = ["2026-05-01-3", "2026-05-26-4", "2026-05-26-5"];
    assert_eq!(silver_ids(&workspace), [&may[..], &["whole-1", "whole-2"]].concat());
    workspace.deliver("city", "2026-P02.csv", file(&["2026-04-30", "2026-05-02"]));
    processed(&workspace);
    assert_eq!(silver_ids(&workspace), ["2026-04-30-1", "2026-05-02-2", "whole-1"]);
    assert_eq!(cell(&workspace, "2026-04")["state"], json!("corrected"));
    let april = workspace.json(&["batch", "list", "--period", "2026-04", "--state", "landed"]);
    let rows: Vec<&Value> = april.as_array().unwrap().iter().map(|batch| &batch["rows"]).collect();
    assert_eq!(rows, [1, 1], "what counts of each");
}

#[test]
fn a_delivery_that_was_set_aside_is_accepted_once_for_all_of_its_periods() {
    let workspace =
        workspace("periods = { pattern = \"P{n}\", year_starts = \"04-01\", per_year = 13 }\nmax_rejects = 0.3");
    workspace.deliver("city", "2026-P02.csv", file(&["2026-04-29", "2026-05-02"]) + "x,2026-05-03,many\n");
    workspace.ok(PREPARER, &["ingest"]);
    workspace.run(PREPARER, &["run"]).ended(1, &["refused"]);
    let states = || batches(&workspace).iter().map(|batch| batch[1].clone()).collect::<Vec<_>>();
    assert_eq!(states(), ["quarantined", "quarantined"]);
    let list = workspace.json(&["batch", "list"]);
    let id = |index: usize| list[index]["id"].as_str().unwrap();
    let accept = |id: &str| workspace.run(PREPARER, &["batch", "accept", id, "--reason", "one typing error"]);
    accept(id(0)).ended(3, &["is part of batch", id(1)]);
    accept(id(1)).ended(0, &[]);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(states(), ["landed", "landed"]);
    assert_eq!(silver_ids(&workspace).len(), 2);
    workspace.verify();
}

#[test]
fn an_unreadable_correction_is_told_to_every_period_and_goes_from_each() {
    let workspace = fiscal();
    workspace.deliver("city", "2026-P02.csv", file(&SECOND));
    processed(&workspace);
    workspace.deliver("city", "2026-P02.csv", [0_u8, 159, 146, 150, 255, 0, 1, 2]);
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    let states = || ["2026-04", "2026-05"].map(|period| cell(&workspace, period)["state"].clone());
    assert_eq!(states(), ["quarantined", "quarantined"]);
    let newest = workspace.json(&["batch", "list", "--state", "quarantined"])[0]["id"].as_str().unwrap().to_owned();
    workspace.ok(PREPARER, &["batch", "reject", &newest, "--reason", "it is no table"]);
    assert_eq!(states(), ["late", "late"], "what came before stands, and lacks the other days");
    assert_eq!(workspace.json(&["batch", "list", "--state", "quarantined"]), json!([]));
}

#[test]
fn a_file_that_was_withdrawn_never_comes_back() {
    let workspace = workspace("frequency = \"quarter\"");
    workspace.deliver("city", "2026-Q2.csv", file(&["2026-04-02", "2026-05-02", "2026-06-02"]));
    processed(&workspace);
    workspace.amend("frequency = \"quarter\"\n", "");
    workspace.deliver("city", "2026-05.csv", file(&["2026-05-03"]));
    workspace.deliver("city", "2026-04.csv", file(&["2026-04-03"]));
    processed(&workspace);
    let of = |period: &str, state: &str| {
        let list = workspace.json(&["batch", "list", "--period", period, "--state", state]);
        list[0]["id"].as_str().unwrap().to_owned()
    };
    let withdraw = |id: &str| workspace.ok(PREPARER, &["batch", "withdraw", id, "--reason", "wrong"]);
    withdraw(&of("2026-06", "landed"));
    withdraw(&of("2026-04", "landed"));
    workspace.ok(PREPARER, &["run"]);
    let landed = workspace.json(&["batch", "list", "--state", "landed"]);
    let landed: Vec<&Value> = landed.as_array().unwrap().iter().map(|batch| &batch["file"]).collect();
    assert_eq!(landed, ["2026-05.csv"]);
}

#[test]
fn how_dates_are_read_later_says_how_many_rows_are_of_which_period() {
    let workspace = workspace("frequency = \"quarter\"");
    let rows = "id,paid_on,amount\na,04/05/2026,1\nb,05/04/2026,1\nc,06/05/2026,1\n";
    workspace.deliver("city", "2026-Q2.csv", rows);
    processed(&workspace);
    workspace.amend("frequency = \"quarter\"\n", "frequency = \"quarter\"\ndates = [\"%d/%m/%Y\"]\n");
    workspace.ok(PREPARER, &["run"]);
    let rows = ["2026-04", "2026-05", "2026-06"]
        .map(|period| workspace.json(&["batch", "list", "--period", period])[0]["rows"].clone());
    assert_eq!(rows, [json!(1), json!(2), json!(0)]);
    assert_eq!(silver_ids(&workspace), ["a", "b", "c"]);
}

#[test]
fn without_a_date_what_was_split_is_in_the_first_period_alone() {
    let workspace = fiscal();
    workspace.edit("key = [\"id\"]\n", "");
    workspace.deliver("city", "2026-P02.csv", file(&SECOND));
    processed(&workspace);
    workspace.edit("date = \"paid_on\"\n", "");
    workspace.amend("periods = { pattern = \"P{n}\", year_starts = \"04-01\", per_year = 13 }\n", "");
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(silver_ids(&workspace).len(), SECOND.len(), "no row is in two months");
}

#[test]
fn who_takes_the_place_of_another_owes_what_they_owed_and_is_compared_with_them() {
    let second = "\n[[dataset.provider]]\nname = \"town\"\nsource = { kind = \"inbox\", pattern = \"{period}*.csv\" }\n\
                  since = \"2026-06\"\ntakes_over = \"city\"\n";
    let workspace = workspace(second);
    let cells = |period: &str| {
        let shown = workspace.json(&["period", "show", period])["cells"].clone();
        shown.as_array().unwrap().iter().map(|cell| cell["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (cells("2026-05"), cells("2026-06")),
        (vec![json!("late"), json!("not_owed")], vec![json!("not_owed"), json!("late")])
    );
    workspace.deliver("city", "2026-05.csv", file(&["2026-05-03", "2026-05-04"]));
    workspace.deliver(
        "town",
        "2026-06.csv",
        file(&["2026-06-03"]).replace("amount", "amount,till").replace(".50", ".50,7"),
    );
    processed(&workspace);
    let found = workspace.json(&["anomaly", "list", "--period", "2026-06", "--state", "open"]);
    let schema = found.as_array().unwrap().iter().find(|anomaly| anomaly["check"] == "schema").unwrap();
    assert!(schema["explanation"].as_str().unwrap().contains("`till`"), "{schema}");
    for (from, to, words) in [
        ("since = \"2026-06\"\n", "", "without `since`"),
        ("takes_over = \"city\"", "takes_over = \"citty\"", "did you mean `city`?"),
    ] {
        let other = workspace.copy();
        other.edit(from, to);
        other.run(PREPARER, &["contract", "diff"]).ended(2, &[words]);
    }
}
