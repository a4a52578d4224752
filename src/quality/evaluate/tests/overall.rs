//! What holds for every rule: history, switching off, order; and queries.

use super::*;

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
        case = case.accepted(2);
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
    assert!(!cast.explanation.contains("s1"), "no cell may reach the journal: {}", cast.explanation);
}

#[test]
fn what_is_off_is_unknown_whatever_it_is() {
    for rule in
        Check::built_in().into_iter().map(|check| check.rule).chain([CheckRule::Sql { sql: "select 1".to_owned() }])
    {
        let mut case = Case::new(rule);
        case.dataset.checks[0].off = true;
        case = case.accepted(2);
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
    let expected = [
        "schema",
        "unique_key",
        "rejects",
        "row_count",
        "null_rate",
        "null_rate",
        "numeric_range",
        "label_rate",
        "label_rate",
    ];
    assert_eq!(names, expected);
    assert!(results[7].subject < results[8].subject);
    assert_eq!(serde_json::to_string(&results).unwrap(), serde_json::to_string(&case.all()).unwrap());
}
