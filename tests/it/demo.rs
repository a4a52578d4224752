//! The sample workspace: it is what its builder makes, and everything in it can be tried.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assay::lake::Table;
use polars::prelude::ChunkCompareEq;
use serde_json::Value;

use crate::support::{Workspace, program, seen};

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Runs the program in a demo workspace as one of its people; answers with what it prints.
fn act(demo: &Path, who: &str, arguments: &[&str]) -> String {
    let output = program().arg("--workspace").arg(demo).args(["--as", who]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(demo: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&act(demo, "lena", &[arguments, &["--json"]].concat())).unwrap()
}

#[test]
fn the_bundled_workspace_is_what_its_builder_makes() {
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("demo");
    let output = program().args(["demo", "build"]).arg(&built).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bundled = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("demo_db"));
    let built = files(&built);
    let of_one_side: Vec<_> =
        built.keys().chain(bundled.keys()).filter(|path| built.get(*path) != bundled.get(*path)).collect();
    let first = &of_one_side[..of_one_side.len().min(5)];
    assert!(first.is_empty(), "build it again: assay demo build; {} files differ, as {first:?}", of_one_side.len());
    assert!(bundled.values().map(Vec::len).sum::<usize>() < 8_000_000);
}

#[test]
fn one_person_can_try_everything_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("copy");
    let output = program().args(["demo", "--no-screen", "--into"]).arg(&demo).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    act(&demo, "nora", &["release", "approve", "slips/2026-08.3"]);
    act(&demo, "mira", &["release", "publish", "slips/2026-08.3"]);
    // What looks back at July is judged again once July is another: the later release goes first here.
    act(&demo, "mira", &["release", "publish", "slips/2026-07.3"]);
    act(&demo, "mira", &["release", "rollback", "slips/2026-07.3", "--reason", "to see it"]);

    // The late delivery and the corrected ones come in, and settle what stood open.
    act(&demo, "mira", &["demo", "deliver"]);
    act(&demo, "mira", &["ingest"]);
    act(&demo, "mira", &["run"]);
    let open = json(&demo, &["anomaly", "list", "--state", "open"]);
    let blocking: Vec<&Value> = open.as_array().unwrap().iter().filter(|row| row["severity"] == "blocking").collect();
    assert!(blocking.is_empty(), "{blocking:#?}");
    for release in ["slips/2026-09.1", "slips/2026-10.1"] {
        // October looks back at September, which changes as it goes out.
        act(&demo, "mira", &["run"]);
        act(&demo, "ravi", &["release", "approve", release]);
        act(&demo, "nora", &["release", "approve", release]);
        act(&demo, "mira", &["release", "publish", release]);
    }
    let live = json(&demo, &["channel", "list"]);
    assert!(live.as_array().unwrap().iter().any(|row| row["name"] == "slips/2026-10.1"), "{live:#}");
    act(&demo, "lena", &["log", "verify"]);
}

/// Nothing of it was put there by hand: its files in the inboxes of an empty workspace come to the same tables.
#[test]
fn its_files_come_to_the_same_rows_in_an_empty_workspace() {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo_db");
    let copied = tempfile::tempdir().unwrap();
    let demo = copied.path().join("copy");
    let output = program().args(["demo", "--no-screen", "--into"]).arg(&demo).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let workspace = Workspace::under(&fs::read_to_string(bundled.join("assay.toml")).unwrap());
    fs::copy(bundled.join("shop.db"), workspace.path("shop.db")).unwrap();
    fs::create_dir(workspace.path("training")).unwrap();
    fs::copy(bundled.join("training/slips-test.jsonl"), workspace.path("training/slips-test.jsonl")).unwrap();
    for version in ["1/model.lexicon", "2/model.crf", "3/model.crf"] {
        let file = bundled.join("models/slips").join(version);
        workspace.ok("mira", &["model", "register", file.to_str().unwrap(), "--name", "slips"]);
    }
    workspace.ok("mira", &["model", "promote", "slips/2", "--reason", "as in the sample"]);
    let (batches, raw) = (json(&demo, &["batch", "list"]), raw_files(&demo));
    let batches = batches.as_array().unwrap();
    for revision in 1..=2 {
        for batch in batches.iter().filter(|batch| batch["revision"] == revision) {
            let [id, provider, file] = ["id", "provider", "file"].map(|name| batch[name].as_str().unwrap());
            workspace.deliver(provider, file, &raw[id]);
        }
        workspace.ok("mira", &["ingest"]);
        // What a correction takes the place of was read too.
        workspace.ok("mira", &["run"]);
    }

    let told = |row: &Value| ["id", "state", "rows", "rejected", "file"].map(|name| row[name].to_string());
    let sorted = |rows: &[Value]| rows.iter().map(told).collect::<BTreeSet<_>>();
    assert_eq!(sorted(workspace.json(&["batch", "list"]).as_array().unwrap()), sorted(batches));
    let dataset = || "slips".to_owned();
    let tables = [
        Table::Silver { dataset: dataset() },
        Table::Rejects { dataset: dataset() },
        Table::Annotations { dataset: dataset() },
    ];
    for table in tables {
        let (made, shipped) = (seen::rows(workspace.root(), &table).unwrap(), seen::rows(&demo, &table).unwrap());
        let shipped = match shipped.column("_model") {
            Ok(model) => shipped.filter(&model.str().unwrap().equal("slips/2")).unwrap(),
            Err(_) => shipped,
        };
        assert!(made.height() > 30, "{table}: {made}");
        assert!(made.equals_missing(&shipped), "{table}: {made} is not {shipped}");
    }
}

/// The files of a workspace's batches as they were delivered, by batch.
fn raw_files(demo: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = |payload: Value| {
        let delivery = &payload["delivery"];
        let [batch, content, extension] =
            ["batch", "content", "extension"].map(|name| delivery[name].as_str().unwrap());
        let path = demo.join("lake/raw").join(&content[..2]).join(format!("{content}.{extension}"));
        (batch.to_owned(), fs::read(path).unwrap())
    };
    seen::payloads(demo, "landing_started").into_iter().map(file).collect()
}

#[test]
fn a_shop_sells_and_what_it_sold_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    assert!(program().args(["demo", "--no-screen", "--into"]).arg(&demo).output().unwrap().status.success());
    let run = |arguments: &[&str]| {
        let output = program().arg("--workspace").arg(&demo).args(["--as", "mira"]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let landed = || -> Vec<u64> {
        let list = json(&demo, &["batch", "list", "--provider", "tidewater"]);
        list.as_array().unwrap().iter().rev().map(|batch| batch["rows"].as_u64().unwrap()).collect()
    };
    let sold = |period: &str| -> Value { serde_json::from_str(&run(&["--json", "demo", "inject", period])).unwrap() };
    let would = run(&["--dry-run", "demo", "inject", "2026-W45"]);
    let first = sold("2026-W45")["added"].as_u64().unwrap();
    assert_eq!(would, format!("would sell {first} lines on the days of 2026-W45\n"), "it was only tried");
    run(&["ingest"]);
    let second = sold("2026-W46")["added"].as_u64().unwrap();
    run(&["ingest"]);
    assert_eq!(landed(), [first, second], "the second copy moves only what is new");
    let again = sold("2026-W45");
    assert_eq!((again["added"].as_u64(), again["deleted"].as_u64()), (Some(0), Some(1)), "{again}");
    run(&["ingest"]);
    run(&["ingest", "--full"]);
    assert_eq!(landed()[2..], [again["corrected"].as_u64().unwrap(), 1]);
    let refused = program().arg("--workspace").arg(&demo).args(["demo", "inject", "2026-12"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
}
