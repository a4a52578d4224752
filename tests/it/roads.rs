//! Roads by which something went out, or could not go out any more, that nobody had meant. None is open.

use serde_json::Value;

use super::support::{APPROVERS, OWNER, PREPARER, PROVIDERS, Workspace, contract, contract_in, delivery, latin};

/// Months that both providers deliver, and clients see.
const PUBLISHED: [&str; 3] = ["2026-04", "2026-05", "2026-06"];

fn deliver(workspace: &Workspace, provider: &str, period: &str, rows: u32) -> String {
    workspace.deliver(provider, &format!("{period}.csv"), delivery(provider, period, rows));
    let landed: Value = serde_json::from_str(&workspace.ok(PREPARER, &["--json", "ingest"])).unwrap();
    landed[0]["batch"].as_str().unwrap().to_owned()
}

fn codes(workspace: &Workspace, release: &str) -> Vec<String> {
    let releases = workspace.json(&["release", "list"]);
    let row = releases.as_array().unwrap().iter().find(|row| row["name"] == release).unwrap();
    let code = |reason: &Value| reason["code"].as_str().unwrap().to_owned();
    let mut codes: Vec<String> = row["blocked_by"].as_array().unwrap().iter().map(code).collect();
    codes.dedup();
    codes
}

fn publish(workspace: &Workspace, release: &str) {
    workspace.approve(release);
    workspace.ok(PREPARER, &["release", "publish", release]);
}

/// Three months are live.
fn with_history() -> Workspace {
    let workspace = Workspace::under(&contract().replace("since = \"2026-09\"", "since = \"2026-04\""));
    workspace.promote_lexicon_by(PREPARER);
    for period in PUBLISHED {
        for provider in PROVIDERS {
            deliver(&workspace, provider, period, 30);
        }
        workspace.ok(PREPARER, &["run"]);
        if codes(&workspace, &format!("slips/{period}.1")).contains(&"evaluation_unknown".to_owned()) {
            workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "looked through by hand"]);
            workspace.ok(PREPARER, &["run"]);
        }
        publish(&workspace, &format!("slips/{period}.1"));
    }
    workspace
}

/// What was measured of a delivery that was taken back is no history, though the months stand on what was signed again.
#[test]
fn nobody_is_judged_by_what_nobody_signed() {
    let workspace = with_history();
    let tiny: Vec<String> = PUBLISHED.iter().map(|period| deliver(&workspace, "alpha", period, 2)).collect();
    workspace.ok(PREPARER, &["run"]);
    for batch in &tiny {
        workspace.ok(PREPARER, &["batch", "withdraw", batch, "--reason", "the wrong file"]);
    }
    for provider in PROVIDERS {
        deliver(&workspace, provider, "2026-07", 2);
    }
    workspace.ok(PREPARER, &["run", "--period", "2026-07"]);
    let kept_back = codes(&workspace, "slips/2026-07.1");
    assert!(kept_back.contains(&"evaluation_unknown".to_owned()), "{kept_back:?}");
    // Measured as signed again, they are history again.
    workspace.ok(PREPARER, &["run"]);
    let kept_back = codes(&workspace, "slips/2026-07.1");
    assert!(kept_back.contains(&"anomaly_open".to_owned()), "{kept_back:?}");
    assert!(!kept_back.contains(&"evaluation_unknown".to_owned()), "{kept_back:?}");
}

#[test]
fn a_baseline_is_for_the_rows_as_they_were_mapped() {
    let workspace = Workspace::processed();
    assert_eq!(codes(&workspace, "slips/2026-09.1"), ["approvals_missing"]);
    workspace.amend("due = \"5d\"", "due = \"5d\"\ndates = [\"%Y-%m-%d\"]");
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(codes(&workspace, "slips/2026-09.1"), ["evaluation_unknown", "approvals_missing"]);
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "the same dates"]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(codes(&workspace, "slips/2026-09.1"), ["approvals_missing"]);
}

/// Reading a batch again makes it the newest word of its provider.
#[test]
fn a_batch_is_not_read_again_over_a_newer_one_that_waits() {
    let workspace = Workspace::under(&contract_in("windows-1251"));
    workspace.promote_lexicon();
    workspace.deliver("alpha", "2026-09.csv", latin());
    workspace.ok(PREPARER, &["ingest"]);
    workspace.deliver("alpha", "2026-09.csv", "not,a,header\n1,2,3\n");
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    workspace.amend("windows-1251", "windows-1252");
    let batches = workspace.json(&["batch", "list"]);
    let of = |state: &str| {
        let found = batches.as_array().unwrap().iter().find(|batch| batch["state"] == state).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let accept = ["batch", "accept", &of("landed"), "--reason", "the encoding was wrong"];
    workspace.run(PREPARER, &accept).ended(3, &["revision 2", "is quarantined", "batch reject"]);
    workspace.ok(PREPARER, &["batch", "reject", &of("quarantined"), "--reason", "no header"]);
    workspace.ok(PREPARER, &accept);
}

/// Whoever changed the rules is not cleared by turning a release down and opening it anew.
#[test]
fn the_editor_of_the_rules_may_not_approve_what_was_open_then() {
    let workspace = with_history();
    for period in ["2026-07", "2026-08"] {
        for provider in PROVIDERS {
            deliver(&workspace, provider, period, 30);
        }
    }
    workspace.amend("where amount < 0", "where amount < -1");
    workspace.ok(PREPARER, &["run"]);
    workspace.run(OWNER, &["release", "approve", "slips/2026-08.1"]).ended(3, &["olga changed the contract"]);
    publish(&workspace, "slips/2026-07.1");
    workspace.ok(PREPARER, &["run"]);
    workspace.run(OWNER, &["release", "approve", "slips/2026-08.1"]).ended(3, &["olga changed the contract"]);
    workspace.ok(OWNER, &["release", "reject", "slips/2026-08.1", "--reason", "anew"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-08"]);
    workspace.run(OWNER, &["release", "approve", "slips/2026-08.2"]).ended(3, &["olga changed the contract"]);
    workspace.ok(APPROVERS[0], &["release", "approve", "slips/2026-08.2"]);
}

/// An amendment that exists by a change of the contract is that of whoever made it, whatever went out for other periods,
/// and after a rollback too.
#[test]
fn the_editor_of_a_mapping_may_not_approve_what_it_makes_of_any_period() {
    let workspace = with_history();
    workspace.amend("due = \"5d\"", "due = \"5d\"\ndates = [\"%Y-%m-%d\"]");
    let again = |period: &str| {
        workspace.ok(PREPARER, &["run", "--period", period]);
        workspace.ok(PREPARER, &["period", "baseline", period, "--reason", "looked through by hand"]);
        workspace.ok(PREPARER, &["run"]);
    };
    let refused = |release: &str| {
        workspace.run(OWNER, &["release", "approve", release]).ended(3, &["olga changed the contract"]);
    };
    again("2026-06");
    refused("slips/2026-06.2");
    publish(&workspace, "slips/2026-06.2");
    again("2026-05");
    refused("slips/2026-05.2");
    workspace.ok(PREPARER, &["release", "rollback", "slips/2026-06.2", "--reason", "the mapping is wrong"]);
    deliver(&workspace, PROVIDERS[1], "2026-06", 31);
    again("2026-06");
    refused("slips/2026-06.3");
    // What was put up for approval and published by the new contract is not the editor's any more.
    publish(&workspace, "slips/2026-06.3");
    deliver(&workspace, PROVIDERS[1], "2026-06", 32);
    again("2026-06");
    workspace.ok(OWNER, &["release", "approve", "slips/2026-06.4"]);
}

/// What was approved by the old rules and went out after the change clears nobody of the new ones.
#[test]
fn the_editor_of_the_rules_is_not_cleared_by_what_was_approved_before() {
    let workspace = with_history();
    deliver(&workspace, PROVIDERS[1], "2026-06", 31);
    workspace.ok(PREPARER, &["run"]);
    workspace.ok(PREPARER, &["period", "baseline", "2026-06", "--reason", "looked through by hand"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.approve("slips/2026-06.2");
    workspace.amend("name = \"Tests\"", "name = \"Other tests\"");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-06.2"]);
    for provider in PROVIDERS {
        deliver(&workspace, provider, "2026-07", 30);
    }
    workspace.ok(PREPARER, &["run"]);
    workspace.run(OWNER, &["release", "approve", "slips/2026-07.1"]).ended(3, &["olga changed the contract"]);
}

#[test]
fn a_period_that_clients_lost_can_be_brought_out_again() {
    let workspace = Workspace::amended();
    workspace.ok(PREPARER, &["release", "rollback", "slips/2026-09.2", "--reason", "wrong"]);
    workspace.ok(PREPARER, &["release", "withdraw", "slips/2026-09.1", "--reason", "wrong too"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    // What was withdrawn is no baseline, not even for itself.
    workspace
        .run(APPROVERS[0], &["release", "approve", "slips/2026-09.3"])
        .ended(3, &["row_count of alpha is unknown"]);
    workspace.ok(PREPARER, &["period", "baseline", "2026-09", "--reason", "looked through once more"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    publish(&workspace, "slips/2026-09.3");
}

/// A task that is asked to stop is stopped, or was faster; it is not run again by the same run.
#[test]
fn a_stopped_task_is_said_to_be_stopped() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", "2026-09", 60_000));
    workspace.ok(PREPARER, &["ingest"]);
    let run = workspace.start(PREPARER, &["--json", "run"]);
    let running = || {
        let tasks = workspace.json(&["task", "list", "--period", "2026-09"]);
        let is_running = |task: &&Value| task["state"] == "running";
        tasks.as_array().unwrap().iter().find(is_running).map(|task| task["key"].as_str().unwrap().to_owned())
    };
    let key = loop {
        if let Some(key) = running() {
            break key;
        }
    };
    let asked = workspace.run(PREPARER, &["task", "cancel", &key]);
    let ended: super::support::Outcome = run.wait_with_output().unwrap().into();
    let started = workspace.events().iter().filter(|event| event["kind"] == "task_started").count();
    let kinds: std::collections::BTreeSet<String> = workspace.events_of("task_started").into_iter().collect();
    assert_eq!(started, kinds.len(), "no task was begun twice: {ended:#?}");
    if asked.code == Some(0) && ended.code != Some(0) {
        assert_eq!(ended.code, Some(130), "{ended:#?}");
        assert!(ended.stderr.contains("stopped on request"), "{ended:#?}");
    }
    workspace.ok(PREPARER, &["run"]);
    workspace.stands_on_its_batches();
}
