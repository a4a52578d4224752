//! What goes out is what was judged and signed: these very files, read by this model version, looked at by this rule.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{OWNER, PERIODS, PREPARER, Workspace, contract, delivery};

const RELEASE: &str = "slips/2026-09.1";
const CHECK: &str = "amounts are not negative";

/// Every data file below a folder.
fn parquets(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "parquet"));
    files.chain(folders.iter().flat_map(|folder| parquets(folder))).collect()
}

/// Turns over one bit of every data file below a folder.
fn flip(folder: &Path) {
    for file in parquets(folder) {
        let mut bytes = fs::read(&file).unwrap();
        bytes[20] ^= 1;
        fs::write(&file, bytes).unwrap();
    }
}

/// Does what the hint says until the release goes out; how often it took.
fn goes_out_in_the_end(workspace: &Workspace) -> u32 {
    for tries in 0..8 {
        let outcome = workspace.run(PREPARER, &["release", "publish", RELEASE]);
        if outcome.code == Some(0) {
            return tries;
        }
        let (_, hint) = outcome.stderr.split_once("hint: assay task retry ").unwrap_or_else(|| panic!("{outcome:#?}"));
        let key = hint.split_whitespace().next().unwrap();
        workspace.run(PREPARER, &["task", "retry", key]);
    }
    panic!("it never goes out");
}

#[test]
fn what_is_lost_or_changed_in_the_lake_does_not_go_out() {
    let start = Workspace::processed();
    start.approve(RELEASE);
    let damages: [fn(&Workspace); 4] = [
        |workspace| fs::remove_dir_all(workspace.path("lake/silver/slips")).unwrap(),
        |workspace| {
            // An older copy of the log: the table as it was after its first commit.
            for entry in fs::read_dir(workspace.path("lake/silver/slips/_delta_log")).unwrap() {
                let path = entry.unwrap().path();
                if !path.ends_with("00000000000000000000.json") {
                    fs::remove_file(path).unwrap();
                }
            }
        },
        |workspace| flip(&workspace.path("lake/silver/slips")),
        |workspace| flip(&workspace.path("lake/annotations/slips")),
    ];
    for damage in damages {
        let workspace = start.copy();
        damage(&workspace);
        workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(1, &["hint: assay task retry"]);
        assert!(workspace.events_of("publish_started").is_empty());
        assert!(goes_out_in_the_end(&workspace) > 0);
        let gold = workspace.rows(&assay::lake::Table::Gold { dataset: "slips".to_owned() }).unwrap();
        assert_eq!(gold.height(), 20);
        workspace.verify();
    }
}

#[test]
fn nothing_is_judged_that_is_not_as_it_was_written() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    flip(&workspace.path("lake/bronze/slips/alpha"));
    workspace.run(PREPARER, &["run"]).ended(1, &["on record but not in bronze as it was landed"]);

    let workspace = Workspace::processed();
    fs::rename(workspace.path("lake/silver/slips"), workspace.path("lake/silver/elsewhere")).unwrap();
    workspace.amend("where amount < 0", "where amount > 0");
    workspace.run(PREPARER, &["run"]).ended(1, &["the lake no longer holds what refine slips/"]);
    fs::rename(workspace.path("lake/silver/elsewhere"), workspace.path("lake/silver/slips")).unwrap();
    workspace.ok(PREPARER, &["run"]);
    let why = workspace.ok("lena", &["release", "why", RELEASE]);
    assert!(why.contains(CHECK), "{why}");
}

#[test]
fn a_release_is_made_with_the_model_that_reads_its_dataset_or_not_at_all() {
    let workspace = Workspace::processed();
    let file = workspace.path("lexicon.toml");
    let register = |name: &str| {
        fs::write(&file, format!("[[term]]\ntext = \"Oat {name}\"\nlabel = \"BRAND\"\n")).unwrap();
        workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", name]);
    };
    register("other");
    let named = "text = [\"description\"]\nmodel = \"words\"";
    workspace.amend("text = [\"description\"]", named);
    workspace.ok(OWNER, &["model", "promote", "other/1", "--reason", "for another dataset"]);
    register("words");
    workspace.ok(OWNER, &["model", "promote", "words/2", "--reason", "better"]);
    workspace.ok(OWNER, &["model", "archive", "words/1", "--reason", "old"]);
    let blocked = |words: &str| {
        workspace.ok(PREPARER, &["run"]);
        workspace.run("ravi", &["release", "approve", RELEASE]).ended(3, &[words]);
    };
    workspace.amend(named, "text = [\"description\"]");
    blocked("of other/1 and words/2 in production the contract does not say which reads it");
    workspace.amend("text = [\"description\"]", "text = [\"description\"]\nmodel = \"third\"");
    blocked("slips is read by third, and no version of it is in production");
    workspace.amend("model = \"third\"", "model = \"words\"");
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(workspace.json(&["release", "show", RELEASE])["release"]["model"], "words/2");
}

fn finding(workspace: &Workspace) -> Value {
    let list = workspace.json(&["anomaly", "list"]);
    list.as_array().unwrap().iter().find(|row| row["check"] == CHECK).unwrap().clone()
}

/// A refund whose other column says something much worse.
fn refund(more: &str) -> Workspace {
    let workspace = Workspace::under(&contract().replace("approvals = 2", &format!("approvals = 2{more}")));
    workspace.promote_lexicon();
    let slip = "Slip,Sold on,Item,Amount,Net\nalpha-1,2026-09-01,Heinz Beans,-1.50,-999\n";
    workspace.deliver("alpha", "2026-09.csv", slip);
    workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 10));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    workspace
}

fn read_net(workspace: &Workspace) {
    workspace.amend("amount = [\"Amount\"]", "amount = [\"Net\", \"Amount\"]");
}

#[test]
fn a_waiver_is_for_what_was_found_not_for_what_is_found_next() {
    let changes: [fn(&Workspace); 2] =
        [read_net, |workspace| workspace.amend("where amount < 0", "where amount < 1000")];
    for change in changes {
        for until in [None, Some(["--until", "2026-12"])] {
            let workspace = refund("");
            let id = finding(&workspace)["id"].as_str().unwrap().to_owned();
            change(&workspace);
            let waive = ["anomaly", "waive", &id, "--reason", "a refund of 1.50 is right"];
            let until = until.iter().flatten().copied();
            workspace.ok("ravi", &waive.into_iter().chain(until).collect::<Vec<_>>());
            workspace.ok(PREPARER, &["run"]);
            assert_eq!(finding(&workspace)["state"], "open");
        }
    }
}

#[test]
fn a_verdict_is_on_the_row_as_it_was_shown() {
    let workspace = refund("\nassess = 1");
    let anomaly = finding(&workspace);
    let id = anomaly["id"].as_str().unwrap();
    workspace.ok("tomas", &["assess", id, "--row", "1", "--accept"]);
    assert_eq!(finding(&workspace)["assessed"], 1);
    read_net(&workspace);
    workspace.ok(PREPARER, &["run"]);
    let shown = workspace.json(&["anomaly", "show", id]);
    assert!(shown["samples"][0]["verdict"].is_null(), "{shown:#}");
    workspace.ok("ravi", &["anomaly", "waive", id, "--reason", "tomas looked at it"]);
    let why = workspace.ok("lena", &["release", "why", RELEASE]);
    assert!(why.contains("0 of 1 samples of amounts are not negative"), "{why}");
}

/// The brands of one column are no history for those of another, and a waiver of the ones does not cover the others.
#[test]
fn what_was_found_in_other_fields_is_no_measure() {
    let contract = contract()
        .replace("description = [\"Item\"]", "description = [\"Item\"], note = [\"Note\"]")
        .replace("description = \"string\"", "description = \"string\", note = \"string\"");
    let workspace = Workspace::under(&contract);
    workspace.promote_lexicon();
    for provider in super::support::PROVIDERS {
        for period in PERIODS {
            let rows = delivery(provider, period, 10)
                .replace(".50\n", ".50,Heinz Beans\n")
                .replace("Amount\n", "Amount,Note\n");
            workspace.deliver(provider, &format!("{period}.csv"), rows);
        }
    }
    workspace.prepare();
    let label_rate = || {
        let shown = workspace.json(&["release", "show", "slips/2026-10.1"]);
        let judged = shown["evaluations"].as_array().unwrap().iter().find(|one| one["check"] == "label_rate");
        judged.unwrap()["explanation"].as_str().unwrap().to_owned()
    };
    let with = label_rate();
    workspace.amend("text = [\"description\"]", "text = [\"note\"]");
    workspace.ok(PREPARER, &["run"]);
    let without = label_rate();
    assert!(with.contains("2026-09") && !without.contains("2026-09"), "{with} / {without}");
}
