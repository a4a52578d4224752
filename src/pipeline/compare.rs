//! What two releases of a period hold, side by side: rows that came, went and changed, and the sums of numbers.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{Context, frames, publication, refine};
use crate::base::{Error, Result};
use crate::domain::{Dataset, Release, Slice, lineage};

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
    let sums = sums(dataset, &before, &after)?;
    let (before, after) = (as_text(dataset, before)?, as_text(dataset, after)?);
    if dataset.key.is_empty() {
        return multisets(dataset, &before, &after, sums).map(Some);
    }
    let key: Vec<Expr> = dataset.key.iter().map(|name| col(name.as_str())).collect();
    let without =
        |one: &LazyFrame, other: &LazyFrame| one.clone().join(other.clone(), &key, &key, JoinArgs::new(JoinType::Anti));
    let cells = dataset.schema.iter().filter(|field| !dataset.key.contains(&field.name));
    let differs = cells
        .map(|field| col(field.name.as_str()).neq(col(format!("{}_right", field.name))))
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(false));
    let both = before.clone().join(after.clone(), &key, &key, JoinArgs::new(JoinType::Inner)).filter(differs);
    Ok(Some(RowChange {
        added: height(without(&after, &before))?,
        removed: height(without(&before, &after))?,
        changed: Some(height(both)?),
        sums,
    }))
}

/// The rows that a release holds of a provider: from its own files once it was published, else from silver.
fn held(context: &Context, dataset: &Dataset, release: &Release, provider: &str) -> Result<Option<LazyFrame>> {
    if !release.state.is_open() {
        let rows = artifact(context, release)?;
        return Ok(rows.map(|rows| rows.filter(col(lineage::PROVIDER).eq(lit(provider)))));
    }
    let slice = Slice { dataset: dataset.name.clone(), period: release.name.period, provider: provider.to_owned() };
    let (table, partition) = refine::silver(&slice);
    Ok(Some(context.lake.scan(&table, None, &partition)?.unwrap_or_else(|| refine::empty_silver(dataset))))
}

/// The rows of a release as they were signed; `None` before its files are built.
fn artifact(context: &Context, release: &Release) -> Result<Option<LazyFrame>> {
    let path = publication::parquet(context, &release.name);
    if !path.is_file() {
        return Ok(None);
    }
    let path = path.to_str().ok_or_else(|| Error::internal(format!("{} is not a UTF-8 path", path.display())))?;
    LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default()).map(Some).map_err(Error::library)
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
        .explode(cols([LABEL]), ExplodeOptions { empty_as_null: false, keep_nulls: false })
        .group_by([col(LABEL)])
        .agg([len().cast(DataType::Int64).alias("entities")]);
    let frame = plan.collect().map_err(Error::library)?;
    let numbers = frames::ints(&frame, "entities")?;
    for (label, number) in frames::text(&frame, LABEL)?.iter().zip(numbers.iter()) {
        counts.extend(label.map(str::to_owned).zip(number.map(i64::unsigned_abs)));
    }
    Ok(Some(counts))
}

/// Every field as text, so that a changed type is no difference by itself; a field that one side lacks is empty.
fn as_text(dataset: &Dataset, mut rows: LazyFrame) -> Result<LazyFrame> {
    let known = rows.collect_schema().map_err(Error::library)?;
    let field = |name: &String| {
        let cell = if known.contains(name) { col(name.as_str()) } else { lit(NULL) };
        // A null is no text that a file could hold, and it has to be equal to itself.
        cell.cast(DataType::String).fill_null(lit("\u{0}")).alias(name.as_str())
    };
    let fields: Vec<Expr> = dataset.schema.iter().map(|one| field(&one.name)).collect();
    Ok(rows.select(fields))
}

/// Without a key a row is the same as another with the same cells: what one side has more of.
fn multisets(
    dataset: &Dataset,
    before: &LazyFrame,
    after: &LazyFrame,
    sums: Vec<(String, String, String)>,
) -> Result<RowChange> {
    let fields: Vec<Expr> = dataset.schema.iter().map(|field| col(field.name.as_str())).collect();
    let signed = |rows: &LazyFrame, sign: i64| rows.clone().with_column(lit(sign).alias(SIGN));
    let both = concat([signed(before, -1), signed(after, 1)], UnionArgs::default()).map_err(Error::library)?;
    let surplus = both.group_by(fields).agg([col(SIGN).sum()]).filter(col(SIGN).neq(lit(0)));
    let frame = surplus.select([col(SIGN)]).collect().map_err(Error::library)?;
    let (mut added, mut removed) = (0, 0);
    for number in frames::ints(&frame, SIGN)?.iter().flatten() {
        if number > 0 { added += number.unsigned_abs() } else { removed += number.unsigned_abs() }
    }
    Ok(RowChange { added, removed, changed: None, sums })
}

/// Names that no field has.
const LABEL: &str = "_label";
const SIGN: &str = "_sign";

fn sums(dataset: &Dataset, before: &LazyFrame, after: &LazyFrame) -> Result<Vec<(String, String, String)>> {
    let names: Vec<&String> =
        dataset.schema.iter().filter(|field| field.field_type.is_numeric()).map(|field| &field.name).collect();
    let (before, after) = (sums_of(&names, before)?, sums_of(&names, after)?);
    let lines = names.into_iter().zip(before.into_iter().zip(after));
    Ok(lines.filter(|(_, (one, other))| one != other).map(|(name, (one, other))| (name.clone(), one, other)).collect())
}

fn sums_of(names: &[&String], rows: &LazyFrame) -> Result<Vec<String>> {
    let mut rows = rows.clone();
    let known = rows.collect_schema().map_err(Error::library)?;
    let sum = |name: &&String| {
        let cell = if known.contains(name.as_str()) { col(name.as_str()) } else { lit(0_i64) };
        cell.sum().alias(name.as_str())
    };
    let frame = rows.select(names.iter().map(sum).collect::<Vec<_>>()).collect().map_err(Error::library)?;
    let text = |column: &Column| -> Result<String> {
        Ok(match column.get(0).map_err(Error::library)? {
            AnyValue::Null => "0".to_owned(),
            AnyValue::Float64(sum) => format!("{sum:.4}"),
            other => other.to_string(),
        })
    };
    frame.columns().iter().map(text).collect()
}

fn height(plan: LazyFrame) -> Result<u64> {
    let frame = plan.select([len().cast(DataType::Int64).alias("rows")]).collect().map_err(Error::library)?;
    let rows = frames::ints(&frame, "rows")?.get(0).unwrap_or_default();
    Ok(rows.unsigned_abs())
}
