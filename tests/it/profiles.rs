//! Profiles: what is in a file, a slice, a period or a release, and what differs between two of them.

use std::fs;

use serde_json::Value;

use super::support::{OWNER, Workspace, program};

/// What `assay profile` says of a file, outside of any workspace.
fn of_file(content: impl AsRef<[u8]>, name: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, content).unwrap();
    let output = program().current_dir(&folder).args(["--json", "profile", "show", name]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn column<'a>(profile: &'a Value, name: &str) -> &'a Value {
    profile["columns"].as_array().unwrap().iter().find(|column| column["name"] == name).unwrap()
}

#[test]
fn a_file_is_profiled_outside_of_any_workspace() {
    let mut csv = b"code;amount;paid;day;note\n".to_vec();
    for row in 0..1000 {
        let amount = if row % 100 == 7 { "n.a.".to_owned() } else { format!("{}.5", row % 50) };
        let line = format!("{:04};{amount};{};2026-10-{:02};caf\u{e9} {}\n", row % 10, row % 2 == 0, row % 31 + 1, row);
        csv.extend(line.chars().map(|character| u8::try_from(u32::from(character)).unwrap()));
    }
    csv.extend(b"0001;1;true;2026-10-01;a;cell;too;many\n");
    let profile = of_file(&csv, "sales.csv");
    assert_eq!([&profile["rows"], &profile["rejects"], &profile["version"]], [1000, 1, 2], "{profile}");
    let types = ["code", "amount", "paid", "day", "note"].map(|name| column(&profile, name)["type"].clone());
    assert_eq!(types, ["string", "float", "bool", "date", "string"]);
    let amount = column(&profile, "amount");
    assert_eq!((&amount["misfits"], &amount["numbers"]["max"]), (&10.into(), &49.5.into()));
    assert_eq!(column(&profile, "code")["texts"]["patterns"], serde_json::json!([["9999", 1000]]));
    assert_eq!(column(&profile, "day")["dates"]["unit"], "day");
    assert_eq!(column(&profile, "note")["texts"]["beyond_ascii"], 1000);
}

#[test]
fn no_value_brings_a_profile_down() {
    let long = "x".repeat(10 << 20);
    let odd = [
        "NaN",
        "inf",
        "-inf",
        "1e999",
        "\u{202e}\u{200b}\u{1}",
        "",
        "Z\u{301}\u{301}\u{301}algo",
        "\u{1f468}\u{200d}\u{1f469}",
    ];
    let mut csv = "one,constant,nothing\n".to_owned();
    for value in odd.iter().chain([&long.as_str()]) {
        csv.push_str(&format!("\"{value}\",7,\n"));
    }
    let profile = of_file(csv, "odd.csv");
    assert_eq!(profile["rows"], 9, "{}", profile["rejects"]);
    assert_eq!(column(&profile, "one")["texts"]["longest"], 10 << 20);
    let constant = column(&profile, "constant");
    assert_eq!((&constant["distinct"], &constant["numbers"]["deviation"]), (&1.into(), &0.0.into()));
    assert_eq!((&column(&profile, "nothing")["cells"], &column(&profile, "nothing")["nulls"]), (&0.into(), &9.into()));
}

#[test]
fn only_what_moved_is_shown_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for (name, factor) in [("before.csv", 1), ("after.csv", 100)] {
        let rows = (0..500).map(|row| format!("{row},{},{}\n", (row * 7 % 90 + 10) * factor, ["a", "b"][row % 2]));
        fs::write(folder.path().join(name), format!("id,amount,kind\n{}", rows.collect::<String>())).unwrap();
    }
    let said = |arguments: &[&str]| {
        let output = program().current_dir(&folder).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let diff = ["profile", "diff", "before.csv", "after.csv", "--changed"];
    let shown = said(&diff);
    assert!(shown.starts_with("before.csv -> after.csv\n") && shown.contains("median(amount)"), "{shown}");
    assert!(!shown.contains("(kind)") && !shown.contains("rows "), "{shown}");
    let all: Value = serde_json::from_str(&said(&["--json", "profile", "diff", "before.csv", "after.csv"])).unwrap();
    let measures = all["measures"].as_array().unwrap();
    let of = |name: &str| measures.iter().find(|one| one["measure"] == name).unwrap();
    assert_eq!((&of("rows")["moved"], &of("stability(amount)")["moved"]), (&false.into(), &true.into()));
    assert!(of("mean(amount)")["why"].as_str().unwrap().contains("moved above"));
}

#[test]
fn slices_periods_and_releases_are_profiled_as_they_are_judged() {
    let workspace = Workspace::processed();
    let slice = workspace.json(&["profile", "show", "slips/2026-10/alpha"]);
    let period = workspace.json(&["profile", "show", "2026-10"]);
    let release = workspace.json(&["profile", "show", "slips/2026-10.1"]);
    assert_eq!(slice["subject"], "slips/2026-10/alpha");
    assert_eq!((&period["columns"], &period["labels"]), (&release["columns"], &release["labels"]));
    let providers = period["providers"].as_array().unwrap();
    let rows: u64 = providers.iter().map(|provider| provider["rows"].as_u64().unwrap()).sum();
    assert!(providers.len() > 1 && period["rows"] == rows, "{rows}");
    assert!(providers.iter().any(|provider| provider["columns"] == slice["columns"]));
    assert!(!slice["labels"].as_array().unwrap().is_empty());
    let one = workspace.json(&["profile", "show", "2026-10/alpha", "--column", "amount"]);
    assert_eq!(&one, column(&slice, "amount"));
    let between = ["profile", "diff", "2026-10/alpha", "2026-10/beta"];
    assert!(workspace.ok(OWNER, &between).contains("measures moved"));
    workspace.run(OWNER, &["profile", "show", "2026-10/alhpa"]).ended(1, &["alhpa", "alpha"]);
    workspace.run(OWNER, &["profile", "show", "2031-01"]).ended(1, &["nothing was delivered for slips 2031-01"]);
    workspace.run(OWNER, &["profile", "show", "nowhere.csv"]).ended(1, &["`nowhere.csv` is no file", "slips/2026-10"]);
    workspace.run(OWNER, &["profile", "show", "2026-10", "--column", "amuont"]).ended(1, &["did you mean `amount`?"]);
}
