//! Every rule: what passes, what fails, what is unknown; and every number recomputed from what the explanation says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::float_cmp, reason = "tests")]

mod labels;
mod numbers;
mod overall;
mod seeded;
mod slices;

use std::collections::BTreeMap;

use polars::prelude::*;

use super::*;
use crate::domain::Bounds;
use crate::domain::policy::ReleasePolicy;
use crate::domain::profile::{ColumnProfile, LabelProfile, NumberProfile, PROFILE_VERSION};
use crate::domain::{Field, Granularity, Severity};
use crate::quality::count;

const PERIODS: [&str; 4] = ["2026-06", "2026-07", "2026-08", "2026-09"];

fn period() -> Period {
    "2026-10".parse().unwrap()
}

/// A release of one provider that a test bends to its needs.
struct Case {
    dataset: Dataset,
    slice: SliceFacts,
    labels: Vec<String>,
    history: BTreeMap<String, Vec<(Period, f64)>>,
    silver: DataFrame,
    rejects: Option<DataFrame>,
    annotations: Option<DataFrame>,
}

impl Case {
    fn new(rule: CheckRule) -> Self {
        let field = |name: &str, kind: &str| Field::new(name.to_owned(), kind.parse().unwrap());
        let check = Check { name: "rule".to_owned(), rule, severity: Severity::Blocking, off: false };
        let dataset = Dataset {
            name: "slips".to_owned(),
            period: Granularity::Month,
            timezone: chrono_tz::Tz::UTC,
            text: vec!["description".to_owned()],
            model: None,
            key: vec!["slip_id".to_owned()],
            date: None,
            schema: vec![field("slip_id", "string"), field("amount", "float")],
            references: Vec::new(),
            aggregates: Vec::new(),
            holidays: Vec::new(),
            providers: Vec::new(),
            checks: vec![check],
            release: ReleasePolicy::default(),
        };
        let profile = Profile {
            version: PROFILE_VERSION,
            subject: "slips/2026-10/north".to_owned(),
            model: ModelRef::new("slips", 2),
            rows: 1000,
            rejects: 0,
            duplicate_keys: 0,
            columns: vec![
                ColumnProfile { name: "slip_id".to_owned(), distinct: 1000, ..ColumnProfile::default() },
                ColumnProfile {
                    name: "amount".to_owned(),
                    distinct: 900,
                    numbers: Some(numbers_around(10.0)),
                    ..ColumnProfile::default()
                },
            ],
            labels: Vec::new(),
        };
        let slice = SliceFacts {
            provider: "north".to_owned(),
            profile,
            drift: Drift::default(),
            schema_accepted: None,
            twins: Vec::new(),
            shared: Vec::new(),
            previous_model: None,
            baseline: None,
        };
        Self {
            dataset,
            slice,
            labels: Vec::new(),
            history: BTreeMap::new(),
            silver: rows(&[(1, Some(1.0)), (2, None), (3, Some(-700.0)), (4, Some(900.0)), (5, Some(f64::NAN))]),
            rejects: None,
            annotations: None,
        }
    }

    fn history(mut self, metric: &str, values: &[f64]) -> Self {
        let periods = PERIODS.iter().map(|period| period.parse().unwrap());
        self.history.insert(metric.to_owned(), periods.zip(values.iter().copied()).collect());
        self
    }

    /// The period is a baseline, as the first version or the judged one read it.
    fn accepted(mut self, version: u32) -> Self {
        let (by, reason) = ("mira".to_owned(), "the first month".to_owned());
        let model = ModelRef::new("slips", version);
        self.slice.baseline = Some(Baseline {
            by,
            reason,
            model,
            batches: BTreeMap::new(),
            mappings: BTreeMap::new(),
            text: self.dataset.text_read(),
        });
        self
    }

    fn label(mut self, label: &str, entities: u64) -> Self {
        self.slice.profile.labels.push(label_profile(label, entities));
        self
    }

    fn all(&self) -> Vec<Evaluation> {
        let history = |provider: &str, metric: &str| {
            assert_eq!(provider, "north");
            Ok(self.history.get(metric).cloned().unwrap_or_default())
        };
        let judged = Judged {
            dataset: &self.dataset,
            period: period(),
            model: &self.slice.profile.model,
            labels: &self.labels,
            slices: vec![self.slice.clone()],
            history: &history,
            silver: self.silver.clone().lazy(),
            rejects: self.rejects.clone().map(IntoLazy::lazy),
            annotations: self.annotations.clone().map(IntoLazy::lazy),
        };
        evaluate(&judged, &Cancel::default()).unwrap()
    }

    fn one(&self) -> Evaluation {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }

    /// The result about the column `amount`.
    fn of_amount(&self) -> Evaluation {
        self.all().into_iter().find(|result| result.subject.column.as_deref() == Some("amount")).unwrap()
    }
}

fn numbers_around(median: f64) -> NumberProfile {
    let quantiles = vec![0.0, 0.0, 0.0, median, median, median, median];
    NumberProfile { min: -700.0, max: 900.0, quantiles, not_finite: 0, ..NumberProfile::default() }
}

fn label_profile(label: &str, entities: u64) -> LabelProfile {
    LabelProfile {
        label: label.to_owned(),
        entities,
        rate: count(entities),
        mean_score: 0.9,
        ..LabelProfile::default()
    }
}

fn rows(cells: &[(i64, Option<f64>)]) -> DataFrame {
    df! {
        "_batch" => vec!["b1"; cells.len()],
        "_provider" => vec!["north"; cells.len()],
        "_row" => cells.iter().map(|cell| cell.0).collect::<Vec<_>>(),
        "slip_id" => cells.iter().map(|cell| format!("s{}", cell.0)).collect::<Vec<_>>(),
        "amount" => cells.iter().map(|cell| cell.1).collect::<Vec<_>>(),
    }
    .unwrap()
}

fn row_numbers(evaluation: &Evaluation) -> Vec<u64> {
    evaluation.rows.iter().map(|row| row.row).collect()
}

/// The number that stands right behind `words`.
fn said(evaluation: &Evaluation, words: &str) -> f64 {
    let text = &evaluation.explanation;
    let start = text.find(words).unwrap_or_else(|| panic!("`{words}` in: {text}")) + words.len();
    let number: String = text[start..].chars().take_while(|c| c.is_ascii_digit() || "-.e".contains(*c)).collect();
    number.trim_end_matches('.').parse().unwrap()
}

/// The values of the baseline as the explanation lists them.
fn said_baseline(evaluation: &Evaluation) -> Vec<f64> {
    let text = evaluation.explanation.rsplit_once('(').unwrap().1.trim_end_matches(')');
    text.split(", ").map(|pair| pair.split(" = ").nth(1).unwrap().parse().unwrap()).collect()
}

/// Median by counting, written apart from the code under test.
fn middle(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n % 2 == 1 { sorted[n / 2] } else { f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]) }
}

fn spread(values: &[f64]) -> f64 {
    let median = middle(values);
    3.0 * 1.4826 * middle(&values.iter().map(|value| (value - median).abs()).collect::<Vec<_>>())
}

const ROWS: CheckRule = CheckRule::RowCount { tolerance: 0.5 };
const NULLS: CheckRule = CheckRule::NullRate { tolerance: 0.1 };
const LABELS: CheckRule = CheckRule::LabelRate { tolerance: 0.35 };

fn range(min: Option<f64>, max: Option<f64>) -> CheckRule {
    CheckRule::NumericRange { column: None, min, max, factor: 5.0 }
}
