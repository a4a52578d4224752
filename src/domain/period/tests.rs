//! Periods are time: written, ordered, lined up without gap or overlap.

use proptest::prelude::*;

use super::*;

const ALL: [Granularity; 5] =
    [Granularity::Year, Granularity::Quarter, Granularity::Month, Granularity::Week, Granularity::Day];

fn at(text: &str) -> Period {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn granularity() -> impl Strategy<Value = Granularity> {
    prop::sample::select(&ALL[..])
}

/// Any day that has periods of every length around it.
fn day() -> impl Strategy<Value = NaiveDate> {
    (date("0002-01-01").num_days_from_ce()..date("9999-01-01").num_days_from_ce())
        .prop_map(|days| NaiveDate::from_num_days_from_ce_opt(days).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(granularity in granularity(), day in day()) {
        let period = Period::containing(granularity, day).unwrap();
        prop_assert_eq!(at(&period.to_string()), period);
        prop_assert_eq!(period.to_string().len(), granularity.form().len());
        let json = serde_json::to_string(&period).unwrap();
        prop_assert_eq!(serde_json::from_str::<Period>(&json).unwrap(), period);
    }

    #[test]
    fn a_period_holds_its_days_and_no_other(granularity in granularity(), day in day()) {
        let period = Period::containing(granularity, day).unwrap();
        prop_assert!(period.contains(day) && period.first() <= day && day <= period.last());
        for inside in [period.first(), period.last()] {
            prop_assert_eq!(Period::containing(granularity, inside), Some(period));
        }
        prop_assert!(!period.contains(period.first().pred_opt().unwrap()));
        prop_assert!(!period.contains(period.last().succ_opt().unwrap()));
    }

    #[test]
    fn neighbours_touch_and_lead_back(granularity in granularity(), day in day()) {
        let period = Period::containing(granularity, day).unwrap();
        let (before, after) = (period.previous().unwrap(), period.next().unwrap());
        prop_assert_eq!(before.last().succ_opt(), Some(period.first()));
        prop_assert_eq!(period.last().succ_opt(), Some(after.first()));
        prop_assert_eq!((before.next(), after.previous()), (Some(period), Some(period)));
        prop_assert!(before < period && period < after);
    }

    #[test]
    fn order_is_time(granularity in granularity(), one in day(), other in day()) {
        let (a, b) = (Period::containing(granularity, one).unwrap(), Period::containing(granularity, other).unwrap());
        prop_assert_eq!(a.cmp(&b), a.first().cmp(&b.first()));
        prop_assert_eq!(a.to_string() == b.to_string(), a == b);
        if a.last() < other {
            prop_assert!(a < b);
        }
    }

    #[test]
    fn a_run_of_periods_tiles_the_calendar(granularity in granularity(), day in day(), count in 1_usize..60) {
        let first = Period::containing(granularity, day).unwrap();
        let run: Vec<Period> = std::iter::successors(Some(first), |period| period.next()).take(count).collect();
        let last = *run.last().unwrap();
        prop_assert_eq!(first.up_to(last).collect::<Vec<_>>(), run.clone());
        for pair in run.windows(2) {
            prop_assert_eq!(pair[0].last().succ_opt(), Some(pair[1].first()));
        }
        let days: i64 = run.iter().map(|period| (period.last() - period.first()).num_days() + 1).sum();
        prop_assert_eq!(days, (last.last() - first.first()).num_days() + 1);
        let mut back: Vec<Period> = last.trailing(run.len() - 1).collect();
        back.reverse();
        prop_assert_eq!(back, run[..run.len() - 1].to_vec());
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9QW.-]{0,12}|\\PC{0,12}") {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
        }
    }
}

#[test]
fn each_length_has_its_days() {
    for (text, first, last) in [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026-04", "2026-04-01", "2026-04-30"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-10-05", "2026-10-05", "2026-10-05"),
        // 29 February is there in leap years only: 2000 is one, 1900 and 2100 are none.
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("2100-02", "2100-02-01", "2100-02-28"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        // ISO weeks: the year is that of the Thursday.
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2027-W01", "2027-01-04", "2027-01-10"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2021-W01", "2021-01-04", "2021-01-10"),
        ("2025-W01", "2024-12-30", "2025-01-05"),
        ("2024-W52", "2024-12-23", "2024-12-29"),
    ] {
        assert_eq!((at(text).first(), at(text).last()), (date(first), date(last)), "{text}");
    }
}

#[test]
fn neighbours_cross_months_and_years() {
    for (one, next) in [
        ("2025", "2026"),
        ("2025-Q4", "2026-Q1"),
        ("2025-12", "2026-01"),
        ("2026-W53", "2027-W01"),
        ("2025-W52", "2026-W01"),
        ("2024-02-28", "2024-02-29"),
        ("2024-02-29", "2024-03-01"),
        ("2026-02-28", "2026-03-01"),
        ("2026-12-31", "2027-01-01"),
    ] {
        assert_eq!((at(one).next(), at(next).previous()), (Some(at(next)), Some(at(one))), "{one}");
    }
}

#[test]
fn a_longer_period_comes_before_a_shorter_one_of_the_same_first_day() {
    let mut periods: Vec<Period> =
        ["2024-01-01", "2024-W01", "2024-01", "2024-Q1", "2024", "2023-12", "2024-01-02"].map(at).to_vec();
    periods.sort();
    assert_eq!(periods, ["2023-12", "2024", "2024-Q1", "2024-01", "2024-W01", "2024-01-01", "2024-01-02"].map(at));
}

#[test]
fn what_is_no_period_is_refused() {
    for text in [
        "",
        "26",
        "02026",
        "2026-",
        "2026-0",
        "2026-13",
        "2026-00",
        "2026-Q0",
        "2026-Q5",
        "2026-q1",
        "2026-W00",
        "2026-w10",
        "2025-W53",
        "2026-W54",
        "2026-02-29",
        "2024-02-30",
        "2026-10-5",
        "2026-10-05-1",
        "0000",
        "+026",
        " 2026",
        "2026 ",
        "٢٠٢٦",
        "2026-Q03",
        "2026-W1",
    ] {
        let error = text.parse::<Period>().unwrap_err();
        assert!(error.message().contains(&format!("`{text}`")), "{error}");
    }
}

#[test]
fn the_calendar_has_ends() {
    assert_eq!((at("0001").previous(), at("9999").next()), (None, None));
    assert_eq!((at("0001-01-01").previous(), at("9999-12-31").next()), (None, None));
    assert_eq!(at("9998").up_to(at("9999")).count(), 2);
    assert_eq!(at("2026").up_to(at("2025")).count(), 0);
    assert_eq!(at("0003").trailing(10).collect::<Vec<_>>(), ["0002", "0001"].map(at));
}
