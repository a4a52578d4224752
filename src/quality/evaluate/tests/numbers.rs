//! The rule about numbers: given bounds, and the level of earlier periods.

use super::*;

#[test]
fn given_bounds_name_the_rows_outside_farthest_first() {
    let inside = Case::new(range(Some(-700.0), Some(900.0))).of_amount();
    assert_eq!((inside.outcome, inside.expected), (Outcome::Passed, Some(Bounds::between(-700.0, 900.0))));
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
    assert!(above.explanation.contains("at most 100 passes,"), "{}", above.explanation);
    assert_eq!(serde_json::to_string(&above.expected).unwrap(), "[null,100.0]");
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
        case.slice.profile.columns[1].numbers = Some(numbers_around(median));
        let result = case.of_amount();
        assert_eq!(
            (result.outcome, result.expected),
            (outcome, Some(Bounds::between(2.0, 50.0))),
            "{}",
            result.explanation
        );
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
        case.slice.profile.columns[1].numbers = Some(numbers_around(median));
        case.of_amount()
    };
    assert_eq!(judge(&[0.0; 3], 0.0).outcome, Outcome::Passed);
    assert_eq!(judge(&[0.0; 3], 0.01).outcome, Outcome::Failed);
    let around = judge(&[-0.5, 0.25, 0.5], 2.0);
    assert_eq!((around.outcome, around.expected), (Outcome::Passed, Some(Bounds::between(-1.75, 2.25))));
    assert_eq!(said(&around, "largest magnitude "), 0.5);
    assert_eq!(judge(&[-9.0, -10.0, -11.0], -50.0).expected, Some(Bounds::between(-50.0, -2.0)));
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
