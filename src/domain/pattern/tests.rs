//! What file names say of periods.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

fn period(pattern: &str, name: &str, granularity: Granularity) -> Option<Result<String, String>> {
    match FilePattern::parse(pattern).unwrap().meant(name, &Rhythm::Every(granularity))? {
        Meant::For(span) => Some(Ok(span.label)),
        Meant::Unclear(why) => Some(Err(why)),
        Meant::ByRows => panic!("{pattern} names a period"),
    }
}

#[test]
fn a_name_says_its_period_in_every_form() {
    use Granularity::{Day, Month, Quarter, Week, Year};
    for (pattern, name, granularity, expected) in [
        ("{period}*.csv", "2026-10.csv", Month, "2026-10"),
        ("{period}*.csv", "2026-10_final.CSV", Month, "2026-10"),
        ("*{period}*.csv", "Slips 202610 v2.csv", Month, "2026-10"),
        ("slips_*_{period}.csv", "SLIPS_north_2026-10.csv", Month, "2026-10"),
        ("*{period}.parquet", "b123456-2026-q3.parquet", Quarter, "2026-Q3"),
        ("{period}.csv", "2026-W53.csv", Week, "2026-W53"),
        ("spend{period}.csv", "spend20240229.csv", Day, "2024-02-29"),
        ("{period}.csv", "2026.csv", Year, "2026"),
        ("*{period}*", "order 1234567 of 2026-10.csv", Month, "2026-10"),
        ("*{period}*", "no 2026091 of 2026-10.csv", Month, "2026-10"),
        ("*{period}*.csv", "spend_2026_10.csv", Month, "2026-10"),
        ("*{period}*.csv", "Spend Oct 2026 v2.csv", Month, "2026-10"),
        ("*{period}*.csv", "Feb2020.csv", Month, "2020-02"),
        ("*{period}*.csv", "ausgaben-märz-2026.csv", Month, "2026-03"),
        ("*{period}*.csv", "spend 10-2026.csv", Month, "2026-10"),
        ("*{period}*.csv", "5 Oct 2026.csv", Day, "2026-10-05"),
        ("*{period}*.csv", "till 2026.10.05.csv", Day, "2026-10-05"),
        ("*{period}*.csv", "may 2026-10.csv", Month, "2026-10"),
        ("{period:%m-%d-%Y}.csv", "03-04-2020.csv", Day, "2020-03-04"),
        ("{period:%m-%d-%Y}.csv", "03-04-2020.csv", Month, "2020-03"),
        ("*_{period:%d%m%y}*.csv", "till_050126_3.csv", Day, "2026-01-05"),
        ("*{period:%b-%y}.csv", "Spend-Mar-20.csv", Month, "2020-03"),
        ("{period:%G week %V}.csv", "2026 week 41.csv", Week, "2026-W41"),
    ] {
        assert_eq!(period(pattern, name, granularity), Some(Ok(expected.to_owned())), "{pattern} {name}");
    }
}

#[test]
fn another_file_is_not_meant() {
    for name in ["2026-10.txt", "notes.csv.bak"] {
        assert_eq!(period("{period}*.csv", name, Granularity::Month), None, "{name}");
    }
}

#[test]
fn a_name_of_the_right_shape_without_a_period_says_why() {
    let day = period("*{period}*.csv", "sales-2026-10-05.csv", Granularity::Month).unwrap().unwrap_err();
    assert_eq!(
        day,
        "`2026-10-05` in the name is a period of another length; the dataset's periods look like `2026-10`"
    );
    let none = period("sales{period}.csv", "sales-october.csv", Granularity::Month).unwrap().unwrap_err();
    assert_eq!(none, "no period where the pattern has `{period}`; the dataset's periods look like `2026-10`");
    assert!(period("{period}.csv", "x2026-10.csv", Granularity::Month).unwrap().is_err());
    let two = period("*{period}*.csv", "2026-09 to 2026-10.csv", Granularity::Month).unwrap().unwrap_err();
    assert!(two.contains("`2026-09` and `2026-10`"), "{two}");
    for unclear in ["03-04-2020.csv", "set 2026.csv"] {
        assert!(period("*{period}*.csv", unclear, Granularity::Month).unwrap().is_err(), "{unclear}");
    }
    let other = period("{period:%m-%d-%Y}.csv", "13-04-2026.csv", Granularity::Month).unwrap().unwrap_err();
    assert_eq!(other, "nothing is written as `%m-%d-%Y` where the pattern has the period");
    assert!(period("{period}.csv", "2026-13.csv", Granularity::Month).unwrap().is_err());
    for wrong in ["2026-13", "2026-9"] {
        let said = period("{period}*.csv", &format!("{wrong}.csv"), Granularity::Month).unwrap().unwrap_err();
        let expected = format!("`{wrong}` in the name is no period; the dataset's periods look like `2026-10`");
        assert_eq!(said, expected);
    }
}

#[test]
fn a_pattern_without_a_period_leaves_that_to_the_rows() {
    let pattern = FilePattern::parse("sales*.csv").unwrap();
    let rhythm = Rhythm::Every(Granularity::Month);
    assert_eq!(pattern.meant("Sales 2026-13.csv", &rhythm), Some(Meant::ByRows));
    assert_eq!(pattern.meant("notes.csv", &rhythm), None);
}

#[test]
fn patterns_with_more_than_a_name_are_refused() {
    for text in [
        "{period}{period}.csv",
        "{period}/{x}.csv",
        "../{period}.csv",
        "{periods}.csv",
        "{period.csv",
        "{period:%m-%d}.csv",
        "{period:%!}.csv",
        "{period:}.csv",
    ] {
        assert!(FilePattern::parse(text).is_err(), "{text}");
    }
}

#[test]
fn many_stars_do_not_blow_up() {
    let pattern = format!("{}{{period}}", "*a".repeat(40));
    assert!(period(&pattern, &"a".repeat(4000), Granularity::Month).unwrap().is_err());
}
