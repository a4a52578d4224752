//! The sample workspace: it is what its builder makes, and everything in it can be tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::program;

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
