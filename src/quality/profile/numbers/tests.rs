//! Measures of numbers against numbers worked out by hand, and against the textbook.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]

use proptest::prelude::*;

use super::*;
use crate::domain::profile::Bin;

fn sorted(numbers: &[f64]) -> Vec<(f64, u64)> {
    let mut sorted: Vec<(f64, u64)> = numbers.iter().map(|number| (*number, 1)).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    sorted
}

fn of(numbers: &[f64]) -> NumberProfile {
    let mut tally = NumberTally::default();
    assert!(numbers.iter().all(|number| tally.add(*number, 1)));
    tally.describe(&sorted(numbers)).unwrap()
}

#[test]
fn one_to_five_by_hand() {
    let profile = of(&[4.0, 1.0, 5.0, 2.0, 3.0]);
    assert_eq!((profile.mean, profile.min, profile.max), (3.0, 1.0, 5.0));
    // The variance is (4 + 1 + 0 + 1 + 4) / 4 = 2.5.
    assert_eq!(profile.deviation, 1.581_138_830_08);
    // Positions 0.04, 0.2, 1, 2, 3, 3.8, 3.96.
    assert_eq!(profile.quantiles, [1.04, 1.2, 2.0, 3.0, 4.0, 4.8, 4.96]);
    assert_eq!(profile.histogram.bins.len(), 5);
    assert_eq!((profile.negative, profile.round, profile.not_finite), (0, 0, 0));
    let signs = of(&[-20.0, -0.5, 0.0, 110.0, 1e300]);
    assert_eq!((signs.negative, signs.round), (2, 3));
}

#[test]
fn a_constant_has_no_spread_and_one_bin() {
    let profile = of(&[0.1; 7]);
    assert_eq!((profile.mean, profile.deviation), (0.1, 0.0));
    assert_eq!(profile.histogram.bins, [Bin { from: 0.1, to: 0.100_01, count: 7 }]);
    assert_eq!(of(&[2.5]).deviation, 0.0);
}

#[test]
fn the_largest_and_smallest_floats_stay_finite() {
    let huge = of(&[f64::MAX, -f64::MAX, f64::MAX, 1.0]);
    let numbers = [huge.mean, huge.deviation, huge.min, huge.max];
    let edges: Vec<f64> = huge.histogram.bins.iter().flat_map(|bin| [bin.from, bin.to]).collect();
    assert!(numbers.iter().chain(&huge.quantiles).chain(&edges).all(|number| number.is_finite()));
    assert!((huge.mean / f64::MAX - 0.25).abs() < 1e-9);
    assert_eq!(huge.cells(), 4);
    assert_eq!(of(&[2e-200, 4e-200]).deviation, 1.414_213_562_37e-200);
}

#[test]
fn what_is_estimated_is_near_what_is_exact() {
    let numbers: Vec<f64> = (0..200_000).map(|index| f64::from(index).powf(1.7) / 100.0 - 500.0).collect();
    let exact = of(&numbers);
    let (mut tally, mut moments) = (NumberTally::default(), Moments::default());
    for number in numbers.iter().rev() {
        tally.add(*number, 1);
        moments.add(*number, 1);
    }
    let estimated = tally.estimate((exact.min, exact.max), &moments);
    let near = |one: f64, other: f64, share: f64| (one - other).abs() <= other.abs() * share;
    assert!(near(estimated.mean, exact.mean, 1e-11) && near(estimated.deviation, exact.deviation, 1e-11));
    for (one, other) in estimated.quantiles.iter().zip(&exact.quantiles) {
        assert!(near(*one, *other, 1e-3), "{one} for {other}");
    }
    assert_eq!((&estimated.histogram, estimated.negative), (&exact.histogram, exact.negative));
}

#[test]
fn keys_keep_the_order_and_merge_what_is_equal() {
    let ordered = [f64::NEG_INFINITY, -1.5, -0.0, 5e-324, 1.0, f64::INFINITY, f64::NAN];
    let keys = ordered.map(key_of);
    assert!(keys.is_sorted());
    assert_eq!(key_of(0.0), key_of(-0.0));
    assert_eq!(key_of(-f64::NAN), key_of(f64::NAN));
    assert_eq!(of_key(key_of(-1.5)), -1.5);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn agrees_with_the_textbook(numbers in prop::collection::vec(-1e6..1e6_f64, 1..200)) {
        let profile = of(&numbers);
        let n = count(numbers.len() as u64);
        let mean = numbers.iter().sum::<f64>() / n;
        prop_assert!((profile.mean - mean).abs() < 1e-6);
        if numbers.len() > 1 {
            let variance = numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
            prop_assert!((profile.deviation - variance.sqrt()).abs() < 1e-5);
        }
        let mut sorted = numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        prop_assert!((profile.quantiles[3] - middle).abs() < 1e-6);
        prop_assert_eq!(profile.cells(), numbers.len() as u64);
        for bin in &profile.histogram.bins {
            let inside = |x: &&f64| {
                if **x < 0.0 { bin.from < **x && **x <= bin.to } else { bin.from <= **x && (**x < bin.to || **x == bin.from) }
            };
            prop_assert_eq!(bin.count, numbers.iter().filter(inside).count() as u64);
        }
    }
}
