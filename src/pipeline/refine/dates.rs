//! Dates as people and programs write them. The order of day and month is one for a whole column.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, FixedOffset, NaiveDate, NaiveTime};

use crate::domain::month::month;

/// What comes first where a date is numbers alone and begins with no year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `29/04/2022`
    DayFirst,
    /// `04/29/2022`
    MonthFirst,
    /// `44680`: days since the end of 1899, as spreadsheets count them.
    Serial,
}

impl DateOrder {
    /// What a column has whose dates are in this order.
    pub fn words(self) -> &'static str {
        match self {
            Self::DayFirst => "the day first",
            Self::MonthFirst => "the month first",
            Self::Serial => "the day numbers of a spreadsheet",
        }
    }
}

/// Which order the dates of a column are in, as far as its cells tell.
#[derive(Debug, Clone, Default)]
pub struct Orders {
    day_first: u64,
    month_first: u64,
    serial: u64,
    /// What stands first and last in dates whose year has two digits.
    first: BTreeSet<u32>,
    last: BTreeSet<u32>,
    /// Whether some can only have the year at their end: one of four digits, or no other reading is a day that is expected.
    has_last_years: bool,
}

/// How many cells have to speak for something for each that speaks against it.
const FAR_MORE: u64 = 20;

impl Orders {
    /// Takes note of a cell, and of whether the day that it may say is one that is expected.
    pub fn add(&mut self, text: &str, is_expected: impl Fn(NaiveDate) -> bool) {
        if iso(text).is_some() {
            return;
        }
        let (text, _) = day_and_time(text);
        if let Some((first, last)) = two_digit_year(text) {
            self.first.insert(first);
            self.last.insert(last);
        }
        self.has_last_years |= has_last_year(text, &is_expected);
        match (date(text, DateOrder::DayFirst), date(text, DateOrder::MonthFirst)) {
            (Some(_), None) => self.day_first += 1,
            (None, Some(_)) => self.month_first += 1,
            (None, None) => self.serial += u64::from(date(text, DateOrder::Serial).is_some()),
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                let (day_first, month_first) = (is_expected(day_first), is_expected(month_first));
                self.day_first += u64::from(day_first && !month_first);
                self.month_first += u64::from(month_first && !day_first);
            }
            _ => {}
        }
    }

    /// The order that nearly all of the dates speak for that fit no other; none where none does.
    pub fn told(&self) -> Option<DateOrder> {
        let counts = [
            (self.day_first, DateOrder::DayFirst),
            (self.month_first, DateOrder::MonthFirst),
            (self.serial, DateOrder::Serial),
        ];
        let all: u64 = counts.iter().map(|(count, _)| count).sum();
        let (most, order) = counts.into_iter().max_by_key(|(count, _)| *count)?;
        (most > 0 && most >= FAR_MORE * (all - most)).then_some(order)
    }

    /// Whether dates speak for more than one order.
    pub fn is_contested(&self) -> bool {
        let some = [self.day_first, self.month_first, self.serial].into_iter().filter(|count| *count > 0);
        some.count() > 1 && self.told().is_none() || self.has_unclear_years()
    }

    /// Whether years of two digits may stand first: they vary less than days do, and no others say where the year stands.
    fn has_unclear_years(&self) -> bool {
        !self.has_last_years && !self.last.is_empty() && self.last.len() >= self.first.len()
    }
}

/// What stands first and last in a date of three numbers of at most two digits.
fn two_digit_year(text: &str) -> Option<(u32, u32)> {
    let (first, _, last) = three_numbers(text)?;
    number(first, 2).zip(number(last, 2))
}

/// Whether the year of a date of three numbers surely stands at its end: it has four digits there, or with the first of them
/// for the year it is no day, or none that is expected, and else it is one.
fn has_last_year(text: &str, is_expected: impl Fn(NaiveDate) -> bool) -> bool {
    let Some((first, middle, last)) = three_numbers(text).filter(|(first, ..)| number(first, 2).is_some()) else {
        return false;
    };
    if last.len() == 4 {
        return year(last).is_some();
    }
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst];
    let mut year_last = orders.into_iter().filter_map(|order| date(text, order)).peekable();
    let year_first = year(first).and_then(|year| ymd(year, middle, last));
    year_last.peek().is_some() && year_first.is_none_or(|day| !is_expected(day) && year_last.any(is_expected))
}

/// Three numbers, of which that in the middle has at most two digits.
fn three_numbers(text: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ']).collect();
    let [first, middle, last] = parts[..] else { return None };
    number(middle, 2)?;
    Some((first, middle, last))
}

/// A date as ISO 8601 writes it.
pub fn iso(text: &str) -> Option<NaiveDate> {
    let has_year = text.bytes().position(|byte| byte == b'-') == Some(4);
    has_year.then(|| text.parse().ok()).flatten().filter(|day: &NaiveDate| day.year() >= EARLIEST)
}

/// The day that a text without a time of day says, in this order; none where it says none.
pub fn date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let text = text.trim();
    if let Some(iso) = iso(text) {
        return Some(iso);
    }
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower
        .split([' ', ',', '/', '-', '.', '\u{a0}', '年', '月', '日'])
        .filter(|part| !part.is_empty() && !is_weekday(part) && !BESIDE.contains(part))
        .collect();
    let month = parts.iter().position(|part| month(part).is_some());
    match (&parts[..], month) {
        ([_, _, _], Some(place)) => named(&parts, place),
        ([first, second, third], None) if first.len() == 4 => ymd(year(first)?, second, third),
        ([first, second, third], None) => match order {
            DateOrder::DayFirst => ymd(year(third)?, second, first),
            DateOrder::MonthFirst => ymd(year(third)?, first, second),
            DateOrder::Serial => None,
        },
        ([digits], None) if digits.len() == 8 => eight_digits(digits, order),
        ([digits], None) if order == DateOrder::Serial => serial(digits),
        _ => None,
    }
}

/// What says the day, and what says the time of it.
pub fn day_and_time(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let Some(colon) = text.find(':') else {
        return compact(text).or_else(|| fractional(text)).map_or((text, None), |(day, time)| (day, Some(time)));
    };
    let hour = text[..colon].trim_end_matches(|character: char| character.is_ascii_digit()).len();
    let (day, time) = text.split_at(hour);
    (day.trim_end_matches(['T', 't', ' ', ',', '\u{a0}']), Some(time))
}

/// The same of ISO 8601 without marks: `20261005T101500Z`.
fn compact(text: &str) -> Option<(&str, &str)> {
    let (day, time) = text.split_once(['T', 't'])?;
    let digits = time.bytes().take_while(u8::is_ascii_digit).count();
    (number(day, 8).is_some() && day.len() == 8 && matches!(digits, 4 | 6)).then_some((day, time))
}

/// The same of a day number of a spreadsheet: `46300.5` is noon.
fn fractional(text: &str) -> Option<(&str, &str)> {
    let (day, time) = text.split_at_checked(text.find('.')?)?;
    let is_fraction = time.len() > 1 && time[1..].bytes().all(|byte| byte.is_ascii_digit());
    (serial(day).is_some() && is_fraction).then_some((day, time))
}

/// A time of day, and the zone where it names one: `10:30`, `10:30:05.5Z`, `10:30 PM`, `10:30:05+02:00`, `10:30:05+02`.
pub fn time(text: &str) -> Option<(NaiveTime, Option<FixedOffset>)> {
    if text.starts_with('.') {
        return part_of_day(text).map(|time| (time, None));
    }
    let upper = text.trim().to_uppercase();
    let (bare, zone) = match ["Z", "UTC", "GMT"].iter().find_map(|zone| upper.strip_suffix(zone)) {
        Some(bare) => (bare.trim_end(), FixedOffset::east_opt(0)),
        None => match upper.rfind(['+', '-']) {
            Some(place) => (upper[..place].trim_end(), Some(zone(&upper[place..])?)),
            None => (upper.as_str(), None),
        },
    };
    let forms = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S%.f %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p", "%H%M%S%.f", "%H%M"];
    let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(bare, form).ok())?;
    Some((time, zone))
}

/// A fraction of a day, to the second: `.5` is noon.
fn part_of_day(fraction: &str) -> Option<NaiveTime> {
    const LAST: u64 = 86_399;
    let digits = fraction.get(1..fraction.len().min(10))?;
    let parts = 10_u64.pow(u32::try_from(digits.len()).ok()?);
    let seconds = (u64::from(number(digits, 9)?) * (LAST + 1) + parts / 2) / parts;
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds.min(LAST)).ok()?, 0)
}

/// A distance from UTC: `+02:00`, `+0200`, or as databases write it `+02`.
fn zone(text: &str) -> Option<FixedOffset> {
    let hours = number(text.get(1..)?, 2).filter(|_| text.len() == 3);
    if hours.is_some() { format!("{text}:00").parse().ok() } else { text.parse().ok() }
}

/// A date with the name of its month at this place.
fn named(parts: &[&str], place: usize) -> Option<NaiveDate> {
    let mut others = parts.iter().enumerate().filter(|(index, _)| *index != place).map(|(_, part)| *part);
    let (first, second) = (others.next()?, others.next()?);
    let (day, of_year) = if first.len() == 4 && number(first, 4).is_some() { (second, first) } else { (first, second) };
    let day = day.trim_end_matches(|character: char| character.is_alphabetic() || character == 'º');
    NaiveDate::from_ymd_opt(year(of_year)?, month(parts[place])?, number(day, 2)?)
}

/// `20261005`, or in the order of its column `05102026`: of the years that are met only one of the two is a day.
fn eight_digits(digits: &str, order: DateOrder) -> Option<NaiveDate> {
    let (first, second, last) = (digits.get(..2)?, digits.get(2..4)?, digits.get(4..)?);
    let (day, month) = match order {
        DateOrder::DayFirst => (first, second),
        DateOrder::MonthFirst => (second, first),
        DateOrder::Serial => return year_first(digits),
    };
    year_first(digits).or_else(|| ymd(year(last).filter(|year| MET.contains(year))?, month, day))
}

fn year_first(digits: &str) -> Option<NaiveDate> {
    ymd(year(digits.get(..4)?)?, digits.get(4..6)?, digits.get(6..)?)
}

/// Years that dates without any mark between their numbers are from.
const MET: std::ops::RangeInclusive<i32> = 1900..=2099;

fn ymd(year: i32, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
}

/// A year of four digits, or of two: from 1930 to 2029, as spreadsheets read them.
fn year(text: &str) -> Option<i32> {
    let number = i32::try_from(number(text, 4)?).ok()?;
    match text.len() {
        4 => Some(number).filter(|year| *year >= EARLIEST),
        2 if number < 30 => Some(2000 + number),
        2 => Some(1900 + number),
        _ => None,
    }
}

/// What says less is a year of which something is missing.
const EARLIEST: i32 = 1000;

/// Digits, at most so many.
fn number(text: &str, most: usize) -> Option<u32> {
    let is_number = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// From 1954 to 2119: what is less or more is hardly a day.
fn serial(text: &str) -> Option<NaiveDate> {
    let days = number(text, 5).filter(|days| (20_000..=80_000).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(u64::from(days)))
}

/// What stands beside the words of a date: `5 de outubro de 2026`, `segunda-feira`, `5 октября 2026 г.`
const BESIDE: [&str; 5] = ["de", "of", "the", "feira", "г"];

/// The days of the week in languages of western Europe, and what is short for them where it is no month.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "mon", "montag", "mo", "lundi", "lunes", "lunedì", "maandag", "segunda"],
    &["tuesday", "tue", "tues", "dienstag", "di", "mardi", "martes", "martedì", "dinsdag", "terça"],
    &["wednesday", "wed", "mittwoch", "mi", "mercredi", "miércoles", "mercoledì", "woensdag", "quarta"],
    &["thursday", "thu", "thur", "thurs", "donnerstag", "do", "jeudi", "jueves", "giovedì", "donderdag", "quinta"],
    &["friday", "fri", "freitag", "fr", "vendredi", "viernes", "venerdì", "vrijdag", "sexta"],
    &["saturday", "sat", "samstag", "sonnabend", "sa", "samedi", "sábado", "sabato", "zaterdag"],
    &["sunday", "sun", "sonntag", "so", "dimanche", "domingo", "domenica", "zondag"],
];

fn is_weekday(text: &str) -> bool {
    WEEKDAYS.iter().any(|names| names.contains(&text))
}

#[cfg(test)]
mod tests;
