//! Values of which a part belongs into another column that is empty in their row: `San Francisco CA` beside no state.

use std::collections::BTreeSet;

use super::cells::{Cells, Column, EMPTY};
use super::suspect::Suspect;
use crate::base::text::quoted;
use crate::base::{Cancel, Result};
use crate::domain::scan::Detector;

/// A value has to occur so often to be one of the other column's.
const KNOWN: u64 = 3;

/// A column of words has at most so many different ones for a hundred rows.
const DIFFERENT: usize = 20;

/// The cells that hold what another one lacks, and those that lack it.
pub fn suspects(cells: &Cells, cancel: &Cancel) -> Result<Vec<Suspect>> {
    let mut suspects = Vec::new();
    for (lacks, lacking) in cells.columns.iter().enumerate() {
        cancel.check()?;
        let known = known(lacking);
        if known.is_empty() || lacking.values.len() * 100 > cells.rows * DIFFERENT {
            continue;
        }
        let empty: Vec<usize> = (0..cells.rows).filter(|row| lacking.codes[*row] == EMPTY).collect();
        for (holds, holding) in cells.columns.iter().enumerate().filter(|(holds, _)| *holds != lacks) {
            for row in &empty {
                let Some(value) = holding.value(holding.codes[*row]) else { continue };
                let Some((rest, part)) = split(value, &known) else { continue };
                let why = format!(
                    "{} of {} holds {}, which is a value of {}, and that is empty in this row",
                    quoted(value, 40),
                    holding.name,
                    quoted(part, 40),
                    lacking.name
                );
                let suspect = |column, suggestion: &str, why| Suspect {
                    row: *row,
                    column,
                    detector: Detector::Displaced,
                    score: 0.9,
                    suggestion: Some(suggestion.to_owned()),
                    why,
                };
                suspects.push(suspect(holds, rest, why.clone()));
                suspects.push(suspect(lacks, part, why));
            }
        }
    }
    Ok(suspects)
}

/// The values of a column that are known for such.
fn known(column: &Column) -> BTreeSet<&str> {
    let often = column.values.iter().zip(&column.counts).filter(|(_, times)| **times >= KNOWN);
    often.map(|(value, _)| value.trim()).filter(|value| !value.contains(' ')).collect()
}

/// A value without its last or first word, and that word, where it is a known one.
fn split<'a>(value: &'a str, known: &BTreeSet<&str>) -> Option<(&'a str, &'a str)> {
    let last = value.trim().rsplit_once(' ').filter(|(_, word)| known.contains(word));
    let first = value.trim().split_once(' ').filter(|(word, _)| known.contains(word)).map(|(word, rest)| (rest, word));
    last.or(first).map(|(rest, word)| (rest.trim_end_matches(',').trim(), word))
}
