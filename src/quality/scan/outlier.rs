//! Numbers far from the others of their column.

use super::cells::{Cells, Column};
use super::suspect::Suspect;
use crate::base::number::text;
use crate::base::text::quoted;
use crate::base::{Cancel, Result};
use crate::domain::FieldType;
use crate::domain::scan::Detector;
use crate::quality::robust::{MAD_TO_DEVIATION, robust_band};

/// How many robust standard deviations away a number is out of place: far beyond what skewed amounts reach.
const FAR: f64 = 12.0;

/// A number that occurs more often is meant, whatever it is: a code, a default.
const RARE: u64 = 3;

/// Where more than one in so many numbers is far away, they are another kind, not out of place.
const FEW: usize = 100;

/// Fewer numbers have no usual ones.
const LEAST: usize = 30;

/// The cells whose numbers are out of place.
pub fn suspects(cells: &Cells, types: &[FieldType], cancel: &Cancel) -> Result<Vec<Suspect>> {
    let mut suspects = Vec::new();
    for (place, column) in cells.columns.iter().enumerate() {
        cancel.check()?;
        if types[place].is_numeric() {
            suspects.extend(of_column(column, place));
        }
    }
    Ok(suspects)
}

fn of_column(column: &Column, place: usize) -> Vec<Suspect> {
    let numbers: Vec<Option<f64>> =
        column.values.iter().map(|value| value.trim().parse().ok().filter(|number: &f64| number.is_finite())).collect();
    let cells: Vec<f64> =
        column.codes.iter().filter_map(|code| numbers.get(*code as usize).copied().flatten()).collect();
    // Where all numbers are above zero their sizes are compared, not their distances: amounts lie so.
    let is_size = cells.iter().all(|number| *number > 0.0);
    let scaled = |number: f64| if is_size { number.ln() } else { number };
    let Some(band) = robust_band(&cells.iter().map(|number| scaled(*number)).collect::<Vec<_>>()) else {
        return Vec::new();
    };
    let deviation = MAD_TO_DEVIATION * band.mad;
    if cells.len() < LEAST || deviation <= 0.0 {
        return Vec::new();
    }
    let distance = |number: f64| (scaled(number) - band.median).abs() / deviation;
    if cells.iter().filter(|number| distance(**number) > FAR).count() * FEW > cells.len() {
        return Vec::new();
    }
    let is_rare = |code: u32| column.counts[code as usize] <= RARE;
    let far = |code: u32| is_rare(code) && numbers[code as usize].is_some_and(|number| distance(number) > FAR);
    let suspect = |(row, code): (usize, u32)| {
        let number = numbers[code as usize]?;
        let (of, middle) = if is_size { ("the logarithm of ", band.median.exp()) } else { ("", band.median) };
        let why = format!(
            "{of}{} is {} robust standard deviations (1.4826 x MAD) from that of the median {}; more than {FAR} is out of place",
            quoted(&column.values[code as usize], 40),
            text(distance(number)),
            text(middle),
        );
        let score = 1.0 - FAR / (2.0 * distance(number));
        Some(Suspect { row, column: place, detector: Detector::Outlier, score, suggestion: None, why })
    };
    column.rows_with(far).filter_map(suspect).collect()
}
