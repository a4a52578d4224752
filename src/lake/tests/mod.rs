//! Tests of the lake, and what they share.
#![allow(clippy::unwrap_used, reason = "tests")]

mod commits;
mod contention;
mod crash;
mod damage;
mod files;
mod interop;
mod memory;
mod tables;

use std::path::Path;

use chrono::{DateTime, Utc};
use polars::prelude::*;

use super::{Commit, Committed, Lake, Table};
use crate::base::{Cancel, Result};

fn silver() -> Table {
    Table::Silver { dataset: "slips".to_owned() }
}

fn slice(period: &str, provider: &str) -> Vec<(String, String)> {
    vec![("_period".to_owned(), period.to_owned()), ("_provider".to_owned(), provider.to_owned())]
}

fn intent(partition: Vec<(String, String)>, seq: u64) -> Commit {
    let at = DateTime::<Utc>::from_timestamp(1_795_000_000 + i64::try_from(seq).unwrap(), 0).unwrap();
    Commit { partition, seq, operation: "refine".to_owned(), subject: "b0123".to_owned(), at }
}

/// Rows whose numbers start at `first`.
fn numbers(first: i64, count: i64) -> DataFrame {
    df!("n" => (first..first + count).collect::<Vec<_>>()).unwrap()
}

fn replace(lake: &Lake, table: &Table, commit: &Commit, frame: DataFrame) -> Result<Committed> {
    let schema = frame.schema().clone();
    lake.replace(table, &schema, commit, &mut std::iter::once(Ok(frame)), &Cancel::default())
}

fn read(lake: &Lake, table: &Table, version: Option<u64>, partition: &[(String, String)]) -> DataFrame {
    lake.scan(table, version, partition).unwrap().unwrap().collect().unwrap()
}

fn column(frame: &DataFrame, name: &str) -> Vec<i64> {
    frame.column(name).unwrap().i64().unwrap().into_no_null_iter().collect()
}

/// Every file below a folder with its bytes, sorted.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
