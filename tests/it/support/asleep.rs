//! Processes that are put to sleep at a point of their work, and woken when everything has moved on.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assay::base::{Clock, ErrorKind};
use assay::journal::Journal;

use super::{PREPARER, Workspace};

/// How long it may take until a process has fallen asleep, or has ended after it was woken.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the program, which falls asleep at that visit of a point.
pub fn start_stopping_at(workspace: &Workspace, arguments: &[&str], point: &str) -> Child {
    let mut command = workspace.command(PREPARER, arguments);
    command.env("ASSAY_STOP_AT", point).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until the process stands still; false where it ended before.
pub fn falls_asleep(child: &mut Child) -> bool {
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < PATIENCE, "it neither stopped nor ended");
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        if stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

/// Its leases run out, as they do after half a minute without a sign of life. False where another of its threads was just
/// writing to the journal when it stopped: nobody gets past that lock, and a machine that sleeps keeps none.
pub fn is_taken_for_dead(workspace: &Workspace, child: &Child) -> bool {
    if is_writing(child) {
        return false;
    }
    let journal = Journal::open(&workspace.path("assay.db"), Clock::System).unwrap();
    journal.leases().unwrap().into_iter().all(|lease| match journal.release_lease(&lease.key, &lease.owner) {
        Err(error) if error.kind() == ErrorKind::Busy => false,
        released => released.map(|()| true).unwrap(),
    })
}

/// Whether a process holds a lock that keeps others from writing to the journal. Whoever opens it would wait for minutes.
fn is_writing(child: &Child) -> bool {
    let pid = child.id().to_string();
    let locks = fs::read_to_string("/proc/locks").unwrap_or_default();
    // `1: POSIX  ADVISORY  WRITE 4711 08:01:131 120 120`
    locks.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        matches!(words[..], [_, "POSIX", _, "WRITE", by, ..] if by == pid)
    })
}
