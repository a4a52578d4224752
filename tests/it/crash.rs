//! A real process dies at every visit of every kill point; the next one finishes its work, and nothing is lost or
//! doubled.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;

use assay::base::crash::POINTS;

use super::picture::{Picture, gold, same};
use super::support::{HEADER, PERIODS, PREPARER, Workspace, contract, delivery};

/// What `abort` ends a process with.
const SIGABRT: i32 = 6;
/// How many processes of a step die side by side.
const SIDE_BY_SIDE: usize = 2;

const RELEASE: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";

/// The points of every commit to a table of the lake, with the file that it names.
const COMMIT: &[&str] = &["delta.parquet_written", "delta.before_commit", "delta.after_commit", "delta.log_synced"];
/// Those of a checkpoint: once in fifty commits.
const CHECKPOINT: &[&str] = &["delta.before_checkpoint", "delta.checkpoint_written"];
const INGEST: &[&str] =
    &["files.temp_written", "files.renamed", "raw.stored", "land.intent", "land.bronze_written", "land.outcome"];
/// A file leaves its inbox.
const TAKEN: &[&str] = &["inbox.claimed", "inbox.read"];
const RUN: &[&str] = &["files.temp_written", "files.renamed", "task.intent", "task.before_outcome", "task.outcome"];
const PUBLISH: &[&str] = &["publish.artifact_written", "publish.artifacts_verified"];
const REMOVE: &[&str] = &["delta.before_commit", "delta.after_commit", "delta.log_synced"];
const FORWARD: &[&str] = &[
    "files.temp_written",
    "files.renamed",
    "publish.intent",
    "publish.gold_committed",
    "publish.outcome",
    "publish.channel_written",
    "publish.delivered",
];

/// A command that is killed, on a workspace where it has something to do.
struct Step {
    start: Workspace,
    command: &'static [&'static str],
    /// What a person does next.
    finish: fn(&Workspace),
    /// The points that it passes.
    points: Vec<&'static str>,
}

fn points(groups: &[&[&'static str]]) -> Vec<&'static str> {
    let wanted: BTreeSet<&str> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    POINTS.iter().copied().filter(|point| wanted.contains(point)).collect()
}

fn ingest() -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
    };
    Step { start: Workspace::delivered(), command: &["ingest"], finish, points: points(&[INGEST, TAKEN, COMMIT]) }
}

/// A file that lay somewhere else, and is gone by the time that somebody finishes what was begun with it.
fn add() -> Step {
    let start = Workspace::with_model();
    fs::write(start.path("2026-09.csv"), delivery("alpha", PERIODS[0], 10)).unwrap();
    let command = &["batch", "add", "2026-09.csv", "--provider", "alpha"];
    let finish = |workspace: &Workspace| {
        if workspace.events_of("landing_started").is_empty() {
            workspace.ok(PREPARER, &["batch", "add", "2026-09.csv", "--provider", "alpha"]);
        }
        fs::remove_file(workspace.path("2026-09.csv")).unwrap();
        workspace.ok(PREPARER, &["run"]);
    };
    Step { start, command, finish, points: points(&[INGEST, COMMIT]) }
}

fn run() -> Step {
    let start = Workspace::with_model();
    start.deliver_all(10);
    // Some records of one provider are refused, so that rejects are written too.
    let bad = delivery("alpha", PERIODS[1], 8) + "bad,yesterday,Beans,1.00\nalpha-1,2026-10-02,Twice,1.00\n";
    start.deliver("alpha", "2026-10.csv", bad);
    start.ok(PREPARER, &["ingest"]);
    let finish = |workspace: &Workspace| drop(workspace.ok(PREPARER, &["run"]));
    Step { start, command: &["run"], finish, points: points(&[RUN, COMMIT]) }
}

fn publish() -> Step {
    let start = Workspace::processed();
    start.approve(RELEASE);
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace, RELEASE) != "published" {
            workspace.ok(PREPARER, &["release", "publish", RELEASE]);
        }
        workspace.ok(PREPARER, &["run"]);
    };
    let command = &["release", "publish", RELEASE];
    Step { start, command, finish, points: points(&[PUBLISH, COMMIT, FORWARD]) }
}

fn rollback() -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace, RELEASE) != "published" {
            workspace.ok(PREPARER, &["release", "rollback", AMENDMENT, "--reason", "wrong"]);
        }
        workspace.ok(PREPARER, &["run"]);
    };
    let command = &["release", "rollback", AMENDMENT, "--reason", "wrong"];
    Step { start: Workspace::amended(), command, finish, points: points(&[REMOVE, FORWARD]) }
}

fn withdraw() -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace, AMENDMENT) != "withdrawn" {
            workspace.ok(PREPARER, &["release", "withdraw", AMENDMENT, "--reason", "not ours to give"]);
        }
        workspace.ok(PREPARER, &["run"]);
    };
    let command = &["release", "withdraw", AMENDMENT, "--reason", "not ours to give"];
    Step { start: Workspace::amended(), command, finish, points: points(&[REMOVE, FORWARD]) }
}

fn state(workspace: &Workspace, release: &str) -> String {
    let releases = workspace.json(&["release", "list"]);
    let row = releases.as_array().unwrap().iter().find(|row| row["name"] == release).unwrap();
    row["state"].as_str().unwrap().to_owned()
}

/// Kills the step at every visit of every point, finishes it, and compares with a workspace where nothing happened.
fn kill_everywhere(step: &Step) {
    let undisturbed = step.start.copy();
    let before = gold(&undisturbed);
    undisturbed.ok(PREPARER, step.command);
    let after = gold(&undisturbed);
    (step.finish)(&undisturbed);
    let expected = Picture::of(&undisturbed);

    let kill = |armed: &str| -> bool {
        let workspace = step.start.copy();
        let outcome = workspace.run_armed(PREPARER, step.command, armed);
        if outcome.signal.is_none() {
            assert_eq!(outcome.code, Some(0), "{armed}: {outcome:#?}");
            return false;
        }
        assert_eq!(outcome.signal, Some(SIGABRT), "{armed}: {outcome:#?}");
        let seen = gold(&workspace);
        assert!(
            same(seen.as_ref(), before.as_ref()) || same(seen.as_ref(), after.as_ref()),
            "{armed}: readers see half of it: {seen:?}"
        );
        (step.finish)(&workspace);
        workspace.verify();
        Picture::of(&workspace).assert_is(&expected, armed);
        true
    };
    let left = Mutex::new(POINTS.iter().copied());
    let reached = Mutex::new(BTreeSet::new());
    let work = || {
        let next = || left.lock().unwrap().next();
        while let Some(point) = next() {
            let mut visit = 1;
            while kill(&format!("{point}#{visit}")) {
                reached.lock().unwrap().insert(point);
                visit += 1;
            }
        }
    };
    std::thread::scope(|scope| (0..SIDE_BY_SIDE).for_each(|_| drop(scope.spawn(work))));
    let reached = reached.into_inner().unwrap();
    let reached: Vec<&str> = POINTS.iter().copied().filter(|point| reached.contains(point)).collect();
    assert_eq!(reached, step.points, "the points that {:?} passes", step.command);
}

#[test]
fn a_killed_ingest_is_finished_by_the_next() {
    kill_everywhere(&ingest());
}

#[test]
fn a_killed_landing_is_finished_without_its_file() {
    kill_everywhere(&add());
}

#[test]
fn a_killed_run_is_finished_by_the_next() {
    kill_everywhere(&run());
}

#[test]
fn a_killed_publication_stands_or_never_was() {
    kill_everywhere(&publish());
}

#[test]
fn a_killed_rollback_goes_forward() {
    kill_everywhere(&rollback());
}

#[test]
fn a_killed_withdrawal_goes_forward() {
    kill_everywhere(&withdraw());
}

#[test]
fn an_ingest_that_is_killed_around_a_checkpoint_is_finished_by_the_next() {
    let daily = contract().replace("period = \"month\"", "period = \"day\"").replace("2026-09\"", "2026-09-01\"");
    let start = Workspace::under(&daily);
    let days = "2026-09-01".parse::<chrono::NaiveDate>().unwrap().iter_days().take(50);
    for day in days {
        start.deliver("alpha", &format!("{day}.csv"), format!("{HEADER}a-1,{day},Oat milk,1.00\n"));
    }
    let undisturbed = start.copy();
    undisturbed.ok(PREPARER, &["ingest"]);
    let expected = Picture::of(&undisturbed);
    for point in CHECKPOINT {
        let workspace = start.copy();
        assert_eq!(workspace.run_armed(PREPARER, &["ingest"], point).signal, Some(SIGABRT), "{point}");
        workspace.ok(PREPARER, &["ingest"]);
        workspace.verify();
        Picture::of(&workspace).assert_is(&expected, point);
    }
}

/// The steps above state which points they pass and fail when that is not so; together they pass them all.
#[test]
fn no_point_is_left_out() {
    let passed: BTreeSet<&str> =
        [INGEST, TAKEN, COMMIT, CHECKPOINT, RUN, PUBLISH, REMOVE, FORWARD].concat().into_iter().collect();
    let missed: Vec<&&str> = POINTS.iter().filter(|point| !passed.contains(**point)).collect();
    assert!(missed.is_empty(), "no step passes {missed:?}");
}

/// Whoever finishes the work of the dead may die as well.
#[test]
fn a_recovery_that_is_killed_is_recovered_too() {
    let step = publish();
    let undisturbed = step.start.copy();
    undisturbed.ok(PREPARER, step.command);
    (step.finish)(&undisturbed);
    let expected = Picture::of(&undisturbed);
    let workspace = step.start;
    for point in ["publish.artifacts_verified", "publish.intent"] {
        assert_eq!(workspace.run_armed(PREPARER, step.command, point).signal, Some(SIGABRT), "{point}");
    }
    for point in ["delta.after_commit", "publish.gold_committed", "publish.outcome", "publish.channel_written"] {
        assert_eq!(workspace.run_armed(PREPARER, &["run"], point).signal, Some(SIGABRT), "{point}");
    }
    (step.finish)(&workspace);
    workspace.verify();
    Picture::of(&workspace).assert_is(&expected, "killed again and again");
}
