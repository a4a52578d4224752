//! Periods follow each other without gap or overlap, in every year that can be written.
#![allow(clippy::unwrap_used, reason = "tests")]

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::due::{Due, end_of};

const ALL: [Granularity; 5] =
    [Granularity::Year, Granularity::Quarter, Granularity::Month, Granularity::Week, Granularity::Day];

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

proptest! {
    #[test]
    fn every_day_lies_in_one_period_of_each_length(
        day in date("0001-01-08").num_days_from_ce()..date("9999-12-20").num_days_from_ce(),
        granularity in prop::sample::select(ALL.to_vec()),
    ) {
        let day = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
        let Some(period) = Period::containing(granularity, day) else {
            // A week of the year 10000, or the last ones of the calendar.
            prop_assert!(day.year() == 9999);
            return Ok(());
        };
        prop_assert!(period.contains(day) && period.first() <= day && day <= period.last());
        prop_assert_eq!(Period::containing(granularity, period.first()), Some(period));
        prop_assert_eq!(Period::containing(granularity, period.last()), Some(period));
        prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
        if let Some(next) = period.next() {
            prop_assert_eq!(next.first(), period.last().succ_opt().unwrap());
            prop_assert_eq!(next.previous(), Some(period));
            prop_assert!(period < next && !next.contains(day));
            prop_assert_eq!(period.up_to(next).collect::<Vec<_>>(), [period, next]);
            prop_assert_eq!(next.trailing(1).collect::<Vec<_>>(), [period]);
        }
    }

    /// In every time zone a period ends where the next one begins, and nothing is due before that.
    #[test]
    fn deadlines_come_after_the_end_in_every_zone(
        month in 0_u32..2400,
        zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        days in 0_u32..60,
    ) {
        let first = date("1950-01-01").checked_add_months(Months::new(month)).unwrap();
        let period = Period::containing(Granularity::Month, first).unwrap();
        let end = end_of(period, zone);
        prop_assert_eq!(end.with_timezone(&zone).date_naive(), period.next().unwrap().first());
        prop_assert!((end - chrono::TimeDelta::seconds(1)).with_timezone(&zone).date_naive() <= period.last());
        prop_assert_eq!(Due::Days(0).deadline(period, zone), end);
        prop_assert_eq!(Due::Hours(0).deadline(period, zone), end);
        let due = Due::Days(days).deadline(period, zone).with_timezone(&zone).date_naive();
        let wanted = period.last().checked_add_days(Days::new(u64::from(days) + 1)).unwrap();
        prop_assert_eq!(due, wanted);
    }
}

#[test]
fn months_weeks_and_leap_days_end_where_the_calendar_says() {
    for (text, first, last) in [
        ("2028-02", "2028-02-01", "2028-02-29"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2100-02", "2100-02-01", "2100-02-28"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2027-W01", "2027-01-04", "2027-01-10"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2028", "2028-01-01", "2028-12-31"),
        ("2028-02-29", "2028-02-29", "2028-02-29"),
    ] {
        let period: Period = text.parse().unwrap();
        assert_eq!((period.first(), period.last()), (date(first), date(last)), "{text}");
    }
    for text in ["", "26", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "2025-W53", "2026-W00", "2027-02-29", "2026-1"] {
        assert!(text.parse::<Period>().is_err(), "`{text}` is a period");
    }
}

#[test]
fn clocks_that_change_move_the_end_of_a_period() {
    for (period, zone, end) in [
        ("2026-02", Tz::Europe__London, "2026-03-01T00:00:00Z"),
        ("2026-03", Tz::Europe__London, "2026-03-31T23:00:00Z"),
        ("2026-10", Tz::Europe__London, "2026-11-01T00:00:00Z"),
        // Here the clocks went forward at midnight: the day began at one.
        ("2018-11-03", Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z"),
        // Here a whole day was left out.
        ("2011-12-29", Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
    ] {
        assert_eq!(
            end_of(period.parse().unwrap(), zone),
            end.parse::<chrono::DateTime<chrono::Utc>>().unwrap(),
            "{period}"
        );
    }
}
