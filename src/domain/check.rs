//! Checks and what they found.

use std::fmt;

use super::BatchId;
use super::drift::Drift;
use crate::base::number::text;

/// Whether a failure stops a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Shown, never blocks.
    Warning,
    /// Stops the release until a person settles it.
    Blocking,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Blocking => "blocking",
        }
    }
}

/// A rule of the contract.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// Its name, unique within the dataset.
    pub name: String,
    /// What is looked at.
    pub rule: CheckRule,
    /// Whether a failure blocks.
    pub severity: Severity,
    /// Whether it is switched off: it then shows as unknown, never as passed.
    pub off: bool,
}

/// What a check looks at. The built-in rules run for every dataset; assay.toml can change their numbers.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CheckRule {
    /// Every field that the contract maps for the provider is in the delivery.
    Schema,
    /// No two rows of a slice share a key, rejects included.
    UniqueKey,
    /// Few rows are refused on the way to silver, repeated keys aside.
    Rejects {
        /// The largest allowed share of the rows delivered, in 0..1.
        tolerance: f64,
    },
    /// The number of rows is near the median of the earlier periods.
    RowCount {
        /// Allowed distance from the median, as a share of it, at the least.
        tolerance: f64,
    },
    /// The share of nulls of each column is not above that of the earlier periods.
    NullRate {
        /// Allowed rise, in 0..1.
        tolerance: f64,
    },
    /// Numbers stay within bounds: the given ones, or those of the earlier periods.
    NumericRange {
        /// The column; none: every numeric one.
        column: Option<String>,
        /// The smallest allowed value.
        min: Option<f64>,
        /// The largest allowed value.
        max: Option<f64>,
        /// How many times the earlier periods' median the median may be, or its inverse.
        factor: f64,
    },
    /// The entities per 1,000 rows of each label are near those of the earlier periods, or of the previous model on the same rows.
    LabelRate {
        /// Allowed distance, as a share, at the least.
        tolerance: f64,
    },
    /// A query over `silver`; every row that it returns is a failure.
    Sql {
        /// The query.
        sql: String,
    },
}

impl Check {
    /// The checks that every dataset has.
    #[must_use]
    pub fn built_in() -> Vec<Self> {
        let check = |name: &str, rule| Self { name: name.to_owned(), rule, severity: Severity::Blocking, off: false };
        vec![
            check("schema", CheckRule::Schema),
            check("unique_key", CheckRule::UniqueKey),
            check("rejects", CheckRule::Rejects { tolerance: 0.1 }),
            check("row_count", CheckRule::RowCount { tolerance: 0.5 }),
            check("null_rate", CheckRule::NullRate { tolerance: 0.1 }),
            check("numeric_range", CheckRule::NumericRange { column: None, min: None, max: None, factor: 5.0 }),
            check("label_rate", CheckRule::LabelRate { tolerance: 0.35 }),
        ]
    }
}

/// How many earlier periods a comparison with history needs; with fewer it is unknown.
pub const LEAST_HISTORY: usize = 3;

/// How many earlier periods a comparison with history looks back.
pub const HISTORY: usize = 12;

/// What an evaluation is about, besides its check.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
pub struct CheckSubject {
    /// The provider, where the check looks at slices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

impl fmt::Display for CheckSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.provider, &self.column, &self.label].map(Option::as_deref);
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        f.pad(if text.is_empty() { "all providers" } else { &text })
    }
}

/// The result of a check on one exact input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was looked at is as it should be.
    Passed,
    /// It is not.
    Failed,
    /// It could not be judged: not run, errored, off, or too little history. Never a pass.
    Unknown,
}

impl Outcome {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// A row that a finding points to. The row's text stays in the lake.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct RowRef {
    /// The batch it came in.
    pub batch: BatchId,
    /// Its 1-based record number there.
    pub row: u64,
    /// Why it was picked.
    pub why: String,
}

/// The numbers that pass, both ends included; an end that is not there bounds nothing. In JSON `[from, to]`, with null
/// for no end.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Bounds(pub Option<f64>, pub Option<f64>);

impl Bounds {
    /// From one number to another.
    #[must_use]
    pub fn between(from: f64, to: f64) -> Self {
        Self(Some(from), Some(to))
    }

    /// This number alone.
    #[must_use]
    pub fn only(number: f64) -> Self {
        Self::between(number, number)
    }

    /// Whether a number passes. What is no number does not.
    #[must_use]
    pub fn hold(self, number: f64) -> bool {
        !number.is_nan() && self.0.is_none_or(|from| from <= number) && self.1.is_none_or(|to| number <= to)
    }
}

/// `0.2 to 0.4`, `only 0`, `at most 1000`, `at least 1`.
impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.map(text), self.1.map(text)) {
            (Some(from), Some(to)) if from == to => write!(f, "only {from}"),
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
            (Some(from), None) => write!(f, "at least {from}"),
            (None, Some(to)) => write!(f, "at most {to}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

/// One result of one check.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Evaluation {
    /// The check's name.
    pub check: String,
    /// The check's severity at the time.
    pub severity: Severity,
    /// What it was about.
    pub subject: CheckSubject,
    /// The result.
    pub outcome: Outcome,
    /// The measured number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<f64>,
    /// The numbers that would have passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Bounds>,
    /// The metric behind it (`rows`, `median(amount)`, `rate(BRAND)`), whose history can be charted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The result in words, with formula, inputs and threshold.
    pub explanation: String,
    /// Rows that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowRef>,
    /// What differs of the columns, where that is what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Box<Drift>>,
}
