//! Who counts: each person once, under whatever spelling, and nobody who is not one of the people.

use std::fs;

use serde_json::Value;

use super::support::{OWNER, PREPARER, Workspace, contract, program};

const RELEASE: &str = "slips/2026-09.1";

fn release(workspace: &Workspace) -> Value {
    let releases = workspace.json(&["release", "list", "--period", "2026-09"]);
    releases[0].clone()
}

fn approvals(workspace: &Workspace) -> Value {
    release(workspace)["approvals"].clone()
}

#[test]
fn a_third_approval_counts_as_what_it_is_and_may_be_taken_back() {
    let contract = contract().replace("lena = [\"viewer\"]", "lena = [\"viewer\"]\npaul = [\"manager\"]");
    let workspace = Workspace::under(&contract);
    workspace.promote_lexicon();
    workspace.deliver_all(10);
    workspace.prepare();
    let approve = |who: &str| workspace.ok(who, &["release", "approve", RELEASE]);
    let by_gate = |state: &str| {
        let releases = workspace.json(&["release", "list", "--state", state]);
        releases.as_array().unwrap().iter().map(|release| release["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((by_gate("ready"), by_gate("blocked")), (vec![RELEASE.into()], vec!["slips/2026-10.1".into()]));
    assert_eq!(approve("ravi"), "slips/2026-09.1 is approved by ravi: 1 of 2 approvals\n");
    let again = workspace.run("ravi", &["release", "approve", RELEASE]).ended(3, &["ravi has approved", "already"]);
    assert!(again.stderr.contains("one person counts once"), "{again:#?}");
    assert_eq!(approve("nora"), "slips/2026-09.1 is approved by nora: 2 of 2 approvals\n");
    assert_eq!(approve("paul"), "slips/2026-09.1 is approved by paul: 3 approvals, 2 wanted\n");
    let after = release(&workspace);
    assert_eq!((&after["state"], after["blocked_by"].as_array().unwrap().len()), (&"approved".into(), 0));
    assert_eq!(after["approvals"], serde_json::json!(["nora", "paul", "ravi"]));
    // Without the one too many it still stands; without another it does not.
    workspace.ok("nora", &["release", "revoke", RELEASE, "--reason", "not sure"]);
    assert_eq!(release(&workspace)["state"], "approved");
    workspace.ok("paul", &["release", "revoke", RELEASE, "--reason", "nor I"]);
    assert_eq!(release(&workspace)["state"], "open");
    workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(3, &["1 of 2 approvals"]);
    approve("paul");
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
}

#[test]
fn one_person_under_another_spelling_is_the_same_person() {
    let workspace = Workspace::processed();
    workspace.ok("ravi", &["release", "approve", RELEASE]);
    for spelling in ["Ravi", " RAVI ", "ravi\t"] {
        workspace.run(spelling, &["release", "approve", RELEASE]).ended(3, &["ravi has approved"]);
    }
    for stranger in ["ra vi", "r\u{430}vi", "\u{ff52}avi", "ravi\u{200b}"] {
        workspace.run(stranger, &["release", "approve", RELEASE]).ended(3, &["is not in [people]"]);
    }
    assert_eq!(approvals(&workspace), serde_json::json!(["ravi"]));
    assert!(workspace.events().iter().all(|event| event["actor"] != "Ravi"));
}

#[test]
fn without_people_names_are_plain_and_count_once_however_capitalised() {
    let contract = contract();
    let (before, rest) = contract.split_once("[people]").unwrap();
    let (_, after) = rest.split_once("[[dataset]]").unwrap();
    let workspace = Workspace::under(&format!("{before}[[dataset]]{after}").replace("demo = true\n", ""));
    workspace.promote_lexicon();
    workspace.deliver_all(10);
    workspace.prepare();
    workspace.ok("Ravi", &["release", "approve", RELEASE]);
    for spelling in ["ravi", "RAVI", " Ravi"] {
        workspace.run(spelling, &["release", "approve", RELEASE]).ended(3, &["has approved", "already"]);
    }
    // Composed and decomposed accents, look-alikes, blanks inside.
    for doubtful in ["jos\u{e9}", "jose\u{301}", "R\u{430}vi", "ra vi", "ra\u{a0}vi"] {
        workspace.run(doubtful, &["release", "approve", RELEASE]).ended(2, &["nobody can act as", "--as NAME"]);
    }
    let mut command = program();
    command.env("ASSAY_USER", "jos\u{e9}").arg("--workspace").arg(workspace.root()).args(["--as", "jose", "run"]);
    assert!(command.output().unwrap().status.success(), "an accent in the login name keeps nobody out");
    assert_eq!(approvals(&workspace), serde_json::json!(["Ravi"]));
}

#[test]
fn whoever_leaves_the_people_no_longer_counts() {
    for (gone, why) in [("ravi = [\"manager\"]\n", ""), ("ravi = [\"manager\"]", "ravi = [\"viewer\"]")] {
        // Also where duties are not separated.
        let contract = contract().replace("separation = true", "separation = false");
        let workspace = Workspace::under(&contract);
        workspace.promote_lexicon();
        workspace.deliver_all(10);
        workspace.prepare();
        workspace.approve(RELEASE);
        assert_eq!(release(&workspace)["state"], "approved");
        fs::write(workspace.path("assay.toml"), contract.replace(gone, why)).unwrap();
        workspace.ok(OWNER, &["contract", "apply", "--reason", "ravi left"]);
        assert_eq!(approvals(&workspace), serde_json::json!(["nora"]));
        workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(3, &["1 of 2 approvals"]);
    }
}

#[test]
fn what_was_published_stays_signed_by_whoever_leaves() {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    fs::write(workspace.path("assay.toml"), contract().replace("ravi = [\"manager\"]\n", "")).unwrap();
    workspace.ok(OWNER, &["contract", "apply", "--reason", "ravi left"]);
    assert_eq!(approvals(&workspace), serde_json::json!(["nora", "ravi"]));
    let shown = workspace.ok("lena", &["release", "show", RELEASE]);
    assert!(!shown.contains("does not count"), "{shown}");
}
