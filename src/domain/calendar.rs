//! A provider's own calendar: years that begin on another day, in periods of its own.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{Granularity, Period};

/// The dates that a delivery is for, both ends included, and what the provider calls them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// What it is called: `2018-P01`.
    pub label: String,
}

impl Span {
    /// Whether they have a day in common.
    #[must_use]
    pub fn meets(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.first <= last && first <= self.last
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.label)
    }
}

impl From<Period> for Span {
    fn from(period: Period) -> Self {
        Self { first: period.first(), last: period.last(), label: period.to_string() }
    }
}

/// In which periods a provider delivers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// In those of this length.
    Every(Granularity),
    /// In those of its own calendar.
    Own(Calendar),
}

impl Rhythm {
    /// Its periods that have a day in common with these dates, oldest first.
    #[must_use]
    pub fn spans(&self, first: NaiveDate, last: NaiveDate) -> Vec<Span> {
        match self {
            Self::Own(calendar) => calendar.spans(first, last),
            Self::Every(length) => {
                let ends = (Period::containing(*length, first), Period::containing(*length, last));
                let (Some(from), Some(to)) = ends else { return Vec::new() };
                from.up_to(to).map(Span::from).collect()
            }
        }
    }

    /// How one of its periods is written.
    #[must_use]
    pub fn form(&self) -> String {
        match self {
            Self::Every(length) => length.form().to_owned(),
            Self::Own(calendar) => calendar.label(2026, 1),
        }
    }

    /// Whether each of its periods lies within one of this length, so that no delivery has rows of two.
    #[must_use]
    pub fn is_within(&self, length: Granularity) -> bool {
        use Granularity::{Day, Month, Quarter, Week, Year};
        let Self::Every(own) = self else { return false };
        own == &length
            || matches!((own, length), (Day, _) | (Month, Quarter | Year) | (Quarter, Year)) && length != Week
            || (*own, length) == (Day, Week)
    }
}

/// A provider's own calendar. Its years are called by the year in which they begin.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Calendar {
    /// How a period is called: `P{n}`, or `P{n}-{year}`; the year stands before it where it has no place of its own.
    pub pattern: String,
    /// The month and the day on which a year begins.
    pub year_starts: (u32, u32),
    /// How a year is divided.
    pub division: Division,
}

/// How a year is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Division {
    /// Into so many periods of the same number of months.
    Months(u32),
    /// Into so many periods of the same number of weeks; the last one ends with the year.
    Weeks(u32),
    /// Into four quarters of three periods of so many weeks each, as retailers do. A year begins on this day of the week,
    /// the one nearest to the day it is said to begin on, and a week that is left over belongs to its last period.
    Retail {
        /// The weeks of a quarter's periods: 4, 4, 5.
        weeks: [u32; 3],
        /// The first day of a week.
        #[serde(with = "weekday")]
        from: Weekday,
    },
}

/// A day of the week as a number from Monday, 0.
mod weekday {
    use chrono::Weekday;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    pub fn serialize<S: Serializer>(day: &Weekday, serializer: S) -> Result<S::Ok, S::Error> {
        day.num_days_from_monday().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Weekday, D::Error> {
        let number = u8::deserialize(deserializer)?;
        Weekday::try_from(number).map_err(|_| de::Error::custom(format!("{number} is no day of a week")))
    }
}

/// How many days a week has.
const WEEK: u32 = 7;

/// What stands for the number of a period in a pattern.
const NUMBER: &str = "{n}";

/// What stands for the year.
const YEAR: &str = "{year}";

impl Division {
    /// A year in so many equal periods; `None` where there is no such year.
    #[must_use]
    pub fn equal(per_year: u32) -> Option<Self> {
        match per_year {
            1 | 2 | 3 | 4 | 6 | 12 => Some(Self::Months(per_year)),
            13 | 26 | 52 => Some(Self::Weeks(per_year)),
            _ => None,
        }
    }

    /// How many periods a year has.
    #[must_use]
    pub fn per_year(self) -> u32 {
        match self {
            Self::Months(per_year) | Self::Weeks(per_year) => per_year,
            Self::Retail { .. } => 12,
        }
    }
}

impl Calendar {
    /// The period of this number, from 1, of the year that begins in `year`.
    #[must_use]
    pub fn span(&self, year: i32, number: u32) -> Option<Span> {
        let per_year = self.division.per_year();
        if !(1..=per_year).contains(&number) {
            return None;
        }
        let first = self.begin(year, number)?;
        let next = if number == per_year { self.begin(year.checked_add(1)?, 1) } else { self.begin(year, number + 1) };
        let last = next?.pred_opt().filter(|last| first <= *last)?;
        Some(Span { first, last, label: self.label(year, number) })
    }

    /// The periods that have a day in common with these dates, oldest first.
    #[must_use]
    pub fn spans(&self, first: NaiveDate, last: NaiveDate) -> Vec<Span> {
        // A retail year may begin some days before its own.
        let years = first.year() - 1..=last.year() + 1;
        let numbers = 1..=self.division.per_year();
        let all = years.flat_map(|year| numbers.clone().filter_map(move |number| self.span(year, number)));
        all.filter(|span| span.meets(first, last)).collect()
    }

    /// The period that a text calls by its name, whatever its case and however the number is padded: `2018-p1`.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Span> {
        self.named(text).into_iter().find(|(range, _)| *range == (0, text.len())).map(|(_, span)| span)
    }

    /// The periods that a text names, from the left, each with where its name begins and ends.
    #[must_use]
    pub fn named(&self, text: &str) -> Vec<((usize, usize), Span)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let name = text.is_char_boundary(at).then(|| self.name_at(text, at)).flatten();
            at = name.as_ref().map_or(at + 1, |((_, end), _)| *end);
            found.extend(name);
        }
        found
    }

    /// What the period is called.
    fn label(&self, year: i32, number: u32) -> String {
        let width = self.division.per_year().to_string().len();
        self.pieces().into_iter().fold(String::new(), |label, piece| match piece {
            Piece::Text(text) => label + text,
            Piece::Gap => label + "-",
            Piece::Year => label + &format!("{year:04}"),
            Piece::Number => label + &format!("{number:0width$}"),
        })
    }

    fn name_at(&self, text: &str, start: usize) -> Option<((usize, usize), Span)> {
        let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        let digits = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
        let (mut at, mut year, mut number) = (start, None, None);
        if start > 0 && is_digit(start) && is_digit(start - 1) {
            return None;
        }
        for piece in self.pieces() {
            match piece {
                Piece::Text(word) => {
                    let here = text.get(at..at + word.len())?;
                    at += if here.eq_ignore_ascii_case(word) { word.len() } else { return None };
                }
                Piece::Gap => at += usize::from(text[at..].starts_with(['-', '_', ' ', '.'])),
                Piece::Year => {
                    year = Some(text.get(at..at + 4).filter(|_| digits(at) == 4)?.parse().ok()?);
                    at += 4;
                }
                Piece::Number => {
                    let length = digits(at);
                    number = Some(text[at..at + length].parse().ok()?);
                    at += length;
                }
            }
        }
        Some(((start, at), self.span(year?, number?)?))
    }

    fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = if self.pattern.contains(YEAR) { Vec::new() } else { vec![Piece::Year, Piece::Gap] };
        let mut rest = self.pattern.as_str();
        while let Some(at) = rest.find('{') {
            pieces.extend((at > 0).then(|| Piece::Text(&rest[..at])));
            let (piece, length) =
                if rest[at..].starts_with(YEAR) { (Piece::Year, YEAR.len()) } else { (Piece::Number, NUMBER.len()) };
            pieces.push(piece);
            rest = rest.get(at + length..).unwrap_or_default();
        }
        pieces.extend((!rest.is_empty()).then_some(Piece::Text(rest)));
        pieces
    }

    /// The day on which a period begins.
    fn begin(&self, year: i32, number: u32) -> Option<NaiveDate> {
        let (month, day) = self.year_starts;
        let start = NaiveDate::from_ymd_opt(year, month, day)?;
        let before = number - 1;
        let weeks_later = |start: NaiveDate, weeks: u32| start.checked_add_days(Days::new(u64::from(weeks * WEEK)));
        match self.division {
            Division::Months(per_year) => start.checked_add_months(Months::new(before * (12 / per_year))),
            Division::Weeks(per_year) => weeks_later(start, before * (52 / per_year)),
            Division::Retail { weeks, from } => {
                let passed: u32 = weeks.iter().cycle().take(before as usize).sum();
                weeks_later(nearest(start, from)?, passed)
            }
        }
    }
}

/// A piece of what a period is called.
enum Piece<'a> {
    Text(&'a str),
    /// A mark between year and period, or none.
    Gap,
    Year,
    Number,
}

/// The day of the week that is nearest to a date, at most three days away.
fn nearest(date: NaiveDate, wanted: Weekday) -> Option<NaiveDate> {
    let later = u64::from(wanted.days_since(date.weekday()));
    if later <= 3 { date.checked_add_days(Days::new(later)) } else { date.checked_sub_days(Days::new(7 - later)) }
}

/// What is wrong with a pattern, if anything is.
#[must_use]
pub fn fault_of(pattern: &str) -> Option<String> {
    let bare = pattern.replacen(NUMBER, "", 1).replacen(YEAR, "", 1);
    let has_digit = bare.bytes().any(|byte| byte.is_ascii_digit());
    match () {
        () if !pattern.contains(NUMBER) => {
            Some(format!("`{NUMBER}` is missing, which stands for the number of a period"))
        }
        () if bare.contains(['{', '}', '/', '*']) || bare.chars().any(char::is_control) => {
            Some(format!("only `{NUMBER}` and `{YEAR}` may stand in braces, each once"))
        }
        () if has_digit => Some("a digit beside the number can't be told from it".to_owned()),
        () if pattern.contains("{n}{year}") || pattern.contains("{year}{n}") => {
            Some("year and number can't be told apart without a mark between them".to_owned())
        }
        () => None,
    }
}

#[cfg(test)]
mod tests;
