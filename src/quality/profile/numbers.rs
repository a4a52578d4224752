//! The measures of many numbers.

use super::super::count;
use super::bins::{Bins, Nested};
use super::moments::Moments;
use crate::base::number::{kept, rounded};
use crate::domain::profile::{DecimalBin, Histogram, MOST_BINS, MOST_DIGITS, NumberProfile, QUANTILES};

/// How many bins there are before they get wider: with four digits a bin is at most 0.1 % of its numbers wide, with three 1 %.
const FINE_BINS: usize = 1 << 15;

/// An order-preserving map from floats to integers: equal floats (0 and -0, any NaN) have one key, NaN the largest.
#[allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "the bits are meant, not the number")]
pub fn key_of(number: f64) -> i64 {
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

impl Nested for DecimalBin {
    const WIDEST: u8 = MOST_DIGITS;

    fn wider(&self, _: u8) -> Self {
        Self::wider(*self)
    }
}

/// What can be counted of numbers in any order.
#[derive(Debug)]
pub(super) struct NumberTally {
    cells: u64,
    bins: Bins<DecimalBin>,
    negative: u64,
    round: u64,
    not_finite: u64,
}

impl Default for NumberTally {
    fn default() -> Self {
        Self { cells: 0, bins: Bins::new(FINE_BINS), negative: 0, round: 0, not_finite: 0 }
    }
}

impl NumberTally {
    /// One more number, so many times; whether it is finite.
    pub(super) fn add(&mut self, number: f64, times: u64) -> bool {
        self.cells += times;
        if !number.is_finite() {
            self.not_finite += times;
            return false;
        }
        self.bins.add(|level| DecimalBin::of(number, MOST_DIGITS - level), times);
        self.negative += if number < 0.0 { times } else { 0 };
        self.round += if is_round(number) { times } else { 0 };
        true
    }

    /// How many were added, those that are not finite too.
    pub(super) fn cells(&self) -> u64 {
        self.cells
    }

    /// The profile of all numbers, each of which is here with its count, ascending; none where no number is finite.
    pub(super) fn describe(self, sorted: &[(f64, u64)]) -> Option<NumberProfile> {
        let (min, max) = (sorted.first()?.0, sorted.last()?.0);
        let moments = moments(sorted, min.abs().max(max.abs()));
        Some(self.profile((min, max), moments, quantiles(sorted)))
    }

    /// The profile of numbers of which only the ends and the moments are known.
    pub(super) fn estimate(self, (min, max): (f64, f64), moments: &Moments) -> NumberProfile {
        let quantiles = self.quantiles().into_iter().map(|quantile| kept(quantile.clamp(min, max))).collect();
        self.profile((min, max), moments.finish(), quantiles)
    }

    fn profile(self, (min, max): (f64, f64), (mean, deviation): (f64, f64), quantiles: Vec<f64>) -> NumberProfile {
        let bins = self.bins.at_most(MOST_BINS);
        NumberProfile {
            mean: rounded(mean),
            deviation: rounded(deviation),
            min: kept(min),
            max: kept(max),
            quantiles,
            histogram: Histogram::of(&bins.sorted(), MOST_DIGITS - bins.level()),
            negative: self.negative,
            round: self.round,
            not_finite: self.not_finite,
        }
    }

    /// The quantiles of [`QUANTILES`], where the numbers of a bin are taken to lie evenly in it.
    fn quantiles(&self) -> Vec<f64> {
        let bins = Histogram::of(&self.bins.sorted(), MOST_DIGITS - self.bins.level()).bins;
        let last = count(bins.iter().map(|bin| bin.count).sum::<u64>()) - 1.0;
        let at = |share: &f64| {
            let mut below = 0.0;
            for bin in &bins {
                let inside = count(bin.count);
                if below + inside > share * last {
                    return between(bin.from, bin.to, (share * last - below + 0.5) / inside);
                }
                below += inside;
            }
            bins.last().map_or(0.0, |bin| bin.to)
        };
        QUANTILES.iter().map(at).collect()
    }
}

/// Whether a number is a whole multiple of ten other than zero.
#[allow(clippy::cast_possible_truncation, reason = "within the range of whole numbers")]
fn is_round(number: f64) -> bool {
    number.fract() == 0.0 && number != 0.0 && (number.abs() >= 1e18 || number as i64 % 10 == 0)
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

#[cfg(test)]
mod tests;
