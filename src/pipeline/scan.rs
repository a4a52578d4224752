//! A plain file, scanned for wrong cells.

use std::path::Path;

use polars::prelude::{DataFrame, DataType, IntoLazy, LazyFrame};

use super::table::Table;
use crate::base::text::counted;
use crate::base::{Cancel, Error, Result};
use crate::domain::FieldType;
use crate::domain::lineage::ROW;
use crate::domain::scan::{ScanReport, ScanRule, ScannedColumn, TableFinding};
use crate::frames::{data_type, for_each_chunk, named, sql};
use crate::quality::scan::cells::Cells;
use crate::quality::scan::scan;

/// What a rule's query calls the table.
const SILVER: &str = "silver";

/// Scans a file.
pub fn file(path: &Path, rules: &[ScanRule], cancel: &Cancel) -> Result<ScanReport> {
    let table = Table::open(path, cancel)?;
    let names: Vec<String> = table.columns.iter().map(|column| column.name.clone()).collect();
    let queries: Vec<&str> = rules
        .iter()
        .filter_map(|rule| if let ScanRule::Sql { sql } = rule { Some(sql.as_str()) } else { None })
        .collect();
    // What may not be run is refused before the file is read.
    queries.iter().try_for_each(|query| sql::guard(query, SILVER))?;
    let mut cells = Cells::new(names.iter().cloned());
    let mut rows: Option<DataFrame> = None;
    for chunk in table.rows {
        let chunk = as_text(chunk?, &names)?;
        cells.add(&chunk)?;
        if !queries.is_empty() {
            match &mut rows {
                None => rows = Some(chunk),
                Some(rows) => drop(rows.vstack_mut(&chunk).map_err(Error::library)?),
            }
        }
    }
    let mut report = scan(&path.display().to_string(), &cells, rules, cancel)?;
    if let Some(rows) = rows {
        for query in queries {
            report.findings.extend(failing(query, &rows, &report.columns, cancel)?);
        }
    }
    Ok(report)
}

/// The columns of a chunk as texts, beside the numbers of its rows where it has them.
fn as_text(chunk: DataFrame, names: &[String]) -> Result<DataFrame> {
    let has_numbers = chunk.column(ROW).is_ok();
    let texts = names.iter().map(|name| named(name).cast(DataType::String));
    let columns: Vec<_> = texts.chain(has_numbers.then(|| named(ROW))).collect();
    chunk.lazy().select(columns).collect().map_err(Error::library)
}

/// The rows that a query returns: those are wrong.
fn failing(query: &str, rows: &DataFrame, columns: &[ScannedColumn], cancel: &Cancel) -> Result<Option<TableFinding>> {
    let typed = columns.iter().filter(|column| column.field_type != FieldType::String);
    // What is not of the type is null to the query: another detector finds it.
    let casts: Vec<_> = typed.map(|column| named(&column.name).cast(data_type(column.field_type))).collect();
    let silver: LazyFrame = rows.clone().lazy().with_columns(casts);
    let mut found = 0;
    for_each_chunk(sql::query(query, SILVER, silver)?, cancel, |chunk| {
        found += chunk.height() as u64;
        Ok(())
    })?;
    Ok((found > 0).then(|| TableFinding {
        rule: query.to_owned(),
        rows: found,
        why: format!("the query returned {}", counted(found, "row")),
    }))
}
