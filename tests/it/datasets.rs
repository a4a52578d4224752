//! Two datasets in one workspace that share periods, providers and folders; and files that are nobody's.

use std::collections::BTreeSet;

use assay::base::Clock;
use assay::domain::listing::{Fetch, PeriodKey, PeriodRow, Query};
use assay::ops::OpenOptions;
use serde_json::{Value, json};

use super::support::{APPROVERS, NOW, PREPARER, Workspace, contract, delivery, provider_table};

/// `refunds` beside `slips`: alpha delivers for both into one folder, gamma for refunds alone.
fn two() -> Workspace {
    two_with("refunds {period}.csv")
}

/// The same, where the files of refunds are called so.
fn two_with(pattern: &str) -> Workspace {
    let columns = r#"refund = ["Refund"], paid = ["Paid"]"#;
    let table = |name| provider_table(name, pattern, columns, "due = \"5d\"\nsince = \"2026-08\"");
    let refunds = r#"
[[dataset]]
name = "refunds"
period = "month"
key = ["refund"]
date = "paid"
schema = { refund = "string", paid = "date" }
"#;
    let workspace = Workspace::under(&[contract(), refunds.to_owned(), table("alpha"), table("gamma")].concat());
    workspace.promote_lexicon();
    workspace
}

fn refunds(period: &str, rows: u32) -> String {
    (1..=rows).fold("Refund,Paid\n".to_owned(), |file, row| format!("{file}r-{row},{period}-{row:02}\n"))
}

/// What `period list` says of a dataset: period, state, and each provider's cell.
fn periods(workspace: &Workspace, arguments: &[&str]) -> Vec<String> {
    let list = workspace.json(&[&["period", "list"], arguments].concat());
    let cell = |cell: &Value| format!("{} {}", cell["provider"].as_str().unwrap(), cell["state"].as_str().unwrap());
    let row = |row: &Value| {
        let cells: Vec<String> = row["cells"].as_array().unwrap().iter().map(cell).collect();
        format!("{} {}: {}", row["dataset"].as_str().unwrap(), row["period"].as_str().unwrap(), cells.join(", "))
    };
    list.as_array().unwrap().iter().map(row).collect()
}

fn slots(workspace: &Workspace, arguments: &[&str]) -> Vec<String> {
    let list = workspace.json(&[&["task", "list"], arguments].concat());
    let task = |row: &Value| format!("{} {} {}", row["state"], row["kind"], row["subject"]).replace('"', "");
    list.as_array().unwrap().iter().map(task).collect()
}

#[test]
fn two_datasets_keep_apart_what_they_share() {
    let workspace = two();
    for provider in ["alpha", "beta"] {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, "2026-09", 5));
    }
    workspace.deliver("alpha", "refunds 2026-09.csv", refunds("2026-09", 3));
    workspace.deliver("gamma", "refunds 2026-10.csv", refunds("2026-10", 4));
    workspace.run(PREPARER, &["ingest", "--dataset", "refund"]).ended(1, &["`refund`", "did you mean `refunds`?"]);
    // One dataset alone takes from the shared folder what is its own.
    let taken = workspace.run(PREPARER, &["ingest", "--dataset", "refunds"]).ended(0, &[]);
    assert!(taken.stdout.contains("2 batches landed") && !taken.stderr.contains("not understood"), "{taken:#?}");
    assert!(workspace.path("inbox/alpha/2026-09.csv").exists());
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(workspace.events_of("batch_landed").len(), 4);

    assert_eq!(
        periods(&workspace, &[]),
        [
            "refunds 2026-11: alpha expected, gamma expected",
            "slips 2026-11: alpha expected, beta expected",
            "refunds 2026-10: alpha late, gamma delivered",
            "slips 2026-10: alpha late, beta late",
            "refunds 2026-09: alpha delivered, gamma late",
            "slips 2026-09: alpha delivered, beta delivered",
            "refunds 2026-08: alpha late, gamma late",
        ]
    );
    assert_eq!(periods(&workspace, &["--dataset", "slips"]).len(), 3);
    every_row_is_met_once_on_a_walk_through_the_list(&workspace);
    workspace.run("lena", &["period", "list", "--dataset", "slip"]).ended(1, &["did you mean `slips`?"]);
    workspace.run("lena", &["period", "show", "2026-09"]).ended(2, &["--dataset: refunds, slips"]);
    let shown = workspace.json(&["period", "show", "2026-09", "--dataset", "slips"]);
    assert_eq!((&shown["dataset"], &shown["state"]), (&json!("slips"), &json!("delivered")));
    // 2026-08 is a period of refunds alone.
    assert_eq!(workspace.json(&["period", "show", "2026-08"])["dataset"], "refunds");

    let of_refunds = slots(&workspace, &["--dataset", "refunds"]);
    assert!(of_refunds.iter().all(|slot| slot.starts_with("missing ") && slot.contains("refunds/")), "{of_refunds:?}");
    let all = slots(&workspace, &[]);
    let of_slips = slots(&workspace, &["--dataset", "slips"]);
    assert_eq!(all.len(), of_refunds.len() + of_slips.len());
    workspace.ok(PREPARER, &["run", "--dataset", "refunds"]);
    assert!(slots(&workspace, &["--dataset", "refunds"]).iter().all(|slot| slot.starts_with("done ")));
    assert_eq!(slots(&workspace, &["--dataset", "slips"]), of_slips, "the other dataset was left alone");
    let plan = workspace.json(&["task", "plan", "--dataset", "refunds"]);
    assert_eq!(plan, json!([]));
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(slots(&workspace, &["--state", "missing"]), Vec::<String>::new());

    // Decisions about a period are about one dataset's.
    workspace.run(PREPARER, &["period", "baseline", "2026-09", "--reason", "x"]).ended(2, &["--dataset"]);
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--dataset", "slips", "--reason", "the first"]);
    let list = workspace.json(&["period", "list"]);
    let baselines = list.as_array().unwrap().iter().filter(|row| row["baseline"] == true);
    assert_eq!(baselines.map(|row| row["dataset"].clone()).collect::<Vec<_>>(), ["slips"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve("slips/2026-09.1");
    workspace.ok(APPROVERS[0], &["release", "publish", "slips/2026-09.1"]);
    let late = workspace.json(&["release", "why", "refunds/2026-09.1"]);
    assert_eq!(late[0]["subject"], "gamma");
    let live: Vec<Value> = workspace.json(&["period", "list"]).as_array().unwrap().clone();
    let live: Vec<&Value> = live.iter().map(|row| &row["live"]).filter(|live| !live.is_null()).collect();
    assert_eq!(live, ["slips/2026-09.1"]);
    workspace.verify();
}

/// The screen asks for a few rows at a time, from the last that it has.
fn every_row_is_met_once_on_a_walk_through_the_list(workspace: &Workspace) {
    let clock = Clock::Fixed(NOW.parse().unwrap());
    let options = OpenOptions { clock: Some(clock), ..OpenOptions::at(workspace.root().to_path_buf()) };
    let opened = assay::ops::Workspace::open(&options).unwrap();
    let page = |fetch, provider: Option<&str>, state: Option<&str>| {
        let (provider, state) = (provider.map(str::to_owned), state.map(str::to_owned));
        opened.periods(&Query { fetch, limit: 2, provider, state, ..Query::default() }).unwrap()
    };
    let mut met: Vec<PeriodKey> = Vec::new();
    loop {
        let rows = page(met.last().map_or(Fetch::First, |key| Fetch::After(key.clone())), None, None).rows;
        if rows.is_empty() {
            break;
        }
        met.extend(rows.iter().map(PeriodRow::key));
    }
    assert_eq!((met.len(), met.iter().collect::<BTreeSet<_>>().len()), (7, 7), "{met:?}");
    let at = page(Fetch::At(met[3].clone()), None, None);
    assert_eq!((at.offset, at.rows[0].key()), (3, met[3].clone()));
    assert_eq!(page(Fetch::First, Some("gamma"), None).total, 4);
    assert_eq!(page(Fetch::First, Some("beta"), Some("delivered")).total, 1);
    assert_eq!(page(Fetch::First, None, Some("late")).total, 4);
    let typed = |text: &str| opened.periods(&Query { text: Some(text.to_owned()), ..Query::default() }).unwrap().total;
    assert_eq!((typed("late"), typed("Late gamma"), typed("slips delivered"), typed("never")), (4, 3, 1, 0));
}

#[test]
fn a_file_that_is_nobodys_is_named_and_keeps_nothing_out() {
    let workspace = two();
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 5));
    workspace.deliver("alpha", "slips-2026-09.txt", "what?");
    workspace.deliver("alpha", ".hidden", "on its way");
    workspace.deliver("alpa", "2026-09.csv", delivery("alpha", "2026-09", 5));
    workspace.deliver("", "2026-09.csv", "beside the folders");
    let dry = workspace.ok(PREPARER, &["--dry-run", "ingest"]);
    assert!(
        dry.contains("would take in 2026-09.csv") && dry.contains("not understood inbox/alpa/2026-09.csv"),
        "{dry}"
    );
    let outcome = workspace.run(PREPARER, &["--json", "ingest"]).ended(
        0,
        &[
            "not understood inbox/alpha/slips-2026-09.txt: its name fits no file name pattern of alpha; expected \
             {period}*.csv or refunds {period}.csv",
            "not understood inbox/alpa/2026-09.csv: no provider is called `alpa`; did you mean `alpha`?",
            "not understood inbox/2026-09.csv: it lies in no provider's folder, inbox/<provider>/",
        ],
    );
    let results: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results = results.as_array().unwrap();
    assert_eq!((results.len(), &results[0]["result"]), (4, &json!("landed")));
    let named = results.iter().find(|result| result["file"] == "slips-2026-09.txt").unwrap();
    assert_eq!(named["result"], "not_understood");
    assert_eq!(named["expected"], json!(["{period}*.csv", "refunds {period}.csv"]));
    assert_eq!(named["path"], "inbox/alpha/slips-2026-09.txt");
    assert!(!outcome.stderr.contains("hidden"), "{outcome:#?}");

    let again = workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(again, "0 batches landed, 0 quarantined, 0 unchanged, 3 files not understood\n");
    // Who asks about one provider hears of that one's folder alone.
    let one = workspace.run(PREPARER, &["ingest", "--provider", "beta"]).ended(0, &[]);
    assert_eq!(one.stdout, "nothing new in the inboxes\n");
    assert!(!one.stderr.contains("not understood"), "{one:#?}");
    let one = workspace.run(PREPARER, &["ingest", "--provider", "alpha"]).ended(0, &["slips-2026-09.txt"]);
    assert!(!one.stderr.contains("alpa/"), "{one:#?}");
}

#[test]
fn a_file_that_two_datasets_could_mean_is_left_to_a_person() {
    let workspace = two_with("{period}.csv");
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 5));
    workspace.deliver("alpha", "2026-09 slips.csv", delivery("alpha", "2026-09", 4));
    let why = "2026-09.csv: its name fits the patterns of alpha in slips and in refunds";
    let dry = workspace.ok(PREPARER, &["--dry-run", "ingest"]);
    assert!(dry.contains(&format!("would leave {why}")), "{dry}");
    let outcome = workspace.run(PREPARER, &["ingest"]).ended(0, &[&format!("left {why}"), "--dataset"]);
    assert!(outcome.stdout.contains("1 batch landed"), "{outcome:#?}");
    assert!(workspace.path("inbox/alpha/2026-09.csv").exists());
    // Whoever names the dataset has said it.
    workspace.ok(PREPARER, &["ingest", "--dataset", "slips"]);
    let batches = workspace.json(&["batch", "list"]);
    let of = |batch: &Value| (batch["dataset"].as_str().unwrap().to_owned(), batch["rows"].as_u64().unwrap());
    let slips: Vec<_> = batches.as_array().unwrap().iter().map(of).collect();
    assert!(slips.len() == 2 && slips.contains(&("slips".to_owned(), 5)), "{slips:?}");
}
