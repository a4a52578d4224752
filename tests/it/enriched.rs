//! Units, reference tables, derived fields and aggregates: what becomes of rows beside what was delivered.

use std::fs;

use crate::support::{HEADER, OWNER, PREPARER, Workspace, provider_table};

/// Two providers that deliver in different currencies, one of them in minor units; rates to make pounds of both.
fn contract() -> String {
    let columns = r#"slip = ["Slip"], sold_on = ["Sold on"], description = ["Item"], amount = ["Amount"]"#;
    let own = r#"units = { amount = { unit = "GBP", minor = 100 } }
since = "2026-09"
until = "2026-09""#;
    let other = r#"units = { amount = { unit = "EUR" } }
since = "2026-09"
until = "2026-09""#;
    let alpha = provider_table("alpha", "{period}*.csv", &format!("{columns}, currency = []"), own);
    let beta = provider_table("beta", "{period}*.csv", columns, other);
    [BEGINNING, &alpha, &beta, END].concat()
}

const BEGINNING: &str = r#"[workspace]
name = "Tests"
timezone = "Europe/London"
demo = true

[people]
olga = ["owner"]
mira = ["manager"]
ravi = ["manager"]
nora = ["manager"]
lena = ["viewer"]

[[dataset]]
name = "slips"
period = "month"
key = ["slip"]
date = "sold_on"

[dataset.schema]
slip = "string"
sold_on = "date"
description = "string"
currency = "string"
amount = { type = "decimal(12,2)", unit_in = "currency" }
month = { type = "string", sql = "strftime(sold_on, '%Y-%m')" }
pounds = { type = "decimal(14,2)", unit = "GBP", sql = "amount * rate" }

[[dataset.reference]]
name = "rates"
key = ["currency", "month"]
schema = { currency = "string", month = "string", rate = "decimal(12,6)" }
columns = { rate = "Rate to GBP" }
"#;

const END: &str = r#"
[[dataset.aggregate]]
name = "by_currency"
schema = { currency = "string", slips = "int", pounds = "decimal(20,2)" }
sql = "select currency, count(*) as slips, sum(pounds) as pounds from gold group by currency"

[dataset.release]
approvals = 2
deliver = ["xlsx", "parquet", "csv"]
"#;

/// The query of its aggregate.
const SUMS: &str = "select currency, count(*) as slips, sum(pounds) as pounds from gold group by currency";

/// What is said of one that puts together what is in different units.
const MIXED: &str = "puts `amount` of several units together";

const RATES: &str = "Currency,Month,Rate to GBP\nGBP,2026-09,1\nEUR,2026-09,0.85\n";

/// Five slips of a pound and more in pence, and two in euros.
fn delivered() -> Workspace {
    let workspace = Workspace::under(&contract());
    let pence: Vec<String> = (1..=5).map(|row| format!("a-{row},2026-09-0{row},Beans,{row}99\n")).collect();
    workspace.deliver("alpha", "2026-09.csv", format!("{HEADER}{}", pence.concat()));
    let euros = "Slip,Sold on,Item,Amount,Currency\nb-1,2026-09-03,Brot,10.00,\nb-2,2026-09-04,Milch,2.01,EUR\n";
    workspace.deliver("beta", "2026-09.csv", euros);
    workspace
}

/// The same with its rates, processed and published.
fn published() -> Workspace {
    let workspace = delivered();
    workspace.deliver("rates", "rates.csv", RATES);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "the first"]);
    workspace.ok(PREPARER, &["run"]);
    publish(&workspace, "slips/2026-09.1");
    workspace
}

fn publish(workspace: &Workspace, release: &str) {
    workspace.approve(release);
    workspace.ok(PREPARER, &["release", "publish", release]);
}

/// A file of a release.
fn artifact(workspace: &Workspace, file: &str) -> String {
    let release = file.split('-').take(3).collect::<Vec<_>>();
    let number: String = release[2].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let folder = format!("releases/slips/2026-{}", number.trim_end_matches('.'));
    fs::read_to_string(workspace.path(&folder).join(file)).unwrap()
}

/// Some columns of a CSV file of a release, cell by cell.
fn columns(csv: &str, names: &[&str]) -> Vec<String> {
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places: Vec<usize> = names.iter().map(|name| header.iter().position(|one| one == name).unwrap()).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        places.iter().map(|place| cells[*place]).collect::<Vec<_>>().join(" ")
    };
    lines.map(row).collect()
}

#[test]
fn rows_are_converted_looked_up_derived_and_added_up() {
    let workspace = published();
    let rows = artifact(&workspace, "slips-2026-09.1.csv");
    assert_eq!(
        columns(&rows, &["slip", "currency", "amount", "month", "pounds"]),
        [
            "a-1 GBP 1.99 2026-09 1.99",
            "a-2 GBP 2.99 2026-09 2.99",
            "a-3 GBP 3.99 2026-09 3.99",
            "a-4 GBP 4.99 2026-09 4.99",
            "a-5 GBP 5.99 2026-09 5.99",
            "b-1 EUR 10.00 2026-09 8.50",
            // 2.01 x 0.85 is 1.7085.
            "b-2 EUR 2.01 2026-09 1.71",
        ]
    );
    let sums = artifact(&workspace, "slips-2026-09.1-by_currency.csv");
    assert_eq!(columns(&sums, &["currency", "slips", "pounds"]), ["EUR 2 10.21", "GBP 5 19.95"]);
    for extension in ["xlsx", "parquet"] {
        let file = format!("releases/slips/2026-09.1/slips-2026-09.1-by_currency.{extension}");
        assert!(workspace.path(&file).is_file(), "{file}");
    }
    // What was done to the numbers is counted, with examples.
    let batches = workspace.json(&["batch", "list", "--provider", "alpha"]);
    let shown = workspace.json(&["batch", "show", batches[0]["id"].as_str().unwrap()]);
    let repairs = shown["note"]["repairs"].as_array().unwrap();
    let converted = repairs.iter().find(|one| one["kind"] == "converted").unwrap();
    assert_eq!(converted["count"], 5);
    assert_eq!(converted["examples"][0]["raw"], "199");
}

#[test]
fn another_revision_of_a_reference_table_is_a_new_version_of_what_rests_on_it() {
    let workspace = published();
    let before = artifact(&workspace, "slips-2026-09.1.csv");
    workspace.deliver("rates", "rates.csv", RATES);
    let said = workspace.ok(PREPARER, &["--json", "ingest"]);
    assert!(said.contains("unchanged"), "{said}");
    workspace.deliver("rates", "rates.csv", RATES.replace("0.85", "0.9"));
    let said = workspace.ok(PREPARER, &["--json", "ingest"]);
    assert!(said.contains("\"revision\": 2") || said.contains("\"revision\":2"), "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said[0]["changes"], serde_json::json!({ "added": 0, "removed": 0, "changed": 1 }), "{said}");
    let status = workspace.ok(PREPARER, &["status"]);
    assert!(
        status.contains("clients see 1 release of other data than there would be now: slips/2026-09.1"),
        "{status}"
    );
    assert!(status.contains("assay run --dataset slips --period 2026-09"), "{status}");
    // Clients go on seeing what they saw, until somebody brings them the other.
    assert_eq!(workspace.json(&["release", "list", "--state", "published"])[0]["name"], "slips/2026-09.1");
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    let opened = workspace.json(&["release", "show", "slips/2026-09.2"]);
    assert!(opened.to_string().contains("slips/2026-09.1 was published of other data"), "{opened}");
    // What was accepted as a baseline were the rows as they were.
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "looked at the rates"]);
    workspace.ok(PREPARER, &["run"]);
    publish(&workspace, "slips/2026-09.2");
    assert_eq!(opened["references"]["rates"].as_str().unwrap().split(' ').nth(1), Some("2"));
    let changed = workspace.json(&["release", "show", "slips/2026-09.2"])["changes"]["batches"].to_string();
    assert!(changed.contains("\"pounds (GBP)\"") || changed.contains("\"pounds\""), "{changed}");
    let sums = artifact(&workspace, "slips-2026-09.2-by_currency.csv");
    assert_eq!(columns(&sums, &["currency", "slips", "pounds"]), ["EUR 2 10.81", "GBP 5 19.95"]);
    assert_eq!(artifact(&workspace, "slips-2026-09.1.csv"), before);
    let history = workspace.json(&["reference", "history", "rates"]);
    let revisions: Vec<u64> = history.as_array().unwrap().iter().map(|one| one["revision"].as_u64().unwrap()).collect();
    assert_eq!(revisions, [2, 1]);
    // The record says it all, and gives it again.
    workspace.ok(OWNER, &["log", "verify"]);
    workspace.ok(OWNER, &["log", "rebuild"]);
    assert_eq!(workspace.json(&["reference", "history", "rates"]), history);
}

#[test]
fn without_a_reference_table_nothing_is_made_and_the_gate_says_which_is_missing() {
    let workspace = delivered();
    workspace.ok(PREPARER, &["ingest"]);
    workspace.run(PREPARER, &["run"]).ended(1, &["the reference table `rates` never came", "inbox/rates/"]);
    assert_eq!(workspace.json(&["reference", "list"])[0]["current"], serde_json::Value::Null);
    workspace.deliver("rates", "rates.csv", RATES);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let tasks = workspace.ok(PREPARER, &["task", "list"]);
    assert!(!tasks.contains("failed"), "{tasks}");
}

#[test]
fn a_table_with_one_bad_row_is_not_taken_in() {
    let workspace = delivered();
    for (bad, why) in [
        (format!("{RATES}USD,2026-09,much\n"), "line 4: much"),
        (format!("{RATES}EUR,2026-09,0.86\n"), "duplicate key"),
        (format!("{RATES},2026-09,0.86\n"), "`currency` is empty"),
        ("Currency,Month\nGBP,2026-09\n".to_owned(), "it lacks rate"),
        ("Currency,Month,Rate to GBP\n".to_owned(), "it has no rows"),
    ] {
        workspace.deliver("rates", "rates.csv", &bad);
        workspace.run(PREPARER, &["ingest"]).ended(1, &[why]);
        assert_eq!(fs::read_to_string(workspace.path("inbox/rates/rates.csv")).unwrap(), bad);
        assert_eq!(workspace.json(&["reference", "list"])[0]["current"], serde_json::Value::Null);
    }
}

#[test]
fn rows_that_are_not_found_are_refused_or_get_nothing_as_the_contract_says() {
    let workspace = delivered();
    workspace.deliver("rates", "rates.csv", "Currency,Month,Rate to GBP\nGBP,2026-09,1\n");
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let of_beta = || {
        let batches = workspace.json(&["batch", "list", "--provider", "beta"]);
        let shown = workspace.json(&["batch", "show", batches[0]["id"].as_str().unwrap()]);
        (batches[0]["rejected"].as_u64().unwrap(), shown["note"].clone())
    };
    let (rejected, note) = of_beta();
    assert_eq!((rejected, &note["rejects"][0]["kind"]), (2, &"not_referred".into()));
    assert!(note.to_string().contains("is not in the reference table rates"), "{note}");
    workspace.amend("key = [\"currency\", \"month\"]", "key = [\"currency\", \"month\"]\nrequired = false");
    workspace.ok(PREPARER, &["run"]);
    let (rejected, note) = of_beta();
    let not_found = note["repairs"].as_array().unwrap().iter().find(|one| one["kind"] == "not_referred").unwrap();
    assert_eq!((rejected, &not_found["count"], &not_found["examples"][0]["line"]), (0, &2.into(), &2.into()));
}

#[test]
fn large_products_are_whole_and_numbers_that_do_not_fit_are_refused() {
    let workspace = Workspace::under(&contract().replace("decimal(14,2)", "decimal(10,2)"));
    workspace.deliver("rates", "rates.csv", RATES);
    workspace.deliver("alpha", "2026-09.csv", format!("{HEADER}a-1,2026-09-03,Beans,999999999900\n"));
    let euros = format!("{HEADER}b-1,2026-09-03,Brot,9999999.99\nb-2,2026-09-03,Brot,99999999.99\n");
    workspace.deliver("beta", "2026-09.csv", euros);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let rejected = |provider: &str| workspace.json(&["batch", "list", "--provider", provider])[0]["rejected"].clone();
    assert_eq!((rejected("alpha"), rejected("beta")), (1.into(), 0.into()));
    let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
    let pounds = silver.column("pounds").unwrap().cast(&polars::prelude::DataType::String).unwrap();
    let mut pounds: Vec<&str> = pounds.str().unwrap().iter().flatten().collect();
    pounds.sort_unstable();
    assert_eq!(pounds, ["8499999.99", "84999999.99"]);
}

#[test]
fn a_reference_file_that_was_left_aside_comes_in_its_order() {
    let workspace = delivered();
    for point in ["inbox.claimed", "inbox.read"] {
        let copy = workspace.copy();
        copy.deliver_written("rates", "old.csv", RATES, 100);
        let died = copy.run_armed(PREPARER, &["ingest"], point);
        assert_eq!(died.signal, Some(6), "{died:#?}");
        copy.deliver_written("rates", "new.csv", RATES.replace("0.85", "0.9"), 200);
        copy.ok(PREPARER, &["ingest"]);
        let history = copy.json(&["reference", "history", "rates"]);
        let files: Vec<&str> = history.as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
        assert_eq!(files, ["new.csv", "old.csv"], "{point}");
        assert!(copy.ok(PREPARER, &["ingest"]).contains("nothing new"), "{point}");
    }
}

#[test]
fn a_contract_under_which_a_table_cannot_be_read_does_not_come_into_force() {
    let workspace = published();
    workspace.edit("rate = \"decimal(12,6)\"", "rate = \"decimal(12,1)\"");
    let refused = workspace.run(OWNER, &["contract", "apply", "--reason", "r"]);
    refused.ended(1, &["revision 1 of the reference table `rates`"]);
}

#[test]
fn numbers_of_which_nobody_can_tell_the_unit_are_refused() {
    let workspace = delivered();
    workspace.deliver("rates", "rates.csv", RATES);
    let mixed = "Slip,Sold on,Item,Amount,Currency\nb-1,2026-09-03,Brot,10.00,USD\nb-2,2026-09-04,Milch,2.01,EUR\n";
    workspace.deliver("beta", "2026-09.csv", mixed);
    let halves = "Slip,Sold on,Item,Amount\na-1,2026-09-03,Beans,199\na-2,2026-09-04,Beans,199.5\n";
    workspace.deliver("alpha", "2026-09.csv", halves);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    for (provider, why) in [
        ("beta", "amount: it is in USD, and the column in EUR"),
        ("alpha", "amount: times 0.01 it is not a decimal(12,2)"),
    ] {
        let batches = workspace.json(&["batch", "list", "--provider", provider]);
        assert_eq!(batches[0]["rejected"], 1);
        let shown = workspace.json(&["batch", "show", batches[0]["id"].as_str().unwrap()]).to_string();
        assert!(shown.contains(why), "{shown}");
    }
}

#[test]
fn sql_that_could_not_run_does_not_come_into_force() {
    let workspace = published();
    for (from, to, why) in [
        ("amount * rate", "amount * rte", "there is no field `rte`"),
        ("amount * rate", "upper(description)", "gives string, not decimal(14,2)"),
        ("amount * rate", "amount / sum(amount)", "it looks at other rows than its own"),
        ("amount * rate", "amount * rate; drop table gold", "`sql` of the field `pounds`"),
        ("count(*) as slips", "'many' as slips", "as `slips`, not int"),
        ("count(*) as slips", "count(*) as n", "gives no column `slips`"),
        (
            SUMS,
            "select description as currency, count(*) as slips, sum(amount) as pounds from gold group by description",
            MIXED,
        ),
        (SUMS, "select 'all' as currency, count(*) as slips, max(amount) as pounds from gold", MIXED),
        (SUMS, "select currency, count(*) as slips, sum(pounds) as pounds from gold", "beside each row"),
        ("from gold", "from silver", "`sql` of the aggregate by_currency"),
        ("from gold", "from read_csv('assay.toml')", "reads files"),
    ] {
        workspace.edit(from, to);
        workspace.run(OWNER, &["contract", "apply", "--reason", "r"]).ended(3, &[why]);
        workspace.edit(to, from);
    }
    workspace.amend("sum(pounds)", "sum(amount)");
    workspace.amend(
        "sum(amount) as pounds from gold group by currency",
        "sum(amount) as pounds from gold where currency = 'EUR' group by currency",
    );
}

#[test]
fn a_row_of_which_a_field_cannot_be_derived_is_refused_and_no_other() {
    let contract = contract().replace("sql = \"amount * rate\"", "sql = \"cast(description as decimal(14,2)) * rate\"");
    let workspace = Workspace::under(&contract);
    workspace.deliver("rates", "rates.csv", RATES);
    workspace.deliver("beta", "2026-09.csv", "Slip,Sold on,Item,Amount\nb-1,2026-09-03,10,1\n");
    let row = |row: u32| format!("a-{row},2026-09-03,{},100\n", if row == 77 { "ten" } else { "10" });
    let rows: Vec<String> = (1..=200).map(row).collect();
    workspace.deliver("alpha", "2026-09.csv", format!("{HEADER}{}", rows.concat()));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let batches = workspace.json(&["batch", "list", "--provider", "alpha"]);
    assert_eq!((&batches[0]["rows"], &batches[0]["rejected"]), (&200.into(), &1.into()));
    let shown = workspace.json(&["batch", "show", batches[0]["id"].as_str().unwrap()]);
    assert_eq!(shown["note"]["rejects"][0]["examples"][0]["line"], 78);
}

#[test]
fn a_sign_beside_a_number_is_believed_row_by_row() {
    let without = contract().replace("units = { amount = { unit = \"EUR\" } }\n", "");
    let workspace = Workspace::under(&without);
    workspace.deliver("alpha", "2026-09.csv", format!("{HEADER}a-1,2026-09-01,Beans,199\na-2,2026-09-02,Beans,£150\n"));
    let mixed = "b-1,2026-09-03,Brot,€5.00,EUR\nb-2,2026-09-04,Bread,£7.00,GBP\nb-3,2026-09-05,Milch,€9.00,EUR\n\
                 b-4,2026-09-06,Milk,€9.00,GBP\n";
    workspace.deliver("beta", "2026-09.csv", format!("Slip,Sold on,Item,Amount,Currency\n{mixed}"));
    workspace.deliver("rates", "rates.csv", RATES);
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let batches = workspace.json(&["batch", "list"]);
    let refused = |provider: &str| {
        let batch = batches.as_array().unwrap().iter().find(|batch| batch["provider"] == provider).unwrap();
        let shown = workspace.json(&["batch", "show", batch["id"].as_str().unwrap()]);
        let rejects = shown["note"]["rejects"][0]["examples"].as_array().unwrap().clone();
        rejects.iter().map(|reject| reject["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(refused("alpha"), ["amount: £ is said beside it, and the contract says that it is in minor units"]);
    assert_eq!(refused("beta"), ["amount: it is in €, and `GBP` is said beside it"]);
}
