//! `--dry-run`: every command that changes something has it, changes nothing by it, and refuses alike.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, delivery, program};

const RELEASE: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";

/// Every file of a folder with its bytes; of the journal, what it says (its file changes when it is tidied up).
fn content(workspace: &Workspace) -> (BTreeMap<String, Vec<u8>>, Vec<Value>) {
    let mut files = BTreeMap::new();
    collect(workspace.root(), workspace.root(), &mut files);
    (files, workspace.events())
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if path.is_dir() {
            files.insert(format!("{name}/"), Vec::new());
            collect(root, &path, files);
        } else if !name.starts_with("assay.db") && !name.starts_with("logs") {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// A workspace where something can be done to everything: a published release and one above it, an open anomaly, a
/// waived one, a quarantined batch, a file in the inbox, a contract that differs, a second model version.
fn rich() -> Workspace {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    workspace.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", PERIODS[0], 11));
    workspace.prepare();
    workspace.approve(AMENDMENT);
    workspace.ok(PREPARER, &["release", "publish", AMENDMENT]);
    let refund = |period: &str| delivery("alpha", period, 9) + &format!("minus,{period}-02,Beans,-1.00\n");
    workspace.deliver("alpha", "2026-10 corrected.csv", refund(PERIODS[1]));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.deliver("beta", "2026-11.csv", "");
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    let lexicon = workspace.path("lexicon.toml");
    workspace.ok(OWNER, &["model", "register", lexicon.to_str().unwrap(), "--name", "words"]);
    workspace.deliver("beta", "2026-10 corrected.csv", delivery("beta", PERIODS[1], 12));
    workspace
}

#[test]
fn every_change_can_be_tried_and_changes_nothing() {
    let workspace = rich();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let batches = workspace.json(&["batch", "list"]);
    let batch =
        |state: &str| text(&batches.as_array().unwrap().iter().find(|row| row["state"] == state).unwrap()["id"]);
    let (landed, quarantined) = (batch("landed"), batch("quarantined"));
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let negative = anomalies.as_array().unwrap().iter().find(|row| row["check"] == "amounts are not negative").unwrap();
    let anomaly = text(&negative["id"]);
    let waived = workspace.copy();
    waived.ok("ravi", &["anomaly", "waive", &anomaly, "--reason", "for once"]);
    let sample = workspace.json(&["anomaly", "show", &anomaly])["anomaly"]["rows"][0].clone();
    let (row, sample_batch) = (sample["row"].to_string(), text(&sample["batch"]));
    let task = text(&workspace.json(&["task", "list"])[0]["key"]);
    let file = workspace.path("inbox/beta/2026-10 corrected.csv").display().to_string();
    let lexicon = workspace.path("lexicon.toml").display().to_string();
    let labelled = workspace.path("labelled.conll").display().to_string();
    let sentence = |number: u32| format!("Heinz B-BRAND\nBeans O\nno{number} O\n\n");
    fs::write(&labelled, (0..40).map(sentence).collect::<String>()).unwrap();
    let why = ["--reason", "to try it"];
    let new = tempfile::tempdir().unwrap();
    let folder = new.path().join("new").display().to_string();

    let approvable = workspace.copy();
    approvable.ok(PREPARER, &["anomaly", "waive", &anomaly, "--reason", "for once"]);
    approvable.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "the second"]);
    approvable.ok(PREPARER, &["run"]);
    let october = "slips/2026-10.1";
    let approved = approvable.copy();
    approved.ok("ravi", &["release", "approve", october]);
    let ready = approved.copy();
    ready.ok("nora", &["release", "approve", october]);
    let lost = workspace.copy();
    fs::remove_dir_all(lost.path("lake/bronze/slips")).unwrap();
    let differing = workspace.copy();
    fs::write(differing.path("assay.toml"), super::support::contract().replace("amount < 0", "amount < 0.01")).unwrap();

    let drifted = workspace.copy();
    // What was written at the same time would be left.
    fs::remove_file(drifted.path("inbox/beta/2026-10 corrected.csv")).unwrap();
    let wider = delivery("beta", PERIODS[1], 10).replace("Amount\n", "Amount,Till\n").replace(".50\n", ".50,3\n");
    drifted.deliver("beta", "2026-10 wider.csv", wider);
    drifted.ok(PREPARER, &["ingest", "--provider", "beta"]);
    drifted.ok(PREPARER, &["run"]);
    let anomalies = drifted.json(&["anomaly", "list", "--state", "open", "--provider", "beta"]);
    let drift = anomalies.as_array().unwrap().iter().find(|row| row["check"] == "schema").unwrap();
    let drift = text(&drift["id"]);
    let mapped = drifted.copy();
    mapped.ok(PREPARER, &["anomaly", "accept", &drift, "--reason", "announced"]);
    let mapping = text(&mapped.json(&["batch", "mappings"])[0]["id"]);

    let compared = workspace.copy();
    let beans = compared.path("beans.toml");
    fs::write(&beans, "[[term]]\ntext = \"Beans\"\nlabel = \"FOOD\"\n").unwrap();
    compared.ok(OWNER, &["model", "register", beans.to_str().unwrap(), "--name", "words"]);
    compared.ok(PREPARER, &["run", "--model", "words/3"]);
    let changed = compared.json(&["model", "compare", "words/1", "words/3"])["samples"][0].clone();
    let (changed_row, changed_batch) = (changed["row"].to_string(), text(&changed["batch"]));
    let place = ["--batch", &changed_batch, "--row", &changed_row];

    // Every verb that changes something, who may say it, and what it needs.
    let table: Vec<(&Workspace, &str, Vec<&str>)> = vec![
        (&workspace, PREPARER, vec!["ingest"]),
        (&workspace, PREPARER, vec!["run"]),
        (&workspace, PREPARER, vec!["task", "retry", &task]),
        (&workspace, PREPARER, vec!["batch", "add", &file, "--provider", "beta", "--period", PERIODS[1]]),
        (&workspace, PREPARER, [&["batch", "nil", "--provider", "beta", "--period", "2026-08"], &why[..]].concat()),
        (&lost, PREPARER, [&["batch", "accept", &landed], &why[..]].concat()),
        (&workspace, PREPARER, [&["batch", "reject", &quarantined], &why[..]].concat()),
        (&workspace, PREPARER, [&["batch", "withdraw", &landed], &why[..]].concat()),
        (&workspace, PREPARER, [&["period", "baseline", PERIODS[1]], &why[..]].concat()),
        (&workspace, PREPARER, vec!["model", "register", &lexicon, "--name", "words"]),
        (&workspace, PREPARER, vec!["model", "train", "--data", &labelled, "--name", "tagger"]),
        (&workspace, PREPARER, [&["model", "promote", "words/2"], &why[..]].concat()),
        (&workspace, PREPARER, vec!["model", "alias", "words/2", "candidate"]),
        (&compared, "tomas", [&["model", "assess", "words/1", "words/3", "--right", "after"], &place[..]].concat()),
        (&workspace, PREPARER, [&["model", "archive", "words/2"], &why[..]].concat()),
        (&workspace, PREPARER, [&["anomaly", "confirm", &anomaly], &why[..]].concat()),
        (&workspace, PREPARER, [&["anomaly", "waive", &anomaly, "--until", "2026-12"], &why[..]].concat()),
        (&drifted, PREPARER, [&["anomaly", "accept", &drift], &why[..]].concat()),
        (&mapped, PREPARER, [&["batch", "unmap", &mapping], &why[..]].concat()),
        (&waived, PREPARER, [&["anomaly", "reopen", &anomaly], &why[..]].concat()),
        (&workspace, "tomas", vec!["assess", &anomaly, "--batch", &sample_batch, "--row", &row, "--accept"]),
        (&approvable, "ravi", vec!["release", "approve", october]),
        (&approved, "ravi", [&["release", "revoke", october], &why[..]].concat()),
        (&workspace, PREPARER, [&["release", "reject", october], &why[..]].concat()),
        (&ready, PREPARER, vec!["release", "publish", october]),
        (&workspace, PREPARER, [&["release", "rollback", AMENDMENT], &why[..]].concat()),
        (&workspace, PREPARER, [&["release", "withdraw", AMENDMENT], &why[..]].concat()),
        (&differing, OWNER, [&["contract", "apply"], &why[..]].concat()),
        (&workspace, "lena", vec!["log", "rebuild"]),
        (&workspace, "lena", vec!["demo", "--into", &folder, "--no-screen"]),
        (&workspace, "lena", vec!["demo", "build", &folder]),
    ];
    for (place, who, command) in &table {
        let before = content(place);
        let outcome = place.run(who, &[&["--dry-run"], command.as_slice()].concat()).ended(0, &[]);
        assert!(outcome.stdout.contains("would "), "{command:?}: {outcome:#?}");
        let json = place.run(who, &[&["--dry-run", "--json"], command.as_slice()].concat()).ended(0, &[]);
        let document: Value = serde_json::from_str(&json.stdout).unwrap();
        assert!(!document["dry_run"].as_array().unwrap().is_empty(), "{command:?}: {document:#}");
        assert!(content(place) == before, "{command:?} changed something");
    }
    assert!(!Path::new(&folder).exists());
    // What the table holds can be done: the same commands, in earnest.
    for (place, who, command) in &table {
        let inert = ["demo", "log"];
        if !inert.contains(&command[0]) {
            place.copy().ok(who, command);
        }
    }
    every_verb_is_in(&table.iter().map(|(_, _, command)| command.as_slice()).collect::<Vec<_>>());
}

/// The verbs that the help lists, but for those that only look.
fn every_verb_is_in(table: &[&[&str]]) {
    let look = [
        "list",
        "show",
        "preview",
        "why",
        "diff",
        "plan",
        "compare",
        "production",
        "registry",
        "coverage",
        "evaluate",
        "history",
        "verify",
        "help",
        "mappings",
        "scorecard",
        "scan",
    ];
    for noun in [
        "task",
        "batch",
        "period",
        "model",
        "anomaly",
        "release",
        "channel",
        "reference",
        "contract",
        "log",
        "demo",
        "profile",
    ] {
        let help = program().args([noun, "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        for verb in verbs.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next()) {
            let is_there = table.iter().any(|command| command[0] == noun && command[1] == verb);
            // These are tried elsewhere: they need a task that runs, a demo, a registry.
            let elsewhere = [("task", "cancel"), ("demo", "deliver"), ("demo", "inject"), ("model", "sync")];
            let elsewhere = elsewhere.contains(&(noun, verb));
            assert!(is_there || elsewhere || look.contains(&verb), "assay {noun} {verb} is not in the table");
        }
    }
}

#[test]
fn a_first_look_makes_nothing() {
    let workspace = Workspace::bare();
    fs::remove_file(workspace.path("assay.toml")).unwrap();
    workspace.ok(OWNER, &["--dry-run", "init"]);
    assert_eq!(fs::read_dir(workspace.root()).unwrap().count(), 0);
    fs::write(workspace.path("assay.toml"), super::support::contract()).unwrap();
    workspace.run(OWNER, &["--dry-run", "init"]).ended(3, &["is there already"]);
}

#[test]
fn a_demo_delivery_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("demo");
    let demo = |arguments: &[&str]| {
        let output = program().arg("--workspace").arg(&root).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    demo(&["demo", "--into", root.to_str().unwrap(), "--no-screen"]);
    let said = demo(&["--dry-run", "demo", "deliver"]);
    assert!(said.contains("would drop inbox/") && !root.join("inbox").exists(), "{said}");
    demo(&["demo", "deliver"]);
    assert!(root.join("inbox").exists());
}

#[test]
fn a_dry_run_refuses_what_the_command_would_refuse() {
    let workspace = rich();
    let why = ["--reason", "to try it"];
    let anomalies = workspace.json(&["anomaly", "list", "--state", "open"]);
    let anomaly = anomalies[0]["id"].as_str().unwrap().to_owned();
    let task = workspace.json(&["task", "list"])[0]["key"].as_str().unwrap().to_owned();
    let no_model = workspace.path("assay.toml").display().to_string();
    let table: Vec<(&str, Vec<&str>)> = vec![
        ("lena", vec!["run"]),
        (PREPARER, vec!["model", "register", &no_model, "--name", "words"]),
        (PREPARER, vec!["ingest", "--provider", "delta"]),
        (PREPARER, vec!["run", "--dataset", "slip"]),
        (PREPARER, vec!["task", "retry", "0000"]),
        (PREPARER, vec!["task", "cancel", &task]),
        (PREPARER, vec!["batch", "add", "nowhere.csv"]),
        (PREPARER, [&["batch", "withdraw", "0000"], &why[..]].concat()),
        (PREPARER, [&["period", "baseline", PERIODS[0]], &why[..]].concat()),
        (PREPARER, vec!["model", "register", "nowhere.toml", "--name", "words"]),
        (PREPARER, [&["model", "promote", "words/1"], &why[..]].concat()),
        (PREPARER, [&["model", "archive", "words/1"], &why[..]].concat()),
        (PREPARER, [&["anomaly", "reopen", &anomaly], &why[..]].concat()),
        (PREPARER, [&["anomaly", "waive", &anomaly, "--until", "2026-01"], &why[..]].concat()),
        (APPROVERS[0], vec!["release", "approve", "slips/2026-10.1"]),
        (APPROVERS[0], [&["release", "revoke", "slips/2026-10.1"], &why[..]].concat()),
        (PREPARER, [&["release", "reject", RELEASE], &why[..]].concat()),
        (PREPARER, vec!["release", "publish", "slips/2026-10.1"]),
        (PREPARER, [&["release", "rollback", RELEASE], &why[..]].concat()),
        (PREPARER, [&["release", "withdraw", RELEASE], &why[..]].concat()),
        (OWNER, [&["contract", "apply"], &why[..]].concat()),
    ];
    let batches = workspace.json(&["batch", "list", "--state", "quarantined"]);
    let empty = batches[0]["id"].as_str().unwrap();
    let accept = [&["--dry-run", "batch", "accept", empty], &why[..]].concat();
    workspace.run(PREPARER, &accept).ended(1, &["still can't be read", "the file is empty"]);
    let before = content(&workspace);
    for (who, command) in table {
        let tried = workspace.run(who, &[&["--dry-run"], command.as_slice()].concat());
        let earnest = workspace.run(who, &command);
        assert_ne!(earnest.code, Some(0), "{command:?}: {earnest:#?}");
        assert_eq!(tried.code, earnest.code, "{command:?}: {tried:#?} {earnest:#?}");
    }
    assert!(content(&workspace) == before);
}

#[test]
fn a_delivery_is_told_apart_from_what_came_already() {
    let workspace = Workspace::processed();
    let again = delivery("beta", PERIODS[0], 10);
    workspace.deliver("beta", "2026-09.csv", &again);
    let foreseen = |arguments: &[&str]| workspace.ok(PREPARER, arguments);
    let said = foreseen(&["ingest", "--dry-run"]);
    assert!(said.contains("nothing would change: 2026-09.csv is what came for slips/2026-09/beta already"), "{said}");
    let file = workspace.path("inbox/beta/2026-09.csv");
    let by_hand = foreseen(&["batch", "add", file.to_str().unwrap(), "--provider", "beta", "--dry-run"]);
    assert!(by_hand.contains("nothing would change: 2026-09.csv"), "{by_hand}");
    let done = foreseen(&["ingest"]);
    assert!(done.contains("0 batches landed, 0 quarantined, 1 unchanged"), "{done}");

    workspace.deliver("beta", "2026-09.csv", again.replace("Beans", "Beets"));
    let said = foreseen(&["ingest", "--dry-run"]);
    assert!(said.contains("would take in 2026-09.csv for slips/2026-09/beta, in the place of revision 1"), "{said}");
    // Which of two files comes first decides what the second takes the place of.
    workspace.deliver("beta", "2026-09 again.csv", &again);
    let said = foreseen(&["ingest", "--dry-run"]);
    assert!(said.contains("would take in 2026-09 again.csv") && !said.contains("nothing would change"), "{said}");
}
