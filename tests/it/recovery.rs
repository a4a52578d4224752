//! What was begun and can't simply be finished: nobody else is kept from working, and nothing wrong goes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use assay::base::{Cancel, Clock, ErrorKind};
use assay::domain::event::Origin;
use assay::domain::{Actor, Request, Role, Via};
use assay::journal::Journal;
use assay::lake::{Lake, Table};
use assay::ops::{OpenOptions, Workspace as Opened};
use assay::pipeline::{Context, publication};
use polars::prelude::{DataFrame, ParquetReader, ParquetWriter, SerReader};

use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, delivery};

const RELEASE: &str = "slips/2026-09.1";
const AMENDMENT: &str = "slips/2026-09.2";
const PUBLISH: &[&str] = &["release", "publish", RELEASE];
const ROLL_BACK: &[&str] = &["release", "rollback", AMENDMENT, "--reason", "wrong prices"];

/// A release that is past the point of no return and no further.
fn publishing() -> Workspace {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    assert!(workspace.run_armed(PREPARER, PUBLISH, "publish.intent").signal.is_some());
    workspace
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.path("releases/slips/2026-09.1")
}

fn gold(workspace: &Workspace) -> Option<DataFrame> {
    workspace.rows(&Table::Gold { dataset: "slips".to_owned() })
}

fn state(workspace: &Workspace, release: &str) -> String {
    let releases = workspace.json(&["release", "list"]);
    let row = releases.as_array().unwrap().iter().find(|row| row["name"] == release).unwrap();
    row["state"].as_str().unwrap().to_owned()
}

fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

fn agrees_with_a_replay(workspace: &Workspace) {
    workspace.verify();
    let before = workspace.json(&["batch", "list"]);
    workspace.ok(OWNER, &["log", "rebuild"]);
    assert_eq!(workspace.json(&["batch", "list"]), before);
    // Nothing that has an outcome is taken for unfinished.
    let run = workspace.run(PREPARER, &["run"]).ended(0, &[]);
    assert!(!run.stderr.contains("finished") && !run.stderr.contains("given up"), "{run:#?}");
}

#[test]
fn a_landing_whose_file_is_gone_stands_in_nobodys_way() {
    let workspace = Workspace::delivered();
    assert!(workspace.run_armed(PREPARER, &["ingest"], "land.intent").signal.is_some());
    fs::remove_dir_all(workspace.path("lake/raw")).unwrap();
    let contract = fs::read_to_string(workspace.path("assay.toml")).unwrap();
    fs::write(workspace.path("assay.toml"), contract.replace("approvals = 2", "approvals = 1")).unwrap();
    let applied = workspace.run(OWNER, &["contract", "apply", "--reason", "one is enough"]);
    applied.ended(0, &["given up", "2026-09.csv", "deliver it again"]);
    // It is said once; the delivery is taken in as if it came for the first time.
    let run = workspace.run(PREPARER, &["run"]).ended(0, &[]);
    assert!(!run.stderr.contains("given up"), "{run:#?}");
    workspace.ok(PREPARER, &["ingest"]);
    let batches = workspace.json(&["batch", "list"]);
    let batches = batches.as_array().unwrap();
    assert_eq!(batches.len(), 4, "{batches:#?}");
    assert!(batches.iter().all(|batch| batch["state"] == "landed" && batch["revision"] == 1), "{batches:#?}");
    agrees_with_a_replay(&workspace);
}

#[test]
fn a_lost_release_folder_is_built_again_from_what_was_signed() {
    let workspace = publishing();
    let built = files_in(&folder(&workspace));
    fs::remove_dir_all(folder(&workspace)).unwrap();
    workspace.run("nora", &["run"]).ended(0, &["finished publishing"]);
    assert_eq!(state(&workspace, RELEASE), "published");
    assert!(files_in(&folder(&workspace)) == built, "the folder was built again with other bytes");
}

#[test]
fn a_damaged_release_folder_does_not_reach_gold() {
    let workspace = publishing();
    let undisturbed = workspace.copy();
    undisturbed.ok(PREPARER, &["run"]);

    let parquet = fs::read_dir(folder(&workspace)).unwrap().map(|entry| entry.unwrap().path());
    let parquet = parquet.into_iter().find(|path| path.extension().is_some_and(|end| end == "parquet")).unwrap();
    let mut fewer = ParquetReader::new(fs::File::open(&parquet).unwrap()).finish().unwrap().head(Some(3));
    fs::remove_file(&parquet).unwrap();
    ParquetWriter::new(fs::File::create(&parquet).unwrap()).finish(&mut fewer).unwrap();

    workspace.ok(PREPARER, &["run"]);
    assert_eq!(state(&workspace, RELEASE), "published");
    assert!(gold(&workspace).unwrap().equals_missing(&gold(&undisturbed).unwrap()), "gold is {:?}", gold(&workspace));
    assert!(files_in(&folder(&workspace)) == files_in(&folder(&undisturbed)));
}

#[test]
fn what_was_signed_and_is_gone_is_named() {
    let workspace = publishing();
    // Nothing can be built, while data moves on.
    fs::remove_dir_all(workspace.path("releases/slips")).unwrap();
    fs::write(workspace.path("releases/slips"), "in the way").unwrap();
    workspace.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", PERIODS[0], 11));
    workspace.run(PREPARER, &["ingest"]).ended(0, &["warning", RELEASE]);
    workspace.run(PREPARER, &["run"]).ended(0, &["warning", RELEASE]);
    fs::remove_file(workspace.path("releases/slips")).unwrap();

    let missing = ["alpha", "batch withdraw", "assay run"];
    workspace.run(PREPARER, &["run"]).ended(0, &missing);
    let refused = workspace.run(PREPARER, PUBLISH);
    assert_ne!(refused.code, Some(0), "{refused:#?}");
    assert!(refused.stderr.contains("alpha"), "{refused:#?}");
    assert_eq!(gold(&workspace), None);

    let batches = workspace.json(&["batch", "list"]);
    let corrected = batches.as_array().unwrap().iter().find(|batch| batch["revision"] == 2).unwrap();
    let corrected = corrected["id"].as_str().unwrap();
    workspace.ok(PREPARER, &["batch", "withdraw", corrected, "--reason", "the signed one first"]);
    workspace.ok(PREPARER, &["run"]);
    workspace.run(PREPARER, &["run"]).ended(0, &["finished publishing"]);
    assert_eq!(state(&workspace, RELEASE), "published");
    agrees_with_a_replay(&workspace);
}

#[test]
fn finishing_somebodys_work_is_not_doing_it() {
    let workspace = Workspace::delivered();
    let [preparer, bystander] = APPROVERS;
    assert!(workspace.run_armed(preparer, &["ingest"], "land.intent").signal.is_some());
    workspace.ok(bystander, &["run"]);
    let batches = workspace.json(&["batch", "list"]);
    assert_eq!(batches[0]["by"], preparer, "{batches:#?}");
    let landed: Vec<_> = workspace.events().into_iter().filter(|event| event["kind"] == "batch_landed").collect();
    assert_eq!((&landed[0]["actor"], &landed[0]["via"]), (&preparer.into(), &"pipeline".into()), "{landed:#?}");
    workspace.ok(preparer, &["ingest"]);
    workspace.ok(preparer, &["run"]);
    workspace.ok(preparer, &["period", "baseline", PERIODS[0], "--reason", "the first period"]);
    workspace.ok(preparer, &["run"]);
    workspace.ok(bystander, &["release", "approve", RELEASE]);
    workspace.run(preparer, &["release", "approve", RELEASE]).ended(3, &[]);
}

#[test]
fn a_folder_that_was_built_while_the_data_changed_is_thrown_away() {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    let opened = Opened::open(&OpenOptions::at(workspace.root().to_path_buf())).unwrap();
    let session = opened.session(Some(PREPARER), Via::Cli).unwrap();
    let once = AtomicBool::new(false);
    let meanwhile = |_| {
        if !once.swap(true, Ordering::SeqCst) {
            workspace.deliver("alpha", "2026-09 corrected.csv", delivery("alpha", PERIODS[0], 11));
            workspace.ok(PREPARER, &["ingest"]);
            workspace.ok(PREPARER, &["run"]);
        }
    };
    let request = Request::Publish { release: RELEASE.parse().unwrap() };
    let error = opened.perform(&session, request, &meanwhile, &Cancel::default()).unwrap_err();
    assert!(once.load(Ordering::SeqCst));
    assert!(!folder(&workspace).exists(), "{error}: its folder is still there");
    assert_eq!(state(&workspace, RELEASE), "open");
}

#[test]
fn publishing_twice_is_publishing_once() {
    let workspace = Workspace::processed();
    workspace.approve(RELEASE);
    workspace.ok(PREPARER, PUBLISH);
    let said = workspace.ok(PREPARER, PUBLISH);
    assert!(said.contains("is published already"), "{said}");
    assert_eq!(workspace.events_of("published").len(), 1);
}

#[test]
fn what_was_rejected_or_withdrawn_can_be_made_again() {
    let workspace = Workspace::processed();
    let said = workspace.run(PREPARER, &["release", "reject", RELEASE, "--reason", "a slip of mine"]);
    let said = said.ended(0, &[]);
    assert!(
        format!("{}{}", said.stdout, said.stderr).contains("assay run --dataset slips --period 2026-09"),
        "{said:#?}"
    );
    workspace.ok(PREPARER, &["run"]);
    assert_eq!(workspace.json(&["release", "list"]).as_array().unwrap().len(), 2, "nobody asked for another one");
    let would = workspace.ok(PREPARER, &["--dry-run", "run", "--period", "2026-09"]);
    assert!(would.contains("would open another release"), "{would}");
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    assert_eq!(state(&workspace, "slips/2026-09.2"), "open");

    workspace.approve("slips/2026-09.2");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.2"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    assert_eq!(workspace.json(&["release", "list"]).as_array().unwrap().len(), 3, "what is live needs no other one");
    workspace.ok(PREPARER, &["release", "withdraw", "slips/2026-09.2", "--reason", "too early"]);
    workspace.ok(PREPARER, &["run", "--period", "2026-09"]);
    assert_eq!(state(&workspace, "slips/2026-09.3"), "open");
}

/// The one file in which clients had a version of gold.
fn gold_file(workspace: &Workspace, version: u64) -> PathBuf {
    let gold = Table::Gold { dataset: "slips".to_owned() };
    let files = Lake::open(workspace.root()).unwrap().files(&gold, Some(version), &[]).unwrap();
    assert_eq!(files.len(), 1);
    files[0].path.clone()
}

#[test]
fn what_is_damaged_is_not_brought_back() {
    let workspace = Workspace::amended();
    let file = gold_file(&workspace, 0);
    let (bytes, seen) = (fs::read(&file).unwrap(), gold(&workspace));
    for damage in [None, Some(&bytes[1..])] {
        match damage {
            None => fs::remove_file(&file).unwrap(),
            Some(bytes) => fs::write(&file, bytes).unwrap(),
        }
        let name = file.file_name().unwrap().to_str().unwrap();
        let words = ["can't be rolled back to slips/2026-09.1", name, "hint: "];
        workspace.run(PREPARER, ROLL_BACK).ended(3, &words);
        workspace.run(PREPARER, &[&["--dry-run"], ROLL_BACK].concat()).ended(3, &words);
    }
    assert!(workspace.events_of("rollback_started").is_empty());
    // The period goes on.
    assert_eq!((state(&workspace, AMENDMENT).as_str(), gold(&workspace)), ("published", seen));
    workspace.correct(12);
    workspace.approve("slips/2026-09.3");
    workspace.ok(PREPARER, &["release", "publish", "slips/2026-09.3"]);
    agrees_with_a_replay(&workspace);
    fs::write(&file, bytes).unwrap();
    let back = ["release", "rollback", "slips/2026-09.3", "--to", RELEASE, "--reason", "the file is back"];
    workspace.ok(PREPARER, &back);
    assert_eq!(state(&workspace, RELEASE), "published");
}

#[test]
fn gold_that_gets_lost_under_way_is_made_again_from_the_release() {
    let workspace = Workspace::amended();
    let undisturbed = workspace.copy();
    undisturbed.ok(PREPARER, ROLL_BACK);
    assert!(workspace.run_armed(PREPARER, ROLL_BACK, "publish.intent").signal.is_some());
    fs::remove_file(gold_file(&workspace, 0)).unwrap();
    workspace.run(PREPARER, &["run"]).ended(0, &["finished rolling back"]);
    assert_eq!(state(&workspace, RELEASE), "published");
    assert!(gold(&workspace).unwrap().equals_missing(&gold(&undisturbed).unwrap()), "gold is {:?}", gold(&workspace));
    agrees_with_a_replay(&workspace);
}

/// What the program has at hand once it has looked for unfinished work and waits for its turn.
fn waiting(workspace: &Workspace) -> Context {
    let journal = Journal::open(&workspace.path("assay.db"), Clock::System).unwrap();
    let (contract_version, _, contract) = journal.read(|snapshot| snapshot.contract()).unwrap().unwrap();
    let actor = Actor { name: APPROVERS[0].to_owned(), role: Role::Manager };
    Context {
        journal,
        lake: Lake::open(workspace.root()).unwrap(),
        root: Arc::new(workspace.root().to_owned()),
        contract: Arc::new(contract),
        contract_version,
        origin: Origin { actor, via: Via::Cli, command: ROLL_BACK.join(" "), reason: Some("wrong prices".to_owned()) },
        cancel: Cancel::default(),
        workers: 1,
        rehearsal: false,
    }
}

#[test]
fn whoever_waited_for_a_publication_that_failed_completes_it_first() {
    let workspace = Workspace::amended();
    workspace.correct(12);
    workspace.approve("slips/2026-09.3");
    let context = waiting(&workspace);
    let publish = ["release", "publish", "slips/2026-09.3"];
    assert!(workspace.run_armed(PREPARER, &publish, "publish.intent").signal.is_some());
    let error = publication::rollback(&context, &AMENDMENT.parse().unwrap(), None).unwrap_err();
    assert!(error.kind() == ErrorKind::Refused && error.one_line().contains("superseded"), "{error}");
    drop(context);
    assert_eq!(state(&workspace, "slips/2026-09.3"), "published");
    assert_eq!(gold(&workspace).unwrap().height(), 22);
    assert!(workspace.events_of("rollback_started").is_empty());
    agrees_with_a_replay(&workspace);
}

#[test]
fn a_channel_that_can_not_be_written_is_owed() {
    let workspace = Workspace::amended();
    let (channels, away) = (workspace.path("channels"), workspace.path("channels.away"));
    let said = "warning: what clients read from gold is in place, but channel latest of slips";
    let withdraw = &["release", "withdraw", RELEASE, "--reason", "not ours"];
    for (command, done) in [(ROLL_BACK, "is rolled back"), (withdraw, "is withdrawn")] {
        fs::rename(&channels, &away).unwrap();
        fs::write(&channels, "in the way").unwrap();
        let outcome = workspace.run(PREPARER, command).ended(0, &[said, "tries again"]);
        assert!(outcome.stdout.contains(done), "{outcome:#?}");
        fs::remove_file(&channels).unwrap();
        fs::rename(&away, &channels).unwrap();
    }
    workspace.correct(12);
    workspace.approve("slips/2026-09.3");
    fs::remove_dir_all(&channels).unwrap();
    fs::write(&channels, "in the way").unwrap();
    for done in ["is published: 22 rows", "is published already"] {
        let outcome = workspace.run(PREPARER, &["release", "publish", "slips/2026-09.3"]).ended(0, &[said]);
        assert!(outcome.stdout.contains(done), "{outcome:#?}");
    }
    fs::remove_file(&channels).unwrap();
    workspace.ok(PREPARER, &["run"]);
    let pointer = fs::read_to_string(workspace.path("channels/slips/latest.json")).unwrap();
    assert!(pointer.contains("slips/2026-09.3"), "{pointer}");
}

#[test]
fn a_pointer_that_got_lost_is_written_again() {
    let workspace = Workspace::amended();
    let pointer = workspace.path("channels/slips/latest.json");
    let bytes = fs::read(&pointer).unwrap();
    for damage in [None, Some("{}")] {
        match damage {
            None => fs::remove_file(&pointer).unwrap(),
            Some(text) => fs::write(&pointer, text).unwrap(),
        }
        workspace.ok(PREPARER, &["run"]);
        assert_eq!(fs::read(&pointer).unwrap(), bytes);
    }
}

#[test]
fn nothing_is_published_beside_a_gold_table_that_is_gone() {
    let workspace = Workspace::amended();
    workspace.correct(12);
    workspace.approve("slips/2026-09.3");
    fs::rename(workspace.path("lake/gold/slips"), workspace.path("lake/gold/elsewhere")).unwrap();
    let publish = ["release", "publish", "slips/2026-09.3"];
    workspace.run(PREPARER, &publish).ended(1, &["is not the one that was published to", "from a backup"]);
    fs::rename(workspace.path("lake/gold/elsewhere"), workspace.path("lake/gold/slips")).unwrap();
    workspace.ok(PREPARER, &publish);
    workspace.verify();
}
