//! Calendars of years that begin and end on other days.

#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn calendar(pattern: &str, year_starts: (u32, u32), division: Division) -> Calendar {
    assert_eq!(fault_of(pattern), None);
    Calendar { pattern: pattern.to_owned(), year_starts, division }
}

fn fiscal() -> Calendar {
    calendar("P{n}", (4, 1), Division::equal(13).unwrap())
}

fn dates(span: &Span) -> (String, String) {
    (span.first.to_string(), span.last.to_string())
}

#[test]
fn a_year_of_thirteen_periods_has_four_weeks_in_each_and_the_rest_in_the_last() {
    let expected = [
        (1, "2018-04-01", "2018-04-28"),
        (2, "2018-04-29", "2018-05-26"),
        (12, "2019-02-03", "2019-03-02"),
        (13, "2019-03-03", "2019-03-31"),
    ];
    for (number, first, last) in expected {
        let span = fiscal().span(2018, number).unwrap();
        assert_eq!(dates(&span), (first.to_owned(), last.to_owned()));
        assert_eq!(span.label, format!("2018-P{number:02}"));
    }
    assert_eq!((fiscal().span(2018, 0), fiscal().span(2018, 14)), (None, None));
}

/// The year that the National Retail Federation publishes: 2023 had 53 weeks, from 2023-01-29 to 2024-02-03.
#[test]
fn a_retail_year_begins_with_the_nearest_week_and_its_last_period_takes_the_week_that_is_left_over() {
    let weeks = calendar("P{n}", (2, 1), Division::Retail { weeks: [4, 5, 4], from: Weekday::Sun });
    for (year, number, first, last) in [
        (2023, 1, "2023-01-29", "2023-02-25"),
        (2023, 2, "2023-02-26", "2023-04-01"),
        (2023, 12, "2023-12-31", "2024-02-03"),
        (2024, 1, "2024-02-04", "2024-03-02"),
        (2024, 12, "2025-01-05", "2025-02-01"),
    ] {
        assert_eq!(dates(&weeks.span(year, number).unwrap()), (first.to_owned(), last.to_owned()), "{year} {number}");
    }
}

#[test]
fn the_periods_of_a_month_are_those_with_a_day_in_it() {
    let labels = |first: &str, last: &str| -> Vec<String> {
        fiscal().spans(date(first), date(last)).iter().map(ToString::to_string).collect()
    };
    assert_eq!(labels("2018-04-01", "2018-04-30"), ["2018-P01", "2018-P02"]);
    assert_eq!(labels("2019-03-01", "2019-03-31"), ["2018-P12", "2018-P13"]);
}

#[test]
fn a_period_is_read_however_its_number_is_padded() {
    for text in ["2018-P01", "2018-P1", "2018p01", "2018_P01", "2018 p1"] {
        assert_eq!(fiscal().parse(text), fiscal().span(2018, 1), "{text}");
    }
    for text in ["2018-P14", "2018-P0", "P01", "2018-P", "12018-P01", "2018-P01x"] {
        assert_eq!(fiscal().parse(text), None, "{text}");
    }
    let year_last = calendar("Period {n} of {year}", (1, 1), Division::equal(4).unwrap());
    let named = year_last.named("spend, period 2 of 2024, final.csv");
    assert_eq!(named, [((7, 23), year_last.span(2024, 2).unwrap())]);
    assert_eq!(named[0].1.label, "Period 2 of 2024");
}

#[test]
fn a_pattern_that_could_not_be_read_back_is_refused() {
    for pattern in ["P", "P{n}{year}", "P2{n}", "{n}/{year}", "{n}{m}", "{n}*", "{n}{n}"] {
        assert!(fault_of(pattern).is_some(), "{pattern}");
    }
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let equal = prop_oneof![Just(1), Just(2), Just(3), Just(4), Just(6), Just(12), Just(13), Just(26), Just(52)]
        .prop_map(|per_year| Division::equal(per_year).unwrap());
    let retail = (prop_oneof![Just([4, 4, 5]), Just([4, 5, 4]), Just([5, 4, 4])], 0_u8..7)
        .prop_map(|(weeks, from)| Division::Retail { weeks, from: Weekday::try_from(from).unwrap() });
    (prop_oneof![equal, retail], 1_u32..=12, 1_u32..=28)
        .prop_map(|(division, month, day)| calendar("P{n}", (month, day), division))
}

proptest! {
    #[test]
    fn the_periods_of_years_follow_each_other_without_gap_or_overlap(
        calendar in any_calendar(),
        year in 1990_i32..2090,
    ) {
        let all: Vec<Span> = (year..year + 3)
            .flat_map(|year| (1..=calendar.division.per_year()).map(move |number| (year, number)))
            .map(|(year, number)| calendar.span(year, number).unwrap())
            .collect();
        for pair in all.windows(2) {
            assert_eq!(pair[0].last.succ_opt(), Some(pair[1].first));
        }
        for span in &all {
            assert!(span.first <= span.last);
            assert_eq!(calendar.parse(&span.label).as_ref(), Some(span));
        }
    }

    #[test]
    fn a_name_of_any_text_is_looked_for_without_harm(calendar in any_calendar(), text in any::<String>()) {
        let _ = calendar.named(&text);
    }
}
