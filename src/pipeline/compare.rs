//! What two releases of a period hold, side by side: rows that came, went and changed, and the sums of numbers.
//!
//! Rows are walked in chunks; of each row of one side a hash is held, some fifty bytes whatever its width.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::*;

use super::{Context, publication, refine, slices};
use crate::base::{Cancel, Error, Result};
use crate::domain::{Dataset, Release, Slice, lineage};
use crate::frames::{self, Order};

/// How the rows of one provider differ.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RowChange {
    /// Rows that the one before had not.
    pub added: u64,
    /// Rows that it had and the other has not.
    pub removed: u64,
    /// Rows of the same key with other cells; `None` where nothing makes a row unique.
    pub changed: Option<u64>,
    /// Numeric columns whose sum differs: name, sum before, sum after.
    pub sums: Vec<(String, String, String)>,
}

/// How the rows of `provider` differ between two releases of one period. `None` where one side isn't at hand.
pub fn rows(
    context: &Context,
    dataset: &Dataset,
    (before, after): (&Release, &Release),
    provider: &str,
) -> Result<Option<RowChange>> {
    let (Some(before), Some(after)) =
        (held(context, dataset, before, provider)?, held(context, dataset, after, provider)?)
    else {
        return Ok(None);
    };
    let cancel = &context.cancel;
    let mut missing: HashMap<u64, Same> = HashMap::new();
    each_row(dataset, &before, cancel, |key, cells| {
        missing.entry(key).or_insert(Same { cells, times: 0 }).times += 1;
    })?;
    let (mut added, mut changed) = (0, 0);
    each_row(dataset, &after, cancel, |key, cells| match missing.get_mut(&key).filter(|same| same.times > 0) {
        None => added += 1,
        Some(same) => {
            same.times -= 1;
            changed += u64::from(same.cells != cells);
        }
    })?;
    let removed = missing.values().map(|same| same.times).sum();
    let changed = (!dataset.key.is_empty()).then_some(changed);
    Ok(Some(RowChange { added, removed, changed, sums: sums(dataset, &before, &after, cancel)? }))
}

/// Rows of one key on the side before.
struct Same {
    /// The hash of their other cells.
    cells: u64,
    /// How many the side after has not shown yet.
    times: u64,
}

/// Calls `each` with the hash of every row's key and that of its other cells. Without a key a row is the same as
/// another with the same cells.
fn each_row(dataset: &Dataset, rows: &LazyFrame, cancel: &Cancel, mut each: impl FnMut(u64, u64)) -> Result<()> {
    let (mut key, mut cells) = (dataset.key.clone(), Vec::new());
    for field in dataset.schema.iter().map(|field| &field.name).filter(|name| !dataset.key.contains(name)) {
        if dataset.key.is_empty() { key.push(field.clone()) } else { cells.push(field.clone()) }
    }
    for chunk in frames::chunks(as_text(dataset, rows.clone())?, Order::Any, cancel)? {
        let chunk = chunk?;
        let of = |names: &[String]| names.iter().map(|name| frames::text(&chunk, name)).collect::<Result<Vec<_>>>();
        let (key, cells) = (of(&key)?, of(&cells)?);
        for row in 0..chunk.height() {
            each(hash(&key, row), hash(&cells, row));
        }
    }
    Ok(())
}

fn hash(columns: &[&StringChunked], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for column in columns {
        column.get(row).hash(&mut hasher);
    }
    hasher.finish()
}

/// The rows that a release holds of a provider: from its own files once it was published, else from silver.
fn held(context: &Context, dataset: &Dataset, release: &Release, provider: &str) -> Result<Option<LazyFrame>> {
    if !release.state.is_open() {
        let rows = artifact(context, release)?;
        return Ok(rows.map(|rows| rows.filter(col(lineage::PROVIDER).eq(lit(provider)))));
    }
    let slice = Slice { dataset: dataset.name.clone(), period: release.name.period, provider: provider.to_owned() };
    let (table, partition) = slices::silver(&slice);
    Ok(Some(context.lake.scan(&table, None, &partition)?.unwrap_or_else(|| refine::empty_silver(dataset))))
}

/// The rows of a release as they were signed; `None` before its files are built.
fn artifact(context: &Context, release: &Release) -> Result<Option<LazyFrame>> {
    let path = publication::parquet(context, &release.name);
    if !path.is_file() {
        return Ok(None);
    }
    frames::parquet(&path).map(Some)
}

/// Entities per label in the files of a release; `None` before they are built.
pub fn labels(context: &Context, release: &Release) -> Result<Option<BTreeMap<String, u64>>> {
    let Some(rows) = artifact(context, release)? else { return Ok(None) };
    let mut counts = BTreeMap::new();
    let names = rows.clone().collect_schema().map_err(Error::library)?;
    if !names.contains(lineage::ENTITIES) {
        return Ok(Some(counts));
    }
    let found = element().struct_().field_by_name("label");
    let plan = rows
        .select([col(lineage::ENTITIES).list().eval(found).alias(LABEL)])
        .explode(cols([LABEL]), ExplodeOptions { empty_as_null: false, keep_nulls: false });
    for chunk in frames::chunks(plan, Order::Any, &context.cancel)? {
        for label in frames::text(&chunk?, LABEL)?.iter().flatten() {
            match counts.get_mut(label) {
                Some(count) => *count += 1,
                None => drop(counts.insert(label.to_owned(), 1)),
            }
        }
    }
    Ok(Some(counts))
}

/// A name that no field has.
const LABEL: &str = "_label";

/// Every field as text, so that a changed type is no difference by itself; a field that one side lacks is empty.
fn as_text(dataset: &Dataset, mut rows: LazyFrame) -> Result<LazyFrame> {
    let known = rows.collect_schema().map_err(Error::library)?;
    let field = |name: &String| {
        let cell = if known.contains(name) { col(name.as_str()) } else { lit(NULL) };
        cell.cast(DataType::String).alias(name.as_str())
    };
    let fields: Vec<Expr> = dataset.schema.iter().map(|one| field(&one.name)).collect();
    Ok(rows.select(fields))
}

fn sums(
    dataset: &Dataset,
    before: &LazyFrame,
    after: &LazyFrame,
    cancel: &Cancel,
) -> Result<Vec<(String, String, String)>> {
    let mut names: Vec<&String> =
        dataset.schema.iter().filter(|field| field.field_type.is_numeric()).map(|field| &field.name).collect();
    // What was published as text, before the field became a number, has no sum.
    for side in [before, after] {
        let known = side.clone().collect_schema().map_err(Error::library)?;
        let has_sum = |of: &DataType| of.is_primitive_numeric() || of.is_decimal();
        names.retain(|name| known.get(name.as_str()).is_none_or(has_sum));
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let (before, after) = (sums_of(&names, before, cancel)?, sums_of(&names, after, cancel)?);
    let lines = names.into_iter().zip(before.into_iter().zip(after));
    Ok(lines.filter(|(_, (one, other))| one != other).map(|(name, (one, other))| (name.clone(), one, other)).collect())
}

fn sums_of(names: &[&String], rows: &LazyFrame, cancel: &Cancel) -> Result<Vec<String>> {
    let mut rows = rows.clone();
    let known = rows.collect_schema().map_err(Error::library)?;
    let sum = |name: &&String| {
        let cell = if known.contains(name.as_str()) { col(name.as_str()) } else { lit(0_i64) };
        cell.sum().alias(name.as_str())
    };
    let text = |column: &Column| -> Result<String> {
        Ok(match column.get(0).map_err(Error::library)? {
            AnyValue::Null => "0".to_owned(),
            AnyValue::Float64(sum) => format!("{sum:.4}"),
            other => other.to_string(),
        })
    };
    let plan = rows.select(names.iter().map(sum).collect::<Vec<_>>());
    for chunk in frames::chunks(plan, Order::Any, cancel)? {
        let chunk = chunk?;
        if chunk.height() > 0 {
            return chunk.columns().iter().map(text).collect();
        }
    }
    Err(Error::internal("a sum gave no row"))
}
