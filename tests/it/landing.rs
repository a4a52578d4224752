//! Deliveries that meet others, change under the hand, or can't be read; and contracts that change around them.

use std::fs;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;

use super::support::{HEADER, OWNER, PERIODS, PREPARER, PROVIDERS, Workspace, contract, contract_in, delivery, latin};

fn batches(workspace: &Workspace) -> Vec<Value> {
    workspace.json(&["batch", "list"]).as_array().unwrap().clone()
}

fn states(workspace: &Workspace) -> Vec<(u64, String)> {
    let mut states: Vec<_> = batches(workspace)
        .iter()
        .map(|batch| (batch["revision"].as_u64().unwrap(), batch["state"].as_str().unwrap().to_owned()))
        .collect();
    states.sort();
    states
}

fn apply(workspace: &Workspace, contract: &str) {
    fs::write(workspace.path("assay.toml"), contract).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "a test"]);
}

#[test]
fn an_old_quarantined_delivery_does_not_take_the_slice_back() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    let old = batches(&workspace)[0]["id"].as_str().unwrap().to_owned();
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 5));
    workspace.ok(PREPARER, &["ingest"]);
    apply(&workspace, &contract_in("windows-1252"));

    let refused = workspace.run(PREPARER, &["batch", "accept", &old, "--reason", "it reads now"]);
    refused.ended(3, &["revision 2", "batch withdraw", "batch reject"]);
    assert_eq!(states(&workspace), [(1, "quarantined".to_owned()), (2, "landed".to_owned())]);
    let newer = batches(&workspace).iter().find(|batch| batch["revision"] == 2).unwrap()["id"].clone();
    workspace.ok(PREPARER, &["batch", "withdraw", newer.as_str().unwrap(), "--reason", "the other one"]);
    workspace.ok(PREPARER, &["batch", "accept", &old, "--reason", "it reads now"]);
    assert_eq!(states(&workspace), [(1, "landed".to_owned()), (2, "withdrawn".to_owned())]);
}

#[test]
fn a_quarantined_file_that_comes_again_is_said_to_be_quarantined() {
    let workspace = Workspace::with_model();
    for _ in 0..2 {
        workspace.deliver("alpha", "2026-09.csv", latin());
        workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    }
    workspace.deliver("alpha", "2026-09.csv", latin());
    let again = workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined", "assay batch accept"]);
    assert!(again.stdout.contains("1 quarantined"), "{again:#?}");
    assert_eq!(batches(&workspace).len(), 1);
}

/// File and state of the batches, the oldest revision first.
fn files(workspace: &Workspace) -> Vec<(String, String)> {
    let mut batches = batches(workspace);
    batches.sort_by_key(|batch| batch["revision"].as_u64());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    batches.iter().map(|batch| (text(&batch["file"]), text(&batch["state"]))).collect()
}

#[test]
fn the_file_that_was_written_last_stands_whatever_the_names() {
    // A blank and a dash sort before the dot.
    let (first, second) = ("2026-09.csv", "2026-09-corrected.csv");
    let landed = [(first.to_owned(), "superseded".to_owned()), (second.to_owned(), "landed".to_owned())];
    let workspace = Workspace::with_model();
    workspace.deliver_written("alpha", first, delivery("alpha", PERIODS[0], 5), 0);
    workspace.deliver_written("alpha", second, delivery("alpha", PERIODS[0], 6), 60);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(files(&workspace), landed);

    // Of two that were written at the same time nobody can tell which is right.
    let workspace = Workspace::with_model();
    workspace.deliver_written("alpha", first, delivery("alpha", PERIODS[0], 5), 0);
    workspace.deliver_written("alpha", second, delivery("alpha", PERIODS[0], 6), 0);
    workspace.deliver_written("alpha", "2026-10.csv", delivery("alpha", PERIODS[1], 6), 0);
    let why = "left 2026-09.csv: 2026-09-corrected.csv is for the same period and was written at the same time";
    assert!(
        workspace.ok(PREPARER, &["--dry-run", "ingest"]).contains(&format!("would {}", why.replace("left", "leave")))
    );
    workspace.run(PREPARER, &["ingest"]).ended(0, &[why, "left 2026-09-corrected.csv: 2026-09.csv is", "touch"]);
    assert_eq!(files(&workspace), [("2026-10.csv".to_owned(), "landed".to_owned())]);
    workspace.deliver_written("alpha", second, delivery("alpha", PERIODS[0], 6), 1);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(files(&workspace).into_iter().filter(|(file, _)| file != "2026-10.csv").collect::<Vec<_>>(), landed);
}

#[test]
fn what_is_quarantined_fails_the_command_and_keeps_no_other_file_out() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 5));
    let hint = "assay batch accept BATCH";
    let outcome = workspace.run(PREPARER, &["--json", "ingest"]).ended(1, &["quarantined", "2026-09.csv", hint]);
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let results: Vec<&str> = document.as_array().unwrap().iter().map(|one| one["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["quarantined", "landed"]);
    fs::write(workspace.path("2026-10.csv"), "").unwrap();
    let add = ["batch", "add", "2026-10.csv", "--provider", "alpha"];
    let outcome = workspace.run(PREPARER, &add).ended(1, &["quarantined", hint]);
    assert!(outcome.stdout.contains("the file is empty"), "{outcome:#?}");
}

#[test]
fn a_file_that_is_being_written_is_not_taken_in() {
    let workspace = Workspace::with_model();
    let file = workspace.path("2026-09.csv");
    fs::write(&file, delivery("alpha", PERIODS[0], 5)).unwrap();
    let writer = {
        let file = file.clone();
        std::thread::spawn(move || {
            let mut file = fs::OpenOptions::new().append(true).open(file).unwrap();
            for row in 6..206 {
                writeln!(file, "alpha-{row},2026-09-01,Beans,1.00").unwrap();
                std::thread::sleep(Duration::from_millis(10));
            }
        })
    };
    let add = ["batch", "add", file.to_str().unwrap(), "--provider", "alpha"];
    let early = workspace.run(PREPARER, &add);
    writer.join().unwrap();
    early.ended(1, &["still being written", "2026-09.csv"]);
    assert!(batches(&workspace).is_empty());
    workspace.ok(PREPARER, &add);
    assert_eq!(batches(&workspace)[0]["rows"], 205);
}

#[test]
fn two_landings_that_fail_are_two_revisions() {
    let workspace = Workspace::with_model();
    fs::create_dir_all(workspace.path("lake")).unwrap();
    fs::write(workspace.path("lake/bronze"), "in the way").unwrap();
    // Trying again begins nothing new.
    for (file, rows) in [("2026-09 a.csv", 5), ("2026-09 b.csv", 6), ("2026-09 a.csv", 5), ("2026-09 b.csv", 6)] {
        fs::write(workspace.path(file), delivery("alpha", PERIODS[0], rows)).unwrap();
        let failed = workspace.run(PREPARER, &["batch", "add", file, "--provider", "alpha"]);
        assert_eq!(failed.code, Some(1), "{failed:#?}");
    }
    assert_eq!(workspace.events_of("landing_started").len(), 2);
    fs::remove_file(workspace.path("lake/bronze")).unwrap();
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(states(&workspace), [(1, "superseded".to_owned()), (2, "landed".to_owned())]);
}

#[test]
fn registering_at_the_same_time_gives_each_its_own_number() {
    let workspace = Workspace::with_model();
    let files: Vec<_> = (0..6)
        .map(|number| {
            let file = workspace.path(&format!("terms-{number}.toml"));
            fs::write(&file, format!("[[term]]\ntext = \"word{number}\"\nlabel = \"L{number}\"\n")).unwrap();
            file
        })
        .collect();
    let register = |file: &std::path::PathBuf| {
        workspace.start(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "terms"])
    };
    let running: Vec<_> = files.iter().map(register).collect();
    for child in running {
        let outcome = child.wait_with_output().unwrap();
        assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    }
    let models = workspace.json(&["model", "list"]);
    for model in models.as_array().unwrap().iter().filter(|model| model["name"] == "terms") {
        let number = model["labels"][0].as_str().unwrap().trim_start_matches('L').to_owned();
        let stored = workspace.path(&format!("models/terms/{}/model.lexicon", model["version"]));
        assert!(fs::read_to_string(stored).unwrap().contains(&format!("word{number}\"")), "{model:#?}");
    }
    let versions = fs::read_dir(workspace.path("models/terms")).unwrap().count();
    assert_eq!(versions, 6, "one folder for each version, nothing beside them");
}

#[test]
fn a_dataset_with_open_releases_can_not_be_dropped() {
    let workspace = Workspace::processed();
    let renamed = contract().replace("name = \"slips\"", "name = \"receipts\"");
    fs::write(workspace.path("assay.toml"), &renamed).unwrap();
    let refused = workspace.run(OWNER, &["contract", "apply", "--reason", "a better name"]);
    refused.ended(3, &["slips", "slips/2026-09.1", "release reject"]);

    fs::write(workspace.path("assay.toml"), contract()).unwrap();
    workspace.approve("slips/2026-09.1");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.1"]);
    workspace.ok(PREPARER, &["release", "reject", "slips/2026-10.1", "--reason", "renamed"]);
    apply(&workspace, &renamed);
    let shown = workspace.ok("lena", &["release", "show", "slips/2026-09.1"]);
    assert!(shown.contains("contract in force no longer names the dataset"), "{shown}");
    let batch = batches(&workspace)[0]["id"].as_str().unwrap().to_owned();
    for command in [&["release", "list"][..], &["status"], &["task", "list"], &["batch", "show", &batch]] {
        workspace.ok("lena", command);
    }
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["batch", "withdraw", &batch, "--reason", "of no dataset any more"]);
    workspace.ok(PREPARER, &["release", "withdraw", "slips/2026-09.1", "--reason", "of no dataset any more"]);
    workspace.verify();
}

#[test]
fn a_provider_that_is_dropped_leaves_its_batches_to_be_seen() {
    let workspace = Workspace::processed();
    let whole = contract();
    let (head, tail) = whole.split_once("[[dataset.provider]]\nname = \"beta\"").unwrap();
    let (_, tail) = tail.split_once("[[dataset.check]]").unwrap();
    apply(&workspace, &format!("{head}[[dataset.check]]{tail}"));
    for batch in batches(&workspace) {
        workspace.ok("lena", &["batch", "show", batch["id"].as_str().unwrap()]);
    }
    workspace.ok(PREPARER, &["run"]);
    for list in [&["release", "list"][..], &["status"], &["release", "show", "slips/2026-09.1"]] {
        workspace.ok("lena", list);
    }
}

#[test]
fn naming_the_model_helps_releases_without_one() {
    let workspace = Workspace::with_model();
    let file = workspace.path("lexicon.toml");
    workspace.ok(OWNER, &["model", "register", file.to_str().unwrap(), "--name", "terms"]);
    apply(&workspace, &contract().replace("key = [\"slip\"]", "model = \"words\"\nkey = [\"slip\"]"));
    workspace.ok(OWNER, &["model", "promote", "terms/1", "--reason", "beside the first"]);
    apply(&workspace, &contract());
    for provider in PROVIDERS {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, PERIODS[0], 5));
    }
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(workspace.json(&["release", "list"])[0]["model"], "none");
    apply(&workspace, &contract().replace("key = [\"slip\"]", "model = \"terms\"\nkey = [\"slip\"]"));
    assert_eq!(workspace.json(&["release", "list"])[0]["model"], "terms/1");
}

#[test]
fn a_timestamp_belongs_to_the_period_of_the_workspaces_own_day() {
    let workspace = Workspace::bare();
    let contract = contract().replace("sold_on = \"date\"", "sold_on = \"timestamp\"");
    fs::write(workspace.path("assay.toml"), contract).unwrap();
    // In London it is summer: the last hour of August by UTC is the first of September, and so on.
    let rows =
        "a,2026-08-31T23:30:00Z,Beans,1.00\nb,2026-09-30T23:30:00Z,Beans,1.00\nc,2026-09-15T12:00:00Z,Beans,1.00\n";
    workspace.deliver("alpha", "2026-09.csv", format!("{HEADER}{rows}"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let batch = &batches(&workspace)[0];
    assert_eq!((&batch["rows"], &batch["rejected"]), (&3.into(), &1.into()), "{batch:#?}");
    let shown = workspace.ok("lena", &["--json", "batch", "show", batch["id"].as_str().unwrap()]);
    assert!(shown.contains("outside the period: 2026-10-01"), "{shown}");
}

#[test]
fn a_delivery_that_was_read_in_the_wrong_encoding_is_read_again() {
    let workspace = Workspace::under(&contract_in("windows-1251"));
    workspace.promote_lexicon();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 5));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let item = || {
        let silver = workspace.rows(&assay::lake::Table::Silver { dataset: "slips".to_owned() }).unwrap();
        silver.column("description").unwrap().str().unwrap().get(0).unwrap().to_owned()
    };
    assert!(item().ends_with("Caf\u{439}"), "{}", item());
    let reasons = || {
        let releases = workspace.json(&["release", "list"]);
        let all = releases[0]["blocked_by"].as_array().unwrap().clone();
        all.into_iter().filter(|reason| reason["code"] == "batch_not_landed").collect::<Vec<_>>()
    };
    assert_eq!(reasons(), Vec::<Value>::new());

    // Another name of the same encoding is no other encoding.
    apply(&workspace, &contract_in("cp1251"));
    assert_eq!(reasons(), Vec::<Value>::new());
    apply(&workspace, &contract_in("windows-1252"));
    let reason = &reasons()[0];
    assert!(reason["text"].as_str().unwrap().contains("was read as windows-1251"), "{reason:#}");
    let fix: Vec<&str> = reason["fix"].as_str().unwrap().split(' ').skip(1).take(3).collect();
    workspace.ok(PREPARER, &[&fix[..], &["--reason", "the encoding was wrong"]].concat());
    assert_eq!(reasons(), Vec::<Value>::new());
    workspace.ok(PREPARER, &["run"]);
    assert!(item().ends_with("Caf\u{e9}"), "{}", item());
    workspace
        .run(PREPARER, &[&fix[..], &["--reason", "once more"]].concat())
        .ended(3, &["superseded, not quarantined"]);
    // So is the same file, when it comes once more.
    apply(&workspace, &contract_in("iso-8859-5"));
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(states(&workspace).iter().map(|(revision, _)| *revision).max(), Some(3));
}

/// A mistyped period shows by nobody waiting for it, and leaves nothing once it is taken back.
#[test]
fn a_period_that_nobody_waits_for_is_said_and_can_be_taken_back() {
    let workspace = Workspace::processed();
    let newest = || workspace.json(&["period", "list"])[0]["period"].clone();
    let before = newest();
    for (period, doubt) in [("2028-03", "2028-03 has not begun yet"), ("2026-08", "alpha owes nothing for 2026-08")] {
        workspace.deliver("alpha", &format!("{period}.csv"), delivery("alpha", period, 5));
        assert!(workspace.ok(PREPARER, &["ingest", "--dry-run"]).contains(doubt));
        let done = workspace.run(PREPARER, &["ingest"]).ended(0, &[]);
        assert!(done.stdout.contains(doubt) || done.stderr.contains(doubt), "{done:#?}");
    }
    assert_eq!(newest(), "2028-03");
    let batches = workspace.json(&["batch", "list"]);
    let wrong = batches.as_array().unwrap().iter().find(|batch| batch["period"] == "2028-03").unwrap();
    workspace.ok(PREPARER, &["batch", "withdraw", wrong["id"].as_str().unwrap(), "--reason", "it was 2026-03"]);
    assert_eq!(newest(), before);
    workspace.ok(PREPARER, &["release", "reject", "slips/2028-03.1", "--reason", "it was 2026-03"]);
    let run = workspace.ok(PREPARER, &["run", "--period", "2027-01"]);
    assert_eq!(run, "nothing was delivered for 2027-01\n");
}

#[test]
fn a_delivery_that_is_being_landed_keeps_its_release_back() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 6));
    let died = workspace.run_armed(PREPARER, &["ingest"], "land.intent");
    assert!(died.signal.is_some(), "{died:#?}");
    // Another process is at it.
    let let_go = workspace.hold("land slips/2026-09/alpha");
    let publish = ["release", "publish", "slips/2026-09.1"];
    workspace.run(PREPARER, &publish).ended(3, &["2026-09.csv, revision 2 of alpha for 2026-09, is being landed"]);
    let_go();
    workspace.run(PREPARER, &publish).ended(3, &["is stale: new batch revision"]);
}
