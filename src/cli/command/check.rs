//! `assay check`.

use crate::base::text::{beginning, counted, grouped};
use crate::base::{Cancel, Result};
use crate::cli::arguments::CheckCommand;
use crate::cli::output::Output;
use crate::domain::scan::{CellFinding, ScanReport};
use crate::ops;

/// How much of a value fits in a table.
const VALUE: usize = 30;

pub fn run(command: &CheckCommand, output: &Output, cancel: &Cancel) -> Result<()> {
    let CheckCommand::Scan { file, rules, rows } = command;
    let report = ops::scan_file(file, rules.as_deref(), cancel)?;
    if output.is_json() {
        return output.document(&report);
    }
    print(&report, *rows, output)
}

fn print(report: &ScanReport, most: usize, output: &Output) -> Result<()> {
    output.line(&format!(
        "{}: {}, {} likely wrong",
        report.subject,
        counted(report.rows, "row"),
        counted(report.found, "cell")
    ))?;
    let with_cells = report.columns.iter().filter(|column| column.cells > 0);
    let columns: Vec<Vec<String>> = with_cells
        .map(|column| vec![column.name.clone(), column.field_type.to_string(), grouped(column.cells)])
        .collect();
    if !columns.is_empty() {
        output.table(&["column", "type", "cells"], &columns)?;
    }
    for finding in &report.findings {
        output.line(&format!("{}: {}", finding.rule, finding.why))?;
    }
    let cell = |cell: &CellFinding| {
        vec![
            cell.row.to_string(),
            cell.column.clone(),
            cell.value.as_deref().map(|value| beginning(value, VALUE)).unwrap_or_default(),
            cell.suggestion.as_deref().map(|value| beginning(value, VALUE)).unwrap_or_default(),
            cell.why.clone(),
        ]
    };
    if !report.cells.is_empty() {
        let shown: Vec<Vec<String>> = report.cells.iter().take(most).map(cell).collect();
        output.table(&["row", "column", "value", "rather", "why"], &shown)?;
    }
    if report.found > most as u64 {
        output.say(&format!("-> all of them: --json, or --rows {}", report.found));
    }
    Ok(())
}
