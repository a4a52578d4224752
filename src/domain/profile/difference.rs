//! What differs between two profiles.

/// Two profiles, measure by measure.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ProfileDifference {
    /// What the first was of.
    pub before: String,
    /// What the second is of.
    pub after: String,
    /// Every measure that one of them has: of the rows, then column by column and label by label.
    pub measures: Vec<Difference>,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// What it is of: a column, a label; none: of the rows.
    pub of: Option<String>,
    /// Its name, as in the history of metrics; `stability(..)`, `divergence(..)`, `gap(..)` and `shift(..)` are of both.
    pub measure: String,
    /// What it was; none where the first has no such measure, or it is one of both.
    pub before: Option<f64>,
    /// What it is; of a measure of both, that.
    pub after: Option<f64>,
    /// Whether it has moved: by more than it does by chance, and by more than nobody minds.
    pub moved: bool,
    /// From which numbers that follows, by which formula.
    pub why: String,
}
