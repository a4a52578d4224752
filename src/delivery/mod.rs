//! Floor 3: the artifacts of a release (xlsx, csv, parquet), written in one pass with bounded memory, the same bytes every time.
//!
//! Every artifact holds the same rows in the same order: lineage (`_batch`, `_provider`, `_period`, `_row`), the
//! canonical columns, and the entities where the dataset has a model. Rows are regrouped to a fixed number first, so
//! that the bytes do not depend on how the reader happened to cut them.
//!
//! What a format can't hold as it is, and what is done about it, is said where it is written: text that a spreadsheet
//! program would run in `guard.rs` (for CSV), Excel's limits in `xlsx/mod.rs`. Parquet holds everything as it is.

mod chunk;
mod csv;
mod groups;
mod guard;
mod output;
mod parquet;
mod summary;
mod verify;
mod xlsx;

#[cfg(test)]
mod tests;

use std::path::Path;

use polars::prelude::{DataFrame, Schema};

use self::chunk::{Layout, TypedRows};
use self::groups::Groups;
pub use self::guard::{guarded, unguarded};
use self::output::Output;
pub use self::summary::{ProviderLine, Summary};
use crate::base::{Cancel, Digest, Result, crash};
use crate::domain::policy::Format;
use crate::domain::{Field, ModelRef, ReleaseName};

/// Rows per Parquet row group, and how many are in memory at once.
const GROUP_ROWS: usize = 32_768;

/// Data rows of one Excel sheet: all 1,048,576 but the header.
const SHEET_ROWS: u32 = 1_048_575;

/// The rows of a release, and what they are rows of.
pub struct ReleaseTable<'a> {
    /// The release.
    pub name: &'a ReleaseName,
    /// The model version whose entities the rows carry; with [`ModelRef::none`] they carry none.
    pub model: &'a ModelRef,
    /// The canonical columns, or those of the aggregate, in order.
    pub schema: &'a [Field],
    /// The name of the aggregate that it is: then it has its own columns only.
    pub aggregate: Option<&'a str>,
    /// The rows in order, in chunks of any size: the lineage columns, the canonical ones, and with a model
    /// `entities: list<struct{field,label,text,start,end,score}>`. Columns are found by name; others are left out.
    pub rows: &'a mut dyn Iterator<Item = Result<DataFrame>>,
}

/// A file of a release, as it was read back after writing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Artifact {
    /// Its name in the release's folder.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Rows of data in it, headers not counted.
    pub rows: u64,
}

/// A file in the making. All of them are fed the same groups of rows.
trait TableWriter {
    /// Adds a group of rows; `chunk` is the typed view of `group`.
    fn write(&mut self, group: &DataFrame, chunk: &TypedRows<'_>) -> Result<()>;
    /// Writes what comes after the rows.
    fn finish(self: Box<Self>) -> Result<Output>;
}

/// The sizes that decide when something is cut. Tests make them small.
#[derive(Debug, Clone, Copy)]
struct Limits {
    group_rows: usize,
    sheet_rows: u32,
}

/// The name of a release's artifact: `slips-2026-10.1.xlsx`.
#[must_use]
pub fn file_name(release: &ReleaseName, format: Format) -> String {
    format!("{}-{}.{}.{}", release.dataset, release.period, release.n, format.as_str())
}

/// The name of the file of an aggregate: `slips-2026-10.1-by_shop.xlsx`.
#[must_use]
pub fn aggregate_file_name(release: &ReleaseName, aggregate: &str, format: Format) -> String {
    format!("{}-{}.{}-{aggregate}.{}", release.dataset, release.period, release.n, format.as_str())
}

/// The columns that the rows of a release have, and their types.
#[must_use]
pub fn row_schema(schema: &[Field], has_entities: bool) -> Schema {
    Layout { has_entities, ..Layout::of(schema, &ModelRef::none()) }.schema()
}

/// Writes every format of a release into `folder` in one pass over its rows, and reads the files back.
///
/// Each file has its name only once it is complete and durable. `progress` is told the rows written so far.
/// Nothing is named before all files are complete, so that an error or a cancel leaves none of them behind
/// (a full disk while naming them may leave some; writing again gives the same bytes).
pub fn write_all(
    folder: &Path,
    formats: &[Format],
    mut table: ReleaseTable<'_>,
    summary: &Summary<'_>,
    cancel: &Cancel,
    progress: &dyn Fn(u64),
) -> Result<Vec<Artifact>> {
    let limits = Limits { group_rows: GROUP_ROWS, sheet_rows: SHEET_ROWS };
    write_limited(folder, formats, &mut table, summary, limits, cancel, progress)
}

fn write_limited(
    folder: &Path,
    formats: &[Format],
    table: &mut ReleaseTable<'_>,
    summary: &Summary<'_>,
    limits: Limits,
    cancel: &Cancel,
    progress: &dyn Fn(u64),
) -> Result<Vec<Artifact>> {
    let name = table.name;
    let written = write_files(folder, formats, table, summary, limits, cancel, progress);
    // A writer in the middle of its work only sees that its output was refused.
    written.map_err(|error| match cancel.check() {
        Err(cancelled) => cancelled,
        Ok(()) => error.context(format!("making the artifacts of {name}")),
    })
}

fn write_files(
    folder: &Path,
    formats: &[Format],
    table: &mut ReleaseTable<'_>,
    summary: &Summary<'_>,
    limits: Limits,
    cancel: &Cancel,
    progress: &dyn Fn(u64),
) -> Result<Vec<Artifact>> {
    let layout = match table.aggregate {
        None => Layout::of(table.schema, table.model),
        Some(_) => Layout { columns: table.schema.to_vec(), has_entities: false },
    };
    let called = |format| match table.aggregate {
        None => file_name(table.name, format),
        Some(aggregate) => aggregate_file_name(table.name, aggregate, format),
    };
    let mut files: Vec<(Format, Box<dyn TableWriter + '_>)> = Vec::new();
    for format in formats {
        if files.iter().any(|(known, _)| known == format) {
            continue;
        }
        let output = Output::create(&folder.join(called(*format)), cancel)?;
        let file: Box<dyn TableWriter> = match format {
            Format::Xlsx => {
                Box::new(xlsx::Book::create(output, folder, table.name, &layout, summary, limits.sheet_rows)?)
            }
            Format::Csv => Box::new(csv::CsvFile::create(output, &layout)),
            Format::Parquet => Box::new(parquet::ParquetFile::create(output, &layout)?),
        };
        files.push((*format, file));
    }

    let mut groups = Groups::new(table.rows, &layout, limits.group_rows);
    let mut rows = 0;
    while let Some(group) = groups.next_group(cancel)? {
        let chunk = TypedRows::of(&group, &layout)?;
        for (_, file) in &mut files {
            file.write(&group, &chunk)?;
        }
        rows += group.height() as u64;
        progress(rows);
    }

    let mut complete = Vec::with_capacity(files.len());
    for (format, file) in files {
        complete.push((format, file.finish()?));
    }
    let mut artifacts = Vec::with_capacity(complete.len());
    for (format, output) in complete {
        let file = called(format);
        let (digest, bytes) = output.commit()?;
        crash::point("publish.artifact_written");
        artifacts.push((format, Artifact { file, bytes, digest, rows }));
    }
    for (format, artifact) in &artifacts {
        verify::read_back(folder, *format, artifact, cancel)?;
    }
    Ok(artifacts.into_iter().map(|(_, artifact)| artifact).collect())
}
