//! Histograms whose edges are the same for ever: bins of numbers that begin with the same significant decimal digits.
//!
//! With two digits 1,234 lies in 1,200 to 1,300, and 0.057 in 0.057 to 0.058; with one in 1,000 to 2,000 and 0.05 to 0.06;
//! with none between the powers of ten. So bins nest, and histograms of any two periods can be laid over each other exactly,
//! whatever their numbers were.

use std::collections::BTreeMap;

/// The most digits that a bin is told by.
pub const MOST_DIGITS: u8 = 5;

/// How many bins a stored histogram may have before it is told by fewer digits.
pub const MOST_BINS: usize = 40;

/// What sets one power of ten apart from the next in a [`DecimalBin`].
const DECADE: i32 = 100_000;

/// Added to exponents, so that even those of subnormal numbers are positive.
const LEAST_EXPONENT: i32 = 400;

/// Of what is written in binary, `0.07 x 10^6` may come out a little below `70000`: so much, as a share, is no difference.
const NOISE: f64 = 1e-11;

/// The bin of all numbers that begin with the same digits; how many, whoever has it knows. In the order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DecimalBin(i32);

impl DecimalBin {
    /// The bin of a finite number, told by so many digits: at most [`MOST_DIGITS`].
    #[must_use]
    pub fn of(number: f64, digits: u8) -> Self {
        if number == 0.0 {
            return Self(0);
        }
        let magnitude = number.abs();
        let mut exponent = least_exponent(magnitude);
        let mut leading = leading(magnitude, exponent);
        while leading >= f64::from(DECADE) {
            exponent += 1;
            leading = self::leading(magnitude, exponent);
        }
        #[allow(clippy::cast_possible_truncation, reason = "below 100,000")]
        let leading = (leading as i32).clamp(DECADE / 10, DECADE - 1) / 10_i32.pow(u32::from(MOST_DIGITS - digits));
        let bin = (exponent + LEAST_EXPONENT) * DECADE + leading;
        Self(if number < 0.0 { -bin } else { bin })
    }

    /// The bin that holds this one, told by one digit less.
    #[must_use]
    pub fn wider(self) -> Self {
        let bin = self.0.abs();
        Self((bin / DECADE * DECADE + bin % DECADE / 10) * self.0.signum())
    }

    /// From where to where it goes: the end nearer to zero belongs to it, the other doesn't. Zero is alone.
    #[must_use]
    pub fn edges(self, digits: u8) -> (f64, f64) {
        if self.0 == 0 {
            return (0.0, 0.0);
        }
        let (exponent, leading) = (self.0.abs() / DECADE - LEAST_EXPONENT, self.0.abs() % DECADE);
        let (near, far) = if digits == 0 { (1, 10) } else { (leading, leading + 1) };
        let shift = exponent + 1 - i32::from(digits.max(1));
        // Read, so that an edge is the number that a person means by it.
        let edge = |digits: i32| format!("{digits}e{shift}").parse().unwrap_or(f64::MAX).min(f64::MAX);
        if self.0 < 0 { (-edge(far), -edge(near)) } else { (edge(near), edge(far)) }
    }
}

/// The power of ten of a positive number, or less: that of the power of two below it.
fn least_exponent(number: f64) -> i32 {
    // Of a number below all normal ones the bits say too much.
    let bits = number.max(f64::MIN_POSITIVE).to_bits() >> 52;
    let binary = i32::try_from(bits).unwrap_or(0) - 1023;
    let decimal = binary * 30_103 / 100_000 - i32::from(binary < 0);
    if number < f64::MIN_POSITIVE { -324 } else { decimal }
}

/// [`MOST_DIGITS`] digits before the point, where `exponent` is the magnitude of the number.
fn leading(number: f64, exponent: i32) -> f64 {
    let shift = i32::from(MOST_DIGITS) - 1 - exponent;
    let scaled = if shift > 300 { number * 1e300 * power(shift - 300) } else { number * power(shift) };
    (scaled * (1.0 + NOISE)).floor()
}

/// A power of ten.
fn power(exponent: i32) -> f64 {
    const WHOLE: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    let known = |exponent: i32| usize::try_from(exponent).ok().and_then(|exponent| WHOLE.get(exponent));
    match (known(exponent), known(-exponent)) {
        (Some(power), _) => *power,
        (_, Some(power)) => 1.0 / power,
        _ => 10_f64.powi(exponent),
    }
}

/// How many numbers lie in a range: the end nearer to zero belongs to it. Stored as `[from, to, count]`.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(from = "(f64, f64, u64)", into = "(f64, f64, u64)")]
pub struct Bin {
    /// The lower end.
    pub from: f64,
    /// The upper end; the same as the lower one for zero.
    pub to: f64,
    /// How many.
    pub count: u64,
}

impl From<(f64, f64, u64)> for Bin {
    fn from((from, to, count): (f64, f64, u64)) -> Self {
        Self { from, to, count }
    }
}

impl From<Bin> for (f64, f64, u64) {
    fn from(Bin { from, to, count }: Bin) -> Self {
        (from, to, count)
    }
}

/// Counts in bins, ascending; bins without numbers are left out.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Histogram {
    /// By how many digits its bins are told.
    pub digits: u8,
    /// The bins.
    pub bins: Vec<Bin>,
}

impl Histogram {
    /// From counted bins, ascending, which are told by `digits`.
    #[must_use]
    pub fn of(counted: &[(DecimalBin, u64)], digits: u8) -> Self {
        let bin = |(bin, count): &(DecimalBin, u64)| {
            let (from, to) = bin.edges(digits);
            Bin { from, to, count: *count }
        };
        Self { digits, bins: counted.iter().map(bin).collect() }
    }

    /// All that is counted.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }

    /// Two histograms over the same bins: those of the wider of the two. `None` stands for no numbers at all.
    #[must_use]
    pub fn aligned(one: Option<&Self>, other: Option<&Self>) -> Vec<(DecimalBin, [u64; 2])> {
        let digits = [one, other].into_iter().flatten().map(|histogram| histogram.digits).min().unwrap_or(0);
        let mut counts: BTreeMap<DecimalBin, [u64; 2]> = BTreeMap::new();
        for (side, histogram) in [one, other].into_iter().enumerate() {
            for bin in histogram.into_iter().flat_map(|histogram| &histogram.bins) {
                let near = if bin.from < 0.0 { bin.to } else { bin.from };
                counts.entry(DecimalBin::of(near, digits)).or_default()[side] += bin.count;
            }
        }
        counts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_lie_where_people_expect_them() {
        let edges = |number: f64, digits| DecimalBin::of(number, digits).edges(digits);
        assert_eq!(edges(1234.0, 2), (1200.0, 1300.0));
        assert_eq!(edges(0.07, 1), (0.07, 0.08));
        assert_eq!(edges(0.07, 5), (0.07, 0.070_001));
        assert_eq!(edges(-15.0, 1), (-20.0, -10.0));
        assert_eq!(edges(999.999, 3), (999.0, 1000.0));
        assert_eq!(edges(1000.0, 3), (1000.0, 1010.0));
        assert_eq!(edges(42.0, 0), (10.0, 100.0));
        assert_eq!(edges(2026.0, 4), (2026.0, 2027.0));
        assert_eq!(edges(0.0, 3), (0.0, 0.0));
        for cents in 1..100_000 {
            let number = f64::from(cents) / 100.0;
            assert_eq!(edges(number, 5).0, number, "{number}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn bins_nest_hold_their_numbers_and_are_in_order(one in any::<f64>(), other in -1e6..1e6_f64, digits in 0..MOST_DIGITS) {
            prop_assume!(one.is_finite());
            for number in [one, other] {
                let (from, to) = DecimalBin::of(number, digits).edges(digits);
                let slack = number.abs() * 1e-10 + f64::MIN_POSITIVE;
                prop_assert!(from - slack <= number && number <= to + slack, "{number:e} in {from:e} to {to:e}");
                prop_assert_eq!(DecimalBin::of(number, digits + 1).wider(), DecimalBin::of(number, digits));
                let near = if from < 0.0 { to } else { from };
                if near.abs() > 1e-300 {
                    prop_assert_eq!(DecimalBin::of(near, digits), DecimalBin::of(number, digits));
                }
            }
            if one < other {
                prop_assert!(DecimalBin::of(one, digits) <= DecimalBin::of(other, digits));
            }
        }
    }

    #[test]
    fn histograms_of_other_widths_are_laid_over_each_other() {
        let of = |numbers: &[f64], digits| {
            let mut counts: BTreeMap<DecimalBin, u64> = BTreeMap::new();
            for number in numbers {
                *counts.entry(DecimalBin::of(*number, digits)).or_default() += 1;
            }
            Histogram::of(&counts.into_iter().collect::<Vec<_>>(), digits)
        };
        let (fine, wide) = (of(&[1.25, 1.31, -7.0, 0.0], 3), of(&[1.9, 250.0], 1));
        let laid = Histogram::aligned(Some(&fine), Some(&wide));
        let laid: Vec<_> = laid.iter().map(|(bin, counts)| (bin.edges(1), *counts)).collect();
        assert_eq!(
            laid,
            [((-8.0, -7.0), [1, 0]), ((0.0, 0.0), [1, 0]), ((1.0, 2.0), [2, 1]), ((200.0, 300.0), [0, 1])]
        );
        assert_eq!(Histogram::aligned(None, Some(&wide)).len(), 2);
    }
}
