//! What changes between the first look and the deed: who may, and the gate, are asked again at the point of no return.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use assay::base::{Cancel, Clock, ErrorKind, Result};
use assay::domain::progress::Progress;
use assay::domain::{Request, Via};
use assay::journal::Journal;
use assay::ops::{OpenOptions, Reply, Session, Workspace as Opened};
use calamine::{Reader, Xlsx, open_workbook};
use chrono::DateTime;
use serde_json::json;

use super::picture::gold;
use super::support::{APPROVERS, NOW, PERIODS, PREPARER, Workspace, contract, delivery};

const RELEASE: &str = "slips/2026-09.1";

fn approved() -> Workspace {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace
}

/// A screen that somebody has open.
fn screen(workspace: &Workspace, who: &str) -> (Opened, Session) {
    let clock = Clock::Fixed(DateTime::parse_from_rfc3339(NOW).unwrap().to_utc());
    let options = OpenOptions { clock: Some(clock), ..OpenOptions::at(workspace.root().to_owned()) };
    let opened = Opened::open(&options).unwrap();
    let session = opened.session(Some(who), Via::Tui).unwrap();
    (opened, session)
}

/// Does what is asked; as soon as it is at work, `meanwhile` happens in other processes.
fn perform(workspace: &Workspace, request: Request, meanwhile: impl Fn(&Workspace) + Sync) -> Result<Reply> {
    let (opened, session) = screen(workspace, PREPARER);
    let happened = AtomicBool::new(false);
    let progress = |_: Progress| {
        if !happened.swap(true, Ordering::SeqCst) {
            meanwhile(workspace);
        }
    };
    let performed = opened.perform(&session, request, &progress, &Cancel::default());
    assert!(happened.into_inner(), "nothing happened meanwhile");
    performed
}

/// Publishes the release; while its artifacts are written, `meanwhile` happens in other processes.
fn publish(workspace: &Workspace, meanwhile: impl Fn(&Workspace) + Sync) -> Result<Reply> {
    perform(workspace, Request::Publish { release: RELEASE.parse().unwrap() }, meanwhile)
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

/// What is published names exactly the approvals that are on record.
#[test]
fn an_approval_that_comes_or_goes_meanwhile_stops_it_though_enough_are_left() {
    let workspace = Workspace::under(&contract().replace("approvals = 2", "approvals = 1"));
    workspace.promote_lexicon();
    workspace.deliver_all(10);
    workspace.prepare();
    let (one, other) = (APPROVERS[0], APPROVERS[1]);
    workspace.ok(one, &["release", "approve", RELEASE]);
    let given = |workspace: &Workspace| drop(workspace.ok(other, &["release", "approve", RELEASE]));
    let taken = |workspace: &Workspace| {
        drop(workspace.ok(other, &["release", "revoke", RELEASE, "--reason", "not so fast"]));
    };
    for meanwhile in [&given as &(dyn Fn(&Workspace) + Sync), &taken] {
        let error = publish(&workspace, meanwhile).unwrap_err();
        assert!(error.one_line().contains("changed while it was being published"), "{error}");
        assert!(workspace.events_of("publish_started").is_empty());
    }
    publish(&workspace, |_| {}).unwrap();
    assert_eq!(workspace.json(&["release", "list", "--period", PERIODS[0]])[0]["approvals"], json!([one]));
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

#[test]
fn an_edit_of_the_contract_stops_it() {
    type Edit = fn(&str) -> String;
    let edits: [Edit; 2] = [|text| text.replace("approvals = 2", "approvals = 3"), |text| format!("{text}\n[half")];
    for edit in edits {
        let edited = |workspace: &Workspace| {
            let file = workspace.path("assay.toml");
            let text = edit(&fs::read_to_string(&file).unwrap());
            fs::write(&file, text).unwrap();
        };
        is_stopped(edited, ErrorKind::Refused, "assay.toml differs from the contract in force");
    }
}

/// A machine that slept finds that somebody else has its turn.
#[test]
fn whoever_lost_the_turn_does_not_go_on() {
    let taken_over = |workspace: &Workspace| {
        let journal = Journal::open(&workspace.path("assay.db"), Clock::System).unwrap();
        let held = journal.leases().unwrap().into_iter().find(|lease| lease.key == "publish slips").unwrap();
        journal.release_lease(&held.key, &held.owner).unwrap();
        assert!(journal.lease(&held.key, "somebody", 60).unwrap());
    };
    is_stopped(taken_over, ErrorKind::Busy, "somebody else has taken `publish slips` over");
}

#[test]
fn a_role_is_lost_and_won_in_screens_that_are_open() {
    let workspace = Workspace::processed();
    let approve = || Request::Approve { release: RELEASE.parse().unwrap(), digest: None, note: None };
    let ((opened, ravi), (_, tomas)) = (screen(&workspace, APPROVERS[0]), screen(&workspace, "tomas"));
    let manager = "ravi = [\"manager\"]\n";
    let viewer = "ravi = [\"viewer\"]\n";
    for (from, to, words) in [
        (manager, viewer, "ravi is viewer and this needs manager"),
        (viewer, "", "`ravi` is not in [people] of the contract in force"),
    ] {
        workspace.amend(from, to);
        let refused = [
            opened.perform(&ravi, approve(), &|_| {}, &Cancel::default()).unwrap_err(),
            opened.preview(&ravi, &approve()).unwrap_err(),
        ];
        for error in refused {
            assert!(error.kind() == ErrorKind::Refused && error.one_line().contains(words), "{error}");
        }
    }
    assert!(workspace.events_of("release_approved").is_empty());

    workspace.amend("tomas = [\"assessor\"]", "tomas = [\"manager\"]");
    opened.perform(&tomas, approve(), &|_| {}, &Cancel::default()).unwrap();
    let event = workspace.events().pop().unwrap();
    assert_eq!((&event["kind"], &event["actor"]), (&"release_approved".into(), &"tomas".into()));
    assert_eq!(event["role"], "manager", "{event:#}");
}

#[test]
fn a_run_ends_with_the_role_of_whoever_began_it() {
    let workspace = Workspace::delivered();
    workspace.ok(PREPARER, &["ingest"]);
    let demoted = |workspace: &Workspace| workspace.amend("mira = [\"manager\"]", "mira = [\"viewer\"]");
    let run = Request::Run { dataset: None, period: None, model: None };
    // What was done by then is said, and so is what ended it.
    let reply = perform(&workspace, run, demoted).unwrap();
    let error = reply.trouble.unwrap();
    assert!(
        error.kind() == ErrorKind::Refused && error.one_line().contains("mira is viewer and this needs"),
        "{error}"
    );
    let events = workspace.events();
    let applied = events.iter().rposition(|event| event["kind"] == "contract_applied").unwrap();
    assert!(events[applied..].iter().all(|event| event["actor"] != PREPARER), "{:#?}", &events[applied..]);
}
