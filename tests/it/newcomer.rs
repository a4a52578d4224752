//! What somebody who is new to the program is told: what waits for whom, what a file would become, how it goes on.

use std::fs;

use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, contract, delivery, latin};

const FIRST: &str = "slips/2026-09.1";
const SECOND: &str = "slips/2026-10.1";

#[test]
fn status_counts_what_waits_for_whom() {
    let workspace = Workspace::processed();
    let counted = |open: u64, approve: u64, publish: u64| {
        let status = workspace.json(&["status"]);
        let counts = ["open_releases", "releases_to_approve", "releases_to_publish"].map(|name| &status[name]);
        assert_eq!(counts, [open, approve, publish], "{status:#}");
    };
    counted(2, 1, 0);
    workspace.approve(FIRST);
    counted(2, 0, 1);
    assert_eq!(workspace.json(&["status"])["ready_releases"], 1, "the name of before keeps its meaning");

    // A confirmed finding blocks as an open one does; a waived one does not.
    let refund = delivery("alpha", PERIODS[1], 9) + "minus,2026-10-02,Beans,-1.00\n";
    workspace.deliver("alpha", "2026-10 corrected.csv", refund);
    assert!(workspace.ok("lena", &["status"]).contains("\n1 file waits: assay ingest\n"));
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let found = workspace.json(&["anomaly", "list", "--state", "open"]);
    let blocking = found.as_array().unwrap().iter().filter(|one| one["severity"] == "blocking");
    let ids: Vec<String> = blocking.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let in_the_way = || workspace.json(&["status"])["open_anomalies"].as_u64().unwrap();
    assert_eq!(in_the_way(), ids.len() as u64);
    workspace.ok(PREPARER, &["anomaly", "confirm", &ids[0], "--reason", "it is real"]);
    assert_eq!(in_the_way(), ids.len() as u64);
    workspace.ok(PREPARER, &["anomaly", "reopen", &ids[0], "--reason", "it is not"]);
    let waived = workspace.ok(PREPARER, &["anomaly", "waive", &ids[0], "--reason", "for once"]);
    assert!(waived.contains("is waived"), "{waived}");
    assert_eq!(in_the_way(), ids.len() as u64 - 1);
    // What no open release waits for is in nobody's way.
    workspace.ok(PREPARER, &["anomaly", "reopen", &ids[0], "--reason", "it is not"]);
    workspace.ok(PREPARER, &["release", "reject", SECOND, "--reason", "not this one"]);
    assert_eq!(in_the_way(), 0);
}

#[test]
fn a_file_that_would_be_quarantined_is_not_said_to_be_taken_in() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.deliver("beta", "2026-09.csv", "alpha-1,2026-09-01,Beans,1.00\n");
    let said = workspace.ok(PREPARER, &["--dry-run", "ingest"]);
    assert!(said.contains("would quarantine 2026-09.csv for slips/2026-09/alpha"), "{said}");
    assert!(said.contains("would quarantine 2026-09.csv for slips/2026-09/beta: none of the columns"), "{said}");
    assert!(!said.contains("would take in"), "{said}");
    let file = workspace.path("inbox/beta/2026-09.csv").display().to_string();
    let said = workspace.ok(PREPARER, &["--dry-run", "batch", "add", &file, "--provider", "beta"]);
    assert!(said.contains("would quarantine"), "{said}");
}

#[test]
fn how_a_value_is_written_is_said_where_it_is_wrong() {
    let workspace = Workspace::with_model();
    workspace.run(OWNER, &["release", "why", "2026-10.1"]).ended(2, &["hint: write dataset/period.n"]);
    workspace.run(OWNER, &["run", "--period", "Oct"]).ended(2, &["hint: write a year 2026", "2026-10"]);
    let json = workspace.run(OWNER, &["--json", "run", "--model", "words"]).ended(2, &[]).stdout;
    assert!(json.contains("write name/version"), "{json}");
}

#[test]
fn a_published_release_says_where_its_files_are_and_what_became_of_it() {
    let workspace = Workspace::amended();
    let shown = workspace.ok("lena", &["release", "show", FIRST]);
    assert!(shown.contains("files in releases/slips/2026-09.1/"), "{shown}");
    assert!(shown.contains("published, generation 1, by mira"), "{shown}");
    assert!(shown.contains("slips/2026-09.2 took its place, published by mira"), "{shown}");
    workspace.ok(PREPARER, &["release", "withdraw", "slips/2026-09.2", "--reason", "wrong prices"]);
    let shown = workspace.ok("lena", &["release", "show", "slips/2026-09.2"]);
    assert!(shown.contains("withdrawn by mira") && shown.contains(": wrong prices"), "{shown}");
    let way_on = "-> to open another one: assay run --dataset slips --period 2026-09";
    assert!(shown.contains(way_on), "{shown}");
    assert!(workspace.ok("lena", &["release", "why", "slips/2026-09.2"]).contains(way_on));
}

#[test]
fn many_reasons_with_one_remedy_are_told_as_one() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let folded = workspace.ok("lena", &["release", "why", FIRST]);
    assert!(folded.contains("checks can't be judged yet, the first: "), "{folded}");
    let whole = workspace.ok("lena", &["release", "why", FIRST, "--verbose"]);
    assert!(whole.lines().count() > 2 * folded.lines().count(), "{whole}");
    let refused = workspace.run(PREPARER, &["release", "publish", FIRST]).ended(3, &["more; --json lists them"]);
    let longest = refused.stderr.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(400), "{refused:#?}");
    assert_eq!(refused.stderr.matches("can't be published").count(), 1, "{refused:#?}");
}

#[test]
fn what_a_decision_costs_is_said_before_it_is_taken() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    workspace.ok(PREPARER, &["run"]);
    let baseline = ["--dry-run", "period", "baseline", PERIODS[0], "--reason", "a start"];
    let said = workspace.ok("ravi", &baseline);
    assert!(said.contains("of slips/2026-09.1 could then be judged: "), "{said}");
    assert!(said.contains("ravi could then not approve releases of slips/2026-09"), "{said}");

    workspace.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "a start"]);
    workspace.ok(PREPARER, &["run"]);
    let without = contract().replace("approvals = 2", "approvals = 1");
    fs::write(workspace.path("assay.toml"), without).unwrap();
    let apply = ["contract", "apply", "--reason", "one is enough"];
    let said = workspace.ok(OWNER, &[&["--dry-run"], &apply[..]].concat());
    assert!(said.contains("olga could then not approve releases of slips/2026-09, slips/2026-10"), "{said}");
    fs::write(workspace.path("assay.toml"), contract()).unwrap();

    // The later release is approved first, and falls with the earlier one's publication.
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "the second"]);
    workspace.ok(PREPARER, &["run"]);
    let said = workspace.ok(APPROVERS[0], &["--dry-run", "release", "approve", SECOND]);
    assert!(said.contains("slips/2026-09.1 is open too: publishing it afterwards lets this approval fall"), "{said}");
}

#[test]
fn whoever_waives_hears_what_was_said_of_the_rows() {
    let workspace = Workspace::delivered();
    let refund = delivery("alpha", PERIODS[1], 9) + "m,2026-10-02,Beans,-1.00\nn,2026-10-03,Beans,-2.00\n";
    workspace.deliver("alpha", "2026-10 corrected.csv", refund);
    workspace.prepare();
    let found = workspace.json(&["anomaly", "list", "--state", "open"]);
    let negative = found.as_array().unwrap().iter().find(|one| one["check"] == "amounts are not negative").unwrap();
    let id = negative["id"].as_str().unwrap();
    let row = workspace.json(&["anomaly", "show", id])["anomaly"]["rows"][0]["row"].to_string();
    workspace.ok("tomas", &["assess", id, "--row", &row, "--accept", "--note", "a refund"]);
    let again = workspace.run("tomas", &["assess", id, "--row", &row, "--reject"]);
    again.ended(0, &["your verdict before had a note, which this one has not: a refund"]);
    let waived = workspace.run("ravi", &["anomaly", "waive", id, "--reason", "refunds"]);
    waived.ended(0, &["1 sample judged by tomas: 0 accepted, 1 rejected; 1 not judged"]);
}

#[test]
fn the_first_steps_say_how_they_go_on() {
    let workspace = Workspace::bare();
    let applied = workspace.run(OWNER, &["contract", "apply", "--reason", "the first"]);
    applied.ended(0, &["files of alpha go to inbox/alpha/", "files of beta go to inbox/beta/"]);
    assert!(workspace.path("inbox/beta").is_dir());
    fs::write(workspace.path("words.csv"), "term,label\nHeinz,BRAND\n").unwrap();
    let words = workspace.path("words.csv").display().to_string();
    let registered = workspace.run(OWNER, &["model", "register", &words, "--name", "words"]);
    registered.ended(0, &["-> to put it into production: assay model promote words/1"]);

    let real = Workspace::under(&contract().replace("demo = true\n", ""));
    real.run("zed", &["ingest"]).ended(3, &["`zed` is not in [people]", "set ASSAY_USER"]);
    let refused = real.run("lena", &["ingest"]).ended(3, &["ask somebody who is manager"]);
    assert!(!refused.stderr.contains("--as"), "{refused:#?}");
}
