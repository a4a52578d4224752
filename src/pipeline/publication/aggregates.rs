//! The aggregates of a release: tables made of its rows.

use polars::prelude::{DataFrame, IntoLazy, LazyFrame, SortMultipleOptions, col};

use crate::base::{Error, Result, text};
use crate::delivery;
use crate::domain::aggregate::ROWS;
use crate::domain::unit::Unit;
use crate::domain::{Aggregate, Dataset, Field};
use crate::frames::{self, data_type, sql};

/// The most rows of an aggregate: it is sorted in memory.
const MOST_ROWS: u32 = 5_000_000;

/// Refuses aggregates that could not be made of the rows of a dataset.
pub fn test(dataset: &Dataset) -> Result<()> {
    let rows = || DataFrame::empty_with_schema(&delivery::row_schema(&dataset.schema, !dataset.text.is_empty())).lazy();
    dataset.aggregates.iter().try_for_each(|aggregate| {
        let plan = plan(aggregate, rows())?;
        is_grouped(aggregate, rows())?;
        dataset.schema.iter().try_for_each(|field| mixes_no_units(aggregate, &plan, field))
    })
}

/// Refuses what is made of all rows beside each of them: it looks like a sum of its row, and is none.
fn is_grouped(aggregate: &Aggregate, rows: LazyFrame) -> Result<()> {
    let Aggregate { name, sql, .. } = aggregate;
    if !sql::repeats(sql::query(sql, ROWS, rows)?)? {
        return Ok(());
    }
    Err(Error::refused(format!("`sql` of the aggregate {name} puts what is made of all rows beside each row"))
        .hint("GROUP BY the columns that are no sums or counts"))
}

/// Refuses sums over rows of which each may be in another unit.
fn mixes_no_units(aggregate: &Aggregate, plan: &LazyFrame, field: &Field) -> Result<()> {
    let Some(Unit::In(unit)) = &field.unit else { return Ok(()) };
    if !sql::mixes(plan.clone(), &field.name, unit)? {
        return Ok(());
    }
    let (name, field) = (&aggregate.name, &field.name);
    Err(Error::refused(format!("`sql` of the aggregate {name} puts `{field}` of several units together"))
        .because(format!("`{unit}` says row by row what `{field}` is in"))
        .hint(format!("write GROUP BY {unit}, or choose one by WHERE {unit} = '...'")))
}

/// An aggregate of the rows of a release, sorted by its columns from left to right: a query may give its rows in any order.
pub fn of(aggregate: &Aggregate, rows: LazyFrame) -> Result<DataFrame> {
    let plan = plan(aggregate, rows)?.limit(MOST_ROWS + 1);
    let made = frames::apart(move || plan.collect().map_err(Error::library))
        .map_err(|error| error.context(format!("making the aggregate {}", aggregate.name)))?;
    if made.height() > MOST_ROWS as usize {
        let most = text::grouped(MOST_ROWS.into());
        return Err(Error::refused(format!("the aggregate {} has more than {most} rows", aggregate.name))
            .hint("what has as many rows as the release is none: GROUP BY in its `sql`"));
    }
    let columns: Vec<&str> = aggregate.schema.iter().map(|field| field.name.as_str()).collect();
    made.sort(columns, SortMultipleOptions::default().with_nulls_last(true)).map_err(Error::library)
}

/// The query of an aggregate with exactly the columns that it says, in their types.
fn plan(aggregate: &Aggregate, rows: LazyFrame) -> Result<LazyFrame> {
    let Aggregate { name, schema, sql } = aggregate;
    let said = |error: Error| Error::refused(error.one_line()).context(format!("`sql` of the aggregate {name}"));
    let plan = sql::query(sql, ROWS, rows).map_err(said)?;
    let given = sql::typed(plan.clone()).map_err(said)?;
    for field in schema {
        let Some(type_given) = given.get(&field.name) else {
            let names: Vec<&str> = given.iter_names().map(|name| name.as_str()).collect();
            return Err(Error::refused(format!("`sql` of the aggregate {name} gives no column `{}`", field.name))
                .hint(format!("it gives {}; write ... AS {}", names.join(", "), field.name)));
        };
        if !sql::fits(type_given, field.field_type) {
            return Err(Error::refused(format!(
                "`sql` of the aggregate {name} gives {} as `{}`, not {}",
                sql::type_name(type_given),
                field.name,
                field.field_type
            ))
            .hint("CAST it in the SQL, or give the column the type that it has"));
        }
    }
    if let Some(other) = given.iter_names().find(|given| schema.iter().all(|field| field.name != given.as_str())) {
        return Err(Error::refused(format!(
            "`sql` of the aggregate {name} gives a column `{other}` that it does not say"
        ))
        .hint("name it in the `schema` of the aggregate with its type, or leave it out of the SELECT"));
    }
    let typed = |field: &Field| col(field.name.as_str()).strict_cast(data_type(field.field_type));
    Ok(plan.select(schema.iter().map(typed).collect::<Vec<_>>()))
}
