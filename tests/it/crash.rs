//! A real process dies at every kill point; the next one finishes its work, and nothing is lost or doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assay::base::crash::POINTS;
use assay::lake::Table;
use polars::prelude::DataFrame;
use serde_json::Value;

use super::support::{PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

/// What `abort` ends a process with.
const SIGABRT: i32 = 6;
/// How often each point is hit at the most: the first visit, and one between two pieces of the same work.
const VISITS: u32 = 2;

const RELEASE: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";

/// The points of every commit to a table of the lake, with the file that it names.
const COMMIT: &[&str] = &["delta.parquet_written", "delta.before_commit", "delta.after_commit", "delta.log_synced"];
const INGEST: &[&str] = &["raw.stored", "land.intent", "land.bronze_written", "land.outcome"];
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
    /// How often each is hit.
    visits: u32,
}

fn points(groups: &[&[&'static str]]) -> Vec<&'static str> {
    let wanted: BTreeSet<&str> = groups.iter().flat_map(|group| group.iter().copied()).collect();
    POINTS.iter().copied().filter(|point| wanted.contains(point)).collect()
}

fn ingest(visits: u32) -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
    };
    Step { start: Workspace::delivered(), command: &["ingest"], finish, points: points(&[INGEST, COMMIT]), visits }
}

fn run(visits: u32) -> Step {
    let start = Workspace::with_model();
    start.deliver_all(10);
    // Some records of one provider are refused, so that rejects are written too.
    let bad = delivery("alpha", PERIODS[1], 8) + "bad,yesterday,Beans,1.00\nalpha-1,2026-10-02,Twice,1.00\n";
    start.deliver("alpha", "2026-10.csv", bad);
    start.ok(PREPARER, &["ingest"]);
    let finish = |workspace: &Workspace| drop(workspace.ok(PREPARER, &["run"]));
    Step { start, command: &["run"], finish, points: points(&[RUN, COMMIT]), visits }
}

fn publish(visits: u32) -> Step {
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
    Step { start, command, finish, points: points(&[PUBLISH, COMMIT, FORWARD]), visits }
}

/// Two releases of one period were published; the second is live.
fn amended() -> Workspace {
    let start = Workspace::processed();
    start.approve(RELEASE);
    start.ok(PREPARER, &["release", "publish", RELEASE]);
    start.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", PERIODS[0], 11));
    start.ok(PREPARER, &["ingest"]);
    start.ok(PREPARER, &["run"]);
    start.approve(AMENDMENT);
    start.ok(PREPARER, &["release", "publish", AMENDMENT]);
    start
}

fn rollback(visits: u32) -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace, RELEASE) != "published" {
            workspace.ok(PREPARER, &["release", "rollback", AMENDMENT, "--reason", "wrong"]);
        }
        workspace.ok(PREPARER, &["run"]);
    };
    let command = &["release", "rollback", AMENDMENT, "--reason", "wrong"];
    Step { start: amended(), command, finish, points: points(&[REMOVE, FORWARD]), visits }
}

fn withdraw(visits: u32) -> Step {
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace, AMENDMENT) != "withdrawn" {
            workspace.ok(PREPARER, &["release", "withdraw", AMENDMENT, "--reason", "not ours to give"]);
        }
        workspace.ok(PREPARER, &["run"]);
    };
    let command = &["release", "withdraw", AMENDMENT, "--reason", "not ours to give"];
    Step { start: amended(), command, finish, points: points(&[REMOVE, FORWARD]), visits }
}

fn state(workspace: &Workspace, release: &str) -> String {
    let releases = workspace.json(&["release", "list"]);
    let row = releases.as_array().unwrap().iter().find(|row| row["name"] == release).unwrap();
    row["state"].as_str().unwrap().to_owned()
}

/// Kills the step at every point, finishes it, and compares with a workspace where nothing happened.
fn kill_everywhere(step: &Step) {
    let before = gold(&step.start);
    let undisturbed = step.start.copy();
    undisturbed.ok(PREPARER, step.command);
    let after = gold(&undisturbed);
    (step.finish)(&undisturbed);
    let expected = Picture::of(&undisturbed);

    let mut reached = Vec::new();
    for point in POINTS {
        for visit in 1..=step.visits {
            let armed = format!("{point}#{visit}");
            let workspace = step.start.copy();
            let outcome = workspace.run_armed(PREPARER, step.command, &armed);
            if outcome.signal.is_none() {
                assert_eq!(outcome.code, Some(0), "{armed}: {outcome:#?}");
                break;
            }
            assert_eq!(outcome.signal, Some(SIGABRT), "{armed}: {outcome:#?}");
            reached.push(*point);
            let seen = gold(&workspace);
            assert!(
                same(seen.as_ref(), before.as_ref()) || same(seen.as_ref(), after.as_ref()),
                "{armed}: readers see half of it: {seen:?}"
            );
            (step.finish)(&workspace);
            workspace.verify();
            Picture::of(&workspace).assert_is(&expected, &armed);
        }
    }
    reached.dedup();
    assert_eq!(reached, step.points, "the points that {:?} passes", step.command);
}

fn gold(workspace: &Workspace) -> Option<DataFrame> {
    workspace.rows(&Table::Gold { dataset: "slips".to_owned() })
}

fn same(one: Option<&DataFrame>, other: Option<&DataFrame>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.equals_missing(other),
        (None, None) => true,
        _ => false,
    }
}

/// All that must not depend on whether somebody pulled the plug.
struct Picture {
    tables: BTreeMap<String, Option<DataFrame>>,
    lists: BTreeMap<String, Value>,
    releases: BTreeMap<PathBuf, Vec<u8>>,
}

impl Picture {
    fn of(workspace: &Workspace) -> Self {
        assert_nothing_twice(workspace);
        let dataset = || "slips".to_owned();
        let mut tables = vec![
            Table::Silver { dataset: dataset() },
            Table::Rejects { dataset: dataset() },
            Table::Annotations { dataset: dataset() },
            Table::Gold { dataset: dataset() },
        ];
        tables.extend(PROVIDERS.map(|provider| Table::Bronze { dataset: dataset(), provider: provider.to_owned() }));
        let lists = ["batch", "period", "anomaly", "release", "channel", "task", "model"];
        Self {
            tables: tables.iter().map(|table| (table.to_string(), workspace.rows(table))).collect(),
            lists: lists.map(|list| (list.to_owned(), workspace.json(&[list, "list"]))).into(),
            releases: contents(&workspace.path("releases")),
        }
    }

    fn assert_is(&self, expected: &Self, armed: &str) {
        for (table, rows) in &expected.tables {
            assert!(
                same(self.tables[table].as_ref(), rows.as_ref()),
                "{armed}: {table} is {:?}, not {rows:?}",
                self.tables[table]
            );
        }
        for (list, rows) in &expected.lists {
            assert_eq!(self.lists[list], *rows, "{armed}: {list} list");
        }
        let names = |picture: &Self| picture.releases.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(expected), "{armed}");
        for (file, bytes) in &expected.releases {
            assert!(self.releases[file] == *bytes, "{armed}: {} has other bytes", file.display());
        }
    }
}

/// Every file below a folder; what a dead process left under a temporary name is nobody's.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), bytes);
            }
        }
    }
    found
}

/// No outcome is on record twice, and no intent was committed twice to any table.
fn assert_nothing_twice(workspace: &Workspace) {
    for kind in ["batch_landed", "batch_quarantined", "published", "rolled_back", "withdrawn", "delivered"] {
        let subjects = workspace.events_of(kind);
        let distinct: BTreeSet<&String> = subjects.iter().collect();
        assert_eq!(distinct.len(), subjects.len(), "{kind} twice: {subjects:?}");
    }
    let generations: Vec<u64> =
        workspace.json(&["channel", "history"]).as_array().unwrap().iter().map(generation).collect();
    assert!(generations.is_sorted_by(|newer, older| *newer == older + 1), "{generations:?}");
    let rows = workspace.rows(&Table::Gold { dataset: "slips".to_owned() });
    if let Some(rows) = rows {
        let key = rows.select(["_batch", "_row"]).unwrap();
        assert_eq!(key.is_duplicated().unwrap().sum(), Some(0), "a row is in gold twice");
    }
    for (table, log) in workspace.delta_logs() {
        let mut seen = BTreeSet::new();
        for action in log {
            if let Some(transaction) = action.get("txn") {
                let intent = format!("{} {}", transaction["appId"], transaction["version"]);
                assert!(seen.insert(intent.clone()), "{intent} was committed to {table} twice");
            }
        }
    }
}

fn generation(row: &Value) -> u64 {
    row["generation"].as_u64().unwrap()
}

#[test]
fn a_killed_ingest_is_finished_by_the_next() {
    kill_everywhere(&ingest(VISITS));
}

#[test]
fn a_killed_run_is_finished_by_the_next() {
    kill_everywhere(&run(VISITS));
}

#[test]
fn a_killed_publication_stands_or_never_was() {
    kill_everywhere(&publish(VISITS));
}

#[test]
fn a_killed_rollback_goes_forward() {
    kill_everywhere(&rollback(1));
}

#[test]
fn a_killed_withdrawal_goes_forward() {
    kill_everywhere(&withdraw(1));
}

/// The steps above state which points they pass and fail when that is not so; together they pass them all.
#[test]
fn no_point_is_left_out() {
    let passed: BTreeSet<&str> = [INGEST, COMMIT, RUN, PUBLISH, REMOVE, FORWARD].concat().into_iter().collect();
    let missed: Vec<&&str> = POINTS.iter().filter(|point| !passed.contains(**point)).collect();
    assert!(missed.is_empty(), "no step passes {missed:?}");
}

/// Every visit of every point, and processes that die again while they recover. Takes some minutes.
#[test]
#[ignore = "takes minutes"]
fn every_visit_of_every_point() {
    for step in [ingest, run, publish, rollback, withdraw] {
        kill_everywhere(&step(u32::MAX));
    }
}

/// Whoever finishes the work of the dead may die as well.
#[test]
fn a_recovery_that_is_killed_is_recovered_too() {
    let step = publish(1);
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
