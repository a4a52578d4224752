//! What was begun and can't simply be finished: nobody else is kept from working, and nothing wrong goes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use assay::base::Cancel;
use assay::domain::{Request, Via};
use assay::lake::Table;
use assay::ops::{OpenOptions, Workspace as Opened};
use polars::prelude::{DataFrame, ParquetReader, ParquetWriter, SerReader};

use super::support::{APPROVERS, OWNER, PERIODS, PREPARER, Workspace, delivery};

const RELEASE: &str = "slips/2026-09.1";
const PUBLISH: &[&str] = &["release", "publish", RELEASE];

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
