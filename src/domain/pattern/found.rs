//! The periods that stand in a file name.

use chrono::format::{Item, StrftimeItems};
use chrono::{Datelike, NaiveDate};

use super::super::month::month;
use super::super::{Granularity, Period};

/// Digits alone are taken for a date only in these years, so that an invoice number is not one.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// What stands between the parts of a date.
const MARKS: [char; 4] = ['-', '_', '.', ' '];

/// The short names of months that mean nothing else beside a year: `set 2026` may be a set.
const ENGLISH: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The longest text that is looked at for a period, in bytes.
const LONGEST: usize = 40;

/// A period found in a file name, from byte `start` to byte `end`.
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub period: Period,
}

/// Every period in `name`, from the left, the longest form first, never inside a longer number or word.
pub fn dates(name: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut start = 0;
    while start < name.len() {
        let ends = (start + 1..=name.len().min(start + LONGEST)).rev();
        let date = is_edge(name, start).then(|| {
            let mut texts = ends.filter(|end| is_edge(name, *end)).filter_map(|end| Some((end, name.get(start..end)?)));
            texts.find_map(|(end, text)| {
                Some(Found { start, end, period: period_from(text, is_part(name, start, end))? })
            })
        });
        let date = date.flatten();
        start = date.as_ref().map_or(start + 1, |date| date.end);
        found.extend(date);
    }
    found
}

/// Every period of this granularity that stands in `name` in a form.
pub fn written_as(form: &str, name: &str, granularity: Granularity) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for start in (0..name.len()).filter(|start| is_edge(name, *start)) {
        let ends = (start + 1..=name.len().min(start + LONGEST)).rev().filter(|end| is_edge(name, *end));
        let text = |end: usize| Some((end, day_of(form, name.get(start..end)?)?));
        let dates = ends.filter_map(text);
        found.extend(
            dates.filter_map(|(end, day)| Some(Found { start, end, period: Period::containing(granularity, day)? })),
        );
    }
    found
}

/// What is wrong with a form.
pub fn fault_of_form(form: &str) -> Option<String> {
    let items: Vec<Item<'_>> = StrftimeItems::new(form).collect();
    if items.contains(&Item::Error) {
        return Some(format!("`{form}` is no strftime pattern"));
    }
    let written = NaiveDate::from_ymd_opt(2026, 10, 5)?.format(form).to_string();
    day_of(form, &written).is_none().then(|| format!("`{form}` says no year, or no month or week of it"))
}

/// The first day that a text says, where less than a day is said.
fn day_of(form: &str, text: &str) -> Option<NaiveDate> {
    let parse = |more: &str, default: &str| {
        NaiveDate::parse_from_str(&format!("{text}{default}"), &format!("{form}{more}")).ok()
    };
    parse("", "").or_else(|| parse("|%d", "|1")).or_else(|| parse("|%u", "|1")).or_else(|| parse("|%m-%d", "|1-1"))
}

/// Whether nothing that is read together stands on both sides of a place: digits, or letters.
fn is_edge(name: &str, at: usize) -> bool {
    let Some((before, behind)) = name.split_at_checked(at) else { return false };
    let (Some(before), Some(behind)) = (before.chars().next_back(), behind.chars().next()) else { return true };
    !(before.is_ascii_digit() && behind.is_ascii_digit() || before.is_alphabetic() && behind.is_alphabetic())
}

/// Whether a number goes on behind a mark before or after what stands between two places: it may be a part of another date.
fn is_part(name: &str, start: usize, end: usize) -> bool {
    let is_digit = |character: char| character.is_ascii_digit();
    let before = name[..start].strip_suffix(MARKS).is_some_and(|before| before.ends_with(is_digit));
    before || name[end..].strip_prefix(MARKS).is_some_and(|behind| behind.starts_with(is_digit))
}

fn period_from(text: &str, is_part: bool) -> Option<Period> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return compact(text);
    }
    if let Ok(period) = text.to_ascii_uppercase().parse() {
        return Some(period);
    }
    let parts: Vec<&str> = text.split(MARKS).collect();
    match parts[..] {
        [year, rest] if is_year(year) && is_two_digits(rest) => format!("{year}-{rest}").parse().ok(),
        [year, month, day] if is_year(year) && is_two_digits(month) && is_two_digits(day) => {
            // A mark is the same throughout.
            let marks = text.matches(|mark: char| !mark.is_ascii_digit()).collect::<Vec<_>>();
            (marks[0] == marks[1]).then(|| format!("{year}-{month}-{day}").parse().ok()).flatten()
        }
        _ if is_part => None,
        [first, year] if is_year(year) && is_two_digits(first) => format!("{year}-{first}").parse().ok(),
        _ => named(text),
    }
}

/// Digits without anything between them.
fn compact(text: &str) -> Option<Period> {
    let (year, rest) = text.split_at_checked(4).filter(|(year, _)| is_year(year))?;
    match rest.len() {
        0 => year.parse().ok(),
        2 => format!("{year}-{rest}").parse().ok(),
        4 => format!("{year}-{}-{}", &rest[..2], &rest[2..]).parse().ok(),
        _ => None,
    }
}

/// A month by its name beside a year, perhaps with a day: `Oct2026`, `2026 October`, `5-Oct-2026`.
fn named(text: &str) -> Option<Period> {
    let place = text.find(char::is_alphabetic)?;
    let end = text.rfind(char::is_alphabetic).map(|last| text.ceil_char_boundary(last + 1))?;
    let word = text[place..end].to_lowercase();
    let month = month(&word).filter(|_| word.chars().count() > 3 || ENGLISH.contains(&word.as_str()))?;
    let (before, behind) = (text[..place].trim_end_matches(MARKS), text[end..].trim_start_matches(MARKS));
    match (before, behind) {
        ("", year) | (year, "") if is_year(year) => format!("{year}-{month:02}").parse().ok(),
        (day, year) | (year, day) if is_year(year) && matches!(day.len(), 1 | 2) => {
            let day = NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?;
            Period::containing(Granularity::Day, day).filter(|_| YEARS.contains(&day.year()))
        }
        _ => None,
    }
}

fn is_year(text: &str) -> bool {
    text.len() == 4
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse().is_ok_and(|year: i32| YEARS.contains(&year))
}

fn is_two_digits(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())
}
