//! One cell: text as delivered becomes a canonical value, or a reason why not.

use chrono::{NaiveDate, NaiveTime, Utc};

use super::dates::{DateOrder, date, day_and_time, iso, time};
use super::numbers::{LONGEST, Mark, Numbers, may_be_two_numbers, number};
use super::style::{Dates, Style};
use crate::domain::currency::Currency;
use crate::domain::understood::RepairKind;
use crate::domain::{FieldType, Value};

/// A value, and what was done to read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Read<'a> {
    /// The canonical value; null where the cell is blank or says that there is nothing.
    pub value: Value<'a>,
    /// The currency that stands beside a number.
    pub currency: Option<Currency>,
    /// What was repaired.
    pub repairs: Vec<RepairKind>,
}

impl<'a> From<Value<'a>> for Read<'a> {
    fn from(value: Value<'a>) -> Self {
        Self { value, currency: None, repairs: Vec::new() }
    }
}

/// The canonical value of `text`, trimmed, of a column that is written in this style; `nulls` are the words by which the
/// provider says that there is nothing. Floats are finite.
pub fn parse<'a>(text: &'a str, field_type: FieldType, style: &Style, nulls: &[String]) -> Result<Read<'a>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Value::Null.into());
    }
    if let Some(inner) = protected(text) {
        let mut read = parse(inner, field_type, style, nulls)?;
        read.repairs.push(RepairKind::ProtectedText);
        return Ok(read);
    }
    if SHEET_ERRORS.contains(&text) {
        return Ok(Read { repairs: vec![RepairKind::SheetError], ..Value::Null.into() });
    }
    if nulls.iter().any(|null| null == text) || says_nothing(text, field_type) {
        return Ok(Read { repairs: vec![RepairKind::NullMarker], ..Value::Null.into() });
    }
    let read = match (field_type, style) {
        (FieldType::String, _) => Some(Value::Text(text).into()),
        (FieldType::Bool, _) => boolean(text).map(|value| Value::Bool(value).into()),
        (FieldType::Date, Style::Dates(dates)) => day(text, dates),
        (FieldType::Timestamp, Style::Dates(dates)) => instant(text, dates),
        (field_type, Style::Numbers(numbers)) => {
            let is_clear = numbers.mark == Mark::Point && !numbers.is_contested && field_type != FieldType::Int;
            let plain = is_clear.then(|| plain_number(text, field_type)).flatten();
            plain
                .map(Read::from)
                .or_else(|| dressed_number(text, field_type, *numbers))
                .or_else(|| {
                    let read = |value| Read { repairs: vec![RepairKind::Exponent], ..Read::from(value) };
                    exponential(text, field_type).map(read)
                })
                .or_else(|| binary_fraction(text, field_type).filter(|_| is_clear))
        }
        _ => None,
    };
    read.ok_or_else(|| refusal(text, field_type, style))
}

/// Why a text is no value of its column.
fn refusal(text: &str, field_type: FieldType, style: &Style) -> String {
    let shown = cut(text);
    match style {
        Style::Dates(dates) if field_type == FieldType::Date && has_time(text, dates) => {
            format!("`{shown}` is not a date: it has a time of day of a zone, and may be another day elsewhere")
        }
        Style::Dates(Dates::Patterns { patterns, .. }) if field_type == FieldType::Date => {
            format!("`{shown}` is not a date of the form {}", patterns.join(" or "))
        }
        Style::Dates(Dates::Found(None)) if orders(text).len() == 2 => {
            format!("`{shown}` may begin with the day or with the month: name `dates` in the provider's table")
        }
        Style::Dates(Dates::Found(None)) if orders(text).len() == 1 => {
            let order = orders(text)[0].words();
            format!("`{shown}` has {order}, and others of its column have not: name `dates` in the provider's table")
        }
        Style::Dates(Dates::Found(Some(order))) => {
            format!("`{shown}` is not a {field_type} of a column that has {}", order.words())
        }
        Style::Numbers(numbers) if may_be_two_numbers(text) && numbers.read(text).is_none() => {
            format!(
                "`{shown}` may have a point or a comma before its decimals: name `decimal_mark` in the provider's table"
            )
        }
        Style::Numbers(Numbers { currency: Some(currency), mark, is_in_several: false, .. })
            if is_in_another(text, *mark, *currency) =>
        {
            format!("`{shown}` is in another currency than the column, which is in {currency}")
        }
        _ if field_type == FieldType::Int => format!("`{shown}` is not an int"),
        _ => format!("`{shown}` is not a {field_type}"),
    }
}

/// The orders in which a text is a date, where that makes a difference: it does not where the text is one as programs write it,
/// or names its month.
fn orders(text: &str) -> Vec<DateOrder> {
    let (day, _) = day_and_time(text);
    let both = [DateOrder::DayFirst, DateOrder::MonthFirst];
    let [day_first, month_first] = both.map(|order| date(day, order));
    if day_first == month_first {
        return Vec::new();
    }
    both.into_iter().filter(|order| date(day, *order).is_some()).collect()
}

fn is_in_another(text: &str, mark: Mark, currency: Currency) -> bool {
    number(text, mark).and_then(|number| number.currency).is_some_and(|found| !found.may_be(currency))
}

/// What spreadsheets write where they can't compute.
const SHEET_ERRORS: [&str; 7] = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!"];

/// The text of `="001"`: so a cell is written that no spreadsheet is to take for a number.
fn protected(text: &str) -> Option<&str> {
    text.strip_prefix("=\"")?.strip_suffix('"').filter(|inner| !inner.contains('"'))
}

/// Whether a cell says that it holds nothing. A text may well be called `NA`; only what databases write for nothing is none.
fn says_nothing(text: &str, field_type: FieldType) -> bool {
    const MARKERS: [&str; 15] =
        ["NA", "N/A", "NaN", "?", "<NA>", "NULL", "None", "nil", "-", "--", "\u{2013}", "\u{2014}", ".", "..", "..."];
    const LONGEST: usize = 7;
    if text.len() > LONGEST || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let is_marker = |text: &str| MARKERS.iter().any(|marker| text.eq_ignore_ascii_case(marker));
    text == "\\N" || field_type != FieldType::String && (is_marker(text) || is_marker(without_currency(text)))
}

/// What is left beside a currency: spreadsheets show no amount as `£ -`.
fn without_currency(text: &str) -> &str {
    Currency::at_start(text).or_else(|| Currency::at_end(text)).map_or(text, |(_, rest)| rest.trim())
}

/// A date as the column writes them. A time of day behind it is left out, but for one that is of a zone: in another one that
/// may be another day.
fn day<'a>(text: &str, dates: &Dates) -> Option<Read<'a>> {
    if let Dates::Patterns { patterns, .. } = dates
        && let Some(date) = patterns.iter().find_map(|pattern| NaiveDate::parse_from_str(text, pattern).ok())
    {
        return Some(Value::Date(date).into());
    }
    let (day, clock) = day_and_time(text);
    let (day, mut repairs) = date_in(day, dates)?;
    if let Some(clock) = clock {
        let (time, zone) = time(clock)?;
        if time != NaiveTime::MIN {
            repairs.push(RepairKind::TimeOfDay);
            if zone.is_some() {
                return None;
            }
        }
    }
    Some(Read { repairs, ..Value::Date(day).into() })
}

fn has_time(text: &str, dates: &Dates) -> bool {
    let is_read = !matches!(dates, Dates::Patterns { or_iso: false, .. });
    is_read && day_and_time(text).1.is_some() && instant(text, dates).is_some()
}

/// The day that a text says, and what was done to read it.
fn date_in(text: &str, dates: &Dates) -> Option<(NaiveDate, Vec<RepairKind>)> {
    if matches!(dates, Dates::Patterns { or_iso: false, .. }) {
        return None;
    }
    if let Some(iso) = iso(text) {
        return Some((iso, Vec::new()));
    }
    let found = match dates {
        Dates::Patterns { .. } => None,
        Dates::Found(Some(order)) => date(text, *order),
        // Undecided: only what is the same day either way.
        Dates::Found(None) => {
            date(text, DateOrder::DayFirst).filter(|day| date(text, DateOrder::MonthFirst) == Some(*day))
        }
    };
    Some((found?, vec![RepairKind::DateForm]))
}

/// ISO 8601, or a date as the column writes them with a time behind it; without a zone it is taken as UTC.
fn instant<'a>(text: &str, dates: &Dates) -> Option<Read<'a>> {
    let (day, clock) = day_and_time(text);
    let (day, mut repairs) = date_in(day, dates)?;
    let (time, zone) = match clock {
        Some(clock) => time(clock)?,
        None => (NaiveTime::MIN, None),
    };
    if clock.is_none() && repairs.is_empty() {
        repairs.push(RepairKind::DateForm);
    }
    let naive = day.and_time(time);
    let utc = match zone {
        Some(zone) => naive.and_local_timezone(zone).single()?.with_timezone(&Utc),
        None => naive.and_utc(),
    };
    Some(Read { repairs, ..Value::Timestamp(utc).into() })
}

/// A number as programs write them.
fn plain_number<'a>(text: &str, field_type: FieldType) -> Option<Value<'a>> {
    match field_type {
        FieldType::Int => text.parse().ok().map(Value::Int),
        FieldType::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        FieldType::Decimal { precision, scale } => {
            decimal(text, precision, scale).map(|unscaled| Value::Decimal { unscaled, scale })
        }
        _ => None,
    }
}

/// A number as the column writes them, undressed.
fn dressed_number<'a>(text: &str, field_type: FieldType, style: Numbers) -> Option<Read<'a>> {
    let number = style.read(text)?;
    let is_own = |found: Currency| style.is_in_several || style.currency.is_some_and(|own| found.may_be(own));
    if number.currency.is_some_and(|found| !is_own(found)) {
        return None;
    }
    let digits = format!("{:0>width$}", number.digits, width = number.decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - number.decimals);
    let sign = if number.is_negative { "-" } else { "" };
    let plain = match field_type {
        FieldType::Int if number.is_whole() => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    };
    plain_number(&plain, field_type).map(|value| Read { value, currency: number.currency, repairs: number.repairs })
}

/// As programs write very large and very small ones: `1.5E+06`. A whole number of which digits are missing, `4.00638E+12`,
/// is none.
fn exponential<'a>(text: &str, field_type: FieldType) -> Option<Value<'a>> {
    const MOST: i32 = 40;
    let (mantissa, exponent) = text.split_once(['e', 'E']).filter(|_| text.len() <= LONGEST)?;
    if field_type == FieldType::Float {
        return plain_number(text, field_type);
    }
    let exponent: i32 = exponent.parse().ok().filter(|exponent: &i32| exponent.abs() <= MOST)?;
    let bare = mantissa.trim_start_matches(['+', '-']);
    let sign = mantissa.strip_suffix(bare).filter(|sign| sign.len() < 2)?;
    let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = i32::try_from(whole.len()).ok()? + exponent;
    let (before, behind) = match usize::try_from(places) {
        Ok(places) if places < digits.len() => {
            let (before, behind) = digits.split_at_checked(places)?;
            (before.to_owned(), behind.to_owned())
        }
        Ok(places) if !fraction.is_empty() && field_type == FieldType::Int && places > digits.len() => return None,
        Ok(places) => (format!("{digits:0<places$}"), String::new()),
        Err(_) => ("0".to_owned(), format!("{}{digits}", "0".repeat(usize::try_from(-places).ok()?))),
    };
    let is_whole = field_type == FieldType::Int && behind.bytes().all(|byte| byte == b'0');
    let plain = if is_whole { format!("{sign}{before}") } else { format!("{sign}{before}.{behind}") };
    plain_number(&plain, field_type)
}

/// A decimal that went through a binary number and came out with more digits than that holds: `3.3000000000000003`.
fn binary_fraction<'a>(text: &str, field_type: FieldType) -> Option<Read<'a>> {
    const HELD: usize = 15;
    const WRITTEN: usize = 17;
    /// So many of the numbers that there are may lie between what was computed and what was meant.
    const OFF: u64 = 4;
    /// What has more digits may have been meant as it is.
    const MEANT: usize = 13;
    let digits = text.bytes().filter(u8::is_ascii_digit).skip_while(|byte| *byte == b'0').count();
    let is_one = matches!(field_type, FieldType::Decimal { .. })
        && (HELD + 1..=WRITTEN).contains(&digits)
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let number: f64 = text.parse().ok().filter(|_| is_one)?;
    let meant = format!("{number:.*e}", HELD - 1);
    let mantissa = meant.split('e').next()?.trim_end_matches('0');
    let is_short = mantissa.bytes().filter(u8::is_ascii_digit).count() <= MEANT;
    let is_near = is_short && meant.parse::<f64>().is_ok_and(|meant| meant.to_bits().abs_diff(number.to_bits()) <= OFF);
    let value = exponential(&meant, field_type).filter(|_| is_near)?;
    Some(Read { repairs: vec![RepairKind::BinaryFraction], ..value.into() })
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
    const TRUE: [&str; 17] = [
        "true",
        "t",
        "yes",
        "y",
        "on",
        "1",
        "1.0",
        "ja",
        "j",
        "wahr",
        "oui",
        "vrai",
        "sí",
        "si",
        "sim",
        "verdadero",
        "vero",
    ];
    const FALSE: [&str; 14] =
        ["false", "f", "no", "n", "off", "0", "0.0", "nein", "nee", "falsch", "non", "faux", "não", "falso"];
    let lower = text.to_lowercase();
    let is = |words: &[&str]| words.contains(&lower.as_str());
    is(&TRUE).then_some(true).or_else(|| is(&FALSE).then_some(false))
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
mod tests;
