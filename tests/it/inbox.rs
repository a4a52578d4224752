//! How files leave their inboxes: each is read once, and none is lost, whoever dies or interferes meanwhile.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Child;

use assay::base::Digest;
use serde_json::Value;

use super::picture::contents;
use super::support::asleep::{falls_asleep, is_taken_for_dead, signal, start_stopping_at};
use super::support::{PERIODS, PREPARER, Workspace, delivery};

const FILE: &str = "2026-09.csv";

/// What the first provider delivered for the first period, by revision: the file's name, its rows, its state.
fn batches(workspace: &Workspace) -> Vec<String> {
    let mut rows: Vec<Value> = workspace.json(&["batch", "list", "--provider", "alpha"]).as_array().unwrap().clone();
    rows.sort_by_key(|row| row["revision"].as_u64());
    let words =
        |row: &Value| format!("{} {} {}", row["file"].as_str().unwrap(), row["rows"], row["state"].as_str().unwrap());
    rows.iter().map(words).collect()
}

fn rows(number: u32) -> String {
    delivery("alpha", PERIODS[0], number)
}

fn inbox(workspace: &Workspace) -> PathBuf {
    workspace.path("inbox/alpha")
}

fn is_empty(workspace: &Workspace) -> bool {
    fs::read_dir(inbox(workspace)).unwrap().count() == 0
}

fn dies(workspace: &Workspace, point: &str) {
    assert!(workspace.run_armed(PREPARER, &["ingest"], point).signal.is_some(), "{point}");
}

fn asleep_at(workspace: &Workspace, point: &str) -> Child {
    let mut child = start_stopping_at(workspace, &["ingest"], point);
    assert!(falls_asleep(&mut child), "{point}");
    child
}

fn wakes(child: Child) {
    signal(&child, "-CONT");
    let outcome = child.wait_with_output().unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
}

/// What can't be taken out of its inbox would land again with each ingest; what lies in other inboxes is taken in.
#[test]
fn what_cannot_be_taken_out_is_not_taken_in() {
    let start = Workspace::with_model();
    start.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 10));
    start.ok(PREPARER, &["ingest"]);
    let raw = |workspace: &Workspace| contents(&workspace.path("lake/raw"));
    for is_link in [false, true] {
        let workspace = start.copy();
        let before = raw(&workspace);
        let aside = workspace.path("inbox/alpha/.taken");
        if is_link {
            let folder = fs::read_dir(workspace.path("lake/raw")).unwrap().next().unwrap().unwrap().path();
            symlink(folder, &aside).unwrap();
        } else {
            fs::write(&aside, "in the way").unwrap();
        }
        workspace.deliver("alpha", "2026-10.csv", delivery("alpha", PERIODS[1], 10));
        workspace.deliver("beta", "2026-09.csv", delivery("beta", PERIODS[0], 10));
        for _ in 0..2 {
            let outcome = workspace.run(PREPARER, &["ingest"]);
            outcome.ended(
                1,
                &["looking into the inbox of alpha", "is no folder", "remove it by hand", "left 2026-10.csv"],
            );
            let landed = workspace.json(&["batch", "list", "--state", "landed"]);
            assert_eq!(landed.as_array().unwrap().len(), 2, "{landed:#}");
        }
        assert!(before.iter().all(|(file, bytes)| raw(&workspace).get(file) == Some(bytes)), "raw is not touched");
        fs::remove_file(aside).unwrap();
        workspace.ok(PREPARER, &["ingest"]);
        assert!(!workspace.path("inbox/alpha/2026-10.csv").exists());
    }
}

/// The content of an earlier delivery that comes again was read long ago, but not this time: it is a revision.
#[test]
fn a_file_that_was_moved_aside_is_read_exactly_once_whenever_its_process_died() {
    let start = Workspace::with_model();
    for number in [5, 7] {
        start.deliver("alpha", FILE, rows(number));
        start.ok(PREPARER, &["ingest"]);
    }
    start.deliver("alpha", FILE, rows(5));
    for point in ["inbox.claimed", "raw.stored", "land.intent", "inbox.read"] {
        let workspace = start.copy();
        dies(&workspace, point);
        workspace.ok(PREPARER, &["ingest"]);
        let expected = ["2026-09.csv 5 superseded", "2026-09.csv 7 superseded", "2026-09.csv 5 landed"];
        assert_eq!(batches(&workspace), expected, "{point}");
        assert!(is_empty(&workspace), "{point}");
    }
}

/// That its provider's file of this name held the same once before says nothing of the one that lies there now.
#[test]
fn what_a_dead_process_had_not_read_comes_back() {
    let taken_back: fn(&Workspace, &str) = |workspace, batch| {
        workspace.ok(PREPARER, &["batch", "withdraw", batch, "--reason", "a test"]);
    };
    let superseded: fn(&Workspace, &str) = |workspace, _| {
        workspace.deliver("alpha", "2026-09 b.csv", rows(7));
        workspace.ok(PREPARER, &["ingest"]);
    };
    for (meanwhile, expected) in [
        (taken_back, vec!["2026-09.csv 5 withdrawn", "2026-09.csv 5 landed"]),
        (superseded, vec!["2026-09.csv 5 superseded", "2026-09 b.csv 7 superseded", "2026-09.csv 5 landed"]),
    ] {
        let workspace = Workspace::with_model();
        workspace.deliver("alpha", FILE, rows(5));
        workspace.ok(PREPARER, &["ingest"]);
        let batch = workspace.json(&["batch", "list"])[0]["id"].as_str().unwrap().to_owned();
        meanwhile(&workspace, &batch);
        workspace.deliver("alpha", FILE, rows(5));
        dies(&workspace, "inbox.claimed");
        let told = workspace.ok(PREPARER, &["--dry-run", "ingest"]);
        assert!(told.contains("2026-09.csv of alpha lies aside"), "{told}");
        workspace.ok(PREPARER, &["ingest"]);
        assert_eq!(batches(&workspace), expected);
        assert!(is_empty(&workspace));
    }
}

/// A correction by hand stands, whatever the inbox had to do with what it corrects.
fn is_corrected(workspace: &Workspace) {
    fs::write(workspace.path(FILE), rows(7)).unwrap();
    workspace.ok(PREPARER, &["batch", "add", FILE, "--provider", "alpha"]);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(workspace), ["2026-09.csv 5 superseded", "2026-09.csv 7 landed"]);
    assert!(is_empty(workspace));
}

#[test]
fn what_a_dead_process_had_read_does_not_come_back() {
    for (came_before, point) in [(false, "land.outcome"), (false, "inbox.read"), (true, "inbox.read")] {
        let workspace = Workspace::with_model();
        if came_before {
            workspace.deliver("alpha", FILE, rows(5));
            workspace.ok(PREPARER, &["ingest"]);
        }
        workspace.deliver("alpha", FILE, rows(5));
        dies(&workspace, point);
        is_corrected(&workspace);
    }
}

/// What could not be finished is finished once, by whoever comes next: it lies nowhere to be taken in a second time.
#[test]
fn a_landing_that_failed_is_not_landed_over_a_correction() {
    for command in [&["ingest"][..], &["batch", "add", "inbox/alpha/2026-09.csv"]] {
        let workspace = Workspace::with_model();
        fs::create_dir_all(workspace.path("lake")).unwrap();
        fs::write(workspace.path("lake/bronze"), "in the way").unwrap();
        workspace.deliver("alpha", FILE, rows(5));
        workspace.run(PREPARER, command).ended(1, &["lake/bronze", "assay run goes on with it"]);
        assert_eq!(workspace.json(&["status"])["waiting_files"], 1);
        fs::remove_file(workspace.path("lake/bronze")).unwrap();
        is_corrected(&workspace);
    }
}

#[test]
fn what_is_added_by_hand_leaves_its_inbox() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", "by mail.csv", rows(5));
    let add = ["batch", "add", "inbox/alpha/by mail.csv", "--provider", "alpha", "--period", PERIODS[0]];
    workspace.ok(PREPARER, &add);
    assert!(is_empty(&workspace));
    assert_eq!(batches(&workspace), ["by mail.csv 5 landed"]);
}

/// Somebody else has the inbox by now: what came later is not to be landed before what they are taking in.
#[test]
fn who_has_lost_an_inbox_takes_nothing_more_out_of_it() {
    let workspace = Workspace::with_model();
    workspace.deliver_written("alpha", "2026-09 a.csv", rows(5), 100);
    workspace.deliver_written("alpha", "2026-09 b.csv", rows(7), 200);
    let slow = asleep_at(&workspace, "inbox.claimed");
    assert!(is_taken_for_dead(&workspace, &slow));
    let other = asleep_at(&workspace, "inbox.claimed");
    signal(&slow, "-CONT");
    let outcome = slow.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert!(said.contains("somebody else has taken `inbox alpha` over"), "{outcome:?}");
    wakes(other);
    assert_eq!(batches(&workspace), ["2026-09 a.csv 5 superseded", "2026-09 b.csv 7 landed"]);
}

/// It is the older one, and would take the place of the newer once it can be read.
#[test]
fn what_came_after_a_file_that_can_not_be_read_waits_for_it() {
    let workspace = Workspace::with_model();
    symlink("../../elsewhere.csv", inbox(&workspace).join("2026-09 a.csv")).unwrap();
    workspace.deliver("alpha", "2026-09 b.csv", rows(7));
    let said = workspace.run(PREPARER, &["ingest"]);
    said.ended(1, &["taking in 2026-09 a.csv of alpha", "it can't be read", "left 2026-09 b.csv"]);
    fs::write(workspace.path("elsewhere.csv"), rows(5)).unwrap();
    let old = fs::File::options().append(true).open(workspace.path("elsewhere.csv")).unwrap();
    old.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), ["2026-09 a.csv 5 superseded", "2026-09 b.csv 7 landed"]);
}

/// Nobody took it: what is missing is a folder of the lake.
#[test]
fn a_lake_that_is_not_there_is_not_taken_for_somebody_else() {
    let workspace = Workspace::with_model();
    fs::create_dir_all(workspace.path("lake")).unwrap();
    let _ = fs::remove_dir_all(workspace.path("lake/raw"));
    symlink("nowhere", workspace.path("lake/raw")).unwrap();
    workspace.deliver("alpha", FILE, rows(5));
    let outcome = workspace.run(PREPARER, &["ingest"]).ended(1, &["taking in 2026-09.csv of alpha"]);
    assert!(!outcome.stderr.contains("somebody else"), "{outcome:#?}");
    assert!(inbox(&workspace).join(FILE).exists());
}

/// A link is taken out, what it leads to is not; a file that takes its place meanwhile was read by nobody.
#[test]
fn a_file_that_takes_the_place_of_a_link_is_read() {
    let workspace = Workspace::with_model();
    fs::write(workspace.path("elsewhere.csv"), rows(5)).unwrap();
    symlink("../../elsewhere.csv", inbox(&workspace).join(FILE)).unwrap();
    let child = asleep_at(&workspace, "inbox.read");
    workspace.deliver("alpha", FILE, rows(7));
    wakes(child);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), ["2026-09.csv 5 superseded", "2026-09.csv 7 landed"]);
    assert!(is_empty(&workspace));
    assert_eq!(fs::read_to_string(workspace.path("elsewhere.csv")).unwrap(), rows(5));
}

#[test]
fn what_can_not_come_back_is_kept_aside_until_it_can() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", FILE, rows(5));
    dies(&workspace, "inbox.claimed");
    fs::create_dir(inbox(&workspace).join(FILE)).unwrap();
    workspace.deliver("alpha", "2026-09 later.csv", rows(7));
    let words = ["2026-09.csv of alpha was left aside", "is no file", "move it away", "left 2026-09 later.csv"];
    workspace.run(PREPARER, &["ingest"]).ended(1, &words);
    fs::remove_dir(inbox(&workspace).join(FILE)).unwrap();
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), ["2026-09.csv 5 superseded", "2026-09 later.csv 7 landed"]);
}

#[test]
fn what_is_written_behind_a_file_while_it_lands_is_read_the_next_time() {
    let workspace = Workspace::with_model();
    let (whole, part) = (rows(7), rows(5));
    assert!(whole.starts_with(&part));
    workspace.deliver("alpha", FILE, &part);
    let mut open = fs::OpenOptions::new().append(true).open(inbox(&workspace).join(FILE)).unwrap();
    let child = asleep_at(&workspace, "land.intent");
    open.write_all(&whole.as_bytes()[part.len()..]).unwrap();
    wakes(child);
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), ["2026-09.csv 5 superseded", "2026-09.csv 7 landed"]);
    assert!(is_empty(&workspace));
}

/// Or else it would take the place of what was delivered later.
#[test]
fn what_came_after_a_file_that_failed_waits_for_it() {
    let workspace = Workspace::with_model();
    workspace.deliver_written("alpha", "2026-09 a.csv", rows(5), 100);
    workspace.deliver_written("alpha", "2026-09 b.csv", rows(7), 200);
    workspace.deliver("beta", FILE, delivery("beta", PERIODS[0], 5));
    let digest = Digest::of(rows(5).as_bytes());
    let in_the_way = workspace.path("lake/raw").join(&digest.as_str()[..2]);
    fs::create_dir_all(workspace.path("lake/raw")).unwrap();
    fs::write(&in_the_way, "").unwrap();

    let failed = workspace.run(PREPARER, &["--json", "ingest"]).ended(1, &["taking in 2026-09 a.csv of alpha"]);
    let document: Value = serde_json::from_str(&failed.stdout).unwrap();
    let mut came: Vec<String> = document
        .as_array()
        .unwrap()
        .iter()
        .map(|file| format!("{} {}", file["file"].as_str().unwrap(), file["result"].as_str().unwrap()))
        .collect();
    came.sort();
    assert_eq!(came, ["2026-09 a.csv failed", "2026-09 b.csv left", "2026-09.csv landed"]);
    fs::remove_file(in_the_way).unwrap();
    workspace.ok(PREPARER, &["ingest"]);
    assert_eq!(batches(&workspace), ["2026-09 a.csv 5 superseded", "2026-09 b.csv 7 landed"]);
}

#[test]
fn what_can_not_be_looked_at_keeps_no_other_file_out() {
    let workspace = Workspace::with_model();
    workspace.deliver("alpha", FILE, rows(5));
    symlink("2026-10.csv", inbox(&workspace).join("2026-10.csv")).unwrap();
    symlink("nowhere", inbox(&workspace).join("2026-11.csv")).unwrap();
    fs::remove_dir(workspace.path("inbox/beta")).unwrap();
    fs::write(workspace.path("inbox/beta"), "").unwrap();
    let outcome = workspace.run(PREPARER, &["ingest"]);
    let words = ["taking in 2026-10.csv of alpha", "taking in 2026-11.csv of alpha", "looking into the inbox of beta"];
    outcome.ended(1, &words);
    let told = workspace.ok(PREPARER, &["--dry-run", "ingest"]);
    assert!(told.contains("the inbox of beta") && told.contains("2026-11.csv"), "{told}");
    assert_eq!(batches(&workspace), ["2026-09.csv 5 landed"]);
}

/// Nobody can tell which of the two is the newer; the third is newer than both, and would be put under them afterwards.
#[test]
fn what_came_after_two_files_without_an_order_waits_for_them() {
    let workspace = Workspace::with_model();
    workspace.deliver_written("alpha", "2026-09 a.csv", rows(5), 100);
    workspace.deliver_written("alpha", "2026-09 b.csv", rows(6), 100);
    workspace.deliver_written("alpha", "2026-09 c.csv", rows(7), 300);
    let said = workspace.run(PREPARER, &["ingest"]);
    said.ended(
        0,
        &["left 2026-09 a.csv", "left 2026-09 b.csv", "touch the one that is the newer", "left 2026-09 c.csv"],
    );
    workspace.deliver_written("alpha", "2026-09 b.csv", rows(6), 200);
    workspace.ok(PREPARER, &["ingest"]);
    let expected = ["2026-09 a.csv 5 superseded", "2026-09 b.csv 6 superseded", "2026-09 c.csv 7 landed"];
    assert_eq!(batches(&workspace), expected);
}

/// Somebody else took the link up meanwhile; that what it leads to is still there says nothing.
#[test]
fn a_link_that_somebody_else_took_in_is_not_landed_again() {
    let workspace = Workspace::with_model();
    fs::write(workspace.path("elsewhere.csv"), rows(5)).unwrap();
    symlink("../../elsewhere.csv", inbox(&workspace).join(FILE)).unwrap();
    let slow = asleep_at(&workspace, "raw.stored");
    assert!(is_taken_for_dead(&workspace, &slow));
    workspace.ok(PREPARER, &["ingest"]);
    is_corrected(&workspace);
    wakes(slow);
    assert_eq!(batches(&workspace), ["2026-09.csv 5 superseded", "2026-09.csv 7 landed"]);
}

#[test]
fn a_link_that_was_read_goes_with_what_it_led_to() {
    let workspace = Workspace::with_model();
    fs::write(workspace.path("elsewhere.csv"), rows(5)).unwrap();
    symlink("../../elsewhere.csv", inbox(&workspace).join(FILE)).unwrap();
    dies(&workspace, "land.outcome");
    fs::remove_file(workspace.path("elsewhere.csv")).unwrap();
    workspace.ok(PREPARER, &["ingest"]);
    assert!(is_empty(&workspace));
    assert_eq!(batches(&workspace), ["2026-09.csv 5 landed"]);
}
