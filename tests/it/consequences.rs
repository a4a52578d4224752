//! What publishing, rolling back and promoting mean for other releases is said before, and is what happens.

use std::fs;

use serde_json::{Value, json};

use crate::support::{APPROVERS, HEADER, OWNER, PERIODS, PREPARER, Workspace, contract, delivery};

const FIRST: &str = "slips/2026-09.1";
const CORRECTED: &str = "slips/2026-09.2";
const LATER: &str = "slips/2026-10.1";

fn dry_run(workspace: &Workspace, arguments: &[&str]) -> String {
    let before = workspace.events();
    let said = workspace.ok(PREPARER, &[&["--dry-run"], arguments].concat());
    assert_eq!(workspace.events(), before, "a dry run left something on record");
    said
}

fn show(workspace: &Workspace, release: &str) -> Value {
    workspace.json(&["release", "show", release])
}

#[test]
fn a_publication_says_whose_approvals_fall_and_the_release_says_why_they_fell() {
    let workspace = Workspace::processed();
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[1], "--reason", "two months are no history"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(FIRST);
    workspace.approve(LATER);
    let said = dry_run(&workspace, &["release", "publish", FIRST]);
    assert!(said.contains("1 open release is checked again: slips/2026-10.1 (2 approvals fall)"), "{said}");
    assert_eq!(show(&workspace, LATER)["fallen"], json!([]));

    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    let detail = show(&workspace, LATER);
    let fallen: Vec<(&str, &str)> = detail["fallen"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["by"].as_str().unwrap(), one["why"].as_str().unwrap()))
        .collect();
    let why = "slips/2026-09.1 was published, which it looks back at";
    assert_eq!(fallen, [("nora", why), ("ravi", why)]);
    let stale = workspace.json(&["release", "list"]);
    let reasons = stale[0]["blocked_by"].to_string();
    assert!(!reasons.contains("upstream stale"), "{reasons}");
    assert!(reasons.contains("evaluate slips/2026-10.1 is stale: slips/2026-09.1 was published"), "{reasons}");

    // Given again, they stand again.
    workspace.ok(PREPARER, &["run"]);
    workspace.approve(LATER);
    assert_eq!(show(&workspace, LATER)["fallen"], json!([]));
}

#[test]
fn a_correction_is_told_row_by_row_and_a_live_release_is_compared_with_its_predecessor() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    // The first row is gone, the second costs more, two are new.
    let mut lines: Vec<String> = delivery("alpha", PERIODS[0], 10).lines().skip(2).map(str::to_owned).collect();
    lines[0] = lines[0].replace(",2.50", ",12.50");
    lines
        .extend(["alpha-11,2026-09-12,Oat milk 1L,1.00".to_owned(), "alpha-12,2026-09-13,Oat milk 1L,1.00".to_owned()]);
    workspace.deliver("alpha", "2026-09 again.csv", format!("{HEADER}{}\n", lines.join("\n")));
    workspace.ok(PREPARER, &["ingest"]);
    let before_run = show(&workspace, CORRECTED);
    assert_eq!(before_run["changes"]["batches"][0]["rows"], Value::Null, "rows that nobody processed yet");
    workspace.prepare();

    let detail = show(&workspace, CORRECTED);
    let change = &detail["changes"]["batches"];
    assert_eq!(change.as_array().unwrap().len(), 1, "{change:#}");
    assert_eq!((&change[0]["provider"], &change[0]["before"][0]["file"]), (&json!("alpha"), &json!("2026-09.csv")));
    assert_eq!(change[0]["after"][0]["revision"], 2);
    assert_eq!(
        change[0]["rows"],
        json!({ "added": 2, "removed": 1, "changed": 1, "sums": [["amount", "60.00", "70.50"]] })
    );

    // Where nothing makes a row unique, a changed row is one that went and one that came.
    let keyless = workspace.copy();
    fs::write(keyless.path("assay.toml"), contract().replace("key = [\"slip\"]\n", "")).unwrap();
    keyless.ok(OWNER, &["contract", "apply", "--reason", "slips repeat"]);
    keyless.ok(PREPARER, &["run"]);
    let change = &show(&keyless, CORRECTED)["changes"]["batches"][0]["rows"];
    assert_eq!((&change["added"], &change["removed"], &change["changed"]), (&json!(3), &json!(2), &Value::Null));
    workspace.approve(CORRECTED);
    workspace.ok(PREPARER, &["release", "publish", CORRECTED]);
    let said = dry_run(&workspace, &["release", "rollback", CORRECTED, "--reason", "it was wrong"]);
    assert!(said.contains("clients would see slips/2026-09.1 again: 20 rows"), "{said}");
    assert!(said.contains("slips/2026-10.1"), "what looks back at it is checked again: {said}");
    workspace.ok(PREPARER, &["release", "rollback", CORRECTED, "--reason", "it was wrong"]);

    let live = show(&workspace, FIRST);
    assert_eq!((&live["changes"]["since"], &live["changes"]["was_live"]), (&json!(CORRECTED), &json!(true)));
    assert_eq!((&live["changes"]["rows_before"], &live["changes"]["rows_after"]), (&json!(21), &json!(20)));
    assert_eq!(live["rests_on"][0]["file"], "2026-09.csv", "what was signed, whatever came since");
    let refused = workspace.run(PREPARER, &["release", "publish", CORRECTED]).ended(3, &["it was published before"]);
    assert!(refused.stderr.contains("assay release rollback slips/2026-09.1 --to slips/2026-09.2"), "{refused:#?}");
    assert!(!refused.stderr.contains("can't be"), "{refused:#?}");
    workspace.ok(PREPARER, &["release", "rollback", FIRST, "--to", CORRECTED, "--reason", "it was right"]);
    let said = dry_run(&workspace, &["release", "withdraw", CORRECTED, "--reason", "all of it"]);
    assert!(said.contains("clients would see nothing for 2026-09: 21 rows go"), "{said}");
}

#[test]
fn a_promotion_says_what_moves_to_the_new_version() {
    let workspace = Workspace::processed();
    workspace.ok(APPROVERS[0], &["release", "approve", FIRST]);
    let file = workspace.path("lexicon.toml");
    std::fs::write(&file, "[[term]]\ntext = \"Oat\"\nlabel = \"PRODUCT\"\n").unwrap();
    workspace.ok(PREPARER, &["model", "register", file.to_str().unwrap(), "--name", "words"]);
    let said = dry_run(&workspace, &["model", "promote", "words/2"]);
    assert!(said.contains("words/2 was not measured; words/1, in production now, was not measured"), "{said}");
    assert!(said.contains("2 open releases move to words/2: slips/2026-09.1 (1 approval falls)"), "{said}");
    assert!(said.contains("1 approval falls: ravi's of slips/2026-09.1"), "{said}");
}

#[test]
fn a_contract_says_who_is_no_longer_approved_and_what_counts_no_more() {
    let workspace = Workspace::processed();
    workspace.approve("slips/2026-09.1");
    let apply = ["--dry-run", "contract", "apply", "--reason", "as agreed"];
    workspace.edit("approvals = 2", "approvals = 3");
    let said = workspace.ok(OWNER, &apply);
    assert!(said.contains("slips/2026-09.1 is no longer approved: too few approvals count"), "{said}");
    workspace.edit("approvals = 3", "approvals = 2");
    workspace.edit("name = \"beta\"", "name = \"betta\"");
    let said = workspace.ok(OWNER, &apply);
    assert!(said.contains("what beta delivered for 2 periods would count no more"), "{said}");
}

#[test]
fn what_clients_see_stays_on_the_map_whoever_owed_it() {
    let workspace = Workspace::processed();
    workspace.approve(FIRST);
    workspace.ok(PREPARER, &["release", "publish", FIRST]);
    for _ in ["alpha", "beta"] {
        workspace.edit("since = \"2026-09\"", "since = \"2026-10\"");
    }
    workspace.ok(OWNER, &["contract", "apply", "--reason", "as agreed"]);
    let batches = workspace.json(&["batch", "list"]);
    for batch in batches.as_array().unwrap().iter().filter(|batch| batch["period"] == PERIODS[0]) {
        workspace.ok(PREPARER, &["batch", "withdraw", batch["id"].as_str().unwrap(), "--reason", "not owed"]);
    }
    let periods = workspace.json(&["period", "list"]);
    let oldest = periods.as_array().unwrap().last().unwrap();
    assert_eq!((&oldest["period"], &oldest["live"]), (&json!(PERIODS[0]), &json!(FIRST)));
}
