//! Measured and judged together: clean months pass, seeded troubles are found under the right name.

use super::*;
use crate::quality::profile::{Input, measure, rows_of};

/// One month of slips, with the noise of real ones. The same seed gives the same rows.
fn month(seed: u64, rows: i64) -> DataFrame {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let amounts = (0..rows).map(|_| (next(50) > 0).then(|| count(next(2000)) / 100.0 + 1.0)).collect::<Vec<_>>();
    df! {
        "_batch" => vec!["b1"; amounts.len()],
        "_provider" => vec!["north"; amounts.len()],
        "_row" => (1..=rows).collect::<Vec<_>>(),
        "slip_id" => (1..=rows).map(|row| format!("s{row}")).collect::<Vec<_>>(),
        "amount" => amounts,
    }
    .unwrap()
}

fn profile_of(case: &Case, silver: &DataFrame, rejects: Option<&DataFrame>) -> Profile {
    let (cancel, schema) = (Cancel::default(), &case.dataset.schema);
    let input = Input {
        subject: &case.slice.profile.subject,
        model: &ModelRef::none(),
        schema,
        is_typed: true,
        key: &case.dataset.key,
        labels: &[],
        rows: rows_of(silver.clone().lazy(), schema, &cancel).unwrap(),
        rejects: rejects.cloned().map(IntoLazy::lazy),
        annotations: None,
    };
    measure(input, &|_| (), &cancel).unwrap()
}

/// The names of the checks that fail on `silver`, after four clean months.
fn failing(silver: DataFrame, rejects: Option<DataFrame>) -> Vec<String> {
    let mut case = Case::new(ROWS);
    case.dataset.checks = Check::built_in();
    for (seed, earlier) in (1..).zip(PERIODS) {
        let rows = 1000 + i64::try_from(seed * 37 % 100).unwrap();
        for (metric, value) in profile_of(&case, &month(seed, rows), None).metrics() {
            case.history.entry(metric).or_default().push((earlier.parse().unwrap(), value));
        }
    }
    case.slice.profile = profile_of(&case, &silver, rejects.as_ref());
    (case.silver, case.rejects) = (silver, rejects);
    let results = case.all();
    assert!(results.iter().all(|result| result.outcome != Outcome::Unknown), "{results:#?}");
    let failed = results.into_iter().filter(|result| result.outcome == Outcome::Failed);
    failed.map(|result| format!("{} {}", result.check, result.subject)).collect()
}

fn with_amount(frame: DataFrame, amount: Expr) -> DataFrame {
    frame.lazy().with_column(amount.alias("amount")).collect().unwrap()
}

#[test]
fn clean_months_pass() {
    for seed in 100..120 {
        let silver = month(seed, 950 + i64::try_from(seed).unwrap());
        assert_eq!(failing(silver, None), Vec::<String>::new());
    }
}

#[test]
fn seeded_troubles_are_found_by_name() {
    let clean = || month(99, 1020);
    assert_eq!(failing(with_amount(clean(), col("amount") * lit(100.0)), None), ["numeric_range north amount"]);
    assert_eq!(failing(clean().head(Some(400)), None), ["row_count north"]);
    let sparse = when(col("_row").lt(lit(150))).then(lit(NULL)).otherwise(col("amount"));
    assert_eq!(failing(with_amount(clean(), sparse), None), ["null_rate north amount"]);
    // The second copy of every row was refused, so that silver looks as ever.
    let keys = (1..=1020).map(|row| format!("slip_id=\"s{row}\""));
    let refused = df! {
        "_batch" => vec!["b1"; 1020], "_provider" => vec!["north"; 1020],
        "_row" => (1021..=2040_i64).collect::<Vec<_>>(), "_key" => keys.collect::<Vec<_>>(),
    };
    assert_eq!(failing(clean(), Some(refused.unwrap())), ["unique_key north"]);
}
