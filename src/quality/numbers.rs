//! The measures of a multiset of numbers, computed in ascending order so that they never depend on the order of rows.

use super::count;
use crate::base::number::{kept, rounded};
use crate::domain::profile::{NumberProfile, QUANTILES};

/// Bins of a histogram.
const BINS: usize = 20;

/// An order-preserving map from floats to integers: equal floats (0 and -0, any NaN) have one key, NaN the largest.
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "the bits are meant, not the number")]
pub(super) fn key_of(number: f64) -> i64 {
    let number = if number.is_nan() { f64::NAN.abs() } else { number + 0.0 };
    flip(number.to_bits() as i64)
}

/// The float of a key of [`key_of`].
#[allow(clippy::cast_sign_loss, reason = "the bits are meant, not the number")]
pub(super) fn of_key(key: i64) -> f64 {
    f64::from_bits(flip(key) as u64)
}

fn flip(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

/// The profile of finite numbers that come ascending with their counts; none of nothing.
pub(super) fn describe(sorted: &[(f64, u64)], not_finite: u64) -> Option<NumberProfile> {
    let (min, max) = (sorted.first()?.0, sorted.last()?.0);
    let (mean, deviation) = moments(sorted, min.abs().max(max.abs()));
    let (edges, counts) = histogram(sorted, min, max);
    Some(NumberProfile {
        mean: rounded(mean),
        deviation: rounded(deviation),
        min: kept(min),
        max: kept(max),
        quantiles: quantiles(sorted),
        edges,
        counts,
        not_finite,
    })
}

/// Mean and sample standard deviation, by two passes with compensated sums.
///
/// Dividing by a power of two near the largest magnitude first is exact and keeps squares and sums in range.
fn moments(sorted: &[(f64, u64)], largest: f64) -> (f64, f64) {
    let scale = power_of_two_near(largest);
    let cells = count(sorted.iter().map(|(_, times)| times).sum());
    let mean = sum(sorted.iter().map(|(number, times)| number / scale * count(*times))) / cells;
    if cells < 2.0 {
        return (mean * scale, 0.0);
    }
    let squares = sum(sorted.iter().map(|(number, times)| (number / scale - mean).powi(2) * count(*times)));
    let deviation = (squares / (cells - 1.0)).sqrt() * scale;
    (mean * scale, deviation.min(f64::MAX))
}

#[allow(clippy::cast_possible_truncation, reason = "an exponent has eleven bits")]
fn power_of_two_near(largest: f64) -> f64 {
    let exponent = (largest.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    2_f64.powi(exponent.clamp(-1000, 1000))
}

/// Neumaier's compensated sum.
fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let next = total + number;
        lost += if total.abs() >= number.abs() { (total - next) + number } else { (number - next) + total };
        total = next;
    }
    total + lost
}

/// The quantiles of [`QUANTILES`], linearly interpolated between the neighbouring ranks (Hyndman and Fan's type 7).
fn quantiles(sorted: &[(f64, u64)]) -> Vec<f64> {
    let ranks: Vec<u64> = sorted
        .iter()
        .scan(0, |below, (_, times)| {
            *below += times;
            Some(*below)
        })
        .collect();
    let cells = ranks.last().copied().unwrap_or(0);
    let at = |rank: u64| sorted[ranks.partition_point(|below| *below <= rank)].0;
    QUANTILES
        .iter()
        .map(|share| {
            let position = share * count(cells - 1);
            let lower = whole(position.floor());
            let upper = (lower + 1).min(cells - 1);
            kept(between(at(lower), at(upper), position - count(lower)))
        })
        .collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is whole and not negative")]
fn whole(rank: f64) -> u64 {
    rank as u64
}

/// The point at `share` of the way from `from` to `to`, without overflow.
fn between(from: f64, to: f64, share: f64) -> f64 {
    let way = to - from;
    if way.is_finite() { from + way * share } else { from * (1.0 - share) + to * share }
}

/// Bins of equal width from the smallest to the largest number; a single value has a single bin.
///
/// A number belongs to the last bin whose left edge it reaches, so that edges as stored and counts agree.
fn histogram(sorted: &[(f64, u64)], min: f64, max: f64) -> (Vec<f64>, Vec<u64>) {
    let bins = if min < max { BINS } else { 1 };
    let edges: Vec<f64> =
        (0..=bins).map(|edge| between(min, max, count(edge as u64) / count(bins as u64))).map(kept).collect();
    let mut counts = vec![0; bins];
    for (number, times) in sorted {
        counts[edges[1..bins].partition_point(|edge| edge <= number)] += times;
    }
    (edges, counts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[f64]) -> NumberProfile {
        let mut sorted: Vec<(f64, u64)> = numbers.iter().map(|number| (*number, 1)).collect();
        sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
        describe(&sorted, 0).unwrap()
    }

    #[test]
    fn one_to_five_by_hand() {
        let profile = of(&[4.0, 1.0, 5.0, 2.0, 3.0]);
        assert_eq!((profile.mean, profile.min, profile.max), (3.0, 1.0, 5.0));
        // The variance is (4 + 1 + 0 + 1 + 4) / 4 = 2.5.
        assert_eq!(profile.deviation, 1.581_138_830_08);
        // Positions 0.04, 0.2, 1, 2, 3, 3.8, 3.96.
        assert_eq!(profile.quantiles, [1.04, 1.2, 2.0, 3.0, 4.0, 4.8, 4.96]);
        assert_eq!(profile.edges.len(), 21);
        assert_eq!((profile.edges[0], profile.edges[10], profile.edges[20]), (1.0, 3.0, 5.0));
        let filled: Vec<usize> = (0..20).filter(|bin| profile.counts[*bin] == 1).collect();
        assert_eq!(filled, [0, 5, 10, 15, 19]);
    }

    #[test]
    fn a_constant_has_no_spread_and_one_bin() {
        let profile = of(&[0.1; 7]);
        assert_eq!((profile.mean, profile.deviation), (0.1, 0.0));
        assert_eq!((profile.edges, profile.counts), (vec![0.1, 0.1], vec![7]));
        assert_eq!(of(&[2.5]).deviation, 0.0);
    }

    #[test]
    fn the_largest_and_smallest_floats_stay_finite() {
        let huge = of(&[f64::MAX, -f64::MAX, f64::MAX, 1.0]);
        let numbers = [huge.mean, huge.deviation, huge.min, huge.max];
        assert!(numbers.iter().chain(&huge.quantiles).chain(&huge.edges).all(|number| number.is_finite()));
        assert!((huge.mean / f64::MAX - 0.25).abs() < 1e-9);
        assert_eq!(huge.counts.iter().sum::<u64>(), 4);
        assert_eq!(of(&[2e-200, 4e-200]).deviation, 1.414_213_562_37e-200);
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
            prop_assert_eq!(profile.counts.iter().sum::<u64>(), numbers.len() as u64);
            for bin in 1..profile.counts.len() - 1 {
                let (left, right) = (profile.edges[bin], profile.edges[bin + 1]);
                let inside = numbers.iter().filter(|x| left <= **x && **x < right).count() as u64;
                prop_assert_eq!(profile.counts[bin], inside);
            }
        }
    }
}
