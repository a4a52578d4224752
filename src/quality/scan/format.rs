//! Values that are built otherwise than nearly all others of their column: codes, numbers with units, dates as text.

use std::collections::BTreeMap;

use super::cells::{Cells, Column};
use super::suspect::Suspect;
use crate::base::text::{grouped, quoted};
use crate::base::{Cancel, Result};
use crate::domain::FieldType;
use crate::domain::scan::Detector;
use crate::quality::count;
use crate::quality::profile::runs_of;

/// A pattern of so many of a hundred filled cells is a usual one.
const USUAL: u64 = 5;

/// The usual patterns are those of so many of a hundred cells, where a column has a format at all.
const COVERED: u64 = 90;

/// A column with more usual patterns has no format.
const MOST: usize = 6;

/// A pattern of more cells is a format of its own: so many, or one in a hundred.
const RARE: u64 = 3;

/// The cells whose format is nobody else's.
pub fn suspects(cells: &Cells, types: &[FieldType], cancel: &Cancel) -> Result<Vec<Suspect>> {
    let mut suspects = Vec::new();
    for (place, column) in cells.columns.iter().enumerate() {
        cancel.check()?;
        if types[place] == FieldType::String {
            suspects.extend(of_column(column, place));
        }
    }
    Ok(suspects)
}

fn of_column(column: &Column, place: usize) -> Vec<Suspect> {
    let filled = column.filled();
    let patterns: Vec<String> = column.values.iter().map(|value| runs_of(value)).collect();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (pattern, times) in patterns.iter().zip(&column.counts) {
        *counts.entry(pattern).or_default() += times;
    }
    let usual: Vec<(&str, u64)> = counts
        .iter()
        .filter(|(_, times)| **times * 100 >= filled * USUAL)
        .map(|(pattern, times)| (*pattern, *times))
        .collect();
    let covered: u64 = usual.iter().map(|(_, times)| times).sum();
    // Words are built in many ways: only where there are mostly digits is how a value is built a format.
    let with_digits: u64 = usual.iter().filter(|(pattern, _)| pattern.contains('9')).map(|(_, times)| times).sum();
    let is_code = with_digits * 2 > filled;
    if usual.is_empty() || usual.len() > MOST || covered * 100 < filled * COVERED || !is_code {
        return Vec::new();
    }
    let is_rare = |pattern: &str| counts.get(pattern).is_some_and(|times| *times <= RARE.max(filled / 100));
    let (most, often) = usual.iter().max_by_key(|(_, times)| *times).copied().unwrap_or(("", 0));
    let suspect = |(row, code): (usize, u32)| {
        let pattern = &patterns[code as usize];
        let times = counts.get(pattern.as_str()).copied().unwrap_or(0);
        let why = format!(
            "{} is built as {}, as {} of {} filled cells are; most are built as {} ({})",
            quoted(&column.values[code as usize], 40),
            quoted(pattern, 40),
            grouped(times),
            grouped(filled),
            quoted(most, 40),
            grouped(often),
        );
        Suspect {
            row,
            column: place,
            detector: Detector::Format,
            score: 0.8 * (1.0 - count(times) / count(filled)),
            suggestion: None,
            why,
        }
    };
    column.rows_with(|code| is_rare(&patterns[code as usize])).map(suspect).collect()
}
