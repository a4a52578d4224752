//! Periods: yearly to daily, parsed and ordered as time.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use crate::base::{Error, Result};

/// How long the periods of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// `2026`
    Year,
    /// `2026-Q3`
    Quarter,
    /// `2026-10`
    Month,
    /// `2026-W41`, an ISO week, Monday to Sunday
    Week,
    /// `2026-10-05`
    Day,
}

impl Granularity {
    /// How a period of this length is written.
    #[must_use]
    pub fn form(self) -> &'static str {
        match self {
            Self::Year => "2026",
            Self::Quarter => "2026-Q3",
            Self::Month => "2026-10",
            Self::Week => "2026-W41",
            Self::Day => "2026-10-05",
        }
    }
}

/// One period. Ordered by its first day; of two that start together the longer comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    granularity: Granularity,
    first: NaiveDate,
}

impl Period {
    /// The period of this length that holds `date`.
    ///
    /// Returns `None` where the period would begin before or end after the years 0001 to 9999.
    #[must_use]
    pub fn containing(granularity: Granularity, date: NaiveDate) -> Option<Self> {
        let first = match granularity {
            Granularity::Year => NaiveDate::from_ymd_opt(date.year(), 1, 1),
            Granularity::Quarter => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1),
            Granularity::Month => date.with_day(1),
            Granularity::Week => date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday()))),
            Granularity::Day => Some(date),
        }?;
        let period = Self { granularity, first };
        let written_year = period.written_year();
        let in_reach = (1..=9999).contains(&written_year) && (1..=9999).contains(&period.last().year());
        in_reach.then_some(period)
    }

    /// How long this period is.
    #[must_use]
    pub fn granularity(self) -> Granularity {
        self.granularity
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day, included.
    #[must_use]
    pub fn last(self) -> NaiveDate {
        self.day_after().and_then(|day| day.pred_opt()).unwrap_or(NaiveDate::MAX)
    }

    /// Whether `date` lies in it.
    #[must_use]
    pub fn contains(self, date: NaiveDate) -> bool {
        self.first <= date && date <= self.last()
    }

    /// The period right after, `None` past the year 9999.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::containing(self.granularity, self.day_after()?)
    }

    /// The period right before, `None` before the year 1.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        Self::containing(self.granularity, self.first.pred_opt()?)
    }

    /// This period and the later ones up to `last`, in order.
    pub fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |period| period.next()).take_while(move |period| period.first <= last.first)
    }

    /// The `count` periods right before this one, newest first.
    pub fn trailing(self, count: usize) -> impl Iterator<Item = Self> {
        std::iter::successors(self.previous(), |period| period.previous()).take(count)
    }

    fn day_after(self) -> Option<NaiveDate> {
        match self.granularity {
            Granularity::Year => self.first.checked_add_months(Months::new(12)),
            Granularity::Quarter => self.first.checked_add_months(Months::new(3)),
            Granularity::Month => self.first.checked_add_months(Months::new(1)),
            Granularity::Week => self.first.checked_add_days(Days::new(7)),
            Granularity::Day => self.first.succ_opt(),
        }
    }

    /// The year in its name: for a week the ISO year, which may differ from that of its first day.
    fn written_year(self) -> i32 {
        match self.granularity {
            Granularity::Week => self.first.iso_week().year(),
            _ => self.first.year(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.written_year();
        let text = match self.granularity {
            Granularity::Year => format!("{year:04}"),
            Granularity::Quarter => format!("{year:04}-Q{}", self.first.month0() / 3 + 1),
            Granularity::Month => format!("{year:04}-{:02}", self.first.month()),
            Granularity::Week => format!("{year:04}-W{:02}", self.first.iso_week().week()),
            Granularity::Day => format!("{year:04}-{:02}-{:02}", self.first.month(), self.first.day()),
        };
        f.pad(&text)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a period"))
                .hint("write a year 2026, quarter 2026-Q3, month 2026-10, ISO week 2026-W41 or day 2026-10-05")
        })
    }
}

fn parse(text: &str) -> Option<Period> {
    let digits = |text: &str, width: usize| -> Option<u32> {
        (text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let mut parts = text.split('-');
    let year = i32::try_from(digits(parts.next()?, 4)?).ok()?;
    let (second, third) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (granularity, first) = match (second, third) {
        (None, None) => (Granularity::Year, NaiveDate::from_ymd_opt(year, 1, 1)?),
        (Some(month), Some(day)) => {
            (Granularity::Day, NaiveDate::from_ymd_opt(year, digits(month, 2)?, digits(day, 2)?)?)
        }
        (Some(part), None) => {
            if let Some(quarter) = part.strip_prefix('Q') {
                let quarter = digits(quarter, 1).filter(|quarter| (1..=4).contains(quarter))?;
                (Granularity::Quarter, NaiveDate::from_ymd_opt(year, quarter * 3 - 2, 1)?)
            } else if let Some(week) = part.strip_prefix('W') {
                (Granularity::Week, NaiveDate::from_isoywd_opt(year, digits(week, 2)?, Weekday::Mon)?)
            } else {
                (Granularity::Month, NaiveDate::from_ymd_opt(year, digits(part, 2)?, 1)?)
            }
        }
        (None, Some(_)) => return None,
    };
    Period::containing(granularity, first)
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.first.cmp(&other.first).then(self.granularity.cmp(&other.granularity))
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests;
