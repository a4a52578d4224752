//! `[[dataset.aggregate]]`.

use super::table::{Table, unique};
use super::{names, schema};
use crate::base::Result;
use crate::domain::Aggregate;

/// Every `[[dataset.aggregate]]` of a dataset.
pub fn aggregates(table: &Table<'_, '_>) -> Result<Vec<Aggregate>> {
    let tables = table.tables("aggregate", "[[dataset.aggregate]]", &["name", "schema", "sql"])?;
    let names = tables.iter().map(|table| table.required_text("name")).collect::<Result<Vec<_>>>()?;
    unique(table.document, "aggregate", &names)?;
    tables.iter().map(aggregate).collect()
}

fn aggregate(table: &Table<'_, '_>) -> Result<Aggregate> {
    Ok(Aggregate {
        name: names::folder_name(table.document, "aggregate", &table.required_text("name")?)?,
        schema: schema::delivered(table)?,
        sql: schema::not_blank(table.document, "sql", &table.required_text("sql")?)?,
    })
}
