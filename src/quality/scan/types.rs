//! Cells that are not of their column's type, and words for nothing.

use super::cells::Column;
use super::suspect::Suspect;
use crate::base::text::{grouped, quoted};
use crate::domain::FieldType;
use crate::domain::scan::Detector;
use crate::quality::profile::reads_as;

/// Where so many of a hundred filled cells are of a type, the column is of it.
const MOST_OF: u64 = 95;

/// What people and programs write for nothing.
const MARKERS: [&str; 17] = [
    "n/a", "na", "n.a.", "nan", "null", "none", "nil", "nul", "<na>", "#n/a", "\\n", "-", "--", "?", "\u{2013}",
    "\u{2014}", "unknown",
];

/// Whether a value is a word for nothing.
pub fn is_marker(value: &str) -> bool {
    let value = value.trim();
    MARKERS.iter().any(|marker| value.eq_ignore_ascii_case(marker))
}

/// The type that nearly all values of a column are of.
pub fn guessed(column: &Column) -> FieldType {
    let values = || column.values.iter().zip(&column.counts).filter(|(value, _)| !is_marker(value));
    let all: u64 = values().map(|(_, times)| times).sum();
    let types = [FieldType::Int, FieldType::Float, FieldType::Bool, FieldType::Date, FieldType::Timestamp];
    let fitting = |field_type: &FieldType| {
        let fits: u64 = values().filter(|(value, _)| reads_as(value, *field_type)).map(|(_, times)| times).sum();
        all > 0 && fits * 100 >= all * MOST_OF
    };
    types.into_iter().find(fitting).unwrap_or(FieldType::String)
}

/// The cells of a column that are words for nothing, or not of its type.
pub fn suspects(column: &Column, place: usize, field_type: FieldType, declared: bool) -> Vec<Suspect> {
    let filled = column.filled();
    let judge = |value: &str, times: u64| -> Option<(Detector, f64, String)> {
        if is_marker(value) {
            let why = format!("{} is a word for nothing", quoted(value, 40));
            return Some((Detector::NullMarker, 0.9, why));
        }
        if field_type == FieldType::String || reads_as(value, field_type) {
            return None;
        }
        let by = if declared { "as a rule says" } else { "as nearly all other values are" };
        let why = format!(
            "{} is no {field_type}, {by}; {} of {} filled cells are so",
            quoted(value, 40),
            grouped(times),
            grouped(filled)
        );
        Some((Detector::Type, if declared { 1.0 } else { 0.95 }, why))
    };
    let judged: Vec<Option<(Detector, f64, String)>> =
        column.values.iter().zip(&column.counts).map(|(value, times)| judge(value, *times)).collect();
    let suspect = |(row, code): (usize, u32)| {
        let (detector, score, why) = judged[code as usize].clone()?;
        Some(Suspect { row, column: place, detector, score, suggestion: None, why })
    };
    column.rows_with(|code| judged[code as usize].is_some()).filter_map(suspect).collect()
}
