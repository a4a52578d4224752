//! A disk or a network that fails for a moment: tasks are tried again.

use std::fs;
use std::io::{BufRead, BufReader};

use crate::support::{PERIODS, PREPARER, PROVIDERS, Workspace, delivery};

/// One delivery taken in, in a workspace where no profile can be written.
fn blocked() -> Workspace {
    let workspace = Workspace::with_model();
    workspace.deliver(PROVIDERS[0], "2026-09.csv", delivery(PROVIDERS[0], PERIODS[0], 10));
    workspace.ok(PREPARER, &["ingest"]);
    let profiles = workspace.path("lake/profiles");
    let _ = fs::remove_dir_all(&profiles);
    fs::write(profiles, "a file where a folder belongs").unwrap();
    workspace
}

#[test]
fn a_task_that_fails_for_a_moment_is_tried_again_and_nothing_failed() {
    let workspace = blocked();
    let mut run = workspace.start(PREPARER, &["run"]);
    let talk = BufReader::new(run.stderr.take().unwrap());
    let mut retried = 0;
    for line in talk.lines().map(Result::unwrap) {
        assert!(!line.contains("failed:"), "{line}");
        if line.contains("trying again") {
            assert!(line.contains("profile slips/2026-09/alpha words/1: trying again"), "{line}");
            retried += 1;
            // Whatever stood in the way goes away.
            let _ = fs::remove_file(workspace.path("lake/profiles"));
        }
    }
    assert!(run.wait().unwrap().success());
    assert_eq!(retried, 1);
    assert_eq!(workspace.events_of("task_failed"), Vec::<String>::new());
    assert_eq!(workspace.events_of("task_done").iter().filter(|subject| subject.starts_with("profile")).count(), 1);
}

#[test]
fn a_task_that_keeps_failing_is_given_up_after_its_last_try() {
    let workspace = blocked();
    let outcome = workspace.run(PREPARER, &["run"]).ended(1, &["1 task failed"]);
    assert_eq!(outcome.stderr.matches("trying again").count(), 3, "{outcome:#?}");
    let failed = workspace.payloads_of("task_failed");
    assert_eq!(failed.iter().map(|one| &one["attempt"]).collect::<Vec<_>>(), [4], "{failed:#?}");
    // The same command goes on once it can.
    fs::remove_file(workspace.path("lake/profiles")).unwrap();
    workspace.ok(PREPARER, &["run"]);
}
