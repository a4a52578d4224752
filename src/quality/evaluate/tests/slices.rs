//! Rules about whole slices: schema, keys, rows, nulls.

use super::*;
use crate::domain::drift::Missing;

#[test]
fn missing_fields_fail_by_name() {
    let mut case = Case::new(CheckRule::Schema);
    assert_eq!(case.one().outcome, Outcome::Passed);
    let missing = |field: &str| Missing { field: field.to_owned(), looked_for: Vec::new(), proposed: None };
    case.slice.drift.missing = vec![missing("amount"), missing("slip_id")];
    let failed = case.one();
    assert_eq!(
        (failed.outcome, failed.observed, failed.expected),
        (Outcome::Failed, Some(2.0), Some(Bounds::between(0.0, 0.0)))
    );
    assert_eq!(failed.drift.unwrap().missing.len(), 2);
    assert!(failed.explanation.contains("no column for amount") && failed.explanation.contains("slip_id"));
}

#[test]
fn what_was_delivered_for_somebody_else_too_is_found_with_and_without_a_key() {
    let mut case = Case::new(CheckRule::UniqueKey);
    case.slice.twins = vec!["slips/2026-09/north (batch 0123)".to_owned()];
    assert!(case.one().explanation.contains("slips/2026-09/north"));
    case.dataset.key.clear();
    assert_eq!(case.one().outcome, Outcome::Failed);
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
fn a_delivery_that_can_not_be_read_fails_without_any_history_and_whatever_was_accepted() {
    let mut case = Case::new(CheckRule::Rejects { tolerance: 0.1 }).accepted(2);
    assert_eq!(case.one().outcome, Outcome::Passed);
    for (rows, rejects, repeated, outcome) in [
        (90, 10, 0, Outcome::Passed),
        (89, 11, 0, Outcome::Failed),
        (0, 100, 0, Outcome::Failed),
        // A doubled delivery is the business of `unique_key`.
        (100, 100, 100, Outcome::Passed),
        (100, 130, 100, Outcome::Failed),
        (0, 0, 0, Outcome::Passed),
    ] {
        let profile = &mut case.slice.profile;
        (profile.rows, profile.rejects, profile.duplicate_keys) = (rows, rejects, repeated);
        let refused = df! {
            "_batch" => ["b1", "b1", "b1"], "_provider" => ["north", "north", "south"], "_row" => [7_i64, 9, 3],
            "_key" => [Some("slip_id=\"s1\""), None, None],
        };
        case.rejects = Some(refused.unwrap());
        let result = case.one();
        assert_eq!(result.outcome, outcome, "{}", result.explanation);
        let shown: &[u64] = if outcome == Outcome::Failed { &[9, 7] } else { &[] };
        assert_eq!(row_numbers(&result), shown);
    }
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
        assert_eq!(result.expected, Some(Bounds::between(middle(&values) - distance, middle(&values) + distance)));
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
    assert!((result.expected.unwrap().1.unwrap() - (middle(&restless) + spread(&restless))).abs() < 1e-6);
    assert_eq!(result.expected.unwrap().0, Some(0.0));
    let mut case = Case::new(CheckRule::RowCount { tolerance: 0.1 }).history("rows", &[1000.0; 4]);
    case.slice.profile.rows = 1101;
    assert_eq!((case.one().outcome, case.one().expected), (Outcome::Failed, Some(Bounds::between(900.0, 1100.0))));
    let mut case = Case::new(ROWS).history("rows", &[0.0; 3]);
    assert_eq!(case.one().outcome, Outcome::Failed);
    case.slice.profile.rows = 0;
    assert_eq!(case.one().outcome, Outcome::Passed);
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
