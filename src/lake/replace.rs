//! What can be done to a partition: replace it, take it out, bring an earlier state of it back.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use deltalake_core::kernel::{Action, Add};
use polars::prelude::{DataFrame, Schema};

use super::Lake;
use super::commit::Change;
use super::log::{read_actions, state};
use super::schema::{data_fields, delta_fields, stored_schema};
use super::table::{Commit, Committed, DataFile, Table, check_partition};
use super::write::{Source, name_digest, write_files};
use crate::base::{Cancel, Digest, Error, ErrorKind, Result};

impl Lake {
    /// Makes `chunks` the whole content of a partition, in one commit. No rows at all are a content too.
    ///
    /// `schema` is that of the chunks; types that Delta does not have become the nearest that it has (unsigned numbers
    /// signed, timestamps UTC microseconds). Columns that the table does not have yet are added to it. Memory holds one
    /// row group beside the chunk that is given.
    pub fn replace(
        &self,
        table: &Table,
        schema: &Schema,
        commit: &Commit,
        chunks: &mut dyn Iterator<Item = Result<DataFrame>>,
        cancel: &Cancel,
    ) -> Result<Committed> {
        self.replace_with_headers(table, schema, &BTreeMap::new(), commit, chunks, cancel)
    }

    /// [`Lake::replace`], keeping with each column the header that it was delivered under.
    pub fn replace_with_headers(
        &self,
        table: &Table,
        schema: &Schema,
        headers: &BTreeMap<String, String>,
        commit: &Commit,
        chunks: &mut dyn Iterator<Item = Result<DataFrame>>,
        cancel: &Cancel,
    ) -> Result<Committed> {
        check_partition(table, &commit.partition)?;
        if let Some(committed) = self.repeated(table, commit)? {
            return Ok(committed);
        }
        let stored = stored_schema(table, schema)?;
        let fields = delta_fields(&stored, headers)?;
        let rows_failed = Cell::new(false);
        let mut chunks = chunks.inspect(|chunk| rows_failed.set(chunk.is_err()));
        let source = Source { table, commit, stored: &stored, chunks: &mut chunks, cancel };
        // What is wrong with the rows themselves is said by whoever makes them, or reads them.
        let files = write_files(&self.folder(table)?, source).map_err(|error| {
            let is_of_rows = rows_failed.get() || error.kind() == ErrorKind::BadData;
            if is_of_rows { error } else { error.context(format!("writing to {table}")) }
        })?;
        let rows = files.iter().map(rows_of).sum::<Result<u64>>()?;
        self.commit(table, commit, &Change { files, fields, rows }, cancel)
    }

    /// Takes a partition out of the table. Earlier versions keep it.
    pub fn remove(&self, table: &Table, commit: &Commit) -> Result<Committed> {
        check_partition(table, &commit.partition)?;
        if self.load(table, None)?.is_none() {
            return Err(Error::not_found(format!("there is no table {table}")));
        }
        let nothing = Change { files: Vec::new(), fields: Vec::new(), rows: 0 };
        self.commit(table, commit, &nothing, &Cancel::default())
    }

    /// Brings back exactly the files that a partition had at `from_version`, after checking that they are whole.
    ///
    /// It can't be cancelled: a rollback that was begun goes forward.
    pub fn restore(&self, table: &Table, commit: &Commit, from_version: u64) -> Result<Committed> {
        let cancel = Cancel::default();
        check_partition(table, &commit.partition)?;
        if let Some(committed) = self.repeated(table, commit)? {
            return Ok(committed);
        }
        let earlier = self.load(table, Some(from_version))?;
        let earlier = earlier.ok_or_else(|| Error::not_found(format!("there is no table {table}")))?;
        let wanted = self.verified(table, Some(from_version), &commit.partition, &cancel)?;
        let fields = data_fields(table, &state(&earlier)?.schema());
        let files = added(&self.folder(table)?, from_version, &wanted)?;
        let rows = wanted.iter().map(|file| file.rows).sum();
        self.commit(table, commit, &Change { files, fields, rows }, &cancel)
    }

    /// Checks that a partition and its files are there, byte for byte as they were written: that [`Lake::restore`] can
    /// bring them back.
    pub fn verify(
        &self,
        table: &Table,
        version: Option<u64>,
        partition: &[(String, String)],
        cancel: &Cancel,
    ) -> Result<()> {
        self.verified(table, version, partition, cancel).map(drop)
    }

    fn verified(
        &self,
        table: &Table,
        version: Option<u64>,
        partition: &[(String, String)],
        cancel: &Cancel,
    ) -> Result<Vec<DataFile>> {
        let files = self.files(table, version, partition)?;
        if files.is_empty() {
            let version = version.map(|version| format!("version {version} of ")).unwrap_or_default();
            return Err(Error::not_found(format!("{version}{table} has nothing to bring back"))
                .because(format!("it has no partition {partition:?}")));
        }
        for file in &files {
            cancel.check()?;
            check_present(table, file)?;
            let digest = File::open(&file.path).map_err(Error::from).and_then(Digest::of_reader)?;
            if file.digest() != Some(name_digest(&digest)) {
                return Err(damaged(table, file, "its content was changed"));
            }
        }
        Ok(files)
    }
}

/// Refuses a data file that is missing or not of its size.
pub(super) fn check_present(table: &Table, file: &DataFile) -> Result<()> {
    match std::fs::metadata(&file.path) {
        Ok(metadata) if metadata.len() == file.bytes => Ok(()),
        Ok(metadata) => {
            let cause = format!("it has {} bytes, not {}", metadata.len(), file.bytes);
            Err(damaged(table, file, &cause))
        }
        Err(error) => Err(damaged(table, file, &error.to_string())),
    }
}

fn damaged(table: &Table, file: &DataFile, cause: &str) -> Error {
    Error::corrupt(format!("a file of {table} is missing or damaged"))
        .because(format!("{}: {cause}", file.path.display()))
        .hint("put the file back from a backup; silver and annotations are made again by assay task retry KEY")
        .hint("assay task list shows the keys")
}

/// The log entries that brought `files` in, as they were written at or before `version`.
fn added(folder: &Path, version: u64, files: &[DataFile]) -> Result<Vec<Add>> {
    let mut wanted: BTreeSet<&Path> = files.iter().map(|file| file.path.as_path()).collect();
    let mut found = Vec::new();
    for version in (0..=version).rev() {
        for action in read_actions(folder, version)? {
            if let Action::Add(add) = action
                && wanted.remove(folder.join(&add.path).as_path())
            {
                found.push(add);
            }
        }
        if wanted.is_empty() {
            break;
        }
    }
    match wanted.first() {
        None => Ok(found),
        Some(missing) => Err(Error::corrupt(format!("no version of the log brings {} in", missing.display()))),
    }
}

fn rows_of(add: &Add) -> Result<u64> {
    let statistics: serde_json::Value = serde_json::from_str(add.stats.as_deref().unwrap_or_default())?;
    let rows = statistics.get("numRecords").and_then(serde_json::Value::as_u64);
    rows.ok_or_else(|| Error::internal(format!("the statistics of `{}` name no rows", add.path)))
}
