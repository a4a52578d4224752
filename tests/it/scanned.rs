//! Wrong cells of a plain file are found, outside of any workspace.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::support::program;

fn scan(folder: &Path, more: &[&str]) -> Output {
    program().current_dir(folder).args(["--json", "check", "scan", "file.csv"]).args(more).output().unwrap()
}

fn cells(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["cells"].as_array().unwrap().clone()
}

/// Parcels of three depots; a record of too many cells stands between them.
fn parcels() -> String {
    let mut file = "parcel,depot,town,weight\n".to_owned();
    for row in 0..200 {
        let (depot, town) = [("D1", "Springfield"), ("D2", "Shelbyville"), ("D3", "Ogdenville")][row % 3];
        let town = if row == 50 { "Springfeild" } else { town };
        let weight = if row == 60 { "7,5 kg".to_owned() } else { format!("{}.5", row % 20 + 1) };
        file.push_str(&format!("P-{row:04},{depot},{town},\"{weight}\"\n"));
        if row == 20 {
            file.push_str("one,two,three,four,five,six\n");
        }
    }
    file
}

#[test]
fn wrong_cells_are_found_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.csv"), parcels()).unwrap();
    let found = cells(&scan(folder.path(), &[]));
    let places: Vec<(u64, &str, &str)> = found
        .iter()
        .map(|cell| (cell["row"].as_u64().unwrap(), cell["column"].as_str().unwrap(), cell["value"].as_str().unwrap()))
        .collect();
    // The record that is no row counts, too.
    assert_eq!(places, [(51, "town", "Springfeild"), (61, "weight", "7,5 kg")]);
    assert_eq!(found[0]["suggestion"], "Ogdenville");
    assert!(found[1]["why"].as_str().unwrap().contains("is no float"));
}

#[test]
fn rules_of_a_file_are_held_against_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.csv"), parcels()).unwrap();
    let rules = |text: &str| fs::write(folder.path().join("rules.toml"), text).unwrap();
    rules("[[rule]]\nkind = \"allowed\"\ncolumn = \"depot\"\nvalues = [\"D1\", \"D2\"]\n");
    let found = cells(&scan(folder.path(), &["--rules", "rules.toml"]));
    assert_eq!(found.iter().filter(|cell| cell["detector"] == "rule").count(), 66);
    rules("[[rule]]\nkind = \"sql\"\nsql = \"select * from silver where weight > 20\"\n");
    let output = scan(folder.path(), &["--rules", "rules.toml"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["rows"], 10, "{}", report["findings"]);
    rules("[[rule]]\nkind = \"sql\"\nsql = \"select * from read_csv('file.csv')\"\n");
    let output = scan(folder.path(), &["--rules", "rules.toml"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("reads files"), "{output:?}");
    rules("[[rule]]\nkind = \"type\"\ncolumn = \"wieght\"\ntype = \"number\"\n");
    let output = scan(folder.path(), &["--rules", "rules.toml"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `weight`?"), "{output:?}");
}
