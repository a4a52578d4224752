//! All that a workspace shows, to be compared with how it would look had nothing happened on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use assay::lake::Table;
use polars::prelude::DataFrame;
use serde_json::Value;

use super::support::{PROVIDERS, Workspace};

/// What clients see.
pub fn gold(workspace: &Workspace) -> Option<DataFrame> {
    workspace.rows(&Table::Gold { dataset: "slips".to_owned() })
}

/// Whether two tables are one, if they are there at all.
pub fn same(one: Option<&DataFrame>, other: Option<&DataFrame>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.equals_missing(other),
        (None, None) => true,
        _ => false,
    }
}

/// All that must not depend on whether somebody pulled the plug.
pub struct Picture {
    tables: BTreeMap<String, Option<DataFrame>>,
    /// How many versions each table has: work that is done again is recognised, not committed again.
    versions: BTreeMap<String, usize>,
    lists: BTreeMap<String, Value>,
    releases: BTreeMap<PathBuf, Vec<u8>>,
}

impl Picture {
    /// Looks, and fails where anything is there twice.
    pub fn of(workspace: &Workspace) -> Self {
        assert_nothing_twice(workspace);
        let dataset = || "slips".to_owned();
        let mut tables = vec![
            Table::Silver { dataset: dataset() },
            Table::Rejects { dataset: dataset() },
            Table::Annotations { dataset: dataset() },
            Table::Gold { dataset: dataset() },
        ];
        tables.extend(PROVIDERS.map(|provider| Table::Bronze { dataset: dataset(), provider: provider.to_owned() }));
        let logs = workspace.delta_logs();
        let lists = ["batch", "period", "anomaly", "release", "channel", "task", "model"];
        Self {
            tables: tables.iter().map(|table| (table.to_string(), workspace.rows(table))).collect(),
            // A slice without rejects says so to its table once there is one: which slice comes first is chance.
            versions: logs.into_iter().filter(|(table, _)| !table.contains("/rejects/")).map(versions).collect(),
            lists: lists.map(|list| (list.to_owned(), workspace.json(&[list, "list"]))).into(),
            releases: contents(&workspace.path("releases")),
        }
    }

    /// Fails where anything is not as `expected`; `after` says what happened.
    pub fn assert_is(&self, expected: &Self, after: &str) {
        for (table, rows) in &expected.tables {
            assert!(
                same(self.tables[table].as_ref(), rows.as_ref()),
                "{after}: {table} is {:?}, not {rows:?}",
                self.tables[table]
            );
        }
        assert_eq!(self.versions, expected.versions, "{after}: versions of the tables");
        for (list, rows) in &expected.lists {
            assert_eq!(self.lists[list], *rows, "{after}: {list} list");
        }
        let names = |picture: &Self| picture.releases.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(expected), "{after}");
        for (file, bytes) in &expected.releases {
            assert!(self.releases[file] == *bytes, "{after}: {} has other bytes", file.display());
        }
    }
}

fn versions((table, log): (String, Vec<Value>)) -> (String, usize) {
    (table, log.iter().filter(|action| action.get("commitInfo").is_some()).count())
}

/// Every file below a folder with its bytes; what a dead process left under a temporary name is nobody's.
pub fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), bytes);
            }
        }
    }
    found
}

/// No outcome is on record twice, and no intent was committed twice to any table.
fn assert_nothing_twice(workspace: &Workspace) {
    let events = workspace.events();
    for kind in ["batch_landed", "batch_quarantined", "published", "rolled_back", "withdrawn", "delivered"] {
        let of_kind = events.iter().filter(|event| event["kind"] == kind);
        let subjects: Vec<&str> = of_kind.map(|event| event["subject"].as_str().unwrap()).collect();
        let distinct: BTreeSet<&&str> = subjects.iter().collect();
        assert_eq!(distinct.len(), subjects.len(), "{kind} twice: {subjects:?}");
    }
    let generations: Vec<u64> =
        workspace.json(&["channel", "history"]).as_array().unwrap().iter().map(generation).collect();
    assert!(generations.is_sorted_by(|newer, older| *newer == older + 1), "{generations:?}");
    let rows = workspace.rows(&Table::Gold { dataset: "slips".to_owned() });
    if let Some(rows) = rows {
        let key = rows.select(["_batch", "_row"]).unwrap();
        assert_eq!(key.is_duplicated().unwrap().sum(), Some(0), "a row is in gold twice");
    }
    for (table, log) in workspace.delta_logs() {
        let mut seen = BTreeSet::new();
        for action in log {
            if let Some(transaction) = action.get("txn") {
                let intent = format!("{} {}", transaction["appId"], transaction["version"]);
                assert!(seen.insert(intent.clone()), "{intent} was committed to {table} twice");
            }
        }
    }
}

fn generation(row: &Value) -> u64 {
    row["generation"].as_u64().unwrap()
}
