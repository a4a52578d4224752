//! Two profiles beside each other: what moved is told, what is chance is not.
#![allow(clippy::unwrap_used, reason = "tests")]

use polars::prelude::{DataFrame, IntoLazy, df};

use super::*;
use crate::base::Cancel;
use crate::domain::{Field, ModelRef};
use crate::quality::profile::{Input, measure, rows_of};

const ROWS: u64 = 20_000;

/// Rows as of one month; `seed` changes each cell and no distribution.
fn month(seed: u64) -> DataFrame {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let amounts: Vec<Option<f64>> =
        (0..ROWS).map(|_| (next(20) > 0).then(|| count(next(1000) * (1 + next(40))) / 100.0)).collect();
    let towns: Vec<&str> = (0..ROWS).map(|_| ["Bath", "York", "York", "Ely", "Ely", "Ely"][next(6) as usize]).collect();
    df! { "amount" => amounts, "town" => towns }.unwrap()
}

fn profile(rows: &DataFrame) -> Profile {
    let schema: Vec<Field> =
        [("amount", "float"), ("town", "string")].map(|(name, of)| Field::new(name, of.parse().unwrap())).to_vec();
    let cancel = Cancel::default();
    let input = Input {
        subject: "a month",
        model: &ModelRef::none(),
        schema: &schema,
        is_typed: true,
        key: &[],
        labels: &[],
        rows: rows_of(rows.clone().lazy(), &schema, &cancel).unwrap(),
        rejects: None,
        annotations: None,
    };
    measure(input, &|_| (), &cancel).unwrap()
}

fn moved(before: &DataFrame, after: &DataFrame) -> Vec<String> {
    let measures = between(&profile(before), &profile(after)).measures;
    measures.into_iter().filter(|difference| difference.moved).map(|difference| difference.measure).collect()
}

#[test]
fn what_differs_by_chance_alone_has_not_moved() {
    for seed in 1..20 {
        assert_eq!(moved(&month(seed), &month(seed + 100)), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn what_became_otherwise_has_moved() {
    use polars::prelude::{col, lit, when};
    let before = month(1);
    let with = |column: polars::prelude::Expr| month(2).lazy().with_column(column).collect().unwrap();
    let cents = moved(&before, &with(col("amount") * lit(100.0)));
    for measure in ["mean(amount)", "median(amount)", "stability(amount)", "gap(amount)"] {
        assert!(cents.iter().any(|moved| moved == measure), "{cents:?}");
    }
    let renamed = when(col("town").eq(lit("Ely"))).then(lit("ELY")).otherwise(col("town")).alias("town");
    assert_eq!(moved(&before, &with(renamed)), ["shift(town)", "divergence(town)"]);
    let half =
        when(col("amount").lt(lit(3.0))).then(lit(polars::prelude::NULL)).otherwise(col("amount")).alias("amount");
    assert!(moved(&before, &with(half)).contains(&"null_rate(amount)".to_owned()));
    let fewer = moved(&before, &month(2).slice(0, 15_000));
    assert_eq!(fewer, ["rows", "distinct(amount)"]);
}

#[test]
fn every_number_follows_from_what_the_words_say() {
    let bins = [[100, 0], [3000, 2000], [50, 40], [20, 3000], [0, 0], [1, 1]];
    let gathered = gathered(&bins);
    assert_eq!(gathered.iter().flatten().sum::<u64>(), bins.iter().flatten().sum::<u64>());
    assert_eq!(gathered, [[3100, 2000], [71, 3041]]);
    let shares = judged(("null_rate", Some("amount")), [0.05, 0.08], [&profile(&month(1)), &profile(&month(2))]);
    // p = 0.065: 3 x square root of 0.065 x 0.935 x (1/20000 + 1/20000) = 0.0074, less than 0.01.
    assert!(shares.0 && shares.1.contains("= 0.03; moved above 0.01"), "{shares:?}");
}
