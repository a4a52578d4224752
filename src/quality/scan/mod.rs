//! Wrong cells of a table, found by what the table itself says and by rules that somebody declared. No value, word or
//! character of any known table is built in.
//!
//! | file | what it finds |
//! |---|---|
//! | `types` | what is not of the column's type, and words for nothing |
//! | `dependency` | what other columns of the row say otherwise |
//! | `typo` | rare values next to frequent ones |
//! | `format` | values that are built otherwise than nearly all others |
//! | `displaced` | parts of a value that belong into an empty neighbour |
//! | `outlier` | numbers far from all others |
//! | `rules` | what a declared rule does not allow |

pub mod cells;

mod dependency;
mod displaced;
mod format;
mod outlier;
mod rules;
mod suspect;
mod types;
mod typo;

use std::collections::BTreeMap;

use self::cells::Cells;
use self::dependency::Dependency;
use self::suspect::Suspect;
use crate::base::number::rounded;
use crate::base::{Cancel, Result};
use crate::domain::FieldType;
use crate::domain::scan::{CellFinding, ScanReport, ScanRule, ScannedColumn, TableFinding};

/// So many cells are listed at the most; all are counted.
const LISTED: usize = 200_000;

/// Scans a table. Rules on SQL are not of its cells: who has the rows runs them.
///
/// # Errors
/// When a rule names a column that there is not, or is no rule.
pub fn scan(subject: &str, cells: &Cells, declared: &[ScanRule], cancel: &Cancel) -> Result<ScanReport> {
    for rule in declared {
        rule.columns().into_iter().try_for_each(|name| rules::place(cells, name).map(drop))?;
    }
    let types = types_of(cells, declared)?;
    let mut suspects = Vec::new();
    for (place, (column, (field_type, is_declared))) in cells.columns.iter().zip(&types).enumerate() {
        cancel.check()?;
        suspects.extend(types::suspects(column, place, *field_type, *is_declared));
    }
    let mut findings = Vec::new();
    for rule in declared {
        let (broken, finding) = rules::broken(cells, rule)?;
        suspects.extend(broken);
        findings.extend(finding);
    }
    let field_types: Vec<FieldType> = types.iter().map(|(field_type, _)| *field_type).collect();
    suspects.extend(dependency::suspects(cells, &dependencies(cells, declared)?, cancel)?);
    suspects.extend(typo::suspects(cells, &field_types, cancel)?);
    suspects.extend(format::suspects(cells, &field_types, cancel)?);
    suspects.extend(displaced::suspects(cells, cancel)?);
    suspects.extend(outlier::suspects(cells, &field_types, cancel)?);
    Ok(report(subject, cells, &types, suspects, findings))
}

/// The type of each column, and whether a rule says so.
fn types_of(cells: &Cells, declared: &[ScanRule]) -> Result<Vec<(FieldType, bool)>> {
    let mut types: Vec<(FieldType, bool)> =
        cells.columns.iter().map(|column| (types::guessed(column), false)).collect();
    for rule in declared {
        if let ScanRule::Type { column, field_type } = rule {
            types[rules::place(cells, column)?] = (*field_type, true);
        }
    }
    Ok(types)
}

fn dependencies(cells: &Cells, declared: &[ScanRule]) -> Result<Vec<Dependency>> {
    let mut dependencies = Vec::new();
    for rule in declared {
        let ScanRule::Functional { from, to } = rule else { continue };
        let from = from.iter().map(|name| rules::place(cells, name)).collect::<Result<Vec<_>>>()?;
        for name in to {
            dependencies.push(Dependency { from: from.clone(), to: rules::place(cells, name)?, declared: true });
        }
    }
    Ok(dependencies)
}

/// Each suspected cell once: what is surest first, then what else speaks against it.
fn report(
    subject: &str,
    cells: &Cells,
    types: &[(FieldType, bool)],
    suspects: Vec<Suspect>,
    findings: Vec<TableFinding>,
) -> ScanReport {
    let mut by_cell: BTreeMap<(usize, usize), Vec<Suspect>> = BTreeMap::new();
    for suspect in suspects {
        by_cell.entry((suspect.row, suspect.column)).or_default().push(suspect);
    }
    let mut per_column = vec![0; cells.columns.len()];
    for (_, column) in by_cell.keys() {
        per_column[*column] += 1;
    }
    let column = |((column, (field_type, declared)), found): ((&cells::Column, &(FieldType, bool)), &u64)| {
        ScannedColumn { name: column.name.clone(), field_type: *field_type, declared: *declared, cells: *found }
    };
    let found = by_cell.len() as u64;
    ScanReport {
        subject: subject.to_owned(),
        rows: cells.rows as u64,
        columns: cells.columns.iter().zip(types).zip(&per_column).map(column).collect(),
        cells: by_cell.into_values().take(LISTED).filter_map(|suspects| finding(cells, suspects)).collect(),
        found,
        findings,
    }
}

fn finding(cells: &Cells, mut suspects: Vec<Suspect>) -> Option<CellFinding> {
    suspects.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.detector.cmp(&other.detector)));
    let why = suspects.iter().map(|suspect| suspect.why.as_str()).collect::<Vec<_>>().join("; ");
    let suggestion = suspects.iter().find_map(|suspect| suspect.suggestion.clone());
    let first = suspects.first()?;
    let column = &cells.columns[first.column];
    Some(CellFinding {
        row: cells.numbers[first.row],
        column: column.name.clone(),
        value: column.value(column.codes[first.row]).map(str::to_owned),
        detector: first.detector,
        score: rounded(first.score.clamp(0.0, 1.0)),
        suggestion,
        why,
    })
}

#[cfg(test)]
mod tests;
