//! Cells of every type, in every style.

use super::*;

const EUROS: Style =
    Style::Numbers(Numbers { mark: Mark::Comma, currency: Some(Currency::Sign("€")), ..Numbers::PLAIN });
const PLAIN: Style = Style::Numbers(Numbers::PLAIN);

fn dec(text: &str) -> Option<i128> {
    decimal(text, 12, 2)
}

fn value(text: &'static str, field_type: FieldType, style: &Style) -> Result<Value<'static>, String> {
    parse(text, field_type, style, &[]).map(|read| read.value)
}

fn found(order: DateOrder) -> Style {
    Style::Dates(Dates::Found(Some(order)))
}

fn october(day: u32) -> Value<'static> {
    Value::Date(NaiveDate::from_ymd_opt(2026, 10, day).unwrap())
}

#[test]
fn decimals_are_exact_or_refused() {
    assert_eq!(dec("7033.53"), Some(703_353));
    assert_eq!(dec("-0.5"), Some(-50));
    assert_eq!(dec(".5"), Some(50));
    assert_eq!(dec("5."), Some(500));
    assert_eq!(dec("1.2300"), Some(123));
    assert_eq!(dec("1.234"), None);
    assert_eq!(dec("1,234.00"), None);
    assert_eq!(dec("1e3"), None);
    assert_eq!(dec("9999999999.99"), Some(999_999_999_999));
    assert_eq!(dec("10000000000.00"), None);
    assert_eq!(dec("-"), None);
    assert_eq!(decimal("99999999999999999999999999999999999999", 38, 0), Some(10_i128.pow(38) - 1));
}

#[test]
fn numbers_are_read_as_their_column_writes_them() {
    let amount = FieldType::Decimal { precision: 12, scale: 2 };
    let cents = |unscaled| Ok(Value::Decimal { unscaled, scale: 2 });
    assert_eq!(value("(1,260.11)", amount, &PLAIN), cents(-126_011));
    assert_eq!(value("1.260,1 €", amount, &EUROS), cents(126_010));
    assert_eq!(value("1.260", amount, &EUROS), cents(126_000));
    assert_eq!(value("1.26", amount, &EUROS), Err("`1.26` is not a decimal(12,2)".to_owned()));
    assert_eq!(value("1,260", FieldType::Int, &PLAIN), Ok(Value::Int(1260)));
    assert_eq!(value("1,260.00", FieldType::Int, &PLAIN), Ok(Value::Int(1260)));
    assert!(value("1,260.50", FieldType::Int, &PLAIN).is_err());
    assert!(value("1.000", FieldType::Int, &PLAIN).is_err(), "rather a thousand");
    assert_eq!(value("5.0", FieldType::Int, &PLAIN), Ok(Value::Int(5)));
    assert_eq!(value("1e3", FieldType::Float, &EUROS), Ok(Value::Float(1000.0)));
    assert_eq!(value("12.5%", FieldType::Float, &PLAIN), Ok(Value::Float(0.125)));
    assert_eq!(value("EUR 1.260,10", amount, &EUROS), cents(126_010));
    assert_eq!(value("-1.260,10 EUR", amount, &EUROS), cents(-126_010));
    assert_eq!(value("€ 5,00 EUR", amount, &EUROS), cents(500));
    assert!(value("€ 5,00 GBP", amount, &EUROS).is_err(), "which of them?");
    let refused = value("5,00 GBP", amount, &EUROS).unwrap_err();
    assert_eq!(refused, "`5,00 GBP` is in another currency than the column, which is in €");
    let refused = value("£5", amount, &EUROS).unwrap_err();
    assert_eq!(refused, "`£5` is in another currency than the column, which is in €");
}

#[test]
fn currencies_are_read_by_what_people_write_for_them() {
    let amount = FieldType::Decimal { precision: 12, scale: 2 };
    let read = |text, code| {
        let style = Numbers { mark: Mark::Comma, currency: Currency::of_code(code), ..Numbers::PLAIN };
        value(text, amount, &Style::Numbers(style))
    };
    for (text, code) in [
        ("R$ 1.260,10", "BRL"),
        ("1 260,10 zł", "PLN"),
        ("kr 1.260,10", "NOK"),
        ("1.260,10 kr.", "DKK"),
        ("1.260,10 Kč", "CZK"),
    ] {
        assert_eq!(read(text, code), Ok(Value::Decimal { unscaled: 126_010, scale: 2 }), "{text}");
    }
    assert!(read("5,00 zł", "EUR").is_err());
    for text in ["€ -", "-  EUR", "€\u{2013}"] {
        let read = parse(text, amount, &EUROS, &[]).unwrap();
        assert_eq!((read.value, read.repairs), (Value::Null, vec![RepairKind::NullMarker]), "{text}");
    }
}

#[test]
fn numbers_with_exponents_are_exact() {
    let amount = FieldType::Decimal { precision: 12, scale: 2 };
    let cents = |unscaled| Ok(Value::Decimal { unscaled, scale: 2 });
    for (text, unscaled) in
        [("1e3", 100_000), ("-1.5E+02", -15_000), ("1.25e1", 1_250), ("12.5e-1", 125), ("+.5e1", 500)]
    {
        assert_eq!(value(text, amount, &PLAIN), cents(unscaled), "{text}");
    }
    assert!(value("1.5e-2", amount, &PLAIN).is_err(), "it has three decimals");
    for text in ["1e99", "E5", "-e3", ".E5", "e"] {
        assert!(value(text, amount, &PLAIN).is_err() && value(text, FieldType::Int, &PLAIN).is_err(), "{text}");
    }
    let read = parse("1.5E+02", amount, &PLAIN, &[]).unwrap();
    assert_eq!(read.repairs, [RepairKind::Exponent]);
    assert!(value("4.00638E+12", FieldType::Int, &PLAIN).is_err(), "digits are missing");
    let endless = format!("£0.{}", "7".repeat(70_000));
    assert!(parse(&endless, amount, &PLAIN, &[]).is_err());
    assert!(parse(&format!("{}e5", "7".repeat(70_000)), amount, &PLAIN, &[]).is_err());
    assert!(value("1,5e3", amount, &PLAIN).is_err());
    assert_eq!(value("1E+05", FieldType::Int, &PLAIN), Ok(Value::Int(100_000)));
    assert_eq!(value("1.25E+02", FieldType::Int, &PLAIN), Ok(Value::Int(125)));
    assert!(value("1.25e1", FieldType::Int, &PLAIN).is_err());
}

#[test]
fn the_rounding_error_of_a_binary_number_is_left_out_and_nothing_else() {
    let amount = FieldType::Decimal { precision: 18, scale: 2 };
    let read = parse("-3.3000000000000003", amount, &PLAIN, &[]).unwrap();
    let meant = Value::Decimal { unscaled: -330, scale: 2 };
    assert_eq!((read.value, read.repairs), (meant, vec![RepairKind::BinaryFraction]));
    for text in
        ["90071992547409.935", "3.3000000000000103", "12345678901234.567", "3.30000000000001", "3.30000000000000031"]
    {
        assert!(value(text, amount, &PLAIN).is_err(), "{text}");
    }
}

#[test]
fn what_is_so_and_what_is_not_is_said_in_many_words() {
    for (text, expected) in
        [("Yes", true), ("WAHR", true), ("sí", true), ("1.0", true), ("Nein", false), ("Falso", false)]
    {
        assert_eq!(value(text, FieldType::Bool, &Style::Plain), Ok(Value::Bool(expected)), "{text}");
    }
    assert!(value("maybe", FieldType::Bool, &Style::Plain).is_err());
}

#[test]
fn dates_follow_the_patterns_of_the_provider() {
    let style = Style::Dates(Dates::Patterns { patterns: vec!["%d/%m/%Y".to_owned()], or_iso: false });
    assert_eq!(value("05/10/2026", FieldType::Date, &style), Ok(october(5)));
    let refused = value("2026-10-05", FieldType::Date, &style).unwrap_err();
    assert_eq!(refused, "`2026-10-05` is not a date of the form %d/%m/%Y");
}

#[test]
fn dates_that_had_a_type_need_no_pattern() {
    let iso = Style::Dates(Dates::Patterns { patterns: vec!["%d.%m.%Y".to_owned()], or_iso: true });
    for text in ["2026-10-05", "2026-10-05T00:00:00", "2026-10-05T00:00:00Z"] {
        assert_eq!(value(text, FieldType::Date, &iso).unwrap(), october(5), "{text}");
    }
    let read = parse("2026-10-05T12:30:00", FieldType::Date, &iso, &[]).unwrap();
    assert_eq!((read.value, read.repairs), (october(5), vec![RepairKind::TimeOfDay]));
    let refused = value("2026-10-05T22:30:00Z", FieldType::Date, &iso).unwrap_err();
    assert!(refused.ends_with("it has a time of day of a zone, and may be another day elsewhere"), "{refused}");
    assert!(value("05/10/2026", FieldType::Date, &iso).is_err());
}

#[test]
fn dates_are_read_in_the_order_of_their_column() {
    for text in [
        "05/10/2026",
        "5 October 2026",
        "Monday, October 5, 2026",
        "2026-10-05",
        "05/10/2026 00:00",
        "Montag, 5. Oktober 2026",
        "lundi 5 octobre 2026",
        "lunes, 5 de octubre de 2026",
        "segunda-feira, 5 de outubro de 2026",
    ] {
        assert_eq!(value(text, FieldType::Date, &found(DateOrder::DayFirst)), Ok(october(5)), "{text}");
    }
    assert_eq!(value("10/05/2026 12:00:00 AM", FieldType::Date, &found(DateOrder::MonthFirst)), Ok(october(5)));
    let refused = value("10/13/2026", FieldType::Date, &found(DateOrder::DayFirst)).unwrap_err();
    assert_eq!(refused, "`10/13/2026` is not a date of a column that has the day first");
}

#[test]
fn a_date_that_may_be_two_days_is_refused_where_nothing_tells() {
    let undecided = Style::Dates(Dates::Found(None));
    assert_eq!(value("10/10/2026", FieldType::Date, &undecided), Ok(october(10)));
    let refused = value("13/04/2026", FieldType::Date, &undecided).unwrap_err();
    assert!(refused.starts_with("`13/04/2026` has the day first, and others of its column have not"), "{refused}");
    let refused = value("05/10/2026", FieldType::Date, &undecided).unwrap_err();
    assert_eq!(refused, "`05/10/2026` may begin with the day or with the month: name `dates` in the provider's table");
}

#[test]
fn instants_are_iso_or_a_date_with_a_time() {
    let instant = |text: &str| text.parse().map(Value::Timestamp).unwrap();
    for (text, expected) in [
        ("2026-10-05T12:30:00+02:00", "2026-10-05T10:30:00Z"),
        ("2026-10-05 12:30", "2026-10-05T12:30:00Z"),
        ("5/10/2026 1:05 PM", "2026-10-05T13:05:00Z"),
        ("20261005T101500Z", "2026-10-05T10:15:00Z"),
        ("20261005T1015", "2026-10-05T10:15:00Z"),
        ("Mon, 05 Oct 2026 10:15:00 +0200", "2026-10-05T08:15:00Z"),
        ("Mon, 05 Oct 2026 10:15:00 GMT", "2026-10-05T10:15:00Z"),
    ] {
        let read = parse(text, FieldType::Timestamp, &found(DateOrder::DayFirst), &[]).unwrap();
        assert_eq!(read.value, instant(expected), "{text}");
    }
    let midnight = parse("2026-10-05", FieldType::Timestamp, &found(DateOrder::DayFirst), &[]).unwrap();
    assert_eq!((midnight.value, midnight.repairs), (instant("2026-10-05T00:00:00Z"), vec![RepairKind::DateForm]));
}

#[test]
fn blank_is_null_and_so_is_what_is_no_number() {
    assert_eq!(value("  ", FieldType::Int, &PLAIN), Ok(Value::Null));
    assert_eq!(value("NaN", FieldType::Float, &PLAIN), Ok(Value::Null));
    assert!(value("inf", FieldType::Float, &PLAIN).is_err());
    assert!(value("9223372036854775808", FieldType::Int, &PLAIN).is_err());
}

#[test]
fn words_for_nothing_are_null_where_they_can_be_nothing_else() {
    for text in ["NA", "n/a", "-", "\\N", "null"] {
        let read = parse(text, FieldType::Int, &PLAIN, &[]).unwrap();
        assert_eq!((read.value, read.repairs), (Value::Null, vec![RepairKind::NullMarker]), "{text}");
    }
    assert_eq!(value("NA", FieldType::String, &Style::Plain), Ok(Value::Text("NA")));
    assert_eq!(value("\\N", FieldType::String, &Style::Plain), Ok(Value::Null));
    let read = parse("unknown", FieldType::String, &Style::Plain, &["unknown".to_owned()]).unwrap();
    assert_eq!(read.value, Value::Null);
}

#[test]
fn what_spreadsheets_write_is_told_apart() {
    let amount = FieldType::Decimal { precision: 12, scale: 2 };
    let read = parse("#DIV/0!", FieldType::String, &Style::Plain, &[]).unwrap();
    assert_eq!((read.value, read.repairs), (Value::Null, vec![RepairKind::SheetError]));
    let read = parse("=\"001\"", FieldType::String, &Style::Plain, &[]).unwrap();
    assert_eq!((read.value, read.repairs), (Value::Text("001"), vec![RepairKind::ProtectedText]));
    assert_eq!(value("=\"10.00\"", amount, &PLAIN), Ok(Value::Decimal { unscaled: 1_000, scale: 2 }));
    assert_eq!(value("=\"a\"&\"b\"", FieldType::String, &Style::Plain), Ok(Value::Text("=\"a\"&\"b\"")));
}

#[test]
fn what_was_done_to_read_a_cell_is_told() {
    let repairs = |text, field_type, style: &Style| parse(text, field_type, style, &[]).unwrap().repairs;
    assert_eq!(repairs("5", FieldType::Int, &PLAIN), []);
    assert_eq!(repairs("(1,260)", FieldType::Int, &PLAIN), [RepairKind::Negative, RepairKind::GroupedDigits]);
    assert_eq!(repairs("5/10/2026", FieldType::Date, &found(DateOrder::DayFirst)), [RepairKind::DateForm]);
    assert_eq!(repairs("2026-10-05", FieldType::Date, &found(DateOrder::DayFirst)), []);
}

#[test]
fn only_what_its_order_leaves_open_is_said_to_be_open() {
    let open = Style::Dates(Dates::Found(None));
    let why = |text| value(text, FieldType::Timestamp, &open).unwrap_err();
    assert!(why("03/04/2026 10:15:00").contains("may begin with the day or with the month"));
    for text in ["2026-09-01T24:00:00Z", "2026-10-01 10:15:00 EST", "Thu, 01 Oct 2026 10:15:00 EST"] {
        assert_eq!(why(text), format!("`{text}` is not a timestamp"));
    }
}

proptest::proptest! {
    /// Whatever a cell holds, it is a value of its field or there is a reason why not.
    #[test]
    fn no_text_makes_it_panic(text in "[-+(). ,'€$%/:éTZEUReos0-9]{0,24}", precision in 1_u8..=38, scale in 0_u8..=38) {
        let comma = Numbers { mark: Mark::Comma, ..Numbers::PLAIN };
        let contested = Numbers { is_contested: true, is_in_several: true, ..Numbers::PLAIN };
        let numbers = [Numbers::PLAIN, comma, contested].map(Style::Numbers);
        let decimal = FieldType::Decimal { precision, scale: scale.min(precision) };
        for style in &numbers {
            for field_type in [FieldType::Int, FieldType::Float, decimal] {
                let _ = parse(&text, field_type, style, &[]);
            }
        }
        for order in [None, Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst), Some(DateOrder::Serial)] {
            for field_type in [FieldType::Date, FieldType::Timestamp] {
                let _ = parse(&text, field_type, &Style::Dates(Dates::Found(order)), &[]);
            }
        }
        let _ = parse(&text, FieldType::Bool, &Style::Plain, &[]);
    }
}
