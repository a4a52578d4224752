//! What changes between the first look at the gate and the point of no return: the gate is asked again there.

use std::sync::atomic::{AtomicBool, Ordering};

use assay::base::{Cancel, Clock, ErrorKind, Result};
use assay::domain::progress::Progress;
use assay::domain::{Request, Via};
use assay::ops::{OpenOptions, Reply, Workspace as Opened};
use calamine::{Reader, Xlsx, open_workbook};
use chrono::DateTime;

use super::picture::gold;
use super::support::{APPROVERS, NOW, PERIODS, PREPARER, Workspace, delivery};

const RELEASE: &str = "slips/2026-09.1";

fn approved() -> Workspace {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace
}

/// Publishes the release; while its artifacts are written, `meanwhile` happens in other processes.
fn publish(workspace: &Workspace, meanwhile: impl Fn(&Workspace) + Sync) -> Result<Reply> {
    let clock = Clock::Fixed(DateTime::parse_from_rfc3339(NOW).unwrap().to_utc());
    let options = OpenOptions { clock: Some(clock), ..OpenOptions::at(workspace.root().to_owned()) };
    let opened = Opened::open(&options).unwrap();
    let session = opened.session(Some(PREPARER), Via::Cli).unwrap();
    let happened = AtomicBool::new(false);
    let progress = |_: Progress| {
        if !happened.swap(true, Ordering::SeqCst) {
            meanwhile(workspace);
        }
    };
    let request = Request::Publish { release: RELEASE.parse().unwrap() };
    let published = opened.perform(&session, request, &progress, &Cancel::default());
    assert!(happened.into_inner(), "nothing happened meanwhile");
    published
}

/// The publication has to be refused, with nothing to be seen of it.
fn is_stopped(meanwhile: impl Fn(&Workspace) + Sync, kind: ErrorKind, words: &str) -> Workspace {
    let workspace = approved();
    let error = publish(&workspace, meanwhile).unwrap_err();
    assert!(error.kind() == kind && error.one_line().contains(words), "{:?}: {error}", error.kind());
    assert!(gold(&workspace).is_none(), "clients see it");
    assert!(!workspace.path("channels").exists(), "the channel points to it");
    assert!(workspace.events_of("publish_started").is_empty());
    workspace.verify();
    workspace
}

#[test]
fn undisturbed_it_is_published() {
    let workspace = approved();
    publish(&workspace, |_| {}).unwrap();
    assert_eq!(gold(&workspace).unwrap().height(), 20);
}

#[test]
fn an_approval_that_is_taken_back_stops_it() {
    let revoked = |workspace: &Workspace| {
        workspace.ok(APPROVERS[0], &["release", "revoke", RELEASE, "--reason", "not so fast"]);
    };
    let workspace = is_stopped(revoked, ErrorKind::Refused, "1 of 2 approvals");

    // Once more, with other words: what is published says what holds now.
    workspace.ok(APPROVERS[0], &["release", "approve", RELEASE, "--note", "the second look"]);
    workspace.ok(PREPARER, &["release", "publish", RELEASE]);
    let mut book: Xlsx<_> = open_workbook(workspace.path("releases/slips/2026-09.1/slips-2026-09.1.xlsx")).unwrap();
    let summary = book.worksheet_range("Summary").unwrap();
    let said = summary.rows().flatten().any(|cell| cell.to_string().contains("the second look"));
    assert!(said, "the workbook names approvals of before: {summary:?}");
}

#[test]
fn a_release_that_is_turned_down_stays_down() {
    let rejected = |workspace: &Workspace| {
        workspace.ok(APPROVERS[0], &["release", "reject", RELEASE, "--reason", "wrong prices"]);
    };
    is_stopped(rejected, ErrorKind::Refused, "rejected");
}

#[test]
fn a_correction_stops_it() {
    let corrected = |workspace: &Workspace| {
        workspace.deliver("alpha", "2026-09.csv", delivery("alpha", PERIODS[0], 11));
        workspace.ok(PREPARER, &["ingest"]);
    };
    is_stopped(corrected, ErrorKind::Refused, "changed while its artifacts were being written");
}
