//! Deadlines, where clocks jump.

use chrono_tz::America::{Havana, New_York, Sao_Paulo};
use chrono_tz::Europe::London;
use chrono_tz::Pacific::Apia;
use proptest::prelude::*;

use super::*;
use crate::domain::Granularity;
use crate::domain::testing::{instant, period};

fn deadline(due: &str, of: &str, zone: Tz) -> DateTime<Utc> {
    due.parse::<Due>().unwrap().deadline(period(of).last(), zone, &[])
}

#[test]
fn days_are_those_of_the_calendar_and_hours_those_of_the_clock() {
    for (due, of, zone, at) in [
        // A deadline of five days falls at the end of the fifth day.
        ("5d", "2026-10", London, "2026-11-06T00:00:00Z"),
        ("0d", "2026-10", London, "2026-11-01T00:00:00Z"),
        ("1w", "2026-01", London, "2026-02-08T00:00:00Z"),
        ("36h", "2026-10", London, "2026-11-02T12:00:00Z"),
        // In summer London is an hour ahead.
        ("5d", "2026-06", London, "2026-07-05T23:00:00Z"),
        // Clocks go forward on 29 March 2026 in London: that day has 23 hours.
        ("1d", "2026-03-28", London, "2026-03-29T23:00:00Z"),
        ("24h", "2026-03-28", London, "2026-03-30T00:00:00Z"),
        ("36h", "2026-03-28", London, "2026-03-30T12:00:00Z"),
        // They go back on 25 October: that day has 25.
        ("1d", "2026-10-24", London, "2026-10-26T00:00:00Z"),
        ("24h", "2026-10-24", London, "2026-10-25T23:00:00Z"),
        ("36h", "2026-10-24", London, "2026-10-26T11:00:00Z"),
        // New York: forward on 8 March, back on 1 November.
        ("1d", "2026-03-07", New_York, "2026-03-09T04:00:00Z"),
        ("24h", "2026-03-07", New_York, "2026-03-09T05:00:00Z"),
        ("1d", "2026-10", New_York, "2026-11-02T05:00:00Z"),
        ("24h", "2026-10", New_York, "2026-11-02T04:00:00Z"),
        ("36h", "2026-10", New_York, "2026-11-02T16:00:00Z"),
        // Leap day, month ends, week 53.
        ("1d", "2024-02-28", London, "2024-03-01T00:00:00Z"),
        ("1d", "2024-02", London, "2024-03-02T00:00:00Z"),
        ("1d", "2026-02", London, "2026-03-02T00:00:00Z"),
        ("2d", "2026-W53", London, "2027-01-06T00:00:00Z"),
    ] {
        assert_eq!(deadline(due, of, zone), instant(at), "{due} after {of} in {zone}");
    }
}

#[test]
fn business_days_leave_out_weekends_and_holidays() {
    let christmas = ["2026-12-25", "2026-12-28"].map(|day| day.parse().unwrap());
    for (due, of, at) in [
        // October ends on a Saturday.
        ("0bd", "2026-10", "2026-11-01T00:00:00Z"),
        ("1bd", "2026-10", "2026-11-03T00:00:00Z"),
        ("5bd", "2026-10", "2026-11-07T00:00:00Z"),
        ("6bd", "2026-10", "2026-11-10T00:00:00Z"),
        // 24 December is a Thursday; Friday and Monday are free.
        ("1bd", "2026-12-24", "2026-12-30T00:00:00Z"),
        ("2bd", "2026-12-23", "2026-12-30T00:00:00Z"),
    ] {
        assert_eq!(
            due.parse::<Due>().unwrap().deadline(period(of).last(), London, &christmas),
            instant(at),
            "{due} after {of}"
        );
    }
}

#[test]
fn time_is_added_to_what_is_due_in_the_middle_of_a_day() {
    let due: Due = "36h".parse().unwrap();
    let noon = due.deadline(period("2026-03-27").last(), London, &[]);
    assert_eq!(noon, instant("2026-03-29T12:00:00Z"), "one o'clock by then: clocks went forward");
    assert_eq!(Due::Days(1).after(noon, London, &[]), instant("2026-03-30T12:00:00Z"));
}

#[test]
fn a_period_ends_where_the_workspace_is() {
    for (of, zone, at) in [
        ("2026-10", London, "2026-11-01T00:00:00Z"),
        ("2026-06", London, "2026-06-30T23:00:00Z"),
        ("2026-10", New_York, "2026-11-01T04:00:00Z"),
        ("2026-11", New_York, "2026-12-01T05:00:00Z"),
        ("2026-W53", London, "2027-01-04T00:00:00Z"),
    ] {
        assert_eq!(end_of(period(of), zone), instant(at), "{of} in {zone}");
    }
}

#[test]
fn a_midnight_that_does_not_exist_is_when_clocks_land() {
    // In Sao Paulo clocks jumped from 00:00 to 01:00 on 4 November 2018, in Havana on 8 March 2026.
    assert_eq!(end_of(period("2018-11-03"), Sao_Paulo), instant("2018-11-04T03:00:00Z"));
    assert_eq!(deadline("1d", "2018-11-02", Sao_Paulo), instant("2018-11-04T03:00:00Z"));
    assert_eq!(end_of(period("2026-03-07"), Havana), instant("2026-03-08T05:00:00Z"));
}

#[test]
fn a_midnight_that_comes_twice_is_the_first() {
    // In Havana clocks go back from 01:00 to 00:00 on 1 November 2026: 00:00 comes at 04:00 and at 05:00 UTC.
    assert_eq!(end_of(period("2026-10-31"), Havana), instant("2026-11-01T04:00:00Z"));
    assert_eq!(deadline("24h", "2026-10-31", Havana), instant("2026-11-02T04:00:00Z"));
    assert_eq!(deadline("1d", "2026-10-31", Havana), instant("2026-11-02T05:00:00Z"));
}

#[test]
fn a_day_that_a_country_left_out_has_no_deadline_of_its_own() {
    // Samoa had no 30 December 2011; whatever comes of it lies between its neighbours.
    let ends: Vec<_> =
        ["2011-12-28", "2011-12-29", "2011-12-30", "2011-12-31"].map(|day| end_of(period(day), Apia)).into();
    assert!(ends.is_sorted(), "{ends:?}");
}

#[test]
fn what_is_no_due_time_is_refused() {
    for text in ["", "5", "d", "-1d", "5D", "5 d", "1.5d", "10001d", "99999999999h", "5m", "d5", "５d"] {
        assert!(text.parse::<Due>().is_err(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_deadline_is_never_before_the_end_and_later_with_more_time(
        days in 0_u32..4000, day in 0_i32..36_500, zone in prop::sample::select(&[London, New_York, Havana, Tz::UTC][..]),
    ) {
        let first = NaiveDate::from_ymd_opt(1995, 1, 1).unwrap() + Days::new(day.unsigned_abs().into());
        let period = Period::containing(Granularity::Day, first).unwrap();
        let end = end_of(period, zone);
        prop_assert_eq!(Due::Days(0).deadline(period.last(), zone, &[]), end);
        prop_assert_eq!(Due::Hours(0).deadline(period.last(), zone, &[]), end);
        let by_days = Due::Days(days).deadline(period.last(), zone, &[]);
        let by_hours = Due::Hours(days * 24).deadline(period.last(), zone, &[]);
        prop_assert!(end <= by_days && by_days < Due::Days(days + 1).deadline(period.last(), zone, &[]));
        // Clocks jump by an hour, so that counting days and counting hours differ by no more.
        prop_assert!((by_days - by_hours).abs() <= TimeDelta::hours(1));
        prop_assert!(end < end_of(period.next().unwrap(), zone));
    }

    #[test]
    fn what_is_written_reads_back(number in 0_u32..10_001, hours in any::<bool>()) {
        let due = if hours { Due::Hours(number) } else { Due::Days(number) };
        prop_assert_eq!(due.to_string().parse::<Due>().unwrap(), due);
    }
}
