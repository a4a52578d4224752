//! Reading the log of a table: its versions, the files of a partition, what was committed before.

use std::fs;
use std::path::{Path, PathBuf};

use deltalake_core::DeltaTable;
use deltalake_core::DeltaTableBuilder;
use deltalake_core::kernel::{Action, LogicalFileView};
use deltalake_core::table::state::DeltaTableState;
use url::Url;

use super::runtime::unreadable_log;
use super::table::{DataFile, Table, partition_folder};
use super::{Commit, Lake, unpoisoned};
use crate::base::{Error, Result, ResultExt};

/// The file of one version in the log.
pub(super) fn version_file(folder: &Path, version: u64) -> PathBuf {
    folder.join("_delta_log").join(format!("{version:020}.json"))
}

impl Lake {
    /// The newest version of a table; `None` where nothing was ever committed to it.
    pub fn version(&self, table: &Table) -> Result<Option<u64>> {
        Ok(self.load(table, None)?.and_then(|delta| delta.version()))
    }

    /// The files of a version of a table (the newest, where none is named) whose partition has the named values, sorted.
    pub fn files(&self, table: &Table, version: Option<u64>, partition: &[(String, String)]) -> Result<Vec<DataFile>> {
        match self.load(table, version)? {
            Some(delta) => self.files_of(table, &delta, partition),
            None => Ok(Vec::new()),
        }
    }

    /// The files of a loaded table whose partition has the named values, sorted.
    pub(super) fn files_of(
        &self,
        table: &Table,
        delta: &DeltaTable,
        partition: &[(String, String)],
    ) -> Result<Vec<DataFile>> {
        let folder = self.folder(table)?;
        let views = views(state(delta)?, partition)?;
        let mut files = views.iter().map(|view| data_file(table, &folder, view)).collect::<Result<Vec<_>>>()?;
        files.sort_by(|one, other| (&one.partition, &one.path).cmp(&(&other.partition, &other.path)));
        Ok(files)
    }

    /// The rows of a partition in the newest version, from the log alone; `None` where there is no such partition.
    pub fn partition_rows(&self, table: &Table, partition: &[(String, String)]) -> Result<Option<u64>> {
        let files = self.files(table, None, partition)?;
        Ok((!files.is_empty()).then(|| files.iter().map(|file| file.rows).sum()))
    }

    /// The state of a table at a version, the newest where none is named; `None` where there is no table.
    pub(super) fn load(&self, table: &Table, version: Option<u64>) -> Result<Option<DeltaTable>> {
        let folder = self.folder(table)?;
        if !version_file(&folder, 0).exists() {
            return Ok(None);
        }
        let loaded = match version {
            Some(version) if !version_file(&folder, version).exists() => {
                return Err(Error::not_found(format!("{table} has no version {version}")));
            }
            Some(version) => self.load_version(&folder, version),
            None => self.load_newest(&folder),
        };
        loaded.map(Some).with_context(|| format!("opening {table}"))
    }

    fn load_version(&self, folder: &Path, version: u64) -> Result<DeltaTable> {
        let newest = unpoisoned(&self.0.newest).get(folder).cloned();
        if let Some(newest) = newest.filter(|newest| newest.version() == Some(version)) {
            return Ok(newest);
        }
        let mut delta = unloaded(folder)?;
        self.0.runtime.block_on(delta.load_version(version))?.map_err(|error| unreadable_log(&error))?;
        Ok(delta)
    }

    fn load_newest(&self, folder: &Path) -> Result<DeltaTable> {
        let known = unpoisoned(&self.0.newest).get(folder).cloned();
        let mut delta = match known {
            Some(known) => known,
            None => unloaded(folder)?,
        };
        if self.0.runtime.block_on(delta.update_incremental(None))?.is_err() {
            // What is remembered may be of a folder that was since put back to an earlier state.
            delta = unloaded(folder)?;
            self.0.runtime.block_on(delta.load())?.map_err(|error| unreadable_log(&error))?;
        }
        unpoisoned(&self.0.newest).insert(folder.to_path_buf(), delta.clone());
        Ok(delta)
    }

    /// The version at which this intent was committed, if it was. Refuses one that a later intent has overtaken, also
    /// where it was committed before that: what the slice holds now is not what it wrote.
    pub(super) fn committed_before(&self, table: &Table, delta: &DeltaTable, commit: &Commit) -> Result<Option<u64>> {
        let slice = partition_folder(&commit.partition);
        let sequence = sequence(commit)?;
        let log_store = delta.log_store();
        let state = state(delta)?;
        let latest = self
            .0
            .runtime
            .block_on(state.transaction_version(log_store.as_ref(), &slice))?
            .map_err(|error| unreadable_log(&error))?;
        let Some(latest) = latest.filter(|latest| *latest >= sequence) else { return Ok(None) };
        if latest > sequence {
            return Err(Error::refused(format!("step {sequence} on {slice} of {table} came too late"))
                .because(format!("step {latest} was committed meanwhile")));
        }
        let folder = self.folder(table)?;
        for version in (0..=state.version()).rev() {
            if read_actions(&folder, version)?.iter().any(|action| transaction_of(action, &slice) == Some(sequence)) {
                return Ok(Some(version));
            }
        }
        Err(Error::corrupt(format!("the log of {table} knows step {sequence} on {slice}, but not its version")))
    }
}

/// A handle on a table whose log was not read yet.
pub(super) fn unloaded(folder: &Path) -> Result<DeltaTable> {
    let url = Url::from_directory_path(folder)
        .map_err(|()| Error::internal(format!("{} is not an absolute path", folder.display())))?;
    DeltaTableBuilder::from_url(url).and_then(DeltaTableBuilder::build).map_err(|error| unreadable_log(&error))
}

/// The journal sequence of a commit, as Delta counts transactions.
pub(super) fn sequence(commit: &Commit) -> Result<i64> {
    i64::try_from(commit.seq).map_err(|_| Error::internal(format!("`{}` is not a journal sequence", commit.seq)))
}

/// The loaded state of a table.
pub(super) fn state(delta: &DeltaTable) -> Result<&DeltaTableState> {
    delta.snapshot().map_err(|error| unreadable_log(&error))
}

/// The live files whose partition has the named values.
pub(super) fn views(state: &DeltaTableState, partition: &[(String, String)]) -> Result<Vec<LogicalFileView>> {
    let log_data = state.snapshot().try_log_data().map_err(|error| unreadable_log(&error))?;
    let wanted = |view: &LogicalFileView| {
        let values = view.partition_values_map();
        partition.iter().all(|(column, value)| values.get(column).and_then(Option::as_ref) == Some(value))
    };
    Ok(log_data.iter().filter(wanted).collect())
}

/// The actions of one version, as they stand in the log.
pub(super) fn read_actions(folder: &Path, version: u64) -> Result<Vec<Action>> {
    let path = version_file(folder, version);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(serde_json::from_str)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| Error::corrupt(format!("the Delta log {} can't be read", path.display())).because(error))
}

fn transaction_of(action: &Action, slice: &str) -> Option<i64> {
    match action {
        Action::Txn(transaction) if transaction.app_id == slice => Some(transaction.version),
        _ => None,
    }
}

fn data_file(table: &Table, folder: &Path, view: &LogicalFileView) -> Result<DataFile> {
    let path = view.path().into_owned();
    let values = view.partition_values_map();
    let partition = table.partition_columns().iter().map(|column| {
        let value = values.get(*column).cloned().flatten();
        Some(((*column).to_owned(), value?))
    });
    let rows = view.num_records().and_then(|rows| u64::try_from(rows).ok());
    partition
        .collect::<Option<Vec<_>>>()
        .zip(rows)
        .zip(u64::try_from(view.size()).ok())
        .map(|((partition, rows), bytes)| DataFile { path: folder.join(&path), partition, rows, bytes })
        .ok_or_else(|| {
            Error::corrupt(format!("the log of {table} does not say enough of its file `{path}`"))
                .because("its partition, size or number of rows is missing")
        })
}
