//! What goes somewhere and comes back: a delivery that is taken in and taken back, a contract that is changed and changed
//! back, work that is overtaken or lost. What stands again is processed again, and what did not stay is nowhere.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use super::support::{APPROVERS, OWNER, Outcome, PERIODS, PREPARER, Workspace, delivery};

const RELEASE: &str = "slips/2026-09.1";
/// The points of a run at which a slice may hold something else than the journal says.
const HALF_WAY: [&str; 5] =
    ["task.intent", "delta.before_commit", "delta.after_commit", "task.before_outcome", "task.outcome"];

/// Takes another delivery of the first provider for the first period in; its batch.
fn corrected(workspace: &Workspace, rows: u32) -> String {
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], rows));
    let landed: serde_json::Value = serde_json::from_str(&workspace.ok(PREPARER, &["--json", "ingest"])).unwrap();
    landed[0]["batch"].as_str().unwrap().to_owned()
}

fn withdraw(workspace: &Workspace, batch: &str) {
    workspace.ok(PREPARER, &["batch", "withdraw", batch, "--reason", "the wrong file"]);
}

/// Everything up to date again, the release goes out with what it stands on.
fn goes_out(workspace: &Workspace) {
    workspace.ok(PREPARER, &["run"]);
    workspace.stands_on_its_batches();
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    workspace.verify();
}

#[test]
fn a_run_that_dies_leaves_nothing_of_a_delivery_that_is_taken_back() {
    let start = Workspace::processed();
    let batch = corrected(&start, 6);
    let deaths: Vec<String> =
        HALF_WAY.iter().flat_map(|point| [1, 2].map(|visit| format!("{point}#{visit}"))).collect();
    let (left, died) = (Mutex::new(deaths.iter()), Mutex::new(0));
    let work = || {
        let next = || left.lock().unwrap().next();
        while let Some(armed) = next() {
            let workspace = start.copy();
            if workspace.run_armed(PREPARER, &["run"], armed).signal.is_some() {
                *died.lock().unwrap() += 1;
            }
            withdraw(&workspace, &batch);
            goes_out(&workspace);
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    assert_eq!(died.into_inner().unwrap(), deaths.len(), "every point is passed twice");
}

/// The disk takes the rows that are kept and not those that are refused: half of the delivery is in silver.
#[test]
fn a_run_that_fails_half_way_leaves_nothing_of_a_delivery_that_is_taken_back() {
    let workspace = Workspace::processed();
    workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 6) + "bad,yesterday,Beans,1.00\n");
    let landed: serde_json::Value = serde_json::from_str(&workspace.ok(PREPARER, &["--json", "ingest"])).unwrap();
    fs::write(workspace.path("lake/rejects"), "in the way").unwrap();
    workspace.run(PREPARER, &["run"]).ended(1, &["refine slips/2026-09/alpha"]);
    withdraw(&workspace, landed[0]["batch"].as_str().unwrap());
    fs::remove_file(workspace.path("lake/rejects")).unwrap();
    let tasks = workspace.json(&["task", "list", "--period", "2026-09"]);
    let refine =
        tasks.as_array().unwrap().iter().find(|task| task["subject"] == "slips/2026-09/alpha").unwrap().clone();
    assert_eq!(refine["state"], "stale", "{refine:#}");
    goes_out(&workspace);
}

#[test]
fn a_release_that_comes_back_to_what_it_rested_on_can_be_approved() {
    let start = Workspace::processed();
    let check = "sql = \"select * from silver where amount < 0\"";
    let returns: [fn(&Workspace); 3] = [
        |workspace| {
            let batch = corrected(workspace, 6);
            withdraw(workspace, &batch);
        },
        |workspace| {
            let other = "sql = \"select * from silver where amount < -5\"";
            workspace.amend("sql = \"select * from silver where amount < 0\"", other);
            workspace.amend(other, "sql = \"select * from silver where amount < 0\"");
        },
        |workspace| {
            let lexicon = workspace.path("lexicon.toml");
            workspace.ok(PREPARER, &["model", "register", lexicon.to_str().unwrap(), "--name", "words"]);
            workspace.ok(PREPARER, &["model", "promote", "words/2", "--reason", "a try"]);
            workspace.ok(PREPARER, &["model", "promote", "words/1", "--reason", "back"]);
        },
    ];
    assert!(fs::read_to_string(start.path("assay.toml")).unwrap().contains(check));
    for comes_back in returns {
        let workspace = start.copy();
        comes_back(&workspace);
        let releases = workspace.json(&["release", "list", "--period", PERIODS[0]]);
        let reasons = releases[0]["blocked_by"].as_array().unwrap().clone();
        let assemble = reasons.iter().find(|reason| reason["subject"] == "assemble slips/2026-09.1").unwrap();
        assert_eq!(assemble["code"], "task_stale", "{assemble:#}");
        goes_out(&workspace);
    }
}

/// Somebody else is at the slice while the deliveries change, and change back, under the plan of a run that waits.
#[test]
fn a_task_that_is_overtaken_while_it_waits_is_planned_again() {
    let workspace = Workspace::processed();
    workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 7));
    corrected(&workspace, 6);
    let done = |what: &str| workspace.events_of("task_done").iter().filter(|slot| *slot == what).count();
    let wait_for = |what: &str, times: usize| {
        while done(what) < times {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let (alpha, beta) = ("refine slips/2026-09/alpha", "refine slips/2026-09/beta");
    let (before, refined) = (done(beta), done(alpha));
    let leave_refine = workspace.hold(alpha);
    let leave_profile = workspace.hold("profile slips/2026-09/alpha words/1");
    let run = workspace.start(PREPARER, &["run"]);
    // What the run has done with the other slice shows that it has made its plan.
    wait_for(beta, before + 1);
    let third = corrected(&workspace, 5);
    leave_refine();
    wait_for(alpha, refined + 1);
    // What the waiting task was planned with stands again, whatever it has made.
    withdraw(&workspace, &third);
    leave_profile();
    let ended: Outcome = run.wait_with_output().unwrap().into();
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    workspace.ok(PREPARER, &["run"]);
    workspace.stands_on_its_batches();
    workspace.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "looked through by hand"]);
    goes_out(&workspace);
}

#[test]
fn what_is_lost_is_made_again_on_demand() {
    let workspace = Workspace::processed();
    let lost = |folder: &str| {
        let mut folders = vec![workspace.path(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let is_data = entry.extension().is_some_and(|extension| extension == "parquet" || extension == "json");
                match entry.is_dir() {
                    true if !entry.ends_with("_delta_log") => folders.push(entry),
                    false if is_data => fs::remove_file(entry).unwrap(),
                    _ => {}
                }
            }
        }
    };
    lost("lake/silver");
    lost("lake/annotations");
    lost("lake/profiles");
    workspace.approve(RELEASE);
    workspace.run(PREPARER, &["release", "publish", RELEASE]).ended(1, &["missing or damaged", "assay task retry"]);
    workspace.ok("lena", &["release", "why", RELEASE]);
    // A changed rule has the checks judge again: they read the profiles.
    workspace.amend("where amount < 0", "where amount < -1");
    workspace.run(PREPARER, &["run"]).ended(1, &["missing or damaged", "assay task retry"]);
    let tasks = workspace.json(&["task", "list", "--period", "2026-09"]);
    for kind in ["refine", "enrich", "profile"] {
        for task in tasks.as_array().unwrap().iter().filter(|task| task["kind"] == kind) {
            workspace.ok(PREPARER, &["task", "retry", task["key"].as_str().unwrap()]);
        }
    }
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    assert_eq!(workspace.events_of("output_lost").len(), 6);
}

/// An amendment is approved as a change of what clients see. If they see something else by then, it is another change.
#[test]
fn what_was_approved_in_the_place_of_a_release_that_is_gone_is_approved_again() {
    let taken: [&[&str]; 2] = [&["rollback", "slips/2026-09.2"], &["withdraw", "slips/2026-09.2"]];
    let start = Workspace::amended();
    start.correct(12);
    let amendment = "slips/2026-09.3";
    start.approve(amendment);
    for words in taken {
        let workspace = start.copy();
        let command = [&["release"], words, &["--reason", "clients saw the wrong one"]].concat();
        let told = workspace.ok(PREPARER, &[&["--dry-run"], command.as_slice()].concat());
        assert!(told.contains("2 approvals fall: ravi's of slips/2026-09.3, nora's of slips/2026-09.3"), "{told}");
        workspace.ok(PREPARER, &command);
        let shown = workspace.json(&["release", "show", amendment]);
        assert_eq!(shown["row"]["state"], "open", "{shown:#}");
        let fallen = shown["fallen"].as_array().unwrap();
        assert!(fallen[0]["why"].as_str().unwrap().contains(words[0]), "{fallen:#?}");
        workspace.run(PREPARER, &["release", "publish", amendment]).ended(3, &["0 of 2 approvals given"]);
        // What was withdrawn is no baseline either.
        workspace.ok(PREPARER, &["run"]);
        if words[0] == "withdraw" {
            workspace.ok(PREPARER, &["period", "baseline", PERIODS[0], "--reason", "looked through by hand"]);
            workspace.ok(PREPARER, &["run"]);
        }
        workspace.approve(amendment);
        workspace.ok(PREPARER, &["release", "publish", amendment]);
        workspace.verify();
    }
}

/// What is settled while a slice is made again does not leave the release bound to something that never comes back.
#[test]
fn a_release_is_not_stuck_by_what_is_settled_while_a_slice_is_made_again() {
    let workspace = Workspace::processed();
    let refund = delivery("alpha", PERIODS[0], 10) + "minus,2026-09-02,Beans,-1.00\n";
    workspace.deliver("alpha", "2026-09 corrected.csv", refund);
    workspace.prepare();
    let found = workspace.json(&["anomaly", "list", "--state", "open", "--period", PERIODS[0]]);
    let of_refund = |one: &&serde_json::Value| one["check"] == "amounts are not negative";
    let id = found.as_array().unwrap().iter().find(of_refund).unwrap()["id"].as_str().unwrap();
    let tasks = workspace.json(&["task", "list", "--period", PERIODS[0]]);
    let of_alpha = |task: &&serde_json::Value| task["kind"] == "refine" && task["subject"] == "slips/2026-09/alpha";
    let refine = tasks.as_array().unwrap().iter().find(of_alpha).unwrap()["key"].as_str().unwrap().to_owned();
    assert!(workspace.run_armed(PREPARER, &["task", "retry", &refine], "task.intent").signal.is_some());
    workspace.ok(OWNER, &["anomaly", "waive", id, "--reason", "a refund"]);
    goes_out(&workspace);
}

/// An amendment that is put together while its predecessor is still on its way out is signed as what it then replaces.
#[test]
fn an_amendment_is_not_stuck_by_a_predecessor_that_goes_out_late() {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    assert!(workspace.run_armed(PREPARER, &["release", "publish", RELEASE], "publish.intent").signal.is_some());
    let (gold, away) = (workspace.path("lake/gold"), workspace.path("lake/gold.away"));
    let was_there = fs::rename(&gold, &away).is_ok();
    fs::write(&gold, "in the way").unwrap();
    workspace.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", PERIODS[0], 11));
    let amendment = "slips/2026-09.2";
    for command in [&["ingest"][..], &["run"], &["period", "baseline", PERIODS[0], "--reason", "again"], &["run"]] {
        workspace.run(PREPARER, command);
    }
    for who in APPROVERS {
        workspace.run(who, &["release", "approve", amendment]);
    }
    fs::remove_file(&gold).unwrap();
    if was_there {
        fs::rename(&away, &gold).unwrap();
    }
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(workspace.json(&["release", "show", RELEASE])["release"]["state"], "published");
    workspace.approve(amendment);
    workspace.ok(PREPARER, &["release", "publish", amendment]);
    workspace.verify();
}
