//! A machine is put to sleep at every kill point of a command. It is taken for dead, others finish what it began and go
//! on from there. When it wakes up, it undoes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use assay::lake::Table;
use serde_json::Value;

use super::picture::gold;
use super::support::asleep::{falls_asleep, is_taken_for_dead, signal, start_stopping_at};
use super::support::{APPROVERS, Outcome, PERIODS, PREPARER, PROVIDERS, Workspace, contract_in, delivery, latin};

const FIRST: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";

/// A command that falls asleep, on a workspace where it has something to do.
struct Sleeper {
    start: Workspace,
    command: &'static [&'static str],
    points: &'static [&'static str],
    /// What others do meanwhile, once they have finished what it began.
    meanwhile: fn(&Workspace),
}

/// What people rely on: what stands, what clients see, and that the channel points to what gold holds.
fn picture(workspace: &Workspace) -> BTreeMap<&'static str, Value> {
    let pointer = fs::read(workspace.path("channels/slips/latest.json"));
    let pointer = pointer.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap());
    let mut rows = gold(workspace).map_or_else(Vec::new, |gold| {
        let cell = |name: &str| gold.column(name).unwrap().cast(&polars::prelude::DataType::String).unwrap();
        let (batches, rows) = (cell("_batch"), cell("_row"));
        let text = |index| {
            format!("{} {}", batches.str().unwrap().get(index).unwrap(), rows.str().unwrap().get(index).unwrap())
        };
        (0..gold.height()).map(text).collect()
    });
    rows.sort();
    let decided = ["batch_landed", "batch_quarantined", "published", "rolled_back", "withdrawn"];
    let decided: Vec<Value> = decided.iter().map(|kind| Value::from(workspace.events_of(kind).len())).collect();
    BTreeMap::from([
        ("batches", workspace.json(&["batch", "list"])),
        ("releases", workspace.json(&["release", "list"])),
        ("channel", pointer),
        ("gold", Value::from(rows)),
        ("decided", Value::from(decided)),
    ])
}

impl Sleeper {
    /// Puts it to sleep at each of its points, once for each visit, and wakes it when everything has moved on.
    fn undoes_nothing(&self) {
        for point in self.points {
            let mut visits = 0;
            while self.sleeps_at(&format!("{point}#{}", visits + 1)) {
                visits += 1;
            }
            assert!(visits > 0, "{:?} does not come by {point}", self.command);
        }
    }

    /// False where it does not come by that visit of the point.
    fn sleeps_at(&self, point: &str) -> bool {
        let workspace = self.start.copy();
        let mut child = start_stopping_at(&workspace, self.command, point);
        if !falls_asleep(&mut child) {
            Outcome::from(child.wait_with_output().unwrap()).ended(0, &[]);
            return false;
        }
        if !is_taken_for_dead(&workspace, &child) {
            signal(&child, "-KILL");
            child.wait().unwrap();
            return self.sleeps_at(point);
        }
        workspace.ok(PREPARER, &["run"]);
        (self.meanwhile)(&workspace);
        workspace.ok(PREPARER, &["run"]);
        let before = picture(&workspace);

        signal(&child, "-CONT");
        let woken: Outcome = child.wait_with_output().unwrap().into();
        assert!(matches!(woken.code, Some(0 | 1 | 3)) && !woken.stderr.contains("panicked"), "{point}: {woken:#?}");
        for (what, stood) in &before {
            let now = &picture(&workspace)[what];
            assert_eq!(now, stood, "{what} after {point}: {woken:#?}");
        }
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(picture(&workspace), before, "{point}");
        workspace.verify();
        true
    }
}

#[test]
fn a_publication_that_wakes_up_late_undoes_no_rollback() {
    let start = Workspace::processed();
    start.approve(FIRST);
    start.ok(PREPARER, &["release", "publish", FIRST]);
    start.correct(11);
    start.approve(AMENDMENT);
    Sleeper {
        start,
        command: &["release", "publish", AMENDMENT],
        points: &[
            "publish.intent",
            "delta.before_commit",
            "delta.after_commit",
            "publish.gold_committed",
            "publish.outcome",
            "files.temp_written",
            "publish.channel_written",
        ],
        meanwhile: |workspace| {
            let published = workspace.json(&["release", "show", AMENDMENT])["row"]["state"] == "published";
            if published {
                workspace.ok(PREPARER, &["release", "rollback", AMENDMENT, "--reason", "it was wrong"]);
            }
        },
    }
    .undoes_nothing();
}

#[test]
fn a_rollback_that_wakes_up_late_undoes_no_publication() {
    Sleeper {
        start: Workspace::amended(),
        command: &["release", "rollback", AMENDMENT, "--reason", "it was wrong"],
        points: &[
            "publish.intent",
            "delta.before_commit",
            "publish.gold_committed",
            "publish.outcome",
            "files.temp_written",
        ],
        meanwhile: |workspace| {
            workspace.ok(PREPARER, &["release", "rollback", FIRST, "--to", AMENDMENT, "--reason", "it was right"]);
        },
    }
    .undoes_nothing();
}

#[test]
fn a_landing_that_wakes_up_late_brings_no_withdrawn_batch_back() {
    let start = Workspace::processed();
    start.deliver(PROVIDERS[0], "2026-09 again.csv", delivery(PROVIDERS[0], PERIODS[0], 7));
    Sleeper {
        start,
        command: &["ingest"],
        points: &["land.intent", "delta.before_commit", "delta.after_commit", "land.bronze_written", "land.outcome"],
        meanwhile: |workspace| {
            let landed = workspace.json(&["batch", "list", "--state", "landed"]);
            let newest = landed.as_array().unwrap().iter().find(|batch| batch["revision"] == 2).unwrap();
            workspace.ok(PREPARER, &["batch", "withdraw", newest["id"].as_str().unwrap(), "--reason", "it was wrong"]);
        },
    }
    .undoes_nothing();
}

#[test]
fn a_run_that_wakes_up_late_passes_no_older_rows_off_as_the_newest() {
    let start = Workspace::processed();
    start.deliver(PROVIDERS[0], "2026-09 again.csv", delivery(PROVIDERS[0], PERIODS[0], 7));
    start.ok(PREPARER, &["ingest"]);
    Sleeper {
        start,
        command: &["run", "--period", PERIODS[0]],
        points: &["task.intent", "delta.before_commit", "delta.after_commit", "task.before_outcome", "task.outcome"],
        meanwhile: |workspace| {
            workspace.deliver(PROVIDERS[0], "2026-09 third.csv", delivery(PROVIDERS[0], PERIODS[0], 9));
            workspace.ok(PREPARER, &["ingest"]);
            workspace.ok(PREPARER, &["run"]);
            workspace.stands_on_its_batches();
        },
    }
    .undoes_nothing();
}

/// One delivered file is one landing, whoever of two was faster.
#[test]
fn a_file_that_somebody_else_took_in_is_not_landed_again() {
    let start = Workspace::processed();
    start.deliver(PROVIDERS[0], "2026-09 again.csv", delivery(PROVIDERS[0], PERIODS[0], 7));
    Sleeper {
        start,
        command: &["ingest"],
        points: &["inbox.claimed", "raw.stored", "inbox.read"],
        meanwhile: |workspace| {
            workspace.ok(PREPARER, &["ingest"]);
            workspace.deliver(PROVIDERS[0], "2026-09 third.csv", delivery(PROVIDERS[0], PERIODS[0], 9));
            workspace.ok(PREPARER, &["ingest"]);
        },
    }
    .undoes_nothing();
}

/// Whoever is told that a publication was cancelled can rely on it; past the point of no return it is completed.
#[test]
fn a_publication_is_cancelled_or_done_and_says_which() {
    let start = Workspace::processed();
    start.approve(FIRST);
    for point in ["publish.artifact_written", "publish.artifacts_verified", "publish.intent", "delta.before_commit"] {
        let workspace = start.copy();
        let mut child = start_stopping_at(&workspace, &["release", "publish", FIRST], point);
        assert!(falls_asleep(&mut child), "{point}");
        signal(&child, "-INT");
        signal(&child, "-CONT");
        let outcome: Outcome = child.wait_with_output().unwrap().into();
        let begun = workspace.events_of("publish_started").len();
        let expected = if begun == 0 { Some(130) } else { Some(0) };
        assert_eq!(outcome.code, expected, "{point}: {outcome:#?}");
        assert_eq!(workspace.events_of("published").len(), begun, "{point}: {outcome:#?}");
    }
}

/// The same for a landing: what was called off is finished by nobody.
#[test]
fn a_landing_is_cancelled_or_done_and_says_which() {
    let start = Workspace::processed();
    fs::write(start.path("again.csv"), delivery(PROVIDERS[0], PERIODS[0], 7)).unwrap();
    let before = start.events_of("batch_landed").len();
    let raw = |workspace: &Workspace| {
        let folders = fs::read_dir(workspace.path("lake/raw")).unwrap().map(|folder| folder.unwrap().path());
        folders.filter_map(|folder| fs::read_dir(folder).ok()).map(Iterator::count).sum::<usize>()
    };
    let raw_before = raw(&start);
    let mut cancelled = 0;
    for point in ["raw.stored", "land.intent", "delta.parquet_written", "land.bronze_written", "land.outcome"] {
        let workspace = start.copy();
        let add = ["batch", "add", "again.csv", "--provider", PROVIDERS[0], "--period", PERIODS[0]];
        let mut child = start_stopping_at(&workspace, &add, point);
        assert!(falls_asleep(&mut child), "{point}");
        signal(&child, "-INT");
        signal(&child, "-CONT");
        let outcome: Outcome = child.wait_with_output().unwrap().into();
        let landed = workspace.events_of("batch_landed").len() - before;
        assert_eq!(outcome.code, Some(if landed == 0 { 130 } else { 0 }), "{point}: {outcome:#?}");
        assert_eq!(raw(&workspace) == raw_before, landed == 0, "{point}: what was called off leaves nothing");
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(workspace.events_of("batch_landed").len() - before, landed, "{point}: {outcome:#?}");
        cancelled += 1 - landed;
    }
    assert!((1..5).contains(&cancelled), "{cancelled} of five were cancelled: the test proves nothing");
}

/// What comes under the name of a file while that one is taken out of the inbox was read by nobody.
#[test]
fn a_file_that_takes_the_name_of_one_that_is_taken_out_stays() {
    let start = Workspace::processed();
    let name = "2026-09 again.csv";
    start.deliver(PROVIDERS[0], name, delivery(PROVIDERS[0], PERIODS[0], 7));
    for point in ["inbox.claimed", "inbox.read"] {
        let workspace = start.copy();
        let mut child = start_stopping_at(&workspace, &["ingest"], point);
        assert!(falls_asleep(&mut child), "{point}");
        let newer = delivery(PROVIDERS[0], PERIODS[0], 9);
        workspace.deliver(PROVIDERS[0], name, &newer);
        signal(&child, "-CONT");
        Outcome::from(child.wait_with_output().unwrap()).ended(0, &["revision 2"]);
        let folder = workspace.path("inbox").join(PROVIDERS[0]);
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), newer, "{point}");
        workspace.run(PREPARER, &["ingest"]).ended(0, &["revision 3"]);
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0, "{point}: something was left");
    }
}

/// What is being taken out is on record: nobody puts it back for another landing, whether its process sleeps or is dead.
#[test]
fn a_file_that_is_being_taken_out_is_not_landed_again() {
    let start = Workspace::processed();
    start.deliver(PROVIDERS[0], "2026-09 again.csv", delivery(PROVIDERS[0], PERIODS[0], 7));
    for is_killed in [false, true] {
        let workspace = start.copy();
        let mut child = start_stopping_at(&workspace, &["ingest"], "inbox.read");
        assert!(falls_asleep(&mut child));
        if is_killed {
            child.kill().unwrap();
        } else {
            assert!(is_taken_for_dead(&workspace, &child));
        }
        fs::write(workspace.path("third.csv"), delivery(PROVIDERS[0], PERIODS[0], 9)).unwrap();
        let add = ["batch", "add", "third.csv", "--provider", PROVIDERS[0], "--period", PERIODS[0]];
        workspace.run(PREPARER, &add).ended(0, &[]);
        workspace.run(PREPARER, &["ingest"]).ended(0, &[]);
        signal(&child, "-CONT");
        let outcome = child.wait_with_output().unwrap();
        assert_eq!(outcome.status.success(), !is_killed, "{outcome:?}");
        let batches = workspace.json(&["batch", "list", "--state", "landed"]);
        let newest = batches.as_array().unwrap().iter().find(|batch| batch["file"] == "third.csv").unwrap();
        assert_eq!(newest["revision"], 3, "{batches:#}");
        assert_eq!(fs::read_dir(workspace.path("inbox").join(PROVIDERS[0])).unwrap().count(), 0);
    }
}

/// Whoever finishes a landing reads the file as whoever began it: the record says how what is in bronze was read.
#[test]
fn a_landing_that_is_finished_under_another_contract_is_read_as_it_was_begun() {
    let workspace = Workspace::under(&contract_in("windows-1252"));
    workspace.deliver(PROVIDERS[0], "2026-09.csv", latin());
    for point in ["land.intent", "land.bronze_written"] {
        let workspace = workspace.copy();
        let mut child = start_stopping_at(&workspace, &["ingest"], point);
        assert!(falls_asleep(&mut child), "{point}");
        workspace.amend("windows-1252", "windows-1251");
        child.kill().unwrap();
        child.wait().unwrap();
        workspace.ok(PREPARER, &["run"]);
        let batch = workspace.json(&["batch", "list"])[0].clone();
        let landed = &workspace.payloads_of("batch_landed")[0];
        let rows = workspace.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
        let text = rows.column("description").unwrap().str().unwrap().get(0).unwrap().to_owned();
        let read_in = landed["encoding"].as_str().unwrap();
        let as_said = if read_in == "windows-1252" { "Café" } else { "Cafй" };
        assert!(text.ends_with(as_said) && read_in == "windows-1252", "{point}: {text} {batch:#}");
        assert!(!batch["misread"].is_null(), "{point}: {batch:#}");
    }
}

/// A batch that waits in quarantine, and can be read by now.
fn acceptable() -> (Workspace, String) {
    let workspace = Workspace::with_model();
    workspace.deliver(PROVIDERS[0], "2026-09.csv", latin());
    workspace.run(PREPARER, &["ingest"]).ended(1, &["quarantined"]);
    let encoding = "source = { kind = \"inbox\", encoding = \"windows-1252\",";
    workspace.amend("source = { kind = \"inbox\",", encoding);
    let batch = workspace.json(&["batch", "list"])[0]["id"].as_str().unwrap().to_owned();
    (workspace, batch)
}

#[test]
fn an_acceptance_that_is_cancelled_is_carried_out_by_nobody() {
    let (start, batch) = acceptable();
    for point in ["land.intent", "delta.parquet_written", "land.bronze_written"] {
        let workspace = start.copy();
        let mut child =
            start_stopping_at(&workspace, &["batch", "accept", &batch, "--reason", "it can be read now"], point);
        assert!(falls_asleep(&mut child), "{point}");
        signal(&child, "-INT");
        signal(&child, "-CONT");
        let outcome: Outcome = child.wait_with_output().unwrap().into();
        let landed = workspace.events_of("batch_landed").len();
        assert_eq!(outcome.code, Some(if landed == 0 { 130 } else { 0 }), "{point}: {outcome:#?}");
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(workspace.events_of("batch_landed").len(), landed, "{point}: {outcome:#?}");
    }
}

/// The rejection waits for whoever accepts, who dies: what was decided last stands.
#[test]
fn a_batch_that_was_turned_down_is_landed_by_nobody() {
    let (workspace, batch) = acceptable();
    let accept = ["batch", "accept", &batch, "--reason", "it can be read now"];
    let mut accepting = start_stopping_at(&workspace, &accept, "land.intent");
    assert!(falls_asleep(&mut accepting));
    let rejecting = workspace.start(APPROVERS[0], &["batch", "reject", &batch, "--reason", "not theirs"]);
    // It has to have found the landing under way.
    std::thread::sleep(Duration::from_secs(2));
    accepting.kill().unwrap();
    accepting.wait().unwrap();
    Outcome::from(rejecting.wait_with_output().unwrap()).ended(0, &[]);
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(workspace.events_of("batch_landed"), Vec::<String>::new());
    assert_eq!(workspace.json(&["batch", "list"])[0]["state"], "withdrawn");
}
