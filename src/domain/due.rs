//! When a period is over and when a delivery is late, in the workspace's time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Period;
use crate::base::{Error, Result};

/// How long after the end of a period a provider may take: `5d`, `36h`, `2w`, `3bd`.
///
/// Days and weeks are calendar days of the time zone (a day may have 23 or 25 hours); hours are hours on the clock.
/// Business days are from Monday to Friday, without holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// Calendar days.
    Days(u32),
    /// Days on which people work.
    BusinessDays(u32),
    /// Elapsed hours.
    Hours(u32),
}

impl Due {
    /// The instant after which a delivery for what ends on this day is due no more.
    #[must_use]
    pub fn deadline(self, last: NaiveDate, zone: Tz, holidays: &[NaiveDate]) -> DateTime<Utc> {
        self.after(end_of_day(last, zone), zone, holidays)
    }

    /// The instant that is so much later.
    #[must_use]
    pub fn after(self, from: DateTime<Utc>, zone: Tz, holidays: &[NaiveDate]) -> DateTime<Utc> {
        let local = from.with_timezone(&zone).naive_local();
        let days = match self {
            Self::Hours(hours) => return from + TimeDelta::hours(i64::from(hours)),
            Self::Days(days) => u64::from(days),
            Self::BusinessDays(days) => spanned(local.date(), days, holidays),
        };
        let day = local.date().checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let is_start = start_of_day(local.date(), zone) == from;
        first_instant(if is_start { day.and_time(NaiveTime::MIN) } else { day.and_time(local.time()) }, zone)
    }
}

/// How many calendar days it takes, from the start of a day, until so many business days are over.
fn spanned(first: NaiveDate, business: u32, holidays: &[NaiveDate]) -> u64 {
    let is_free = |day: &NaiveDate| day.weekday().number_from_monday() > 5 || holidays.contains(day);
    let mut working =
        first.iter_days().enumerate().filter(|(_, day)| !is_free(day)).map(|(passed, _)| passed as u64 + 1);
    match business.checked_sub(1) {
        None => 0,
        Some(before) => working.nth(before as usize).unwrap_or(u64::from(business)),
    }
}

/// The instant at which `period` is over: the start of the day after its last one, where the workspace is.
#[must_use]
pub fn end_of(period: Period, zone: Tz) -> DateTime<Utc> {
    end_of_day(period.last(), zone)
}

/// The first instant after `day` in `zone`.
fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    start_of_day(day.succ_opt().unwrap_or(NaiveDate::MAX), zone)
}

/// The first instant of `day` in `zone`.
fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    first_instant(day.and_time(NaiveTime::MIN), zone)
}

/// The first instant at which clocks in `zone` show this time; where they skip it, when they land.
fn first_instant(time: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    (0..=4 * 24)
        .filter_map(|quarters| time.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or_else(|| time.and_utc(), |instant| instant.with_timezone(&Utc))
}

impl FromStr for Due {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.trim_end_matches(|last: char| last.is_ascii_alphabetic());
        let number = digits.parse::<u32>().ok();
        let wrong = || {
            Error::usage(format!("`{text}` is not a due time"))
                .hint("write days `5d`, business days `3bd`, weeks `2w` or hours `36h`")
        };
        match (number.filter(|number| *number <= 10_000), &text[digits.len()..]) {
            (Some(days), "d") => Ok(Self::Days(days)),
            (Some(days), "bd") => Ok(Self::BusinessDays(days)),
            (Some(weeks), "w") => Ok(Self::Days(weeks * 7)),
            (Some(hours), "h") => Ok(Self::Hours(hours)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::BusinessDays(days) => write!(f, "{days}bd"),
            Self::Hours(hours) => write!(f, "{hours}h"),
        }
    }
}

#[cfg(test)]
mod tests;
