//! Data files: rows in, Parquet out, in memory that does not grow with the rows.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufWriter, IntoInnerError};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread::{self, Builder};

use deltalake_core::kernel::Add;
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    AnyValue, Column, DataFrame, DataType, IntoColumn, ParquetCompression, ParquetWriter, Schema, Series,
    StatisticsOptions, TimeUnit,
};

use super::raw::Scratch;
use super::schema::timestamp;
use super::statistics::Statistics;
use super::table::{Commit, partition_folder};
use super::{Table, make_folder, sweep};
use crate::base::{Cancel, Digest, DigestWriter, Error, Result, ResultExt, crash, files};

/// Rows of a row group, unless they are long.
const GROUP_ROWS: usize = 1 << 16;

/// Bytes of memory at which a row group is written before it has all its rows.
const GROUP_BYTES: usize = 64 << 20;

/// Rows at which a new file is begun.
const FILE_ROWS: u64 = 1 << 20;

/// Where the rows of a new partition come from.
pub(super) struct Source<'a> {
    pub table: &'a Table,
    pub commit: &'a Commit,
    /// The columns of the files.
    pub stored: &'a Schema,
    pub chunks: &'a mut dyn Iterator<Item = Result<DataFrame>>,
    pub cancel: &'a Cancel,
}

/// Writes all rows below `folder`, under names made of the slice's place, the intent and the content, and returns the
/// log entries that would bring them into the table. Until all are written they have names that nobody reads.
pub(super) fn write_files(folder: &Path, source: Source<'_>) -> Result<Vec<Add>> {
    let partition = folder.join(partition_folder(&source.commit.partition));
    make_folder(&partition)?;
    sweep(&partition);
    let (commit, cancel) = (source.commit, source.cancel);
    let mut groups = Groups::new(source);
    let mut next = groups.next()?;
    let mut written = Vec::new();
    loop {
        let (file, rest) = write_file(&partition, next, &mut groups)?;
        written.push(file);
        next = rest;
        if next.is_none() {
            break;
        }
    }
    cancel.check()?;
    let adds = written.into_iter().enumerate().map(|(index, file)| file.settle(&partition, commit, index));
    let adds = adds.collect::<Result<Vec<_>>>()?;
    files::sync_folder(&partition)?;
    crash::point("delta.parquet_written");
    Ok(adds)
}

/// The digits of a content digest that a file name holds.
pub(super) fn name_digest(digest: &Digest) -> &str {
    digest.as_str().get(..32).unwrap_or(digest.as_str())
}

/// A file that is all there, under a temporary name.
struct Written {
    temporary: Scratch,
    statistics: Statistics,
    digest: Digest,
    bytes: u64,
}

impl Written {
    fn settle(self, partition: &Path, commit: &Commit, index: usize) -> Result<Add> {
        let name = format!("part-{:010}-{index:05}-{}.parquet", commit.seq, name_digest(&self.digest));
        let path = partition.join(&name);
        fs::rename(self.temporary.path(), &path).with_context(|| format!("putting {} in place", path.display()))?;
        Ok(Add {
            path: format!("{}/{name}", partition_folder(&commit.partition)),
            partition_values: partition_values(commit),
            size: i64::try_from(self.bytes).map_err(|_| Error::internal(format!("{} is too large", path.display())))?,
            modification_time: commit.at.timestamp_millis(),
            data_change: true,
            stats: Some(self.statistics.to_json()),
            ..Add::default()
        })
    }
}

fn partition_values(commit: &Commit) -> HashMap<String, Option<String>> {
    commit.partition.iter().map(|(column, value)| (column.clone(), Some(value.clone()))).collect()
}

/// How hard a table's files are compressed: bronze is the largest, is read least, and a copy of it lies in raw.
fn level(table: &Table) -> Option<ZstdLevel> {
    match table {
        Table::Bronze { .. } => ZstdLevel::try_new(1).ok(),
        _ => None,
    }
}

/// Writes one file, `first` and then further groups until it is full; returns it and the group that came too late.
///
/// A thread of its own compresses and writes a group while the next one is fetched and encoded.
fn write_file(
    partition: &Path,
    first: Option<DataFrame>,
    groups: &mut Groups<'_>,
) -> Result<(Written, Option<DataFrame>)> {
    let temporary = Scratch::beside(&partition.join("part"));
    let path = temporary.path();
    let writing = || format!("writing {}", path.display());
    let mut file = BufWriter::new(DigestWriter::new(File::create(path).with_context(writing)?));
    let mut statistics = Statistics::new(groups.source.stored);
    let paged = StatisticsOptions { binary_statistics_truncate_length: Some(64), ..StatisticsOptions::default() };
    let writer = ParquetWriter::new(&mut file)
        .with_compression(ParquetCompression::Zstd(level(groups.source.table)))
        .with_statistics(paged)
        .batched(groups.source.stored)
        .map_err(Error::library)
        .with_context(writing)?;
    let mut next = first;
    thread::scope(|scope| {
        let (sender, encoded) = sync_channel(1);
        let writer = &writer;
        let compressing = Builder::new().name("compressing".to_owned()).spawn_scoped(scope, move || {
            encoded.into_iter().try_for_each(|group| writer.write_row_groups(vec![group]))
        })?;
        let mut is_wanted = true;
        while let Some(group) = next.take().filter(|_| is_wanted) {
            for encoded in writer.encode_and_compress(&group) {
                // Nobody wants more of a file that can't be written.
                is_wanted &= sender.send(encoded.map_err(Error::library).with_context(writing)?).is_ok();
            }
            statistics.add(&group)?;
            next = groups.next()?;
            if statistics.rows() >= FILE_ROWS {
                break;
            }
        }
        drop(sender);
        let written = compressing.join().map_err(|_| Error::internal("writing a data file ended unexpectedly"))?;
        written.map_err(Error::library).with_context(writing)
    })?;
    writer.finish().map_err(Error::library).with_context(writing)?;
    drop(writer);
    let file = file.into_inner().map_err(IntoInnerError::into_error).with_context(writing)?;
    let (file, digest, bytes) = file.finish();
    file.sync_all().with_context(writing)?;
    Ok((Written { temporary, statistics, digest, bytes }, next))
}

/// Cuts the chunks of a source into row groups, whatever the size of the chunks.
struct Groups<'a> {
    source: Source<'a>,
    pending: DataFrame,
    exhausted: bool,
}

impl<'a> Groups<'a> {
    fn new(source: Source<'a>) -> Self {
        let pending = DataFrame::empty_with_schema(source.stored);
        Self { source, pending, exhausted: false }
    }

    /// The next row group, in one piece; `None` at the end.
    fn next(&mut self) -> Result<Option<DataFrame>> {
        while !self.exhausted && self.pending.height() < GROUP_ROWS && self.pending.estimated_size() < GROUP_BYTES {
            self.source.cancel.check()?;
            match self.source.chunks.next() {
                Some(chunk) => {
                    let rows = self.conformed(&chunk?)?;
                    self.pending.vstack_mut_owned(rows).map_err(Error::library)?;
                }
                None => self.exhausted = true,
            }
        }
        self.source.cancel.check()?;
        let rows = self.group_rows();
        if rows == 0 {
            return Ok(None);
        }
        let rest = self.pending.slice(i64::try_from(rows).unwrap_or(i64::MAX), self.pending.height());
        let mut group = std::mem::replace(&mut self.pending, rest).slice(0, rows);
        group.rechunk_mut();
        Ok(Some(group))
    }

    /// How many of the pending rows make a group that stays below both limits.
    fn group_rows(&self) -> usize {
        let (rows, bytes) = (self.pending.height(), self.pending.estimated_size());
        let fitting = if bytes > GROUP_BYTES { (rows / (bytes / GROUP_BYTES + 1)).max(1) } else { rows };
        fitting.min(rows).min(GROUP_ROWS)
    }

    /// A chunk with the columns and types of the file. Partition columns may be in it, if they say what the commit says.
    fn conformed(&self, chunk: &DataFrame) -> Result<DataFrame> {
        let table = self.source.table;
        for column in chunk.columns() {
            let name = column.name().as_str();
            match self.source.commit.partition.iter().find(|(partition, _)| partition == name) {
                Some((_, value)) => check_partition_column(table, column, value)?,
                None if self.source.stored.contains(name) => {}
                None => return Err(Error::internal(format!("column `{name}` is not in the schema given for {table}"))),
            }
        }
        let columns = self.source.stored.iter().map(|(name, data_type)| {
            let column = chunk.column(name).map_err(Error::library)?;
            converted(column, data_type).with_context(|| format!("column `{name}` of {table}"))
        });
        DataFrame::new(chunk.height(), columns.collect::<Result<_>>()?).map_err(Error::library)
    }
}

fn check_partition_column(table: &Table, column: &Column, value: &str) -> Result<()> {
    let series = column.as_materialized_series();
    match series.iter().find(|cell| !matches!(cell, AnyValue::String(text) if *text == value)) {
        None => Ok(()),
        Some(other) => Err(Error::internal(format!(
            "a row of {table} has {other} in `{}`; its partition has `{value}`",
            column.name()
        ))),
    }
}

fn converted(column: &Column, data_type: &DataType) -> Result<Column> {
    if column.dtype() == data_type {
        return Ok(column.clone());
    }
    if let (DataType::Datetime(..), DataType::Datetime(..)) = (column.dtype(), data_type) {
        // Instants are stored in UTC whatever zone they are shown in; those without a zone are taken for UTC.
        let series = column.as_materialized_series();
        let zone = match series.dtype() {
            DataType::Datetime(_, zone) => zone.clone(),
            _ => None,
        };
        let in_micros = series.cast(&DataType::Datetime(TimeUnit::Microseconds, zone)).map_err(Error::library)?;
        let physical: Series = in_micros.to_physical_repr().into_owned();
        return physical.cast(&timestamp()).map(IntoColumn::into_column).map_err(Error::library);
    }
    let converted = column.as_materialized_series().strict_cast(data_type);
    converted
        .map(IntoColumn::into_column)
        .map_err(|error| Error::bad_data(format!("a value is not a {data_type}")).because(error))
}
