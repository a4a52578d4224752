//! In what numbers are, and how they are written: units, currencies, decimals; and how a provider's numbers become those
//! of the contract.

use std::fmt;
use std::str::FromStr;

use super::{FieldType, Value};
use crate::base::{Error, Result};

/// In what the numbers of a field are.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// All in this one: `GBP`, `kg`.
    Is(String),
    /// Each in the one that this other field of its row names.
    In(String),
}

/// What stands before the decimals of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// In what a provider delivers the numbers of a field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Measure {
    /// The unit, where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What a delivered number is multiplied by to be one of the field; none: by nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Factor>,
}

/// An exact decimal above zero: `digits` / 10^`decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Factor {
    digits: i128,
    decimals: u8,
}

impl Factor {
    /// The most digits that a factor may have.
    const LONGEST: usize = 15;

    /// How many decimals more a number may have before it is multiplied.
    const MORE: u8 = 6;

    /// What turns minor units into major ones, of which `minor` are one: pence into pounds with 100. None where it is no
    /// power of ten.
    #[must_use]
    pub fn of_minor(minor: u32) -> Option<Self> {
        let decimals = u8::try_from(minor.checked_ilog10()?).ok()?;
        (10_u32.pow(u32::from(decimals)) == minor).then_some(Self { digits: 1, decimals })
    }

    /// Whether it makes less of a number and moves only its point: what is multiplied by it is in minor units.
    #[must_use]
    pub fn is_of_minor(self) -> bool {
        self.moves_the_point() && self.digits < 10_i128.pow(u32::from(self.decimals))
    }

    /// Whether it only moves the point: minor units become major ones.
    #[must_use]
    pub fn moves_the_point(self) -> bool {
        let mut digits = self.digits;
        while digits % 10 == 0 {
            digits /= 10;
        }
        digits == 1
    }

    /// As what a number is read that is to be multiplied: with more digits than its field has.
    #[must_use]
    pub fn read_as(self, field_type: FieldType) -> FieldType {
        match field_type {
            FieldType::Decimal { scale, .. } => {
                FieldType::Decimal { precision: 38, scale: scale.saturating_add(Self::MORE).min(38) }
            }
            other => other,
        }
    }

    /// A number, read as [`Factor::read_as`] says, times the factor. A decimal that has more decimals than its field then is rounded half to even, but not
    /// where only the point moves: there nothing may be lost, and the number is no value of the field. None: it is no
    /// number, or too large.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a float is multiplied by the nearest float")]
    pub fn times(self, value: Value<'_>, field_type: FieldType) -> Option<Value<'_>> {
        match (value, field_type) {
            (Value::Null, _) => Some(Value::Null),
            (Value::Int(number), _) => {
                self.scaled(number.into(), 0).and_then(|whole| i64::try_from(whole).ok()).map(Value::Int)
            }
            (Value::Float(number), _) => {
                let product = number * (self.digits as f64) / 10_f64.powi(self.decimals.into());
                product.is_finite().then_some(Value::Float(product))
            }
            (Value::Decimal { unscaled, scale: read }, FieldType::Decimal { precision, scale }) => {
                let unscaled = self.scaled(unscaled, read.checked_sub(scale)?)?;
                let fits = unscaled.unsigned_abs() < 10_u128.checked_pow(precision.into())?;
                fits.then_some(Value::Decimal { unscaled, scale })
            }
            _ => None,
        }
    }

    /// `unscaled` times the factor, with so many decimals fewer.
    fn scaled(self, unscaled: i128, fewer: u8) -> Option<i128> {
        let product = unscaled.checked_mul(self.digits)?;
        let unit = 10_i128.checked_pow(u32::from(self.decimals) + u32::from(fewer))?;
        let (whole, rest) = (product.div_euclid(unit), product.rem_euclid(unit));
        if rest == 0 {
            return Some(whole);
        }
        if self.moves_the_point() {
            return None;
        }
        let is_up = rest * 2 > unit || (rest * 2 == unit && whole % 2 != 0);
        Some(if is_up { whole + 1 } else { whole })
    }
}

impl FromStr for Factor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all = format!("{whole}{fraction}");
        let is_number = !all.is_empty() && all.len() <= Self::LONGEST && all.bytes().all(|byte| byte.is_ascii_digit());
        let digits = if is_number { all.parse().unwrap_or(0) } else { 0 };
        if digits == 0 {
            return Err(Error::usage(format!("`{text}` is not a factor"))
                .hint("write a decimal above zero of at most 15 digits, for example \"0.45359237\""));
        }
        let kept = fraction.trim_end_matches('0').len();
        let dropped = u32::try_from(fraction.len() - kept).unwrap_or(0);
        let decimals = u8::try_from(kept).unwrap_or(u8::MAX);
        Ok(Self { digits: digits / 10_i128.pow(dropped), decimals })
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = usize::from(self.decimals) + 1;
        let digits = format!("{:0>width$}", self.digits);
        let (whole, fraction) = digits.split_at(digits.len() - usize::from(self.decimals));
        if fraction.is_empty() { f.write_str(whole) } else { write!(f, "{whole}.{fraction}") }
    }
}

impl From<Factor> for String {
    fn from(factor: Factor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for Factor {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    const AMOUNT: FieldType = FieldType::Decimal { precision: 12, scale: 2 };

    /// What becomes of a number with six decimals more than `hundredths`, in hundredths.
    fn times(factor: Factor, hundredths: &str) -> Option<i128> {
        let unscaled: i128 = hundredths.replace('.', "").parse().unwrap();
        let decimals = u32::try_from(hundredths.split_once('.').map_or(0, |(_, behind)| behind.len())).unwrap();
        let read = Value::Decimal { unscaled: unscaled * 10_i128.pow(6 - decimals), scale: 8 };
        match factor.times(read, AMOUNT)? {
            Value::Decimal { unscaled, scale: 2 } => Some(unscaled),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn minor_units_move_the_point_and_lose_nothing() {
        let pence = Factor::of_minor(100).unwrap();
        assert_eq!(pence.to_string(), "0.01");
        assert_eq!(pence.read_as(AMOUNT), FieldType::Decimal { precision: 38, scale: 8 });
        assert_eq!(times(pence, "123400"), Some(1234));
        assert_eq!(times(pence, "-500"), Some(-5));
        // As many pence as there are pounds in the largest amount.
        assert_eq!(times(pence, "99999999999900"), Some(999_999_999_999));
        assert_eq!(times(pence, "123450"), None);
        assert_eq!(times(pence, "100.5"), None);
        assert_eq!(pence.times(Value::Null, AMOUNT), Some(Value::Null));
        assert_eq!(pence.times(Value::Int(700), FieldType::Int), Some(Value::Int(7)));
        assert_eq!(Factor::of_minor(0), None);
        assert_eq!(Factor::of_minor(60), None);
    }

    #[test]
    fn other_units_are_rounded_half_to_even() {
        let half: Factor = "0.5".parse().unwrap();
        let halves = ["3", "5", "-3", "-5", "7.000001"].map(|number| times(half, number));
        assert_eq!(halves, [Some(2), Some(2), Some(-2), Some(-2), Some(4)]);
        assert_eq!(times("0.45359237".parse().unwrap(), "10000"), Some(4536));
        assert_eq!(times("1000".parse().unwrap(), "99999999999"), None);
    }

    #[test]
    fn a_factor_is_a_decimal_above_zero() {
        for bad in ["", "0", "0.00", "-1", "1e3", "1,5", "1.2.3", "0.1234567890123456"] {
            assert!(bad.parse::<Factor>().is_err(), "{bad}");
        }
        assert_eq!("2.50".parse::<Factor>().unwrap().to_string(), "2.5");
        assert_eq!("1000".parse::<Factor>().unwrap().to_string(), "1000");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(digits in 1_i64..1_000_000_000, decimals in 0_usize..5) {
            let width = decimals + 1;
            let text = format!("{digits:0>width$}");
            let (whole, fraction) = text.split_at(text.len() - decimals);
            let factor: Factor = format!("{whole}.{fraction}").parse().unwrap();
            prop_assert_eq!(factor.to_string().parse::<Factor>().unwrap(), factor);
        }
    }
}
