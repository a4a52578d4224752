//! What a test sees of a workspace: its journal and its tables, read beside the program.

use std::fs;
use std::path::{Path, PathBuf};

use assay::lake::{Lake, Table};
use polars::prelude::{ChunkCompareEq, DataFrame, SortMultipleOptions};
use serde_json::Value;

use super::Workspace;

impl Workspace {
    /// The entries of the journal.
    pub fn events(&self) -> Vec<Value> {
        let printed = self.ok("lena", &["--json", "log"]);
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many entries of a kind the journal has, for each subject more than one of which would be one too many.
    pub fn events_of(&self, kind: &str) -> Vec<String> {
        let of_kind = self.events().into_iter().filter(|event| event["kind"] == kind);
        of_kind.map(|event| event["subject"].as_str().unwrap().to_owned()).collect()
    }

    /// What the entries of a kind say, oldest first.
    pub fn payloads_of(&self, kind: &str) -> Vec<Value> {
        payloads(self.root(), kind)
    }

    /// The rows of a table as its newest version has them, in the order of the files that they came from.
    pub fn rows(&self, table: &Table) -> Option<DataFrame> {
        rows(self.root(), table)
    }

    /// Every table of the lake with the actions of its log, oldest first.
    pub fn delta_logs(&self) -> Vec<(String, Vec<Value>)> {
        let mut logs = Vec::new();
        let mut folders = vec![self.path("lake")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            let below = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
            folders.extend(below);
            if folder.ends_with("_delta_log") {
                let table = folder.parent().unwrap().strip_prefix(self.root()).unwrap().display().to_string();
                logs.push((table, actions(&folder)));
            }
        }
        logs
    }

    /// Fails unless the chain of the journal holds.
    pub fn verify(&self) {
        self.ok("lena", &["log", "verify"]);
    }

    /// Fails unless every row of silver is of a batch that its slice stands on, and has its annotations of `words/1`.
    pub fn stands_on_its_batches(&self) {
        let batches = self.json(&["batch", "list", "--state", "landed"]);
        let standing: Vec<&str> = batches.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        let silver = self.rows(&Table::Silver { dataset: "slips".to_owned() }).unwrap();
        let annotations = self.rows(&Table::Annotations { dataset: "slips".to_owned() }).unwrap();
        let first = annotations.column("_model").unwrap().str().unwrap().equal("words/1");
        let [silver, annotations] =
            [silver, annotations.filter(&first).unwrap()].map(|rows| rows.select(["_batch", "_row"]).unwrap());
        for batch in silver.column("_batch").unwrap().str().unwrap().iter().flatten() {
            assert!(standing.contains(&batch), "silver holds rows of {batch}, and stands on {standing:?}");
        }
        assert!(silver.equals(&annotations), "{silver} is not row for row {annotations}");
    }
}

/// What the journal's entries of a kind say in a workspace folder, oldest first.
pub fn payloads(workspace: &Path, kind: &str) -> Vec<Value> {
    let journal = rusqlite::Connection::open(workspace.join("assay.db")).unwrap();
    let mut entries = journal.prepare("SELECT payload FROM event WHERE kind = ?1 ORDER BY seq").unwrap();
    let payloads = entries.query_map([kind], |row| row.get::<_, String>(0)).unwrap();
    payloads.map(|payload| serde_json::from_str(&payload.unwrap()).unwrap()).collect()
}

/// The rows of a table in a workspace folder, as [`Workspace::rows`] has them.
pub fn rows(workspace: &Path, table: &Table) -> Option<DataFrame> {
    let lake = Lake::open(workspace).unwrap();
    let rows = lake.scan(table, None, &[]).unwrap()?.collect().unwrap();
    let names = ["_model", "_period", "_provider", "_batch", "_row"];
    let keys: Vec<&str> = names.into_iter().filter(|name| rows.column(name).is_ok()).collect();
    Some(rows.sort(keys, SortMultipleOptions::default()).unwrap())
}

fn actions(log: &Path) -> Vec<Value> {
    let files = fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path());
    let mut versions: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    versions.sort();
    let texts = versions.iter().map(|version| fs::read_to_string(version).unwrap());
    texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}
