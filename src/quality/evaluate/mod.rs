//! The checks of the contract, run on one release: one file for each rule.
//!
//! What all rules share: nothing that was not looked at passes. A rule that finds nothing to judge (a slice without
//! rows, a column without numbers) says so and passes, because the other rules see that emptiness; a rule that can't
//! judge what is there (switched off, too little history, an error) is unknown.

mod history;
mod label_rate;
mod medians;
mod null_rate;
mod numeric_range;
mod rejects;
mod row_count;
mod schema;
mod sql;
mod unique_key;
mod words;

use polars::prelude::{LazyFrame, lit};

use crate::base::{Cancel, Result};
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::drift::Drift;
use crate::domain::lineage::PROVIDER;
use crate::domain::mapping::MappingId;
use crate::domain::profile::Profile;
use crate::domain::{Baseline, Bounds, Check, CheckRule, Dataset, Evaluation, ModelRef, Outcome, Period};
use crate::frames::named;
use crate::quality::overlap::Shared;

/// One release as it is judged.
pub struct Judged<'a> {
    /// Its dataset, with the checks.
    pub dataset: &'a Dataset,
    /// Its period.
    pub period: Period,
    /// Its model version.
    pub model: &'a ModelRef,
    /// The labels that the model can find, and those that it found in earlier periods.
    pub labels: &'a [String],
    /// What is known of each provider that delivered.
    pub slices: Vec<SliceFacts>,
    /// The earlier values of a metric.
    pub history: &'a History<'a>,
    /// The canonical rows of all providers of the release, with lineage columns.
    pub silver: LazyFrame,
    /// Their refused rows.
    pub rejects: Option<LazyFrame>,
    /// What the model found, row for row.
    pub annotations: Option<LazyFrame>,
}

/// Answers (provider, metric) with the values of earlier periods that may serve as a baseline, in any order. Metrics of
/// labels (`rate(..)`) are those that the judged model version itself measured; all others are of the data alone.
pub type History<'a> = dyn Fn(&str, &str) -> Result<Vec<(Period, f64)>> + 'a;

/// What is known of one slice of the release.
#[derive(Debug, Clone)]
pub struct SliceFacts {
    /// The provider.
    pub provider: String,
    /// What was measured.
    pub profile: Profile,
    /// What differs of the delivery's columns.
    pub drift: Drift,
    /// The decision that accepts them as they came.
    pub schema_accepted: Option<MappingId>,
    /// Other deliveries that are the same byte for byte.
    pub twins: Vec<String>,
    /// Rows that other slices have too.
    pub shared: Vec<Shared>,
    /// What was measured of the same rows under the previously promoted model version.
    pub previous_model: Option<Profile>,
    /// Where a person accepted these very rows as the baseline: who, and why.
    pub baseline: Option<Baseline>,
}

/// Judges a release: every check in the order of the contract, its results in the order of their subjects.
pub fn evaluate(judged: &Judged<'_>, cancel: &Cancel) -> Result<Vec<Evaluation>> {
    let mut evaluations = Vec::new();
    for check in &judged.dataset.checks {
        cancel.check()?;
        let mut results = run(judged, check, cancel)?;
        results.sort_by(|one, other| one.subject.cmp(&other.subject));
        evaluations.extend(results);
    }
    Ok(evaluations)
}

fn run(judged: &Judged<'_>, check: &Check, cancel: &Cancel) -> Result<Vec<Evaluation>> {
    if check.off {
        let text =
            format!("the check is switched off: nothing was judged; remove `off` from `{}` to judge it", check.name);
        return Ok(vec![result(check, CheckSubject::default(), Outcome::Unknown, text)]);
    }
    if let CheckRule::Sql { sql } = &check.rule {
        return Ok(vec![sql::judge(judged, check, sql, cancel)?]);
    }
    let mut results = Vec::new();
    for slice in &judged.slices {
        cancel.check()?;
        match &check.rule {
            CheckRule::Schema => results.push(schema::judge(check, slice)?),
            CheckRule::UniqueKey => results.push(unique_key::judge(judged, check, slice, cancel)?),
            CheckRule::Rejects { tolerance } => {
                results.push(rejects::judge(judged, check, slice, *tolerance, cancel)?);
            }
            CheckRule::RowCount { tolerance } => results.push(row_count::judge(judged, check, slice, *tolerance)?),
            CheckRule::NullRate { tolerance } => {
                results.extend(null_rate::judge(judged, check, slice, *tolerance, cancel)?);
            }
            CheckRule::NumericRange { column, min, max, factor } => {
                let rule = numeric_range::Rule { column: column.as_deref(), min: *min, max: *max, factor: *factor };
                results.extend(numeric_range::judge(judged, check, slice, &rule, cancel)?);
            }
            CheckRule::LabelRate { tolerance } => {
                results.extend(label_rate::judge(judged, check, slice, *tolerance, cancel)?);
            }
            CheckRule::Sql { .. } => {}
        }
    }
    Ok(results)
}

/// A result in words alone; numbers and rows are added where there are any.
fn result(check: &Check, subject: CheckSubject, outcome: Outcome, explanation: String) -> Evaluation {
    Evaluation {
        check: check.name.clone(),
        severity: check.severity,
        subject,
        outcome,
        observed: None,
        expected: None,
        metric: None,
        explanation,
        rows: Vec::new(),
        drift: None,
    }
}

/// A number beside the numbers that pass.
struct Compared {
    /// The metric that the number is a point of, if it has a history.
    metric: Option<String>,
    observed: f64,
    expected: Bounds,
    explanation: String,
}

/// The result of a comparison; `show` picks the rows that show why it failed.
fn compared(
    check: &Check,
    subject: CheckSubject,
    found: Compared,
    show: impl FnOnce() -> Result<Vec<RowRef>>,
) -> Result<Evaluation> {
    let Compared { metric, observed, expected, explanation } = found;
    let outcome = if expected.hold(observed) { Outcome::Passed } else { Outcome::Failed };
    Ok(Evaluation {
        observed: Some(observed),
        expected: Some(expected),
        metric,
        rows: if outcome == Outcome::Failed { show()? } else { Vec::new() },
        ..result(check, subject, outcome, explanation)
    })
}

/// A slice as the subject of a result.
fn about(slice: &SliceFacts) -> CheckSubject {
    CheckSubject { provider: Some(slice.provider.clone()), ..CheckSubject::default() }
}

/// The rows of one provider.
fn of_provider(frame: &LazyFrame, slice: &SliceFacts) -> LazyFrame {
    frame.clone().filter(named(PROVIDER).eq(lit(slice.provider.clone())))
}

#[cfg(test)]
mod tests;
