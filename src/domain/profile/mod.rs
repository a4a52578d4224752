//! What profiling measures of a slice.

mod column;
mod difference;
mod histogram;
mod label;

use std::collections::BTreeMap;

pub use self::column::{CalendarUnit, ColumnProfile, DateProfile, Detail, NumberProfile, QUANTILES, TextProfile};
pub use self::difference::{Difference, ProfileDifference};
pub use self::histogram::{Bin, DecimalBin, Histogram, MOST_BINS, MOST_DIGITS};
pub use self::label::LabelProfile;
use super::ModelRef;
use crate::base::number::rounded;

/// The version of the stored form.
pub const PROFILE_VERSION: u32 = 2;

/// The measurements of one slice under one model version, or of one file.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// [`PROFILE_VERSION`] when it was made.
    pub version: u32,
    /// What was measured, in words: a slice, a release, a file.
    pub subject: String,
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
            column.metrics(self.rows, &mut metrics);
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

/// Whether a count is not worth writing.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "as the serialiser asks")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A count as a number to compute with; exact below 2^53.
#[allow(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}
