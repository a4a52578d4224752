//! One cell: text as delivered becomes a canonical value, or a reason why not.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::domain::{FieldType, Value};

/// How a column has its dates.
#[derive(Debug, Clone, Copy)]
pub enum Dates<'a> {
    /// As the provider writes them: strftime patterns.
    Written(&'a [String]),
    /// In ISO 8601: they had a type of their own in the file.
    Iso,
}

/// The canonical value of `text`, trimmed; null where it is blank. Floats are finite.
pub fn parse<'a>(text: &'a str, field_type: FieldType, dates: Dates<'_>) -> Result<Value<'a>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let value = match field_type {
        FieldType::String => Some(Value::Text(text)),
        FieldType::Int => text.parse().ok().map(Value::Int),
        FieldType::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        FieldType::Bool => boolean(text).map(Value::Bool),
        FieldType::Date => match dates {
            Dates::Written(patterns) => {
                patterns.iter().find_map(|pattern| NaiveDate::parse_from_str(text, pattern).ok()).map(Value::Date)
            }
            Dates::Iso => iso_date(text).map(Value::Date),
        },
        FieldType::Timestamp => timestamp(text).map(Value::Timestamp),
        FieldType::Decimal { precision, scale } => {
            decimal(text, precision, scale).map(|unscaled| Value::Decimal { unscaled, scale })
        }
    };
    value.ok_or_else(|| match (field_type, dates) {
        (FieldType::Date, Dates::Written(patterns)) => {
            format!("`{}` is not a date of the form {}", cut(text), patterns.join(" or "))
        }
        (FieldType::Date, Dates::Iso) if timestamp(text).is_some() => {
            format!("`{}` is not a date: it has a time of day", cut(text))
        }
        (other, _) => format!("`{}` is not a {other}", cut(text)),
    })
}

/// As much of a bad value as helps to recognise it.
fn cut(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain(std::iter::once('…')).collect()
}

fn boolean(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "yes", "y", "1"]) {
        Some(true)
    } else if is(&["false", "no", "n", "0"]) {
        Some(false)
    } else {
        None
    }
}

/// A date, or an instant that is the very start of one.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let midnight =
        || timestamp(text).map(|instant| instant.naive_utc()).filter(|instant| instant.time() == NaiveTime::MIN);
    text.parse().ok().or_else(|| midnight().map(|instant| instant.date()))
}

/// ISO 8601; without a zone it is taken as UTC.
fn timestamp(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok())
        .map(|naive| naive.and_utc())
}

/// A sign, digits, perhaps a point and digits: exactly, or not at all. Zeros beyond the scale lose nothing.
fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction = if fraction.len() > usize::from(scale) {
        let (kept, beyond) = fraction.split_at(usize::from(scale));
        if beyond.bytes().any(|byte| byte != b'0') {
            return None;
        }
        kept
    } else {
        fraction
    };
    let padding = usize::from(scale) - fraction.len();
    let mut unscaled: i128 = 0;
    let all_digits = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', padding));
    for digit in all_digits {
        unscaled = unscaled.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    if unscaled >= 10_i128.checked_pow(u32::from(precision))? {
        return None;
    }
    Some(if negative { -unscaled } else { unscaled })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Option<i128> {
        decimal(text, 12, 2)
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(dec("7033.53"), Some(703_353));
        assert_eq!(dec("-0.5"), Some(-50));
        assert_eq!(dec(".5"), Some(50));
        assert_eq!(dec("5."), Some(500));
        assert_eq!(dec("1.2300"), Some(123));
        assert_eq!(dec("1.234"), None);
        assert_eq!(dec("1,234.00"), None);
        assert_eq!(dec("1e3"), None);
        assert_eq!(dec("9999999999.99"), Some(999_999_999_999));
        assert_eq!(dec("10000000000.00"), None);
        assert_eq!(dec("-"), None);
        assert_eq!(decimal("99999999999999999999999999999999999999", 38, 0), Some(10_i128.pow(38) - 1));
    }

    #[test]
    fn dates_follow_the_patterns_of_the_provider() {
        let dates = ["%d/%m/%Y".to_owned()];
        let parsed = parse("05/10/2026", FieldType::Date, Dates::Written(&dates)).unwrap();
        assert_eq!(Some(parsed), NaiveDate::from_ymd_opt(2026, 10, 5).map(Value::Date));
        let refused = parse("2026-10-05", FieldType::Date, Dates::Written(&dates)).unwrap_err();
        assert_eq!(refused, "`2026-10-05` is not a date of the form %d/%m/%Y");
    }

    #[test]
    fn dates_that_had_a_type_need_no_pattern() {
        let day = Value::Date(NaiveDate::from_ymd_opt(2026, 10, 5).unwrap());
        for text in ["2026-10-05", "2026-10-05T00:00:00", "2026-10-05T00:00:00Z"] {
            assert_eq!(parse(text, FieldType::Date, Dates::Iso).unwrap(), day, "{text}");
        }
        let refused = parse("2026-10-05T12:30:00", FieldType::Date, Dates::Iso).unwrap_err();
        assert_eq!(refused, "`2026-10-05T12:30:00` is not a date: it has a time of day");
        assert!(parse("05/10/2026", FieldType::Date, Dates::Iso).is_err());
    }

    #[test]
    fn blank_is_null_and_nan_is_no_number() {
        assert_eq!(parse("  ", FieldType::Int, Dates::Written(&[])), Ok(Value::Null));
        assert!(parse("NaN", FieldType::Float, Dates::Written(&[])).is_err());
        assert!(parse("9223372036854775808", FieldType::Int, Dates::Written(&[])).is_err());
    }
}
