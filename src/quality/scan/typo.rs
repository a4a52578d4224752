//! Rare values that are nearly the same as frequent ones.

use std::collections::BTreeMap;

use super::cells::{Cells, Column};
use super::suspect::Suspect;
use crate::base::text::{edits, quoted};
use crate::base::{Cancel, Result};
use crate::domain::FieldType;
use crate::domain::scan::Detector;
use crate::quality::count;

/// A value that occurs more often is no slip.
const RARE: u64 = 3;

/// Nor is a way to write values around their digits that more than one in so many has.
const RARE_SHAPE: u64 = 100;

/// How often a value occurs that others are slips of, at the least.
const FREQUENT: u64 = 4;

/// And how many times as often as the slip.
const TIMES: u64 = 5;

/// A column has typing errors only where values come again: at most so many different ones for ten rows.
const DIFFERENT: u64 = 7;

/// So many comparisons are made in a column at most.
const COMPARISONS: usize = 20_000_000;

/// The cells that are likely typing errors. `types` are those of the columns: what is a number is not mistyped but far off.
pub fn suspects(cells: &Cells, types: &[FieldType], cancel: &Cancel) -> Result<Vec<Suspect>> {
    let mut suspects = Vec::new();
    for (place, column) in cells.columns.iter().enumerate() {
        cancel.check()?;
        if types[place] != FieldType::String || column.values.len() as u64 * 10 > column.filled() * DIFFERENT {
            continue;
        }
        let meant = meant(column);
        let suspect = |(row, code): (usize, u32)| {
            let (frequent, distance) = meant[code as usize].as_ref()?;
            let (value, times) = (&column.values[code as usize], column.counts[code as usize]);
            let why = format!(
                "{} occurs {times} times, and {}, which is {distance} edits from it, {} times",
                quoted(value, 40),
                quoted(&frequent.text, 40),
                frequent.times
            );
            let length = value.chars().count().max(1);
            let score = 0.9 * (1.0 - count(*distance as u64) / count(length as u64));
            let suggestion = Some(frequent.text.clone()).filter(|_| !frequent.is_shape);
            Some(Suspect { row, column: place, detector: Detector::Typo, score, suggestion, why })
        };
        suspects.extend(column.rows_with(|code| meant[code as usize].is_some()).filter_map(suspect));
    }
    Ok(suspects)
}

/// What is frequent: a value, or, where digits differ, how values are written around them.
#[derive(Debug, Clone, PartialEq)]
struct Frequent {
    text: String,
    times: u64,
    is_shape: bool,
}

/// What each value of a column likely was meant to be, and how many edits that is away.
fn meant(column: &Column) -> Vec<Option<(Frequent, usize)>> {
    let mut shapes: BTreeMap<String, u64> = BTreeMap::new();
    for (value, times) in column.values.iter().zip(&column.counts).filter(|(value, _)| has_digit(value)) {
        *shapes.entry(shape(value)).or_default() += times;
    }
    let values: Vec<(&str, u64)> =
        column.values.iter().map(String::as_str).zip(column.counts.iter().copied()).collect();
    let shaped: Vec<(&str, u64)> = shapes.iter().map(|(shape, times)| (shape.as_str(), *times)).collect();
    let of_values = near(&values, RARE, false);
    let of_shapes = near(&shaped, RARE.max(column.filled() / RARE_SHAPE), true);
    let by_shape = |value: &str| of_shapes.get(shape(value).as_str()).filter(|_| has_digit(value)).cloned();
    column.values.iter().map(|value| of_values.get(value.as_str()).cloned().or_else(|| by_shape(value))).collect()
}

/// Each rare text with the frequent one next to it.
fn near<'a>(counted: &[(&'a str, u64)], most_rare: u64, is_shape: bool) -> BTreeMap<&'a str, (Frequent, usize)> {
    let length = |text: &str| text.chars().count();
    let mut frequent: Vec<(&str, u64, usize)> = counted
        .iter()
        .filter(|(text, times)| *times >= FREQUENT && length(text) >= 3)
        .map(|(text, times)| (*text, *times, length(text)))
        .collect();
    frequent.sort_unstable_by_key(|(text, times, _)| (std::cmp::Reverse(*times), *text));
    let rare: Vec<&(&str, u64)> = counted.iter().filter(|(_, times)| *times <= most_rare).collect();
    frequent.truncate(COMPARISONS / rare.len().max(1));
    let nearest = |(text, times): &&'_ (&'a str, u64)| {
        let characters = length(text);
        let most = if characters < 8 {
            1
        } else if characters < 15 {
            2
        } else {
            characters / 5
        };
        let candidates = frequent.iter().filter(|(other, often, length)| {
            *often >= TIMES * times
                && length.abs_diff(characters) <= most
                && (is_shape || !differ_in_digits_alone(text, other))
        });
        let measured = candidates.map(|candidate| (edits(text, candidate.0), candidate));
        let near = measured.filter(|(distance, candidate)| *distance <= most && same_words(text, candidate.0));
        let (distance, (other, often, _)) = near.min_by_key(|(distance, _)| *distance)?;
        Some((*text, (Frequent { text: (*other).to_owned(), times: *often, is_shape }, distance)))
    };
    rare.iter().filter_map(nearest).collect()
}

/// Whether each word of one text may be a slip of the word at the same place of the other. Other words are other things:
/// `internal repairs` is no slip of `external repairs`. Where words run together or fall apart nothing can be said of them.
fn same_words(one: &str, other: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (one, other) = (words(one), words(other));
    let is_slip = |(one, other): (&String, &String)| {
        one == other || edits(one, other) * 3 <= one.chars().count().max(other.chars().count())
    };
    one.len() != other.len() || one.iter().zip(&other).all(is_slip)
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// A text with each run of digits as one.
fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_digit() {
            shape.push(character);
        } else if !shape.ends_with('9') {
            shape.push('9');
        }
    }
    shape
}

/// Other numbers are other things, not slips.
fn differ_in_digits_alone(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    shape(one) == shape(other) && digits(one) != digits(other)
}
