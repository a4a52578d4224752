//! One commit to one table, alone or against others.
//!
//! A commit is decided on the newest version and written as the next one, which only one writer can do. Whoever comes
//! second looks again, at the slice and at its own transaction, decides anew and tries once more.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use deltalake_core::DeltaTable;
use deltalake_core::kernel::transaction::{PROTOCOL, TransactionError};
use deltalake_core::kernel::{Action, Add, CommitInfo, Metadata, MetadataExt, StructField, StructType, Transaction};
use deltalake_core::logstore::CommitOrBytes;
use deltalake_core::table::state::DeltaTableState;
use polars::prelude::Schema;
use serde_json::{Value, json};

use super::log::{sequence, state, unloaded, version_file, views};
use super::schema::{data_fields, delta_fields, merged, stored_schema, table_schema};
use super::table::{Commit, Committed, Table, partition_folder};
use super::{Lake, unpoisoned};
use crate::base::{Cancel, Digest, Error, Result, ResultExt, crash, files};

/// How often a commit that meets others is made anew before the writer gives up for now.
const ATTEMPTS: u32 = 200;

/// Every so many versions the state is written out whole, so that opening a table reads few files.
const CHECKPOINT_EVERY: u64 = 50;

/// Every version can be read for ever: nothing in the log or among the files expires.
const PROPERTIES: &[(&str, &str)] = &[
    ("delta.checkpointInterval", "50"),
    ("delta.deletedFileRetentionDuration", "interval 10000 days"),
    ("delta.enableExpiredLogCleanup", "false"),
    ("delta.logRetentionDuration", "interval 10000 days"),
];

/// What a partition shall consist of.
pub(super) struct Change {
    /// Its files: all of them, those that it has already included.
    pub files: Vec<Add>,
    /// The data columns of the files; empty where there are none.
    pub fields: Vec<StructField>,
    pub rows: u64,
}

impl Lake {
    /// The outcome of this intent, if it was committed before.
    pub(super) fn repeated(&self, table: &Table, commit: &Commit) -> Result<Option<Committed>> {
        let Some(delta) = self.load(table, None)? else { return Ok(None) };
        self.recognised(table, &delta, commit)
    }

    fn recognised(&self, table: &Table, delta: &DeltaTable, commit: &Commit) -> Result<Option<Committed>> {
        let Some(version) = self.committed_before(table, delta, commit)? else { return Ok(None) };
        // Whoever committed it may have died before it was durable.
        sync_version(&self.folder(table)?, version)?;
        let rows = self.files(table, Some(version), &commit.partition)?.iter().map(|file| file.rows).sum();
        Ok(Some(Committed { version, rows, repeated: true }))
    }

    /// Brings a change into a table, as the next version.
    pub(super) fn commit(&self, table: &Table, commit: &Commit, change: &Change, cancel: &Cancel) -> Result<Committed> {
        let folder = self.folder(table)?;
        let writer = self.writer_of(&folder);
        for attempt in 0..ATTEMPTS {
            cancel.check()?;
            let turn = unpoisoned(&writer);
            let current = self.load(table, None)?;
            if let Some(delta) = &current
                && let Some(committed) = self.recognised(table, delta, commit)?
            {
                return Ok(committed);
            }
            let actions = actions(table, current.as_ref(), commit, change)?;
            let version = current.as_ref().and_then(DeltaTable::version).map_or(0, |version| version + 1);
            crash::point("delta.before_commit");
            if self.write_version(&folder, version, &actions).with_context(|| format!("committing to {table}"))? {
                crash::point("delta.after_commit");
                sync_version(&folder, version)?;
                crash::point("delta.log_synced");
                self.write_checkpoint(table, &folder, version);
                return Ok(Committed { version, rows: change.rows, repeated: false });
            }
            drop(turn);
            self.0.conflicts.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(pause(commit, attempt));
        }
        Err(Error::busy(format!("{ATTEMPTS} times in a row somebody else committed to {table} first"))
            .hint("run the same command again; nothing was changed"))
    }

    /// Refuses rows of these columns in a partition for what a commit of them would be refused for.
    pub fn takes(&self, table: &Table, schema: &Schema, partition: &[(String, String)]) -> Result<()> {
        let Some(delta) = self.load(table, None)? else { return Ok(()) };
        let state = writable(table, &delta)?;
        let fields = delta_fields(&stored_schema(table, schema)?, &BTreeMap::new())?;
        changed_metadata(table, state, partition, &fields).map(drop)
    }

    /// Refuses to bring back what a partition had at an earlier version, where the columns of the table have changed in
    /// between so that it no longer fits.
    pub fn takes_back(&self, table: &Table, version: u64, partition: &[(String, String)]) -> Result<()> {
        let (Some(earlier), Some(delta)) = (self.load(table, Some(version))?, self.load(table, None)?) else {
            return Ok(());
        };
        let fields = data_fields(table, &state(&earlier)?.schema());
        changed_metadata(table, writable(table, &delta)?, partition, &fields).map(drop)
    }

    /// Writes one version of the log; `false` where somebody else wrote it first.
    fn write_version(&self, folder: &Path, version: u64, actions: &[Action]) -> Result<bool> {
        let bytes = CommitOrBytes::LogBytes(log_bytes(actions)?.into());
        let log_store = unloaded(folder)?.log_store();
        #[allow(clippy::default_trait_access, reason = "the type belongs to a crate that is no dependency of ours")]
        let written = self.0.runtime.block_on(log_store.write_commit_entry(version, bytes, Default::default()))?;
        match written {
            Ok(()) => Ok(true),
            Err(TransactionError::VersionAlreadyExists(_)) => Ok(false),
            Err(error) => Err(Error::library(error)),
        }
    }

    /// Writes out the whole state now and then. The commit stands whether this works or not.
    fn write_checkpoint(&self, table: &Table, folder: &Path, version: u64) {
        if !(version + 1).is_multiple_of(CHECKPOINT_EVERY) {
            return;
        }
        let written = self.load(table, Some(version)).and_then(|delta| {
            let Some(delta) = delta else { return Ok(()) };
            crash::point("delta.before_checkpoint");
            self.0
                .runtime
                .block_on(deltalake_core::checkpoints::create_checkpoint(&delta, None))?
                .map_err(|error| Error::internal("the checkpoint can't be written").because(error))?;
            crash::point("delta.checkpoint_written");
            sync_checkpoint(folder, version)
        });
        if let Err(error) = written {
            tracing::warn!(%table, version, %error, "committed, but without a checkpoint");
        }
    }
}

/// The actions that make `change` the next version after `current`.
fn actions(table: &Table, current: Option<&DeltaTable>, commit: &Commit, change: &Change) -> Result<Vec<Action>> {
    let at = commit.at.timestamp_millis();
    let slice = partition_folder(&commit.partition);
    let mut actions = vec![Action::CommitInfo(commit_info(commit, &slice))];
    let mut held = BTreeSet::new();
    let mut removes = Vec::new();
    match current {
        None => {
            let schema = table_schema(table, change.fields.clone())?;
            actions.push(serde_json::from_value(json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}}))?);
            actions.push(Action::Metadata(new_metadata(table, &schema, at)?));
        }
        Some(delta) => {
            let state = writable(table, delta)?;
            actions.extend(changed_metadata(table, state, &commit.partition, &change.fields)?.map(Action::Metadata));
            let stays: BTreeSet<&str> = change.files.iter().map(|add| add.path.as_str()).collect();
            for view in views(state, &commit.partition)? {
                let path = view.path().into_owned();
                if stays.contains(path.as_str()) {
                    held.insert(path);
                    continue;
                }
                let mut remove = view.remove_action(true);
                remove.deletion_timestamp = Some(at);
                removes.push(remove);
            }
        }
    }
    removes.sort_by(|one, other| one.path.cmp(&other.path));
    actions.push(Action::Txn(Transaction::new_with_last_update(&slice, sequence(commit)?, Some(at))));
    actions.extend(removes.into_iter().map(Action::Remove));
    let new = change.files.iter().filter(|add| !held.contains(&add.path));
    actions.extend(new.cloned().map(Action::Add));
    Ok(actions)
}

/// The state of a table that we can write to.
fn writable<'a>(table: &Table, delta: &'a DeltaTable) -> Result<&'a DeltaTableState> {
    let state = state(delta)?;
    PROTOCOL.can_write_to(state).map_err(|error| {
        Error::refused(format!("{table} was changed by another program")).because(error).hint(format!(
            "put {} back from a backup; other programs may read it, assay alone writes to it",
            table.path().display()
        ))
    })?;
    Ok(state)
}

fn commit_info(commit: &Commit, slice: &str) -> CommitInfo {
    let parameters =
        [("partition", slice.to_owned()), ("seq", commit.seq.to_string()), ("subject", commit.subject.clone())];
    let parameters: HashMap<_, _> =
        parameters.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    CommitInfo {
        timestamp: Some(commit.at.timestamp_millis()),
        operation: Some(commit.operation.clone()),
        operation_parameters: Some(parameters),
        is_blind_append: Some(false),
        engine_info: Some("assay".to_owned()),
        user_metadata: Some(commit.subject.clone()),
        ..CommitInfo::default()
    }
}

/// The metadata of a new table. Its id follows from the table's name, so that the same input gives the same bytes.
fn new_metadata(table: &Table, schema: &StructType, at: i64) -> Result<Metadata> {
    let digest = Digest::of(table.to_string().as_bytes());
    let part = |from: usize, to: usize| digest.as_str().get(from..to).unwrap_or_default();
    let id = format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32));
    let properties: BTreeMap<_, _> = PROPERTIES.iter().copied().collect();
    Ok(serde_json::from_value(json!({
        "id": id,
        "name": table.to_string(),
        "description": null,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": serde_json::to_string(schema)?,
        "partitionColumns": table.partition_columns(),
        "configuration": properties,
        "createdTime": at,
    }))?)
}

/// The metadata with these columns of a partition; `None` where the table has them.
fn changed_metadata(
    table: &Table,
    state: &DeltaTableState,
    partition: &[(String, String)],
    fields: &[StructField],
) -> Result<Option<Metadata>> {
    let schema = state.schema();
    if fields.is_empty() || fields == data_fields(table, &schema) {
        return Ok(None);
    }
    // What clients read keeps its types: an earlier version of it has to fit in again.
    let is_remade = !matches!(table, Table::Gold { .. });
    let alone = is_remade && views(state, &[])?.len() == views(state, partition)?.len();
    let Some(grown) = merged(table, &schema, fields, alone)? else { return Ok(None) };
    state
        .metadata()
        .clone()
        .with_schema(&grown)
        .map(Some)
        .map_err(|error| Error::internal(format!("the schema of {table} can't be changed")).because(error))
}

/// The actions as the log holds them: one a line, keys sorted, so that the same actions are the same bytes.
fn log_bytes(actions: &[Action]) -> Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(actions.len());
    for action in actions {
        let mut value = serde_json::to_value(action)?;
        value.sort_all_objects();
        lines.push(value.to_string());
    }
    Ok(lines.join("\n").into_bytes())
}

fn sync_version(folder: &Path, version: u64) -> Result<()> {
    let path = version_file(folder, version);
    File::open(&path).and_then(|file| file.sync_all()).with_context(|| format!("syncing {}", path.display()))?;
    files::sync_folder(&folder.join("_delta_log"))
}

fn sync_checkpoint(folder: &Path, version: u64) -> Result<()> {
    let log = folder.join("_delta_log");
    for entry in fs::read_dir(&log)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "_last_checkpoint" || name.starts_with(&format!("{version:020}.checkpoint")) {
            File::open(entry.path())?.sync_all()?;
        }
    }
    files::sync_folder(&log)
}

/// How long to wait before the next attempt: longer each time, and different for different intents.
fn pause(commit: &Commit, attempt: u32) -> Duration {
    let spread = (u64::from(std::process::id()) ^ commit.seq).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60;
    Duration::from_millis((1 << attempt.min(5)) + spread)
}
