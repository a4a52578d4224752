//! One value into one cell of a sheet, as Excel can hold it.

use chrono::{DateTime, NaiveDate, Utc};
use rust_xlsxwriter::{Format, Worksheet};

use super::excel;
use crate::base::Result;
use crate::delivery::guard::is_armed;
use crate::domain::Value;

/// UTF-16 units that a cell can hold.
const MOST_CHARACTERS: usize = 32_767;

/// Digits of a number that Excel keeps.
const MOST_DIGITS: usize = 15;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is there as it was.
    Whole,
    /// A number, date or instant that Excel would change: it is there as text.
    AsText,
    /// Text that was too long: how many characters it had.
    Cut(usize),
}

/// Writes `cell`. Rows of a sheet are written from top to bottom.
pub fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Value<'_>) -> Result<Fit> {
    let number = match cell {
        Value::Null => return Ok(Fit::Whole),
        Value::Text(text) => return put_text(sheet, row, column, text),
        Value::Bool(truth) => {
            sheet.write_boolean(row, column, *truth).map_err(excel)?;
            return Ok(Fit::Whole);
        }
        Value::Float(number) => number.is_finite().then_some(*number),
        Value::Int(_) | Value::Decimal { .. } => cell.text().and_then(|text| short_number(&text)),
        Value::Date(date) => serial_date(*date),
        Value::Timestamp(instant) => serial_instant(*instant),
    };
    if let Some(number) = number {
        sheet.write_number(row, column, number).map_err(excel)?;
        return Ok(Fit::Whole);
    }
    let text = cell.text().unwrap_or_default();
    sheet.write_string_with_format(row, column, text, &Format::new().set_quote_prefix()).map_err(excel)?;
    Ok(Fit::AsText)
}

fn put_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<Fit> {
    let (kept, fit) = cut(text);
    if is_armed(kept) {
        sheet.write_string_with_format(row, column, kept, &Format::new().set_quote_prefix()).map_err(excel)?;
    } else {
        sheet.write_string(row, column, kept).map_err(excel)?;
    }
    Ok(fit)
}

/// As much of `text` as a cell holds.
fn cut(text: &str) -> (&str, Fit) {
    // No text has more UTF-16 units than bytes.
    if text.len() <= MOST_CHARACTERS {
        return (text, Fit::Whole);
    }
    let mut units = 0;
    for (index, character) in text.char_indices() {
        units += character.len_utf16();
        if units > MOST_CHARACTERS {
            return (&text[..index], Fit::Cut(text.chars().count()));
        }
    }
    (text, Fit::Whole)
}

/// The number that `digits` writes, where Excel keeps every digit of it.
fn short_number(digits: &str) -> Option<f64> {
    let fraction_ends = if digits.contains('.') { digits.trim_end_matches('0') } else { digits };
    let significant = fraction_ends.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    (significant <= MOST_DIGITS).then(|| digits.parse().ok())?
}

/// Days since the day before 1900-01-01, as Excel counts them, from where its calendar is right: it believes in a
/// 29 February 1900.
fn serial_date(date: NaiveDate) -> Option<f64> {
    let first = NaiveDate::from_ymd_opt(1900, 3, 1)?;
    let last = NaiveDate::from_ymd_opt(9999, 12, 31)?;
    let days = i32::try_from(date.signed_duration_since(first).num_days()).ok()?;
    (first <= date && date <= last).then(|| f64::from(days) + 61.0)
}

/// The same with the time of day as a fraction, to the millisecond.
fn serial_instant(instant: DateTime<Utc>) -> Option<f64> {
    const MILLISECONDS_OF_A_DAY: f64 = 86_400_000.0;
    let time = instant.time().signed_duration_since(chrono::NaiveTime::MIN);
    let milliseconds = i32::try_from(time.num_milliseconds()).ok()?;
    let exact = instant.timestamp_subsec_nanos().is_multiple_of(1_000_000);
    let days = serial_date(instant.date_naive()).filter(|_| exact)?;
    Some(days + f64::from(milliseconds) / MILLISECONDS_OF_A_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_between_characters() {
        let just = "x".repeat(32_767);
        assert_eq!(cut(&just), (just.as_str(), Fit::Whole));
        let pairs = "🙂".repeat(20_000);
        let (kept, fit) = cut(&pairs);
        assert_eq!((kept.chars().count(), fit), (16_383, Fit::Cut(20_000)));
        let wide = "é".repeat(32_767);
        assert_eq!(cut(&wide).1, Fit::Whole);
    }

    #[test]
    fn numbers_keep_every_digit_or_are_text() {
        assert_eq!(short_number("999999999999999"), Some(999_999_999_999_999.0));
        assert_eq!(short_number("-1234567890123456"), None);
        assert_eq!(short_number("0.00000000000000001"), Some(1e-17));
        assert_eq!(short_number("1234567890123.4500"), Some(1_234_567_890_123.45));
        assert_eq!(short_number("1000000000000000"), None);
        assert_eq!(short_number("-0.00"), Some(0.0));
    }

    #[test]
    fn dates_count_as_excel_counts_them() {
        let serial = |year, month, day| serial_date(NaiveDate::from_ymd_opt(year, month, day).unwrap());
        assert_eq!(serial(1900, 2, 28), None);
        assert_eq!(serial(1900, 3, 1), Some(61.0));
        assert_eq!(serial(2026, 10, 5), Some(46_300.0));
        assert_eq!(serial(9999, 12, 31), Some(2_958_465.0));
        assert_eq!(serial(10_000, 1, 1), None);
    }
}
