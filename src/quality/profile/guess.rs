//! What the texts of a file without types are: numbers, dates, truths, or just texts.

use chrono::{DateTime, NaiveDate};

use super::dates::DateTally;
use super::moments::Moments;
use super::numbers::NumberTally;
use super::text_table::{Met, Space, TextTable};
use crate::domain::FieldType;
use crate::domain::profile::ColumnProfile;

/// A column is of a type where at most one in so many of its filled cells is not.
const MISFITS: u64 = 50;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What a text says, where it says something else than itself.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Said {
    Whole(f64),
    Number(f64),
    Truth,
    /// On which day since 1970-01-01.
    Date(i64),
    /// On which day, in Greenwich.
    Instant(i64),
}

/// What the texts of a column are.
#[derive(Debug, Default)]
pub(super) struct Guess {
    filled: u64,
    whole: u64,
    truths: u64,
    dates: u64,
    instants: u64,
    numbers: NumberTally,
    moments: Moments,
    ends: Option<(f64, f64)>,
    days: DateTally,
}

impl Guess {
    /// One more text.
    pub(super) fn add(&mut self, met: &Met<'_>) {
        let times = met.times;
        let text = match met.shape.space {
            Space::Only => return,
            Space::Around => met.beginning.trim(),
            Space::Inside => met.beginning,
        };
        self.filled += times;
        match said(text) {
            None => {}
            Some(Said::Whole(number)) => {
                self.whole += times;
                self.add_number(number, times);
            }
            Some(Said::Number(number)) => self.add_number(number, times),
            Some(Said::Truth) => self.truths += times,
            Some(Said::Date(day)) => {
                self.dates += times;
                self.days.add(day, times);
            }
            Some(Said::Instant(day)) => {
                self.instants += times;
                self.days.add(day, times);
            }
        }
    }

    fn add_number(&mut self, number: f64, times: u64) {
        if self.numbers.add(number, times) {
            self.moments.add(number, times);
            self.ends = Some(self.ends.map_or((number, number), |(min, max)| (min.min(number), max.max(number))));
        }
    }

    /// The profile of the column of the type that it has. `counts` holds all of its texts, or those that are frequent.
    pub(super) fn finish(self, column: ColumnProfile, counts: &TextTable, is_exact: bool) -> ColumnProfile {
        let numbers = self.numbers.cells();
        let types = [
            (FieldType::Int, self.whole),
            (FieldType::Float, numbers),
            (FieldType::Bool, self.truths),
            (FieldType::Date, self.dates),
            (FieldType::Timestamp, self.dates + self.instants),
        ];
        let fits = |(_, cells): &&(FieldType, u64)| *cells > 0 && (self.filled - cells) * MISFITS <= self.filled;
        // The narrowest: whole numbers are numbers, and dates are instants.
        let best = types.iter().map(|(_, cells)| *cells).max().unwrap_or(0);
        let Some((field_type, cells)) = types.iter().filter(fits).find(|(_, cells)| *cells == best) else {
            return column;
        };
        let column = ColumnProfile { field_type: *field_type, misfits: self.filled - cells, ..column };
        match field_type {
            FieldType::Int | FieldType::Float => {
                let numbers = if is_exact { self.numbers.describe(&sorted(counts)) } else { self.estimated() };
                let ends = numbers.as_ref().map(|numbers| (shown(numbers.min), shown(numbers.max)));
                let (min, max) = ends.unzip();
                ColumnProfile { numbers, min, max, texts: None, ..column }
            }
            FieldType::Date | FieldType::Timestamp => {
                ColumnProfile { dates: self.days.finish(), texts: None, ..column }
            }
            _ => ColumnProfile { texts: None, ..column },
        }
    }

    fn estimated(self) -> Option<crate::domain::profile::NumberProfile> {
        self.ends.map(|ends| self.numbers.estimate(ends, &self.moments))
    }
}

fn shown(number: f64) -> String {
    crate::base::number::text(number)
}

/// The finite numbers of all texts with their counts, ascending.
fn sorted(counts: &TextTable) -> Vec<(f64, u64)> {
    let number = |text: &str| match said(text.trim())? {
        Said::Whole(number) | Said::Number(number) => Some(number).filter(|number| number.is_finite()),
        _ => None,
    };
    let mut sorted: Vec<(f64, u64)> =
        counts.iter().filter_map(|met| Some((number(met.beginning)?, met.times))).collect();
    sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    sorted
}

/// Whether a text can be read as a value of a type. Codes of digits are whole numbers too, where somebody says so.
#[must_use]
pub fn reads_as(text: &str, field_type: FieldType) -> bool {
    let text = text.trim();
    let is_digits = || {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match field_type {
        FieldType::String => true,
        FieldType::Int => is_digits(),
        FieldType::Float | FieldType::Decimal { .. } => {
            is_digits() || matches!(said(text), Some(Said::Whole(number) | Said::Number(number)) if number.is_finite())
        }
        FieldType::Bool => said(text) == Some(Said::Truth),
        FieldType::Date => matches!(said(text), Some(Said::Date(_))) || is_written_date(text),
        FieldType::Timestamp => matches!(said(text), Some(Said::Date(_) | Said::Instant(_))) || is_written_date(text),
    }
}

/// Whether a text is a date as people write it.
fn is_written_date(text: &str) -> bool {
    const FORMS: [&str; 9] =
        ["%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d %B %Y", "%B %d, %Y"];
    FORMS.iter().any(|form| NaiveDate::parse_from_str(text, form).is_ok())
}

/// What a trimmed text says. A number that begins with a needless zero is a code.
fn said(text: &str) -> Option<Said> {
    let bytes = text.as_bytes();
    match bytes.first()? {
        b'0'..=b'9' | b'-' | b'+' | b'.' => {
            if bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' {
                return moment(text);
            }
            let digits = bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix(b"+")).unwrap_or(bytes);
            if let [b'0', next, ..] = digits
                && *next != b'.'
            {
                return None;
            }
            let number = text.parse().ok()?;
            let is_whole = digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
            Some(if is_whole { Said::Whole(number) } else { Said::Number(number) })
        }
        b't' | b'f' | b'T' | b'F' => {
            ["true", "false"].iter().any(|truth| text.eq_ignore_ascii_case(truth)).then_some(Said::Truth)
        }
        _ => None,
    }
}

/// A day, or a day and a time.
fn moment(text: &str) -> Option<Said> {
    let number = |digits: std::ops::Range<usize>| -> Option<u32> {
        let digits = text.as_bytes().get(digits)?;
        let add = |number, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'));
        digits.iter().try_fold(0, add)
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)?;
    let day = date.signed_duration_since(NaiveDate::default()).num_days();
    match text.as_bytes().get(10..)? {
        b"" => Some(Said::Date(day)),
        // In no zone, or in that of Greenwich.
        [b' ' | b'T', time @ ..] if is_time(time.strip_suffix(b"Z").unwrap_or(time)) => Some(Said::Instant(day)),
        _ => {
            let instant = DateTime::parse_from_rfc3339(text).ok()?;
            Some(Said::Instant(instant.timestamp().div_euclid(DAY)))
        }
    }
}

/// Whether this is a time of day: `12:30`, `12:30:59`, `12:30:59.999`.
fn is_time(time: &[u8]) -> bool {
    let is_below =
        |digits: &[u8], tens: u8| matches!(digits, [ten, one] if (b'0'..tens).contains(ten) && one.is_ascii_digit());
    let is_rest = |rest: &[u8]| match rest {
        [] => true,
        [b':', seconds @ ..] => {
            let (whole, fraction) = seconds.split_at(seconds.len().min(2));
            is_below(whole, b'6')
                && (fraction.is_empty()
                    || matches!(fraction, [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)))
        }
        _ => false,
    };
    matches!(time, [a, b, b':', c, d, rest @ ..] if is_below(&[*a, *b], b'3') && (*a < b'2' || *b < b'4') && is_below(&[*c, *d], b'6') && is_rest(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_numbers_dates_and_truths_but_no_codes() {
        assert_eq!(said("12"), Some(Said::Whole(12.0)));
        assert_eq!(said("-0.5"), Some(Said::Number(-0.5)));
        assert_eq!(said("1e3"), Some(Said::Number(1000.0)));
        assert_eq!(said("0"), Some(Said::Whole(0.0)));
        assert_eq!(said("False"), Some(Said::Truth));
        assert_eq!(said("1970-01-02"), Some(Said::Date(1)));
        assert_eq!(said("1970-01-02 00:00:01"), Some(Said::Instant(1)));
        assert_eq!(said("1970-01-02T00:00:01.5+01:00"), Some(Said::Instant(0)));
        assert_eq!(said("1970-01-02 23:59:59.123456"), Some(Said::Instant(1)));
        for text in [
            "007",
            "2026-13-01",
            "-",
            ".",
            "truth",
            "12 oz",
            "1970-01-02x",
            "1970-01-02 24:00",
            "1970-01-02 00:60",
            "+-5",
            "NaN",
            "é",
        ] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
