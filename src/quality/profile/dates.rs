//! The measures of days.

use chrono::{Datelike, Days, NaiveDate};
use polars::prelude::PlHashMap;

use super::bins::{Bins, Nested};
use crate::domain::profile::{CalendarUnit, DateProfile, MOST_BINS};

/// How many bins there are before they get wider: ten years of days.
const FINE_BINS: usize = 1 << 12;

/// A day, month, year, decade or century, numbered as time runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct CalendarBin(i32);

/// The units by level.
const UNITS: [CalendarUnit; 5] =
    [CalendarUnit::Day, CalendarUnit::Month, CalendarUnit::Year, CalendarUnit::Decade, CalendarUnit::Century];

impl CalendarBin {
    fn of(date: NaiveDate, level: u8) -> Self {
        let year = date.year();
        Self(match level {
            0 => date.num_days_from_ce(),
            1 => year * 12 + i32::try_from(date.month0()).unwrap_or(0),
            2 => year,
            3 => year.div_euclid(10),
            _ => year.div_euclid(100),
        })
    }

    fn shown(self, unit: CalendarUnit) -> String {
        match unit {
            CalendarUnit::Day => day(self.0).map_or_else(|| format!("day {}", self.0), |date| date.to_string()),
            CalendarUnit::Month => format!("{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1),
            CalendarUnit::Year => format!("{:04}", self.0),
            CalendarUnit::Decade => format!("{:04}s", self.0 * 10),
            CalendarUnit::Century => format!("{:04} to {:04}", self.0 * 100, self.0 * 100 + 99),
        }
    }
}

fn day(number: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(number)
}

impl Nested for CalendarBin {
    const WIDEST: u8 = 4;

    fn wider(&self, level: u8) -> Self {
        match level {
            0 => day(self.0).map_or(*self, |date| Self::of(date, 1)),
            1 => Self(self.0.div_euclid(12)),
            _ => Self(self.0.div_euclid(10)),
        }
    }
}

/// What can be counted of days in any order.
#[derive(Debug)]
pub(super) struct DateTally {
    /// Not yet counted by the calendar: most columns have few different days.
    days: PlHashMap<i64, u64>,
    weekdays: [u64; 7],
    months: [u64; 12],
    bins: Bins<CalendarBin>,
}

impl Default for DateTally {
    fn default() -> Self {
        Self { days: PlHashMap::default(), weekdays: [0; 7], months: [0; 12], bins: Bins::new(FINE_BINS) }
    }
}

impl DateTally {
    /// One more day, counted from 1970-01-01, so many times; one that no calendar has is left out.
    pub(super) fn add(&mut self, days: i64, times: u64) {
        *self.days.entry(days).or_insert(0) += times;
        if self.days.len() > FINE_BINS {
            self.settle();
        }
    }

    fn settle(&mut self) {
        for (days, times) in std::mem::take(&mut self.days) {
            self.count(days, times);
        }
    }

    fn count(&mut self, days: i64, times: u64) {
        let distance = Days::new(days.unsigned_abs());
        let epoch = NaiveDate::default();
        let date = if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) };
        let Some(date) = date else { return };
        self.weekdays[date.weekday().num_days_from_monday() as usize] += times;
        self.months[date.month0() as usize] += times;
        self.bins.add(|level| CalendarBin::of(date, level), times);
    }

    /// What was counted; none of nothing.
    pub(super) fn finish(mut self) -> Option<DateProfile> {
        self.settle();
        let Self { weekdays, months, bins, .. } = self;
        let bins = bins.at_most(MOST_BINS);
        let unit = UNITS[usize::from(bins.level())];
        let histogram: Vec<(String, u64)> =
            bins.sorted().into_iter().map(|(bin, times)| (bin.shown(unit), times)).collect();
        (!histogram.is_empty()).then_some(DateProfile { weekdays, months, unit, histogram })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(days: impl IntoIterator<Item = i64>) -> DateProfile {
        let mut tally = DateTally::default();
        days.into_iter().for_each(|day| tally.add(day, 2));
        tally.finish().unwrap()
    }

    #[test]
    fn days_are_counted_by_the_finest_unit_that_is_short_enough() {
        // 1970-01-01 was a Thursday.
        let week = of(0..7);
        assert_eq!((week.weekdays, week.months[0], week.unit), ([2; 7], 14, CalendarUnit::Day));
        assert_eq!(week.histogram[0], ("1970-01-01".to_owned(), 2));
        let year = of(0..365);
        assert_eq!((year.unit, year.histogram.len(), year.months[1]), (CalendarUnit::Month, 12, 56));
        assert_eq!(year.histogram[11], ("1970-12".to_owned(), 62));
        let centuries = of((-2000..2000).map(|year| year * 365));
        assert_eq!((centuries.unit, &*centuries.histogram[0].0), (CalendarUnit::Century, "-100 to -001"));
        assert_eq!(of([0, i64::MAX, i64::MIN]).weekdays.iter().sum::<u64>(), 2);
        assert_eq!(of(-1..0).histogram[0].0, "1969-12-31");
    }
}
