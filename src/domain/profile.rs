//! What profiling measures of a slice.

use std::collections::BTreeMap;

use super::{ModelRef, Slice};
use crate::base::number::rounded;

/// The version of the stored form.
pub const PROFILE_VERSION: u32 = 1;

/// The measurements of one slice under one model version.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// [`PROFILE_VERSION`] when it was made.
    pub version: u32,
    /// What was measured.
    pub slice: Slice,
    /// Whose annotations.
    pub model: ModelRef,
    /// Rows of silver.
    pub rows: u64,
    /// Rows refused on the way to silver.
    pub rejects: u64,
    /// Rows, rejects included, whose key some earlier row of the slice has too.
    pub duplicate_keys: u64,
    /// Column by column, in the order of the schema.
    pub columns: Vec<ColumnProfile>,
    /// Label by label, sorted.
    pub labels: Vec<LabelProfile>,
}

impl Profile {
    /// Rejects that can be explained by a repeated key.
    #[must_use]
    pub fn repeated_rejects(&self) -> u64 {
        self.rejects.min(self.duplicate_keys)
    }

    /// Rows refused for another reason than a repeated key, as a share of the rows delivered, in 0..1; 0 of none.
    #[must_use]
    pub fn refused_share(&self) -> f64 {
        let delivered = self.rows + self.rejects;
        if delivered == 0 { 0.0 } else { rounded(count(self.rejects - self.repeated_rejects()) / count(delivered)) }
    }
}

/// The measurements of one column.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Null cells.
    pub nulls: u64,
    /// Different values, null not counted.
    pub distinct: u64,
    /// Numbers, of numeric columns.
    pub numbers: Option<NumberProfile>,
    /// The smallest value as text (dates and text columns too).
    pub min: Option<String>,
    /// The largest value as text.
    pub max: Option<String>,
    /// The most frequent values with their counts, most frequent first, ties by value.
    pub top: Vec<(String, u64)>,
    /// Shortest, mean and longest text in characters, of text columns.
    pub lengths: Option<(u64, f64, u64)>,
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
    /// Edges of the histogram, one more than counts.
    pub edges: Vec<f64>,
    /// Cells per bin; the last bin holds its right edge too.
    pub counts: Vec<u64>,
    /// Cells that are not finite.
    pub not_finite: u64,
}

/// Which quantiles are measured.
pub const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// The measurements of one label.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LabelProfile {
    /// The label.
    pub label: String,
    /// Entities found.
    pub entities: u64,
    /// Entities per 1,000 rows.
    pub rate: f64,
    /// The mean score, in 0..1; 0 where nothing was found.
    pub mean_score: f64,
    /// The most frequent surface forms with their counts.
    pub top: Vec<(String, u64)>,
}

impl Profile {
    /// The named numbers that are kept in the journal and compared over periods.
    #[must_use]
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let mut metrics = BTreeMap::new();
        metrics.insert("rows".to_owned(), count(self.rows));
        metrics.insert("rejects".to_owned(), count(self.rejects));
        metrics.insert("refused_share".to_owned(), self.refused_share());
        metrics.insert("duplicate_keys".to_owned(), count(self.duplicate_keys));
        for column in &self.columns {
            let name = &column.name;
            if self.rows > 0 {
                metrics.insert(format!("null_rate({name})"), rounded(count(column.nulls) / count(self.rows)));
            }
            metrics.insert(format!("distinct({name})"), count(column.distinct));
            if let Some(numbers) = &column.numbers {
                metrics.insert(format!("mean({name})"), numbers.mean);
                metrics.insert(format!("min({name})"), numbers.min);
                metrics.insert(format!("max({name})"), numbers.max);
                #[allow(clippy::float_cmp, reason = "a constant is looked for among constants")]
                let median = QUANTILES.iter().position(|quantile| *quantile == 0.5);
                if let Some(median) = median.and_then(|index| numbers.quantiles.get(index)) {
                    metrics.insert(format!("median({name})"), *median);
                }
            }
        }
        for label in &self.labels {
            metrics.insert(format!("rate({})", label.label), label.rate);
            if label.entities > 0 {
                metrics.insert(format!("score({})", label.label), label.mean_score);
            }
        }
        metrics
    }
}

/// Whether a metric is about what a model found, and so belongs to one model version.
#[must_use]
pub fn is_about_entities(metric: &str) -> bool {
    metric.starts_with("rate(") || metric.starts_with("score(")
}

/// A count as a number to compute with; exact below 2^53.
#[allow(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}
