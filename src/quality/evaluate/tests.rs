//! Every rule: what passes, what fails, what is unknown; and every number recomputed from what the explanation says.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]

use std::collections::BTreeMap;

use polars::prelude::*;

use super::*;
use crate::domain::policy::ReleasePolicy;
use crate::domain::profile::{ColumnProfile, LabelProfile, NumberProfile, PROFILE_VERSION};
use crate::domain::{Field, Granularity, Severity, Slice};

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
    baseline_accepted: Option<String>,
    silver: DataFrame,
    rejects: Option<DataFrame>,
    annotations: Option<DataFrame>,
}

impl Case {
    fn new(rule: CheckRule) -> Self {
        let field = |name: &str, kind: &str| Field { name: name.to_owned(), field_type: kind.parse().unwrap() };
        let check = Check { name: "rule".to_owned(), rule, severity: Severity::Blocking, off: false };
        let dataset = Dataset {
            name: "slips".to_owned(),
            period: Granularity::Month,
            text: vec!["description".to_owned()],
            model: None,
            key: vec!["slip_id".to_owned()],
            date: None,
            schema: vec![field("slip_id", "string"), field("amount", "float")],
            providers: Vec::new(),
            checks: vec![check],
            release: ReleasePolicy::default(),
        };
        let slice = Slice { dataset: dataset.name.clone(), period: period(), provider: "north".to_owned() };
        let profile = Profile {
            version: PROFILE_VERSION,
            slice,
            model: ModelRef::new("slips", 2),
            rows: 1000,
            rejects: 0,
            duplicate_keys: 0,
            columns: vec![
                ColumnProfile { name: "slip_id".to_owned(), distinct: 1000, ..ColumnProfile::default() },
                ColumnProfile {
                    name: "amount".to_owned(),
                    distinct: 900,
                    numbers: numbers(10.0),
                    ..ColumnProfile::default()
                },
            ],
            labels: Vec::new(),
        };
        let slice = SliceFacts { provider: "north".to_owned(), profile, schema_gaps: Vec::new(), previous_model: None };
        Self {
            dataset,
            slice,
            labels: Vec::new(),
            history: BTreeMap::new(),
            baseline_accepted: None,
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
            baseline_accepted: self.baseline_accepted.clone(),
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

fn numbers(median: f64) -> Option<NumberProfile> {
    let quantiles = vec![0.0, 0.0, 0.0, median, median, median, median];
    Some(NumberProfile { min: -700.0, max: 900.0, quantiles, not_finite: 0, ..NumberProfile::default() })
}

fn label_profile(label: &str, entities: u64) -> LabelProfile {
    LabelProfile { label: label.to_owned(), entities, rate: count(entities), mean_score: 0.9, top: Vec::new() }
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
    if n % 2 == 1 { sorted[n / 2] } else { (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0 }
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

#[test]
fn missing_fields_fail_by_name() {
    let mut case = Case::new(CheckRule::Schema);
    assert_eq!(case.one().outcome, Outcome::Passed);
    case.slice.schema_gaps = vec!["amount".to_owned(), "slip_id".to_owned()];
    let failed = case.one();
    assert_eq!((failed.outcome, failed.observed, failed.expected), (Outcome::Failed, Some(2.0), Some((0.0, 0.0))));
    assert!(failed.explanation.contains("`amount`, `slip_id`"));
}

#[test]
fn a_doubled_delivery_points_to_the_rows_that_came_again() {
    let mut case = Case::new(CheckRule::UniqueKey);
    assert_eq!(case.one().outcome, Outcome::Passed);
    case.slice.profile.duplicate_keys = 5;
    let keys: Vec<String> = (1..=5).map(|row| format!("slip_id=\"s{row}\"")).collect();
    let refused = df! {
        "_batch" => vec!["b1"; 5], "_provider" => vec!["north"; 5], "_row" => [10_i64, 9, 8, 7, 6], "_key" => keys,
    };
    case.rejects = Some(refused.unwrap());
    let failed = case.one();
    assert_eq!((failed.outcome, failed.observed), (Outcome::Failed, Some(5.0)));
    assert_eq!(row_numbers(&failed), [6, 7, 8, 9, 10]);
    assert!(failed.rows[0].why.contains("another row"));
    case.dataset.key.clear();
    assert_eq!(case.one().outcome, Outcome::Passed);
}

#[test]
fn row_counts_near_the_median_pass() {
    let history = [900.0, 1000.0, 1100.0, 950.0];
    for (rows, outcome) in [
        (975, Outcome::Passed),
        (488, Outcome::Passed),
        (1462, Outcome::Passed),
        (487, Outcome::Failed),
        (1463, Outcome::Failed),
        (1950, Outcome::Failed),
        (0, Outcome::Failed),
    ] {
        let mut case = Case::new(ROWS).history("rows", &history);
        case.slice.profile.rows = rows;
        let result = case.one();
        assert_eq!(result.outcome, outcome, "{}", result.explanation);
        let values = said_baseline(&result);
        let distance = (0.5 * middle(&values)).max(spread(&values));
        assert_eq!(result.expected, Some((middle(&values) - distance, middle(&values) + distance)));
        assert_eq!(said(&result, "passes within "), middle(&values) - distance);
        assert_eq!((said(&result, "rows = "), result.metric.as_deref()), (count(rows), Some("rows")));
        assert!(result.explanation.contains("2026-06 = 900"));
    }
}

#[test]
fn a_restless_history_widens_the_band_and_a_constant_one_does_not() {
    let restless = [100.0, 1000.0, 2000.0, 500.0];
    let mut case = Case::new(CheckRule::RowCount { tolerance: 0.1 }).history("rows", &restless);
    case.slice.profile.rows = 2500;
    let result = case.one();
    assert_eq!(result.outcome, Outcome::Passed);
    assert!((result.expected.unwrap().1 - (middle(&restless) + spread(&restless))).abs() < 1e-6);
    assert_eq!(result.expected.unwrap().0, 0.0);
    let mut case = Case::new(CheckRule::RowCount { tolerance: 0.1 }).history("rows", &[1000.0; 4]);
    case.slice.profile.rows = 1101;
    assert_eq!((case.one().outcome, case.one().expected), (Outcome::Failed, Some((900.0, 1100.0))));
    let mut case = Case::new(ROWS).history("rows", &[0.0; 3]);
    assert_eq!(case.one().outcome, Outcome::Failed);
    case.slice.profile.rows = 0;
    assert_eq!(case.one().outcome, Outcome::Passed);
}

#[test]
fn too_little_history_is_unknown_until_the_period_is_accepted() {
    for rule in [ROWS, NULLS, range(None, None), LABELS] {
        let mut case = Case::new(rule).label("BRAND", 400);
        for metric in ["rows", "null_rate(slip_id)", "null_rate(amount)", "median(amount)", "rate(BRAND)"] {
            case = case.history(metric, &[500.0, 500.0]);
        }
        for result in case.all() {
            assert_eq!(result.outcome, Outcome::Unknown, "{}", result.explanation);
            assert!(result.explanation.contains("2 of at least 3 earlier periods"), "{}", result.explanation);
            assert!(result.explanation.contains("assay period baseline 2026-10"));
            assert!(result.observed.is_some() && result.metric.is_some());
        }
        case.baseline_accepted = Some("mira: the first month".to_owned());
        for result in case.all() {
            assert_eq!(result.outcome, Outcome::Passed);
            assert!(result.explanation.contains("accepted as baseline: mira: the first month"));
        }
    }
}

#[test]
fn the_judged_period_and_later_ones_never_stand_in_their_own_baseline() {
    let mut case = Case::new(ROWS).history("rows", &[900.0, 1000.0, 1100.0]);
    let values = case.history.get_mut("rows").unwrap();
    for late in ["2026-10", "2026-11"] {
        values.push((late.parse().unwrap(), 1e6));
    }
    values.push(("2026-01".parse().unwrap(), f64::NAN));
    assert_eq!(said_baseline(&case.one()), [900.0, 1000.0, 1100.0]);
    // Only the newest twelve count, in whatever order they come.
    let many = (0..30).map(|index| (format!("{}-01", 1990 + index).parse().unwrap(), f64::from(index)));
    case.history.insert("rows".to_owned(), many.rev().collect());
    assert_eq!(said_baseline(&case.one()), (18..30).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn nulls_may_rise_by_the_tolerance() {
    for (nulls, outcome) in
        [(0, Outcome::Passed), (300, Outcome::Passed), (301, Outcome::Failed), (1000, Outcome::Failed)]
    {
        let mut case = Case::new(NULLS).history("null_rate(amount)", &[0.1, 0.2, 0.3]);
        case.slice.profile.columns[1].nulls = nulls;
        let result = case.of_amount();
        assert_eq!(result.outcome, outcome, "{}", result.explanation);
        assert_eq!(said(&result, "passes up to "), 0.3);
        assert_eq!(said(&result, "null_rate(amount) = "), count(nulls) / 1000.0);
        let rows = if outcome == Outcome::Failed { vec![2] } else { vec![] };
        assert_eq!(row_numbers(&result), rows);
    }
    let mut case = Case::new(NULLS);
    case.slice.profile.rows = 0;
    assert!(case.all().iter().all(|result| result.outcome == Outcome::Passed && result.observed.is_none()));
}

#[test]
fn given_bounds_name_the_rows_outside_farthest_first() {
    let inside = Case::new(range(Some(-700.0), Some(900.0))).of_amount();
    assert_eq!((inside.outcome, inside.expected), (Outcome::Passed, Some((-700.0, 900.0))));
    let failed = Case::new(range(Some(0.0), Some(100.0))).of_amount();
    assert_eq!((failed.outcome, failed.observed), (Outcome::Failed, Some(-700.0)));
    // 900 lies 800 beyond, -700 lies 700 beyond; NaN comes last.
    assert_eq!(said(&failed, "not finite: "), 3.0);
    let mut ranked = row_numbers(&failed);
    assert_eq!(ranked.len(), 3);
    ranked.sort_unstable();
    assert_eq!(ranked, [3, 4, 5]);
    let above = Case::new(range(None, Some(100.0))).of_amount();
    assert_eq!((above.observed, said(&above, "not finite: ")), (Some(900.0), 2.0));
    let mut case = Case::new(range(Some(0.0), None));
    case.slice.profile.columns[1].numbers = None;
    assert_eq!(case.of_amount().outcome, Outcome::Failed);
    case.slice.profile.columns[1].distinct = 0;
    assert_eq!(case.of_amount().outcome, Outcome::Passed);
}

#[test]
fn prices_a_hundred_times_too_high_fail_by_their_median() {
    for (median, outcome) in [
        (10.0, Outcome::Passed),
        (2.0, Outcome::Passed),
        (50.0, Outcome::Passed),
        (50.1, Outcome::Failed),
        (1000.0, Outcome::Failed),
        (1.9, Outcome::Failed),
        (-10.0, Outcome::Failed),
    ] {
        let mut case = Case::new(range(None, None)).history("median(amount)", &[9.0, 10.0, 11.0]);
        case.slice.profile.columns[1].numbers = numbers(median);
        let result = case.of_amount();
        assert_eq!((result.outcome, result.expected), (outcome, Some((2.0, 50.0))), "{}", result.explanation);
        assert_eq!(said(&result, "median ") / said(&result, "by factor "), 2.0);
        let rows = match outcome {
            Outcome::Failed if median > 50.0 => vec![4, 1, 3],
            Outcome::Failed => vec![3, 1, 4],
            _ => vec![],
        };
        assert_eq!(row_numbers(&result), rows);
    }
}

#[test]
fn medians_around_zero_are_judged_by_distance() {
    let judge = |history: &[f64], median| {
        let mut case = Case::new(range(None, None)).history("median(amount)", history);
        case.slice.profile.columns[1].numbers = numbers(median);
        case.of_amount()
    };
    assert_eq!(judge(&[0.0; 3], 0.0).outcome, Outcome::Passed);
    assert_eq!(judge(&[0.0; 3], 0.01).outcome, Outcome::Failed);
    let around = judge(&[-0.5, 0.25, 0.5], 2.0);
    assert_eq!((around.outcome, around.expected), (Outcome::Passed, Some((-1.75, 2.25))));
    assert_eq!(said(&around, "largest magnitude "), 0.5);
    assert_eq!(judge(&[-9.0, -10.0, -11.0], -50.0).expected, Some((-50.0, -2.0)));
}

#[test]
fn a_column_that_is_not_numeric_is_unknown() {
    let named = |column: &str| CheckRule::NumericRange {
        column: Some(column.to_owned()),
        min: None,
        max: Some(1.0),
        factor: 5.0,
    };
    assert_eq!(Case::new(named("slip_id")).one().outcome, Outcome::Unknown);
    assert_eq!(Case::new(named("prize")).one().outcome, Outcome::Unknown);
    assert_eq!(Case::new(named("amount")).one().outcome, Outcome::Failed);
}

#[test]
fn a_label_that_vanished_is_judged_and_its_rows_are_shown() {
    let labels = |row: &[&str]| {
        let frame = df! { "field" => vec!["d"; row.len()], "label" => row.to_vec() }.unwrap();
        frame.into_struct("".into()).into_series()
    };
    let annotations = df! {
        "_batch" => ["b1"; 3], "_provider" => ["north"; 3], "_row" => [3_i64, 2, 1],
        "entities" => [labels(&["SIZE"]), labels(&["SIZE", "BRAND", "SIZE"]), labels(&[])],
    };
    let mut case = Case::new(LABELS).history("rate(BRAND)", &[480.0, 500.0, 510.0]).label("SIZE", 900);
    case = case.history("rate(SIZE)", &[500.0, 500.0, 500.0]);
    case.labels = vec!["BRAND".to_owned()];
    case.annotations = Some(annotations.unwrap());
    let results = case.all();
    let [brand, size] = results.as_slice() else { panic!("{results:#?}") };
    assert_eq!(
        (brand.outcome, brand.observed, brand.subject.label.as_deref()),
        (Outcome::Failed, Some(0.0), Some("BRAND"))
    );
    assert_eq!(row_numbers(brand), [1, 3]);
    let values = said_baseline(brand);
    let expected_entities = middle(&values) * 1000.0 / 1000.0;
    let noise = 3.0 * expected_entities.sqrt();
    let distance = (0.35 * middle(&values)).max(spread(&values)).max(noise);
    let (lower, upper) = brand.expected.unwrap();
    assert!((lower - (500.0 - distance)).abs() < 1e-6 && (upper - (500.0 + distance)).abs() < 1e-6);
    assert!((said(brand, "1000 / 1000 rows = ") - noise).abs() < 1e-6);
    assert_eq!((size.outcome, row_numbers(size)), (Outcome::Failed, vec![2, 3]));
}

#[test]
fn a_new_model_is_compared_with_the_old_one_on_the_same_rows() {
    let with_previous = |now: u64, before: Option<u64>| {
        let mut case = Case::new(LABELS).label("BRAND", now);
        let mut previous = case.slice.profile.clone();
        previous.model = ModelRef::new("slips", 1);
        previous.labels = before.map(|before| label_profile("BRAND", before)).into_iter().collect();
        case.slice.previous_model = Some(previous);
        case
    };
    let lost = with_previous(200, Some(500)).one();
    assert_eq!((lost.outcome, lost.expected), (Outcome::Failed, Some((325.0, 675.0))));
    assert!(lost.explanation.contains("model slips/1 on the same rows (500 per 1,000 rows)"));
    assert_eq!(with_previous(400, Some(500)).one().outcome, Outcome::Passed);
    // A label that the old model does not know has nothing to be compared with.
    assert_eq!(with_previous(400, None).one().outcome, Outcome::Unknown);
    // The model's own history comes first.
    let own = with_previous(200, Some(500)).history("rate(BRAND)", &[190.0, 200.0, 210.0]).one();
    assert_eq!(own.outcome, Outcome::Passed);
}

#[test]
fn rare_labels_may_come_and_go() {
    for entities in [0, 1, 3] {
        let result = Case::new(LABELS).label("PACK", entities).history("rate(PACK)", &[0.0, 0.0, 1.0, 0.0]).one();
        assert_eq!(result.outcome, Outcome::Passed, "{}", result.explanation);
    }
    let result = Case::new(LABELS).label("PACK", 4).history("rate(PACK)", &[0.0, 0.0, 1.0, 0.0]).one();
    assert_eq!((result.outcome, result.expected), (Outcome::Failed, Some((0.0, 3.0))));
}

#[test]
fn without_model_rows_or_labels() {
    let mut case = Case::new(LABELS);
    assert_eq!(case.one().outcome, Outcome::Unknown);
    case.slice.profile.rows = 0;
    assert_eq!(case.one().outcome, Outcome::Passed);
    case.slice.profile.model = ModelRef::none();
    case.slice.profile.rows = 10;
    assert_eq!(case.one().outcome, Outcome::Passed);
}

#[test]
fn queries_pass_fail_or_are_unknown_never_silently_passed() {
    let sql = |sql: &str| Case::new(CheckRule::Sql { sql: sql.to_owned() }).one();
    let failed = sql("select * from silver where amount < 0");
    assert_eq!((failed.outcome, failed.observed, row_numbers(&failed)), (Outcome::Failed, Some(1.0), vec![3]));
    assert_eq!(sql("select * from silver where amount < -1000").outcome, Outcome::Passed);
    for broken in ["select * from nowhere", "select", "select * from read_csv('/etc/passwd')", "drop table silver"] {
        let result = sql(broken);
        assert_eq!((result.outcome, result.observed), (Outcome::Unknown, None), "{broken}");
        assert!(result.explanation.contains("could not be run") && result.explanation.contains(broken));
    }
    // It fails while it runs, not while it is planned.
    let cast = sql("select cast(slip_id as integer) as n from silver");
    assert_eq!(cast.outcome, Outcome::Unknown, "{}", cast.explanation);
}

#[test]
fn what_is_off_is_unknown_whatever_it_is() {
    for rule in
        Check::built_in().into_iter().map(|check| check.rule).chain([CheckRule::Sql { sql: "select 1".to_owned() }])
    {
        let mut case = Case::new(rule);
        case.dataset.checks[0].off = true;
        case.baseline_accepted = Some("mira".to_owned());
        let result = case.one();
        assert_eq!(result.outcome, Outcome::Unknown);
        assert!(result.explanation.contains("switched off"));
    }
}

#[test]
fn results_are_in_order_complete_and_the_same_twice() {
    let mut case = Case::new(ROWS).label("SIZE", 1).label("BRAND", 1);
    case.dataset.checks = Check::built_in();
    let results = case.all();
    let names: Vec<&str> = results.iter().map(|result| result.check.as_str()).collect();
    let expected =
        ["schema", "unique_key", "row_count", "null_rate", "null_rate", "numeric_range", "label_rate", "label_rate"];
    assert_eq!(names, expected);
    assert!(results[6].subject < results[7].subject);
    assert_eq!(serde_json::to_string(&results).unwrap(), serde_json::to_string(&case.all()).unwrap());
}
