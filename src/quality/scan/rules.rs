//! What somebody declared of a table, held against its cells.

use polars::prelude::PlHashMap;
use regex::Regex;

use super::cells::{Cells, Column, EMPTY};
use super::suspect::Suspect;
use super::types::is_marker;
use crate::base::text::{counted, nearest, quoted};
use crate::base::{Error, Result};
use crate::domain::Bounds;
use crate::domain::scan::{Detector, ScanRule, TableFinding};

/// The place of a column; the error suggests the nearest.
pub fn place(cells: &Cells, name: &str) -> Result<usize> {
    cells.columns.iter().position(|column| column.name == name).ok_or_else(|| {
        let error = Error::usage(format!("a rule names the column `{name}`, which the table does not have"));
        match nearest(name, cells.columns.iter().map(|column| column.name.as_str())) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
    })
}

/// The cells that break a rule on one column, and what is to be said of the table.
pub fn broken(cells: &Cells, rule: &ScanRule) -> Result<(Vec<Suspect>, Option<TableFinding>)> {
    let on =
        |name: &str| -> Result<(usize, &Column)> { place(cells, name).map(|place| (place, &cells.columns[place])) };
    match rule {
        ScanRule::Allowed { column, values, nullable } => {
            let (place, column) = on(column)?;
            let allowed = |value: Option<&str>| {
                value.map_or(*nullable, |value| {
                    is_marker(value) && *nullable || values.iter().any(|one| one == value.trim())
                })
            };
            let say = |value: &str| {
                format!(
                    "{value} is none of {}",
                    values.iter().map(|one| quoted(one, 20)).collect::<Vec<_>>().join(", ")
                )
            };
            Ok((of_values(column, place, allowed, say), None))
        }
        ScanRule::Pattern { column, pattern, nullable } => {
            let (place, column) = on(column)?;
            let regex = Regex::new(&format!("^(?:{pattern})$"))
                .map_err(|error| Error::usage(format!("`{pattern}` is no regular expression")).because(error))?;
            let matches = |value: Option<&str>| value.map_or(*nullable, |value| regex.is_match(value));
            Ok((of_values(column, place, matches, |value| format!("{value} does not match `{pattern}`")), None))
        }
        ScanRule::Range { column, min, max } => {
            let (place, column) = on(column)?;
            let bounds = Bounds(*min, *max);
            let holds = |value: Option<&str>| {
                value.and_then(|value| value.trim().parse::<f64>().ok()).is_none_or(|number| bounds.hold(number))
            };
            Ok((of_values(column, place, holds, |value| format!("{value} is out of range: {bounds} passes")), None))
        }
        ScanRule::Unique { columns } => {
            let places = columns.iter().map(|name| place(cells, name)).collect::<Result<Vec<_>>>()?;
            Ok(repeated(cells, &places, columns))
        }
        ScanRule::Functional { .. } | ScanRule::Type { .. } | ScanRule::Sql { .. } => Ok((Vec::new(), None)),
    }
}

fn of_values(
    column: &Column,
    place: usize,
    holds: impl Fn(Option<&str>) -> bool,
    say: impl Fn(&str) -> String,
) -> Vec<Suspect> {
    let empty = holds(None);
    let verdicts: Vec<bool> = column.values.iter().map(|value| holds(Some(value))).collect();
    let is_broken = |code: &u32| if *code == EMPTY { !empty } else { !verdicts[*code as usize] };
    let broken = column.codes.iter().enumerate().filter(|(_, code)| is_broken(code));
    let suspect = |(row, code): (usize, &u32)| {
        let value = column.value(*code).map_or_else(|| "an empty cell".to_owned(), |value| quoted(value, 40));
        Suspect { row, column: place, detector: Detector::Rule, score: 1.0, suggestion: None, why: say(&value) }
    };
    broken.map(suspect).collect()
}

/// The rows whose values in some columns an earlier row has.
fn repeated(cells: &Cells, places: &[usize], names: &[String]) -> (Vec<Suspect>, Option<TableFinding>) {
    let mut first: PlHashMap<Vec<u32>, usize> = PlHashMap::default();
    let mut suspects = Vec::new();
    for row in 0..cells.rows {
        let codes: Vec<u32> = places.iter().map(|place| cells.columns[*place].codes[row]).collect();
        if let Some(earlier) = first.get(&codes) {
            let why = format!("row {earlier} has the same {}", names.join(", "));
            let suspect = |column: &usize| Suspect {
                row,
                column: *column,
                detector: Detector::Rule,
                score: 1.0,
                suggestion: None,
                why: why.clone(),
            };
            suspects.extend(places.iter().map(suspect));
        } else {
            first.insert(codes, row);
        }
    }
    let rows = (cells.rows - first.len()) as u64;
    let finding = (rows > 0).then(|| TableFinding {
        rule: format!("{} is unique", names.join(", ")),
        rows,
        why: format!("{} with the values of an earlier one", counted(rows, "row")),
    });
    (suspects, finding)
}
