//! Wrong cells of two public sets, of which somebody knows the right ones: how many are found, and how many of those found are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::counted::records;
use super::data;
use crate::support::program;

/// Precision, recall and F1 of each column with wrong cells; printed, with what each detector found.
#[allow(clippy::print_stderr, reason = "the table is what people run this test for")]
fn measured(set: &str, rules: &str) -> BTreeMap<String, [f64; 3]> {
    let folder = data(&format!("raha/{set}"));
    let read = |name: &str| records(&fs::read_to_string(folder.join(name)).unwrap());
    let (dirty, clean) = (read("dirty.csv"), read("clean.csv"));
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("rules.toml");
    fs::write(&file, rules).unwrap();
    let output = program()
        .args([
            "--json",
            "check",
            "scan",
            folder.join("dirty.csv").to_str().unwrap(),
            "--rules",
            file.to_str().unwrap(),
        ])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: BTreeSet<(usize, &str)> = report["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["row"].as_u64().unwrap() as usize, cell["column"].as_str().unwrap()))
        .collect();
    let mut measured = BTreeMap::new();
    for (place, name) in dirty[0].iter().enumerate() {
        let wrong: BTreeSet<usize> =
            (1..dirty.len()).filter(|row| dirty[*row][place] != clean[*row][place]).map(|row| row - 1).collect();
        let here: BTreeSet<usize> = found.iter().filter(|(_, column)| column == name).map(|(row, _)| *row).collect();
        if wrong.is_empty() {
            eprintln!("{set} {name}: none wrong, {} found", here.len());
            continue;
        }
        let right = wrong.intersection(&here).count();
        let (precision, recall) = (share(right, here.len()), share(right, wrong.len()));
        let f1 = 2.0 * precision * recall / (precision + recall).max(1e-9);
        eprintln!("{set} {name}: {} wrong, precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}", wrong.len());
        measured.insert(name.clone(), [precision, recall, f1]);
    }
    let mut kinds: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for cell in report["cells"].as_array().unwrap() {
        let place = dirty[0].iter().position(|name| name == cell["column"].as_str().unwrap()).unwrap();
        let row = cell["row"].as_u64().unwrap() as usize + 1;
        let kind = kinds.entry(cell["detector"].as_str().unwrap()).or_default();
        kind[usize::from(dirty[row][place] != clean[row][place])] += 1;
    }
    for (kind, [false_ones, right]) in kinds {
        eprintln!("{set} by {kind}: {right} right, {false_ones} not");
    }
    measured
}

fn share(part: usize, all: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all.max(1)).unwrap())
}

fn mean(measured: &BTreeMap<String, [f64; 3]>) -> f64 {
    measured.values().map(|[_, _, f1]| f1).sum::<f64>() / f64::from(u32::try_from(measured.len()).unwrap())
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn slips_in_hospital_records_are_found() {
    let types = ["provider_number", "zip", "phone"]
        .map(|name| format!("[[rule]]\nkind = \"type\"\ncolumn = \"{name}\"\ntype = \"int\"\n"));
    let measured = measured("hospital", &types.concat());
    assert!(mean(&measured) >= 0.85, "{measured:?}");
}

#[test]
#[ignore = "needs ASSAY_REAL_DATA"]
fn units_markers_and_displaced_states_of_beers_are_found() {
    let types = ["ounces", "abv", "ibu"]
        .map(|name| format!("[[rule]]\nkind = \"type\"\ncolumn = \"{name}\"\ntype = \"number\"\n"));
    let follows = "[[rule]]\nkind = \"functional\"\nfrom = \"brewery_id\"\nto = [\"city\", \"state\"]\n";
    let measured = measured("beers", &(types.concat() + follows));
    assert!(mean(&measured) >= 0.90, "{measured:?}");
    assert!(measured["city"][1] >= 0.8 && measured["state"][1] >= 0.8, "{measured:?}");
}
