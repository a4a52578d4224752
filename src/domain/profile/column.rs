//! What profiling measures of a column.

use std::collections::BTreeMap;

use super::{Histogram, count};
use crate::base::number::rounded;
use crate::domain::FieldType;

/// The measurements of one column. Counts are exact, but for those that [`Self::estimated`] names.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its type, as a contract writes it.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Cells with a value.
    pub cells: u64,
    /// Null cells.
    pub nulls: u64,
    /// Cells that are not of the type, of a column whose type was found out: at most one in fifty.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub misfits: u64,
    /// Different values, null not counted.
    pub distinct: u64,
    /// Where there were too many different values to count each: `distinct` and the quantiles are estimates then, and the
    /// counts of `top` may be too low by [`Self::top_missed`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// The smallest value as text (dates and text columns too).
    pub min: Option<String>,
    /// The largest value as text.
    pub max: Option<String>,
    /// The most frequent values with their counts, most frequent first, ties by value; of more than twenty different ones none
    /// that occurs once.
    pub top: Vec<(String, u64)>,
    /// By how much the counts of `top` may be too low; a value that is not there may occur as often.
    #[serde(default, skip_serializing_if = "super::is_none")]
    pub top_missed: u64,
    /// Of numeric columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberProfile>,
    /// Of text columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<TextProfile>,
    /// Of dates and instants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateProfile>,
}

impl ColumnProfile {
    /// Adds the named numbers of the column, of so many rows.
    pub(super) fn metrics(&self, rows: u64, metrics: &mut BTreeMap<String, f64>) {
        let mut add = |metric: &str, number: f64| metrics.insert(format!("{metric}({})", self.name), number);
        let share = |cells: u64| rounded(count(cells) / count(rows.max(1)));
        if rows > 0 {
            add("null_rate", share(self.nulls));
        }
        add("distinct", count(self.distinct));
        if let Some(numbers) = &self.numbers {
            add("mean", numbers.mean);
            add("min", numbers.min);
            add("max", numbers.max);
            add("negative_rate", share(numbers.negative));
            if let Some(median) = numbers.median() {
                add("median", median);
            }
        }
        if let Some(texts) = &self.texts {
            add("empty_rate", share(texts.empty));
            add("garbled_rate", share(texts.garbled));
            add("length", texts.mean_length);
        }
    }
}

/// The measurements of a numeric column. NaN and infinite cells are left out and counted.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct NumberProfile {
    /// The arithmetic mean.
    pub mean: f64,
    /// The sample standard deviation (n - 1).
    pub deviation: f64,
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
    /// The quantiles of [`QUANTILES`], linearly interpolated.
    pub quantiles: Vec<f64>,
    /// All finite cells, by their leading digits.
    pub histogram: Histogram,
    /// Cells below zero.
    pub negative: u64,
    /// Whole multiples of ten other than zero.
    pub round: u64,
    /// Cells that are not finite.
    pub not_finite: u64,
}

/// Which quantiles are measured.
pub const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

impl NumberProfile {
    /// The middle of [`Self::quantiles`].
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantiles.get(QUANTILES.len() / 2).copied()
    }

    /// All finite cells.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.histogram.cells()
    }
}

/// The measurements of a text column.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct TextProfile {
    /// Cells without any character but white space.
    pub empty: u64,
    /// Cells that begin or end with white space, empty ones left out.
    pub padded: u64,
    /// Cells with a letter or sign outside ASCII.
    pub beyond_ascii: u64,
    /// Cells that hold what decoding by a wrong table leaves behind: replacement and control characters, and letters that are
    /// the bytes of another one.
    pub garbled: u64,
    /// The length of the shortest, in characters.
    pub shortest: u64,
    /// The mean length.
    pub mean_length: f64,
    /// The length of the longest.
    pub longest: u64,
    /// The lengths.
    pub lengths: Histogram,
    /// How the texts are built, by so much as [`Detail`] says.
    pub detail: Detail,
    /// The most frequent patterns with their counts, most frequent first, ties by pattern.
    pub patterns: Vec<(String, u64)>,
    /// How many different patterns there are.
    pub different_patterns: u64,
}

/// How exactly a pattern tells how a text is built. `AB-1234 é` is told by ...
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// ... each character: `AA-9999 a`.
    #[default]
    Characters,
    /// ... runs of characters of one class: `A+-9+ a`.
    Runs,
    /// ... which classes there are: ` -9Aa`.
    Classes,
}

/// The measurements of a column of dates or instants.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct DateProfile {
    /// Cells per day of the week, Monday first.
    pub weekdays: [u64; 7],
    /// Cells per month of the year, January first.
    pub months: [u64; 12],
    /// What the histogram counts by.
    pub unit: CalendarUnit,
    /// Cells per day, month, year or decade, ascending; those without are left out.
    pub histogram: Vec<(String, u64)>,
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the units are what their names say")]
pub enum CalendarUnit {
    #[default]
    Day,
    Month,
    Year,
    Decade,
    Century,
}
