//! When a period is over and when a delivery is late, in the workspace's time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Period;
use crate::base::{Error, Result};

/// How long after the end of a period a provider may take: `5d`, `36h`, `2w`.
///
/// Days and weeks are calendar days of the time zone (a day may have 23 or 25 hours); hours are hours on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// Calendar days.
    Days(u32),
    /// Elapsed hours.
    Hours(u32),
}

impl Due {
    /// The instant after which a delivery for `period` is late.
    #[must_use]
    pub fn deadline(self, period: Period, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Days(days) => {
                let day = period.last().checked_add_days(Days::new(u64::from(days) + 1)).unwrap_or(NaiveDate::MAX);
                start_of_day(day, zone)
            }
            Self::Hours(hours) => end_of(period, zone) + TimeDelta::hours(i64::from(hours)),
        }
    }
}

/// The instant at which `period` is over: the start of the day after its last one, where the workspace is.
#[must_use]
pub fn end_of(period: Period, zone: Tz) -> DateTime<Utc> {
    let day = period.last().succ_opt().unwrap_or(NaiveDate::MAX);
    start_of_day(day, zone)
}

/// The first instant of `day` in `zone`. Where clocks skip midnight the day starts when they land.
fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    (0..=4 * 24)
        .filter_map(|quarters| midnight.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or_else(|| midnight.and_utc(), |instant| instant.with_timezone(&Utc))
}

impl FromStr for Due {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unit = text.chars().last().filter(char::is_ascii_alphabetic);
        let number = unit.and_then(|unit| text.strip_suffix(unit)).and_then(|digits| digits.parse::<u32>().ok());
        let wrong =
            || Error::usage(format!("`{text}` is not a due time")).hint("write days `5d`, weeks `2w` or hours `36h`");
        match (number.filter(|number| *number <= 10_000), unit) {
            (Some(days), Some('d')) => Ok(Self::Days(days)),
            (Some(weeks), Some('w')) => Ok(Self::Days(weeks * 7)),
            (Some(hours), Some('h')) => Ok(Self::Hours(hours)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}d"),
            Self::Hours(hours) => write!(f, "{hours}h"),
        }
    }
}

#[cfg(test)]
mod tests;
