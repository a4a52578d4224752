//! What two releases of a period hold, side by side: rows that came, went and changed, and the sums of numbers.
//!
//! Rows are walked in chunks; of each row of one side a hash is held, some fifty bytes whatever its width.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::*;

use super::{Context, publication, refine, slices};
use crate::base::{Cancel, Error, Result};
use crate::domain::unit::Unit;
use crate::domain::{Dataset, Field, ModelRef, Release, Slice, lineage};
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
    /// Numeric columns whose sum differs: name, with its unit where it has several, sum before, sum after.
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
    if rows.clone().collect_schema().map_err(Error::library)?.contains(lineage::ENTITIES) {
        count_labels(rows, &mut counts, &context.cancel)?;
    }
    Ok(Some(counts))
}

/// Adds the entities per label that a model version found in a slice.
pub fn count_annotated(
    context: &Context,
    slice: &Slice,
    model: &ModelRef,
    counts: &mut BTreeMap<String, u64>,
) -> Result<()> {
    let (table, partition) = slices::annotations(slice, model);
    match context.lake.scan(&table, None, &partition)? {
        Some(rows) => count_labels(rows, counts, &context.cancel),
        None => Ok(()),
    }
}

fn count_labels(rows: LazyFrame, counts: &mut BTreeMap<String, u64>, cancel: &Cancel) -> Result<()> {
    let found = element().struct_().field_by_name("label");
    let plan = rows
        .select([col(lineage::ENTITIES).list().eval(found).alias(LABEL)])
        .explode(cols([LABEL]), ExplodeOptions { empty_as_null: false, keep_nulls: false });
    for chunk in frames::chunks(plan, Order::Any, cancel)? {
        for label in frames::text(&chunk?, LABEL)?.iter().flatten() {
            match counts.get_mut(label) {
                Some(count) => *count += 1,
                None => drop(counts.insert(label.to_owned(), 1)),
            }
        }
    }
    Ok(())
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

/// The sums of numeric fields that differ, before and after: one of each unit, where a field has several.
fn sums(
    dataset: &Dataset,
    before: &LazyFrame,
    after: &LazyFrame,
    cancel: &Cancel,
) -> Result<Vec<(String, String, String)>> {
    let mut fields: Vec<&Field> = dataset.schema.iter().filter(|field| field.field_type.is_numeric()).collect();
    // What was published as text, before the field became a number, has no sum.
    for side in [before, after] {
        let known = side.clone().collect_schema().map_err(Error::library)?;
        let has_sum = |of: &DataType| of.is_primitive_numeric() || of.is_decimal();
        fields.retain(|field| known.get(field.name.as_str()).is_none_or(has_sum));
    }
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let (before, after) = (sums_of(&fields, before, cancel)?, sums_of(&fields, after, cancel)?);
    let of = |sums: &Sums, key: &(usize, String)| sums.get(key).cloned().unwrap_or_else(|| NO_SUM.to_owned());
    let keys: BTreeSet<&(usize, String)> = before.keys().chain(after.keys()).collect();
    let lines = keys.into_iter().map(|key| {
        let unit = if key.1.is_empty() { String::new() } else { format!(" in {}", key.1) };
        (format!("{}{unit}", fields[key.0].name), of(&before, key), of(&after, key))
    });
    Ok(lines.filter(|(_, one, other)| one != other).collect())
}

/// The sum of nothing.
const NO_SUM: &str = "0";

/// Sums by the place of the field and the unit, which is blank where the field has one or none.
type Sums = BTreeMap<(usize, String), String>;

fn sums_of(fields: &[&Field], rows: &LazyFrame, cancel: &Cancel) -> Result<Sums> {
    let known = rows.clone().collect_schema().map_err(Error::library)?;
    let sum = |place: usize| {
        let name = fields[place].name.as_str();
        let cell = if known.contains(name) { col(name) } else { lit(0_i64) };
        cell.sum().alias(called(place))
    };
    let unit_of = |place: usize| match &fields[place].unit {
        Some(Unit::In(unit)) if known.contains(unit.as_str()) => Some(unit.as_str()),
        _ => None,
    };
    let (alone, together): (Vec<usize>, Vec<usize>) = (0..fields.len()).partition(|place| unit_of(*place).is_some());
    let all = [lit("").alias(UNIT)].into_iter().chain(together.iter().map(|place| sum(*place)));
    let mut plans = vec![(rows.clone().select(all.collect::<Vec<_>>()), together.clone())];
    for (place, unit) in alone.into_iter().filter_map(|place| Some((place, unit_of(place)?))) {
        let said = rows.clone().filter(col(unit).is_not_null());
        plans.push((said.group_by([col(unit).alias(UNIT)]).agg([sum(place)]), vec![place]));
    }
    let mut sums = Sums::new();
    for (plan, places) in plans {
        for chunk in frames::chunks(plan, Order::Any, cancel)? {
            let chunk = chunk?;
            for place in &places {
                let values = chunk.column(&called(*place)).map_err(Error::library)?;
                for (row, unit) in frames::text(&chunk, UNIT)?.iter().enumerate() {
                    let sum = match values.get(row).map_err(Error::library)? {
                        AnyValue::Null => NO_SUM.to_owned(),
                        AnyValue::Float64(sum) => format!("{sum:.4}"),
                        other => other.to_string(),
                    };
                    sums.insert((*place, unit.unwrap_or_default().to_owned()), sum);
                }
            }
        }
    }
    Ok(sums)
}

/// What the sum of a field is called.
fn called(place: usize) -> String {
    format!("_sum {place}")
}

/// A name that no field has.
const UNIT: &str = "_unit";
