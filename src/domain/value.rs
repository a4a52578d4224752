//! One value of a canonical column, and how it is written.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A calendar date.
    Date(NaiveDate),
    /// An instant.
    Timestamp(DateTime<Utc>),
    /// `unscaled` times ten to the minus `scale`.
    Decimal {
        /// All digits with the sign.
        unscaled: i128,
        /// How many of them stand behind the point.
        scale: u8,
    },
}

impl<'a> Value<'a> {
    /// The value as text that reads back as the same value; `None` for null.
    ///
    /// Dates and instants are ISO 8601 (`2026-10-05`, `2026-10-05T12:00:00.000001Z`), decimals keep every digit of their
    /// scale, floats have the fewest digits that give the same number.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        Some(match *self {
            Self::Null => return None,
            Self::Text(text) => Cow::Borrowed(text),
            Self::Int(number) => Cow::Owned(number.to_string()),
            Self::Float(number) => Cow::Owned(format!("{number:?}")),
            Self::Bool(truth) => Cow::Borrowed(if truth { "true" } else { "false" }),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Timestamp(instant) => Cow::Owned(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()),
            Self::Decimal { unscaled, scale } => Cow::Owned(decimal(unscaled, scale)),
        })
    }
}

/// `unscaled` times ten to the minus `scale`, every digit of the scale written.
#[must_use]
pub fn decimal(unscaled: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    match digits.split_at(digits.len() - scale) {
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        let text = |unscaled, scale| Value::Decimal { unscaled, scale }.text().map(Cow::into_owned);
        assert_eq!(text(-5, 2).as_deref(), Some("-0.05"));
        assert_eq!(text(1_234_500, 2).as_deref(), Some("12345.00"));
        assert_eq!(text(0, 0).as_deref(), Some("0"));
        assert_eq!(text(i128::MIN, 38).as_deref(), Some("-1.70141183460469231731687303715884105728"));
    }

    #[test]
    fn floats_are_short_and_exact() {
        let text = |number| Value::Float(number).text().map(Cow::into_owned);
        assert_eq!(text(0.1).as_deref(), Some("0.1"));
        assert_eq!(text(1e300).as_deref(), Some("1e300"));
        assert_eq!(text(f64::NAN).as_deref(), Some("NaN"));
    }
}
