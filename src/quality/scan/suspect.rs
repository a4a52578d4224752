//! A cell that a detector suspects.

use crate::domain::scan::Detector;

/// A cell, and why it is suspected.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The row, counted from 0.
    pub row: usize,
    /// The place of the column.
    pub column: usize,
    /// What suspects it.
    pub detector: Detector,
    /// How sure it is, in 0..1.
    pub score: f64,
    /// What it should be.
    pub suggestion: Option<String>,
    /// Why, in numbers.
    pub why: String,
}
