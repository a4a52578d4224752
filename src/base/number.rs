//! Numbers as they are stored: few enough digits that the last bits of a computation never matter, and given back by
//! JSON bit for bit, so that what is read again is what was hashed and compared.

/// Digits kept of sums and ratios.
const DIGITS_OF_SUMS: usize = 12;

/// Digits kept of values: as many as every JSON reader gives back unchanged, but for the very large and very small.
const DIGITS_OF_VALUES: usize = 15;

/// Digits shown of fractions.
const DIGITS_SHOWN: usize = 6;

/// The magnitudes whose [`DIGITS_OF_VALUES`] digits, and the `.0` behind them, every JSON reader gives back unchanged.
const PLAIN: std::ops::Range<f64> = 1e-7..9e14;

/// How many neighbours to each side are tried for one that JSON gives back. Every second or so is; of 26 million numbers of
/// any size the farthest had it 90 away.
const NEIGHBOURS: usize = 128;

/// A sum or ratio as it is stored.
#[must_use]
pub fn rounded(number: f64) -> f64 {
    to_digits(number, DIGITS_OF_SUMS)
}

/// A value as it is stored.
#[must_use]
pub fn kept(number: f64) -> f64 {
    to_digits(number, DIGITS_OF_VALUES)
}

/// A number as people read it: whole numbers in full, fractions with six significant digits.
#[must_use]
pub fn shown(number: f64) -> f64 {
    if number.fract() == 0.0 { number } else { to_digits(number, DIGITS_SHOWN) }
}

/// A number as people write it: `0.3`, `500`, `1027.61`, `1e300`.
#[must_use]
pub fn text(number: f64) -> String {
    let text = format!("{:?}", shown(number));
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

fn to_digits(number: f64, digits: usize) -> f64 {
    // The decimal detour rounds correctly for every exponent, where scaling by powers of ten would not.
    let rounded = format!("{number:.*e}", digits - 1).parse().unwrap_or(number);
    let rounded = if f64::is_finite(rounded) { rounded } else { number };
    if PLAIN.contains(&rounded.abs()) || rounded == 0.0 || !rounded.is_finite() { rounded } else { readable(rounded) }
}

/// The nearest number that JSON gives back.
fn readable(number: f64) -> f64 {
    let below = std::iter::successors(Some(number), |number| Some(number.next_down()));
    let above = std::iter::successors(Some(number), |number| Some(number.next_up()));
    let mut nearest = below.zip(above).take(NEIGHBOURS).flat_map(|(below, above)| [below, above]);
    nearest.find(|number| reads_back(*number)).unwrap_or(number)
}

fn reads_back(number: f64) -> bool {
    let written = serde_json::to_string(&number).ok();
    let read = written.and_then(|text| serde_json::from_str::<f64>(&text).ok());
    read.is_some_and(|read| read.to_bits() == number.to_bits())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_stored_is_read_back_bit_for_bit(bits in any::<u64>(), near_one in -1e6_f64..1e6) {
            for number in [f64::from_bits(bits), near_one, near_one / 3.0, 1.0 / near_one] {
                if !number.is_finite() {
                    continue;
                }
                for (stored, digits) in [(kept(number), 1e-14), (rounded(number), 1e-11)] {
                    prop_assert!(reads_back(stored), "{number:e} is stored as {stored:e}");
                    let off = (stored - number).abs();
                    prop_assert!(off <= number.abs() * digits || off < 1e-300, "{number:e} is stored as {stored:e}");
                }
            }
        }
    }

    #[test]
    fn the_ends_of_the_range_are_stored_too() {
        // Of the last, none of the 64 nearest is given back.
        let far = f64::from_bits(16_252_654_959_751_929_619);
        for number in [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 0.0, -0.0, 1e22, 9_007_199_254_740_993.0, far] {
            assert!(reads_back(rounded(number)), "{number:e}");
            assert!(reads_back(kept(number)), "{number:e}");
        }
        assert!((kept(0.1 + 0.2) - 0.3).abs() < f64::EPSILON / 4.0);
        assert!(kept(f64::NAN).is_nan());
    }
}
