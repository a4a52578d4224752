//! Reference tables: read from the files that they come in, strictly: a table with one bad row is not taken in.

use std::fmt;
use std::path::Path;

use polars::prelude::{DataFrame, IntoLazy, JoinArgs, JoinType, col, len};

use serde::Serialize;

use super::Context;
use super::refine::refiner::Refiner;
use super::refine::schemas;
use super::refine::scope::Scope;
use crate::base::text::{counted, grouped};
use crate::base::{Cancel, Error, ErrorKind, Result};
use crate::domain::understood::{RejectKind, Tally};
use crate::domain::{BatchId, Dataset, Reference};
use crate::frames::{CHUNK_ROWS, apart};
use crate::source::read;

/// The most rows of a reference table: it is held in memory.
const MOST_ROWS: usize = 5_000_000;

/// The rows of a reference table as it is now.
pub fn rows(context: &Context, reference: &Reference) -> Result<DataFrame> {
    let name = &reference.name;
    let current = reference.current.as_ref().ok_or_else(|| {
        Error::refused(format!("the reference table `{name}` never came"))
            .hint(format!("put its file into inbox/{name}/, then assay ingest"))
    })?;
    let path = context.lake.raw_path(&current.content, &current.extension);
    read(&path, &current.extension, reference, &context.cancel).map_err(|error| match error.kind() {
        // What stands in its rows is not for the record.
        ErrorKind::BadData => Error::bad_data(format!(
            "revision {} of the reference table `{name}`: {}",
            current.revision,
            error.message()
        ))
        .hint(format!("read it as before in assay.toml, or put another file into inbox/{name}/")),
        _ => error,
    })
}

/// The rows of a reference table in a file. Refused where one of them can't be read, or two have the same key.
pub fn read(path: &Path, extension: &str, reference: &Reference, cancel: &Cancel) -> Result<DataFrame> {
    let (dataset, provider) = reference.as_delivery();
    let open = || read::open(path, extension, read::Expected::of(&dataset, &provider), cancel);
    let header = open()?.header().to_vec();
    let lacks = dataset.gaps(&provider, &header);
    if !lacks.is_empty() {
        let columns: Vec<&str> = header.iter().map(|column| column.delivered.as_str()).collect();
        return Err(Error::bad_data(format!("it lacks {}", lacks.join(", ")))
            .because(format!("it has: {}", columns.join(", ")))
            .hint("name its columns under `columns` of the [[dataset.reference]]"));
    }
    let chunks = || {
        let mut reader = open()?;
        Ok(std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, cancel).transpose()))
    };
    let mut refiner = Refiner::of(&dataset, &provider, None);
    let reading = refiner.reading(&header, (0, Scope::all(None)), |_| chunks())?;
    let (mut rows, mut refusals) = (DataFrame::empty_with_schema(&schemas::silver(&dataset)), Tally::default());
    for chunk in chunks()? {
        let sorted = refiner.refine(BatchId::from_text(&reference.name), &reading, &chunk?)?;
        refusals.absorb(sorted.refusals);
        rows.vstack_mut_owned(sorted.silver).map_err(Error::library)?;
        if rows.height() > MOST_ROWS {
            return Err(Error::bad_data(format!("it has more than {} rows", grouped(MOST_ROWS as u64)))
                .hint("a reference table is held in memory; what is larger is a dataset"));
        }
    }
    is_sound(&refusals, rows.height())?;
    rows.rechunk_mut();
    let names = dataset.schema.iter().map(|field| field.name.as_str());
    without_blank_keys(rows.select(names).map_err(Error::library)?, &dataset)
}

fn is_sound(refusals: &Tally<RejectKind>, rows: usize) -> Result<()> {
    const SHOWN: usize = 5;
    let refused = refusals.list();
    let count: u64 = refused.iter().map(|one| one.count).sum();
    if count == 0 && rows == 0 {
        return Err(Error::bad_data("it has no rows"));
    }
    if count == 0 {
        return Ok(());
    }
    let error =
        Error::bad_data(format!("{} can't be read, and a reference table has to be sound", counted(count, "row")));
    let examples = refused.iter().flat_map(|one| &one.examples).take(SHOWN);
    Err(examples.fold(error, |error, example| error.because(example.words())))
}

fn without_blank_keys(rows: DataFrame, dataset: &Dataset) -> Result<DataFrame> {
    for name in &dataset.key {
        if rows.column(name).map_err(Error::library)?.null_count() > 0 {
            return Err(Error::bad_data(format!("`{name}` is empty in some row: nothing would be found by it")));
        }
    }
    Ok(rows)
}

/// How a revision of a reference table differs from another, in rows told apart by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Rows of keys that were not there.
    pub added: u64,
    /// Rows of keys that are there no more.
    pub removed: u64,
    /// Rows that say something else of the same key.
    pub changed: u64,
}

impl Changes {
    /// From the rows that stand to others; nothing where none stand, or where they can't be read any more.
    pub fn since(context: &Context, reference: &Reference, others: &DataFrame) -> Option<Self> {
        reference.current.as_ref()?;
        Self::between(&rows(context, reference).ok()?, others, reference).ok()
    }

    /// From the rows before to those after.
    fn between(before: &DataFrame, after: &DataFrame, reference: &Reference) -> Result<Self> {
        let keys: Vec<&str> = reference.key.iter().map(String::as_str).collect();
        let all: Vec<&str> = reference.schema.iter().map(|field| field.name.as_str()).collect();
        let added = lacking(after, before, &keys)?;
        let removed = lacking(before, after, &keys)?;
        Ok(Self { added, removed, changed: lacking(after, before, &all)? - added })
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { added, removed, changed } = self;
        write!(out, "{} added, {} removed, {} changed", grouped(*added), grouped(*removed), grouped(*changed))
    }
}

/// How many rows have no row in another table that is like them in these columns.
fn lacking(rows: &DataFrame, other: &DataFrame, columns: &[&str]) -> Result<u64> {
    let on: Vec<_> = columns.iter().map(|name| col(*name)).collect();
    let like = JoinArgs { nulls_equal: true, ..JoinArgs::new(JoinType::Anti) };
    let plan = rows.clone().lazy().join(other.clone().lazy(), on.clone(), on, like).select([len()]);
    apart(move || {
        let count = plan.collect().map_err(Error::library)?;
        let count = count.columns()[0].get(0).map_err(Error::library)?;
        count.try_extract::<u64>().map_err(Error::library)
    })
}
