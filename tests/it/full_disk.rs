//! Where there is no room: a clear error at once, nothing half visible, and the next run with room ends as if nothing
//! had happened.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;

use super::picture::{Picture, gold, same};
use super::support::{HEADER, Outcome, PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

const RELEASE: &str = "slips/2026-09.1";
/// What a file that grows beyond its limit ends a process with, unless that is ignored.
const SIGXFSZ: i32 = 25;
/// What a person is told.
const SAID: &[&str] = &["error: ", "hint: free some disk space"];

/// A way of having no room.
enum Scarcity {
    /// No file may grow beyond a size: what a quota is to the program. Works for everybody.
    Limit {
        /// Whether the write is refused; else the process dies in the middle of it.
        refused: bool,
    },
    /// A small disk of its own, full but for a few bytes. Only where this process may mount one.
    Disk(SmallDisk),
}

impl Scarcity {
    fn copy(&self, start: &Workspace) -> Workspace {
        match self {
            Self::Limit { .. } => start.copy(),
            Self::Disk(disk) => start.copy_into(disk.0.path()),
        }
    }

    /// Runs the program with so much room.
    fn run(&self, workspace: &Workspace, kibibytes: u64, arguments: &[&str]) -> Outcome {
        let command = workspace.command(PREPARER, arguments);
        match self {
            Self::Limit { refused } => limited(&command, kibibytes, *refused).output().unwrap().into(),
            Self::Disk(disk) => disk.filled(kibibytes, command),
        }
    }

    /// Whether the program had enough; else it has to have failed as it should.
    fn sufficed(&self, outcome: Outcome, after: &str) -> bool {
        if outcome.code == Some(0) {
            return true;
        }
        if matches!(self, Self::Limit { refused: false }) && outcome.code.is_none() {
            assert_eq!(outcome.signal, Some(SIGXFSZ), "{after}: {outcome:#?}");
            return false;
        }
        let outcome = outcome.ended(1, SAID);
        assert!(!outcome.stderr.contains("trying again"), "{after}: {outcome:#?}");
        false
    }
}

/// The command, with a limit on the size of the files that it writes.
fn limited(command: &Command, kibibytes: u64, refused: bool) -> Command {
    let trap = if refused { "trap '' XFSZ;" } else { "" };
    let mut shell = Command::new("/bin/sh");
    // The limit is counted in blocks of 512 bytes.
    shell.arg("-c").arg(format!("{trap} ulimit -f {}; exec \"$0\" \"$@\"", kibibytes * 2));
    shell.arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}

/// A disk of four mebibytes.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder.path()).output().ok()?;
        done.status.success().then(|| Self(folder))
    }

    /// Runs a command while the disk has so much room.
    fn filled(&self, kibibytes: u64, mut command: Command) -> Outcome {
        let path = self.0.path().join("filler");
        let mut filler = File::create(&path).unwrap();
        let mut size = 1 << 16;
        while size > 0 {
            if filler.write_all(&vec![0; size]).is_err() {
                size /= 2;
            }
        }
        let length = filler.metadata().unwrap().len();
        filler.set_len(length.saturating_sub(kibibytes << 10)).unwrap();
        let outcome = command.output().unwrap().into();
        fs::remove_file(path).unwrap();
        outcome
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
    }
}

/// A period that both have delivered, in more bytes than the journal takes for it.
fn delivered() -> Workspace {
    let workspace = Workspace::with_model();
    for provider in PROVIDERS {
        workspace.deliver(provider, "2026-09.csv", delivery(provider, PERIODS[0], 1000));
    }
    workspace
}

/// Takes in and runs with less and less room.
fn work(scarcity: &Scarcity, rooms: &[u64]) {
    let start = delivered();
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["ingest"]);
        workspace.ok(PREPARER, &["run"]);
        workspace.verify();
        Picture::of(workspace)
    };
    let expected = finish(&start.copy());
    let mut failures = 0;
    for room in rooms {
        let workspace = scarcity.copy(&start);
        for verb in ["ingest", "run"] {
            let after = format!("{verb} with {room} KiB");
            if !scarcity.sufficed(scarcity.run(&workspace, *room, &[verb]), &after) {
                failures += 1;
            }
            workspace.verify();
        }
        finish(&workspace).assert_is(&expected, &format!("ingest and run with {room} KiB"));
    }
    assert!(failures > rooms.len(), "there was no room {failures} times only: the test proves nothing");
}

/// Publishes with less and less room.
fn publish(scarcity: &Scarcity, rooms: &[u64]) {
    let start = Workspace::processed();
    start.approve(RELEASE);
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        if state(workspace) != "published" {
            workspace.ok(PREPARER, &["release", "publish", RELEASE]);
        }
        workspace.ok(PREPARER, &["run"]);
        workspace.verify();
    };
    let undisturbed = start.copy();
    finish(&undisturbed);
    let (live, expected) = (gold(&undisturbed), Picture::of(&undisturbed));
    let mut ends = BTreeSet::new();
    for room in rooms {
        let workspace = scarcity.copy(&start);
        let after = format!("publish with {room} KiB");
        let outcome = scarcity.run(&workspace, *room, &["release", "publish", RELEASE]);
        ends.insert((scarcity.sufficed(outcome, &after), state(&workspace)));
        workspace.verify();
        let seen = gold(&workspace);
        assert!(seen.is_none() || same(seen.as_ref(), live.as_ref()), "{after}: readers see half of it: {seen:?}");
        finish(&workspace);
        Picture::of(&workspace).assert_is(&expected, &after);
    }
    // It has to have failed on both sides of the point of no return.
    for end in [(false, "approved"), (false, "publishing"), (true, "published")] {
        let end = (end.0, end.1.to_owned());
        assert!(ends.contains(&end), "{end:?} is not in {ends:?}: the test proves nothing");
    }
}

fn state(workspace: &Workspace) -> String {
    let releases = workspace.json(&["release", "list"]);
    let release = releases.as_array().unwrap().iter().find(|row| row["name"] == RELEASE).unwrap();
    release["state"].as_str().unwrap().to_owned()
}

/// Below 32 KiB the journal can't be opened; then a delivery can't be kept; then the journal can't grow.
const WORK_ROOMS: &[u64] = &[8, 40, 52, 90, 150, 300];
/// The journal grows from 32 KiB to a hundred while a release is published.
const PUBLISH_ROOMS: &[u64] = &[8, 33, 37, 41, 49, 57, 65, 73, 81, 89, 97, 1024];

#[test]
fn work_goes_on_where_files_may_not_grow() {
    work(&Scarcity::Limit { refused: true }, WORK_ROOMS);
}

#[test]
fn a_publication_goes_on_where_files_may_not_grow() {
    publish(&Scarcity::Limit { refused: true }, PUBLISH_ROOMS);
}

#[test]
fn a_publication_goes_on_after_death_in_the_middle_of_a_write() {
    publish(&Scarcity::Limit { refused: false }, PUBLISH_ROOMS);
}

#[test]
fn everything_goes_on_after_a_full_disk() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("no disk of its own can be mounted here; the limits on files stand for it");
        return;
    };
    let disk = Scarcity::Disk(disk);
    work(&disk, &[0, 30, 60, 120, 200, 300, 400]);
    publish(&disk, &[0, 40, 80, 120, 150, 180, 210, 240, 1024]);
}

/// Trying again at once gives the same answer: the person hears of it the first time.
#[test]
fn a_task_without_room_is_not_tried_again() {
    let workspace = Workspace::with_model();
    let record = |row: u64| format!("a-{row},2026-09-03,{},1.00\n", blake3::hash(&row.to_le_bytes()));
    let file: String = std::iter::once(HEADER.to_owned()).chain((0..8000).map(record)).collect();
    workspace.deliver("alpha", "2026-09.csv", file);
    workspace.ok(PREPARER, &["ingest"]);
    // Enough for the journal, too little for the rows.
    let outcome = Scarcity::Limit { refused: true }.run(&workspace, 200, &["run"]);
    outcome
        .ended(1, &["1 task failed", "refine slips/2026-09/alpha", "lake/silver/slips", "hint: free some disk space"]);
    let failed = workspace.payloads_of("task_failed");
    assert_eq!(failed.iter().map(|one| &one["attempt"]).collect::<Vec<_>>(), [1], "{failed:#?}");
    workspace.ok(PREPARER, &["run"]);
    workspace.verify();
    let left = fs::read_dir(workspace.path("lake/silver/slips/_period=2026-09/_provider=alpha")).unwrap().count();
    assert_eq!(left, 1, "a file under a temporary name was left behind");
}

/// The rows are written by then: what the next run needs is the outcome, not another version of the same rows.
#[test]
fn work_whose_outcome_finds_no_room_is_not_done_again() {
    let start = Workspace::with_model();
    start.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 30));
    start.ok(PREPARER, &["ingest"]);
    let finish = |workspace: &Workspace| {
        workspace.ok(PREPARER, &["run"]);
        workspace.verify();
        Picture::of(workspace)
    };
    let expected = finish(&start.copy());
    for kind in ["refine", "enrich", "profile", "evaluate"] {
        let workspace = start.copy();
        let journal = Connection::open(workspace.path("assay.db")).unwrap();
        let refuse = format!(
            "CREATE TRIGGER no_room BEFORE INSERT ON event
             WHEN NEW.kind = 'task_done' AND NEW.payload LIKE '%\"kind\":\"{kind}\"%'
             BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
        );
        journal.execute_batch(&refuse).unwrap();
        workspace.run(PREPARER, &["run"]).ended(1, &["no room for it"]);
        journal.execute_batch("DROP TRIGGER no_room").unwrap();
        assert!(workspace.payloads_of("task_failed").is_empty(), "{kind} did not fail");
        finish(&workspace).assert_is(&expected, kind);
    }
}
