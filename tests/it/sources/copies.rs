//! A database as a source: its copy follows it, version by version.

use assay::lake::Table;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::Workspace;

/// Who does everything: without `[people]` everybody is owner.
const WHO: &str = "olga";

/// A contract with the yearly sales of one shop, copied from a database.
pub fn contract(source: &str) -> String {
    format!(
        r#"[workspace]
name = "Copies"
timezone = "UTC"

[[dataset]]
name = "sales"
period = "year"
key = ["id"]
date = "sold_on"
schema = {{ id = "int", sold_on = "date", item = "string", amount = "decimal(12,2)" }}

[[dataset.provider]]
name = "shop"
source = {{ kind = "sql", {source} }}
since = "2020"
"#
    )
}

/// Inserts sales: numbers, days, amounts, and when they were put down.
pub fn insert(rows: &[(u32, &str, &str, &str)]) -> String {
    let values: Vec<String> = rows
        .iter()
        .map(|(id, day, amount, changed)| format!("({id}, '{day}', 'Ware no {id}', {amount}, '{changed}')"))
        .collect();
    format!("insert into sales (id, sold_on, item, amount, changed_at) values {};", values.join(", "))
}

/// Makes the table, with times of this type.
pub fn table(time: &str) -> String {
    format!(
        "create table sales (id int primary key, sold_on date, item varchar(80), amount decimal(12,2), changed_at {time});"
    )
}

/// A database file in a workspace.
fn file(workspace: &Workspace) -> Connection {
    Connection::open(workspace.path("shop.db")).unwrap()
}

/// The batches as period, rows and state, in the order in which they landed.
pub fn batches(workspace: &Workspace) -> Vec<(String, u64, String)> {
    let list = workspace.json(&["batch", "list"]);
    let text = |batch: &Value, name: &str| batch[name].as_str().unwrap().to_owned();
    let row = |batch: &Value| (text(batch, "period"), batch["rows"].as_u64().unwrap(), text(batch, "state"));
    list.as_array().unwrap().iter().rev().map(row).collect()
}

fn landed(batches: &[(String, u64, String)]) -> Vec<(&str, u64)> {
    batches.iter().map(|(period, rows, _)| (period.as_str(), *rows)).collect()
}

/// What silver has: numbers and amounts, sorted.
pub fn silver(workspace: &Workspace) -> Vec<(i64, String)> {
    let Some(silver) = workspace.rows(&Table::Silver { dataset: "sales".to_owned() }) else { return Vec::new() };
    let ids = silver.column("id").unwrap().i64().unwrap().clone();
    let amounts = silver.column("amount").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let mut rows: Vec<(i64, String)> = ids
        .iter()
        .zip(amounts.str().unwrap().iter())
        .map(|(id, amount)| (id.unwrap(), amount.unwrap_or_default().to_owned()))
        .collect();
    rows.sort();
    rows
}

fn ingest(workspace: &Workspace) -> String {
    let said = workspace.ok(WHO, &["ingest"]);
    workspace.ok(WHO, &["run"]);
    said
}

/// What a release of a year holds, as it lies in its folder.
fn released(workspace: &Workspace, release: &str) -> String {
    let folder = workspace.path(&format!("releases/sales/{release}"));
    let csv = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let csv = csv.into_iter().find(|path| path.extension().is_some_and(|end| end == "csv")).unwrap();
    std::fs::read_to_string(csv).unwrap()
}

/// The whole life of a copy. `sql` carries out statements in the source.
pub fn story(workspace: &Workspace, sql: &dyn Fn(&str)) {
    sql(&insert(&[
        (1, "2020-01-10", "10.00", "2020-01-10 08:00:00"),
        (2, "2020-06-10", "20.00", "2020-06-10 08:00:00"),
        (3, "2020-12-31", "30.00", "2020-12-31 08:00:00"),
    ]));
    ingest(workspace);
    assert_eq!(landed(&batches(workspace)), [("2020", 3)]);
    workspace.ok(WHO, &["period", "baseline", "2020", "--reason", "the first"]);
    workspace.ok(WHO, &["run"]);
    workspace.ok(WHO, &["release", "approve", "sales/2020.1"]);
    workspace.ok(WHO, &["release", "publish", "sales/2020.1"]);
    let first = released(workspace, "2020.1");
    assert!(first.contains("10.00") && first.contains("30.00"), "{first}");

    // The second run moves only what is new.
    sql(&insert(&[
        (4, "2021-02-01", "40.00", "2021-02-01 08:00:00"),
        (5, "2021-03-01", "50.00", "2021-03-01 08:00:00"),
    ]));
    ingest(workspace);
    assert_eq!(landed(&batches(workspace))[1..], [("2021", 2)]);
    assert_eq!(workspace.json(&["release", "list", "--period", "2020"]).as_array().unwrap().len(), 1, "not re-opened");

    // Nothing is new: nothing lands.
    assert!(ingest(workspace).contains("0 batches landed"));
    assert_eq!(batches(workspace).len(), 2);

    // A late change re-opens the period that it belongs to, and no other one.
    sql("update sales set amount = 21.00, changed_at = '2021-03-02 08:00:00' where id = 2;");
    ingest(workspace);
    assert_eq!(landed(&batches(workspace))[2..], [("2020", 1)]);
    let open = workspace.json(&["release", "list", "--period", "2020"]);
    assert_eq!(open[0]["name"], json!("sales/2020.2"), "{open}");
    assert_eq!(released(workspace, "2020.1"), first, "what was published reads as it was");
    assert_eq!(silver(workspace)[1], (2, "21.00".to_owned()));

    // A sale that moves to another year leaves the one where it was.
    sql("update sales set sold_on = '2021-01-01', changed_at = '2021-03-03 08:00:00' where id = 3;");
    ingest(workspace);
    assert_eq!(landed(&batches(workspace))[3..], [("2020", 1), ("2021", 1)]);
    assert_eq!(silver(workspace).len(), 5);

    // What was deleted shows when all is read again, and only that is moved.
    sql("delete from sales where id = 1;");
    ingest(workspace);
    assert_eq!(batches(workspace).len(), 5);
    workspace.ok(WHO, &["ingest", "--full"]);
    workspace.ok(WHO, &["run"]);
    assert_eq!(landed(&batches(workspace))[5..], [("2020", 1)]);
    let ids: Vec<i64> = silver(workspace).iter().map(|row| row.0).collect();
    assert_eq!(ids, [2, 3, 4, 5]);
    workspace.ok(WHO, &["ingest", "--full"]);
    assert_eq!(batches(workspace).len(), 6, "nothing differs any more");

    // What was committed late, with an earlier time, is found all the same.
    sql(&insert(&[(6, "2021-04-01", "60.00", "2021-03-03 07:55:00")]));
    ingest(workspace);
    assert_eq!(landed(&batches(workspace))[6..], [("2021", 1)]);
    // And what has no time at all.
    sql("insert into sales (id, sold_on, item, amount) values (7, '2021-05-01', 'Ware', 70.00);");
    ingest(workspace);
    assert_eq!(landed(&batches(workspace))[7..], [("2021", 1)]);
    assert_eq!(silver(workspace).len(), 6);
    workspace.verify();
    let before = batches(workspace);
    workspace.ok(WHO, &["log", "rebuild"]);
    assert_eq!(batches(workspace), before);
}

const SQLITE: &str = "url = \"sqlite:shop.db\", table = \"sales\", watermark = \"changed_at\"";

#[test]
fn the_copy_of_a_file_follows_it() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    story(&workspace, &|sql| database.execute_batch(sql).unwrap());
}

#[test]
fn what_is_kept_beside_an_extract_is_made_anew_where_it_is_not_whole() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    let sell = |id: u32| {
        let changed = format!("2020-01-{id:02} 00:00:00");
        database.execute_batch(&insert(&[(id, &changed[..10], "1.00", &changed)])).unwrap();
        ingest(&workspace);
    };
    (1..=4).for_each(sell);
    let folder = std::fs::read_dir(workspace.path("lake/identities")).unwrap();
    let paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(paths.len(), 3, "of the newest extract nothing had to be known yet");
    let bytes = || paths.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>();
    let whole = bytes();
    for (harm, path) in paths.iter().enumerate() {
        let mut harmed = whole[harm].clone();
        match harm {
            0 => harmed[70] ^= 1,
            1 => harmed.truncate(100),
            _ => harmed.clear(),
        }
        std::fs::write(path, harmed).unwrap();
    }
    database
        .execute_batch("update sales set sold_on = '2021-01-01', changed_at = '2021-01-01 00:00:00' where id < 4")
        .unwrap();
    ingest(&workspace);
    workspace.ok(WHO, &["run"]);
    assert_eq!(silver(&workspace).len(), 4, "a row is where it was, and where it is now");
    assert_eq!(bytes(), whole);
}

#[test]
fn what_is_withdrawn_stays_away_until_it_changes_or_all_is_asked_for() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    for (id, day) in [(1, "2020-01-01"), (2, "2020-02-01"), (3, "2020-03-01")] {
        database.execute_batch(&insert(&[(id, day, "1.00", &format!("{day} 00:00:00"))])).unwrap();
        ingest(&workspace);
    }
    assert_eq!(silver(&workspace).len(), 3);
    let list = workspace.json(&["batch", "list"]);
    workspace.ok(WHO, &["batch", "withdraw", list[1]["id"].as_str().unwrap(), "--reason", "a wrong key"]);
    workspace.ok(WHO, &["run"]);
    assert_eq!(silver(&workspace).iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3]);
    assert!(ingest(&workspace).contains("0 batches"), "somebody decided that");
    workspace.ok(WHO, &["ingest", "--full"]);
    workspace.ok(WHO, &["run"]);
    assert_eq!(silver(&workspace).len(), 3);
    assert_eq!(landed(&batches(&workspace))[3..], [("2020", 1)]);
    let list = workspace.json(&["batch", "list"]);
    workspace.ok(WHO, &["batch", "withdraw", list[0]["id"].as_str().unwrap(), "--reason", "a wrong price"]);
    database.execute_batch("update sales set amount = 5.00, changed_at = '2020-04-01 00:00:00' where id = 2").unwrap();
    ingest(&workspace);
    assert_eq!(silver(&workspace)[1], (2, "5.00".to_owned()));
}

#[test]
fn what_has_no_day_and_what_is_not_owed_is_shown_and_not_lost() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    let at = "2026-11-01 00:00:00";
    let rows = [
        (1, "1999-01-01", "1.00", at),
        (2, "2206-01-01", "2.00", at),
        (3, "soon", "3.00", at),
        (4, "2026-01-01", "4.00", at),
    ];
    database.execute_batch(&insert(&rows)).unwrap();
    ingest(&workspace);
    assert_eq!(landed(&batches(&workspace)), [("2020", 1), ("2026", 3)]);
    let rejected: Vec<u64> = workspace
        .json(&["batch", "list"])
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rejected"].as_u64().unwrap())
        .collect();
    assert_eq!(rejected, [2, 1]);
    assert_eq!(silver(&workspace).len(), 1);
    assert!(workspace.ok(WHO, &["ingest"]).contains("0 batches"), "they are not copied again and again");
    // Put right, they come to where they belong.
    database.execute_batch("update sales set sold_on = '2025-01-01', changed_at = '2026-11-02 00:00:00';").unwrap();
    ingest(&workspace);
    assert_eq!(silver(&workspace).len(), 4);
    let rejected: u64 = workspace
        .json(&["batch", "list", "--state", "landed"])
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["rejected"].as_u64().unwrap())
        .sum();
    assert_eq!(rejected, 0);
}

#[test]
fn a_period_is_whole_once_it_was_copied_after_its_end() {
    let workspace = Workspace::under(&contract(SQLITE).replace("since = \"2020\"", "since = \"2026\""));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    database.execute_batch(&insert(&[(1, "2026-01-01", "1.00", "2026-01-01 00:00:00")])).unwrap();
    let at = |day: &str, arguments: &[&str]| {
        let done = workspace.command(WHO, arguments).env("ASSAY_NOW", format!("{day}T12:00:00Z")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let cell = |day: &str| {
        let shown: Value = serde_json::from_str(&at(day, &["--json", "period", "show", "2026"])).unwrap();
        shown["cells"][0]["state"].clone()
    };
    at("2026-11-20", &["ingest"]);
    assert_eq!(cell("2026-11-20"), json!("partial"));
    // Nobody asked since: what came after the 20th is not there.
    assert_eq!(cell("2027-01-05"), json!("late"));
    at("2027-01-05", &["ingest"]);
    assert_eq!(cell("2027-01-05"), json!("delivered"));
    at("2027-01-05", &["run"]);
    assert_eq!(silver(&workspace).len(), 1);
    assert_eq!(landed(&batches(&workspace)), [("2026", 1), ("2026", 0)]);
    assert!(at("2027-01-06", &["ingest"]).contains("0 batches"));
}

#[test]
fn a_source_that_can_not_be_copied_says_why() {
    let refused = |source: &str, words: &[&str]| {
        let workspace = Workspace::under(&contract(source));
        let database = file(&workspace);
        database
            .execute_batch("create table sales (id int, sold_on date, Day date); create table other (x int)")
            .unwrap();
        workspace.run(WHO, &["ingest"]).ended(1, words);
    };
    refused("url = \"sqlite:none.db\", table = \"sales\"", &["there is no database", "none.db"]);
    refused("url = \"sqlite:shop.db\", table = \"nothing\"", &["the database refuses", "no such table"]);
    refused("url = \"sqlite:shop.db\", table = \"other\"", &["has no column for `id`", "it has x"]);
    refused(
        "url = \"sqlite:shop.db\", table = \"sales\", watermark = \"changed\"",
        &["no column `changed`, which is to be the watermark", "id, sold_on, Day"],
    );
    let unset = Workspace::under(&contract("url = \"${ASSAY_TEST_URL}\", table = \"sales\""));
    unset.run(WHO, &["ingest"]).ended(2, &["has no `ASSAY_TEST_URL`", "export ASSAY_TEST_URL"]);
}

#[test]
fn a_copy_of_something_else_is_begun_anew() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    database.execute_batch("create view all_sales as select * from sales union all select 9, '2020-05-05', 'x', 9.00, '2020-01-01 00:00:00'").unwrap();
    database.execute_batch(&insert(&[(1, "2020-01-01", "1.00", "2020-06-01 00:00:00")])).unwrap();
    ingest(&workspace);
    workspace.amend("table = \"sales\"", "table = \"all_sales\"");
    ingest(&workspace);
    assert_eq!(landed(&batches(&workspace)), [("2020", 1), ("2020", 1)], "older than the watermark, and yet copied");
    assert_eq!(silver(&workspace).len(), 2);
}

#[test]
fn a_row_whose_day_cannot_be_told_stays_where_it_was() {
    let workspace = Workspace::under(&contract(SQLITE));
    let database = file(&workspace);
    database.execute_batch(&table("text")).unwrap();
    let rows = [(1, "25/01/2020", "1.00", "2020-02-01 00:00:00"), (2, "03/02/2020", "2.00", "2020-02-04 00:00:00")];
    database.execute_batch(&insert(&rows)).unwrap();
    ingest(&workspace);
    assert_eq!(landed(&batches(&workspace)), [("2020", 2)]);
    // The one that tells that days come first is not read again.
    database.execute_batch("update sales set amount = 3.00, changed_at = '2021-02-05 00:00:00' where id = 2").unwrap();
    ingest(&workspace);
    assert_eq!(landed(&batches(&workspace))[1..], [("2020", 1)]);
}
