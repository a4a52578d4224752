//! Numbers however they are dressed, and columns of them.

use super::*;

fn written(text: &str, mark: Mark) -> Option<String> {
    let Number { is_negative, digits, decimals, .. } = number(text, mark)?;
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Some(format!("{}{whole}{fraction}", if is_negative { "-" } else { "" }))
}

#[test]
fn numbers_are_read_however_they_are_dressed() {
    for (text, expected) in [
        ("7033.53", "7033.53"),
        ("-0.5", "-0.5"),
        (" 1,234,567.89 ", "1234567.89"),
        ("£1,234.50", "1234.50"),
        ("-£12.00", "-12.00"),
        ("£-12.00", "-12.00"),
        ("(260.11)", "-260.11"),
        ("(£1,260.11)", "-1260.11"),
        ("£(1,260.11)", ""),
        ("260.11-", "-260.11"),
        ("12.5%", "0.125"),
        ("12 500.5", "12500.5"),
        ("1'234.5", "1234.5"),
        ("100 €", "100"),
        ("\u{2212}3", "-3"),
        ("+5.", "5"),
        (".5", "0.5"),
    ] {
        assert_eq!(written(text, Mark::Point).unwrap_or_default(), expected, "{text}");
    }
    for (text, expected) in [
        ("1.234,50", "1234.50"),
        ("12,5", "12.5"),
        ("-1.234.567", "-1234567"),
        ("12 410,5 kr", "12410.5"),
        ("12 410,5 kg", ""),
        ("4,8 %", "0.048"),
    ] {
        assert_eq!(written(text, Mark::Comma).unwrap_or_default(), expected, "{text}");
    }
}

#[test]
fn what_was_done_to_read_a_number_is_told() {
    use RepairKind::{Currency, DecimalComma, GroupedDigits, Negative, Percent};
    let done = |text, mark| number(text, mark).map(|number| number.repairs).unwrap_or_default();
    assert_eq!(done("-7033.53", Mark::Point), []);
    assert_eq!(done("(£1,260.11)", Mark::Point), [Negative, Currency, GroupedDigits]);
    assert_eq!(done("5-", Mark::Point), [Negative]);
    assert_eq!(done("12,5%", Mark::Comma), [Percent, DecimalComma]);
}

#[test]
fn what_is_no_number_is_none() {
    for text in [
        "",
        "-",
        "()",
        "abc",
        "1.2.3",
        "1,23",
        "12,34.5",
        "1,234 567.0",
        "--5",
        "(-5)",
        "5%%",
        "1e5",
        "£",
        "1,,234",
        ",5",
        "2020-01-01",
        "£5$",
    ] {
        assert_eq!(number(text, Mark::Point), None, "{text}");
    }
}

#[test]
fn dashes_in_the_place_of_decimals_are_no_minus() {
    for (text, mark, expected) in [
        ("5,-", Mark::Comma, "5"),
        ("€ 1.250,--", Mark::Comma, "1250"),
        ("7.\u{2014}", Mark::Point, "7"),
        ("5-", Mark::Point, "-5"),
        ("-5,-", Mark::Comma, "-5"),
    ] {
        assert_eq!(written(text, mark).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(number("5.-", Mark::Point).unwrap().repairs, [RepairKind::NoDecimals]);
}

#[test]
fn groups_of_two_are_read_where_the_last_has_three() {
    assert_eq!(written("12,34,567.50", Mark::Point).as_deref(), Some("1234567.50"));
    for text in ["12,34,56", "123,45,678", "12.34.567", "1,23,45"] {
        assert_eq!(number(text, Mark::Point).map(|number| number.digits), None, "{text}");
    }
}

#[test]
fn a_column_is_written_with_one_mark_and_in_one_currency() {
    let decided = |texts: &[&str]| {
        let mut marks = Marks::default();
        for text in texts {
            marks.add(text, false);
        }
        (marks.mark(), marks.currency())
    };
    assert_eq!(decided(&["1,234", "5"]), (None, None));
    assert_eq!(decided(&["0,125", "1,250"]).0, Some(Mark::Comma), "no group begins with a zero");
    assert_eq!(decided(&["1,234", "5,5"]).0, Some(Mark::Comma));
    assert_eq!(decided(&["1.234", "12.345,00"]).0, Some(Mark::Comma));
    assert_eq!(decided(&["1,234", "5.5", "n/a"]).0, Some(Mark::Point));
    assert_eq!(decided(&["$5", "$6", "CAD 5", "$ 7", "USD 5", "CAD 8"]).1, Some(Currency::Code("CAD")));
    assert_eq!(decided(&["$5", "£5", "£6"]).1, Some(Currency::Sign("£")));
}

#[test]
fn a_column_of_whole_numbers_has_no_fractions() {
    let mut marks = Marks::default();
    for text in ["1.000", "12.000", "1.500", "10"] {
        marks.add(text, true);
    }
    assert_eq!(marks.mark(), Some(Mark::Comma));
}

#[test]
fn what_may_be_two_numbers_is_none_where_the_column_contradicts_itself() {
    let mut marks = Marks::default();
    for text in ["1,5", "2,5", "3.125", "1,234.50"] {
        marks.add(text, false);
    }
    assert!(marks.is_contested());
    let column = Numbers { mark: Mark::Comma, is_contested: true, ..Numbers::PLAIN };
    assert_eq!(column.read("3.125"), None);
    assert_eq!(column.read("2,5").map(|number| number.digits), Some("25".to_owned()));
}

#[test]
fn numbers_that_had_a_type_are_no_texts_with_groups() {
    let column = Numbers { mark: Mark::Comma, has_typed: true, ..Numbers::PLAIN };
    let said = |text| column.read(text).map(|number| (number.digits, number.decimals));
    assert_eq!(said("4.5"), Some(("45".to_owned(), 1)));
    assert_eq!(said("12,5"), Some(("125".to_owned(), 1)));
    assert_eq!(said("3.125"), None, "a text may say so, too");
}

#[test]
fn what_plainly_has_decimals_behind_a_point_is_no_number_with_a_comma() {
    for text in ["0.5", "-12.50", "1234.5", "007.1", "1.23456", "999.0000"] {
        assert!(says_point(text), "{text}");
        assert!(number(text, Mark::Point).is_some() && number(text, Mark::Comma).is_none(), "{text}");
    }
    for text in ["1.234", ".5", "5.", "1.2.3", "1,5.2", "12", "-", "£1.20", "- 1.2", "1.2 "] {
        assert!(!says_point(text), "{text}");
    }
}
