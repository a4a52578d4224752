//! Files of every kind: each is read, or refused with a reason, in bounded time and memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use assay::base::Cancel;
use assay::ops::{Whose, preview_file};
use serde_json::Value;

use super::data;

/// What a file may take.
const TIME: Duration = Duration::from_secs(10);
const MEMORY_KIB: u64 = 512 << 10;

/// The rows of a file by the names of its columns.
fn records(file: &Path) -> Value {
    let preview = preview_file(None, file, Whose::default(), usize::MAX, &Cancel::default()).unwrap();
    assert_eq!(preview.rejected, 0, "{}", file.display());
    let record = |row: &Vec<Option<String>>| {
        let cells = row.iter().map(|cell| Value::from(cell.clone().unwrap_or_default()));
        preview.columns.iter().cloned().zip(cells).collect::<Value>()
    };
    preview.sample.iter().map(record).collect()
}

#[test]
#[ignore = "real data"]
fn real_data_of_csv_spectrum_is_its_json() {
    let mut seen = 0;
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data("csv-spectrum/csvs")).unwrap() {
        let mut file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let expected = fs::read(data(&format!("csv-spectrum/json/{name}.json"))).unwrap();
        let mut expected: Value = serde_json::from_slice(&expected).unwrap();
        if name == "location_coordinates" {
            // Not as the others: one object, with another number than its CSV.
            expected["Contact Phone Number"] = "2095257564".into();
            expected = Value::Array(vec![expected]);
        }
        if name == "newlines_crlf" {
            // The copy at hand lost the line ends that its name and its JSON speak of.
            let text = fs::read_to_string(&file).unwrap();
            file = folder.path().join("newlines_crlf.csv");
            fs::write(&file, text.replace('\n', "\r\n")).unwrap();
        }
        assert_eq!(records(&file), expected, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 12);
}

#[test]
#[ignore = "real data"]
fn real_data_of_every_kind_of_workbook_is_the_same_table() {
    let read = |name: &str, extension: &str| {
        let file = data(&format!("calamine/{name}.{extension}"));
        let preview = preview_file(None, &file, Whose::default(), usize::MAX, &Cancel::default()).unwrap();
        assert_eq!(preview.understood.format, extension);
        (preview.understood.sheet, preview.columns, preview.sample)
    };
    let kinds: [(&str, &[&str]); 2] = [("any_sheets", &["xlsb", "xls", "ods"]), ("issues", &["xlsb", "ods"])];
    for (name, others) in kinds {
        let expected = read(name, "xlsx");
        assert!(expected.2.len() > 2, "{expected:?}");
        for extension in others {
            assert_eq!(read(name, extension), expected, "{name}.{extension}");
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What is wrong with how a file is taken: nothing where it is read, or refused with a reason, within its limits.
fn complaint(file: &Path) -> Option<String> {
    let limited = format!("ulimit -v {MEMORY_KIB}; exec \"$0\" --json batch preview \"$1\" --rows 20");
    let started = Instant::now();
    let mut command = Command::new("bash");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_assay")]).arg(file);
    // No workspace lies above it.
    let outcome = command.current_dir(std::env::temp_dir()).env("POLARS_MAX_THREADS", "1").output().unwrap();
    let took = started.elapsed();
    let said = String::from_utf8_lossy(&outcome.stderr);
    let is_read = outcome.status.success() && serde_json::from_slice::<Value>(&outcome.stdout).is_ok();
    let is_refused = outcome.status.code() == Some(1) && said.starts_with("error: ");
    let is_clear = is_read || is_refused && !said.lines().next().unwrap_or_default().trim_end().ends_with(':');
    (!is_clear || took > TIME).then(|| format!("{}: {} after {took:?}\n{said}", file.display(), outcome.status))
}

#[test]
#[ignore = "real data"]
fn real_data_of_every_kind_is_read_or_refused_with_a_reason() {
    let all = files(&data("."));
    assert!(all.len() > 1_000, "{} files", all.len());
    let half = all.len() / 2;
    let complaints = |files: &[PathBuf]| files.iter().filter_map(|file| complaint(file)).collect::<Vec<_>>();
    let complaints: Vec<String> = std::thread::scope(|scope| {
        let first = scope.spawn(|| complaints(&all[..half]));
        let second = complaints(&all[half..]);
        first.join().unwrap().into_iter().chain(second).collect()
    });
    assert!(complaints.is_empty(), "{} of {} files:\n{}", complaints.len(), all.len(), complaints.join("\n"));
}
