//! Messy files as they are published, each with the reading that a careful person gives it.

use std::fs;
use std::path::{Path, PathBuf};

use assay::base::{Cancel, Result};
use assay::ops::{FilePreview, Whose, preview_file};
use serde_json::{Value, json};

const EXTENSIONS: [&str; 5] = ["csv", "txt", "tsv", "psv", "dat"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The names of the files, without extension.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let readings = entries.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut names: Vec<String> =
        readings.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn read(name: &str) -> Result<FilePreview> {
    let files = EXTENSIONS.iter().map(|extension| folder().join(format!("{name}.{extension}")));
    let file = files.into_iter().find(|file| file.exists()).unwrap();
    preview_file(None, &file, Whose::default(), usize::MAX, &Cancel::default())
}

/// What of a reading is another than expected.
fn differences(name: &str) -> Vec<String> {
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()).unwrap();
    let preview = match read(name) {
        Ok(preview) => preview,
        Err(error) => return vec![error.one_line()],
    };
    let found = serde_json::to_value(&preview).unwrap();
    let text = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect::<Vec<_>>();
    let rows = json!(preview.sample.iter().map(text).collect::<Vec<_>>());
    let rejects = json!(preview.rejects.iter().map(|reject| reject.line).collect::<Vec<_>>());
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: &Value| {
        if *found != expected[what] {
            differences.push(format!("{what}: {found}\n    not {}", expected[what]));
        }
    };
    for what in ["encoding", "delimiter", "escape", "header_row", "columns"] {
        compare(what, &found[what]);
    }
    if !expected["quote"].is_null() {
        compare("quote", &found["quote"]);
    }
    compare("rows", &rows);
    compare("rejects", &rejects);
    differences
}

#[test]
fn messy_files_are_read_as_a_careful_person_reads_them() {
    let names = names();
    assert!(names.len() >= 150, "{} files", names.len());
    let wrong = names.iter().map(|name| (name, differences(name))).filter(|(_, differences)| !differences.is_empty());
    let wrong: Vec<String> =
        wrong.map(|(name, differences)| format!("{name}\n  {}", differences.join("\n  "))).collect();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}
