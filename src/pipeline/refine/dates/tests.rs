//! Dates in every form, and columns of them.

use super::*;

fn read(text: &str, order: DateOrder) -> String {
    date(text, order).map(|date| date.to_string()).unwrap_or_default()
}

#[test]
fn dates_are_read_in_every_usual_form() {
    for text in [
        "2022-04-29",
        "2022/4/29",
        "20220429",
        "29/04/2022",
        "29.4.22",
        "29-Apr-2022",
        "29 April 2022",
        "Friday, April 29, 2022",
        "Apr 29th, 2022",
        "29 avril 2022",
        "29 de abril de 2022",
        "Fri 29 Apr 2022",
        "29 kwietnia 2022",
        "2022. április 29.",
        "29 апреля 2022 г.",
        "29042022",
    ] {
        assert_eq!(read(text, DateOrder::DayFirst), "2022-04-29", "{text}");
    }
    assert_eq!(read("04/29/2022", DateOrder::MonthFirst), "2022-04-29");
    assert_eq!(read("44680", DateOrder::Serial), "2022-04-29");
    assert_eq!(read("04292022", DateOrder::MonthFirst), "2022-04-29");
    assert_eq!(read("20220512", DateOrder::MonthFirst), "2022-05-12", "whatever the order of others");
}

#[test]
fn what_is_no_day_is_none() {
    for text in [
        "",
        "2022",
        "2022-04",
        "31/02/2022",
        "abc",
        "1.5",
        "44680",
        "99/99/9999",
        "Marketing 5 2022",
        "Product 5 2022",
        "martes 5 2022",
        "5 lipnja 2022",
    ] {
        assert_eq!(read(text, DateOrder::DayFirst), "", "{text}");
    }
}

#[test]
fn the_time_of_a_day_is_told_from_the_day() {
    for (text, day, clock) in [
        ("2022-04-29T10:30:00Z", "2022-04-29", "10:30:00 +00:00"),
        ("29/04/2022 10:30", "29/04/2022", "10:30:00"),
        ("4/29/2022 12:00:00 AM", "4/29/2022", "00:00:00"),
        ("2022-04-29 10:30:00.25+02:00", "2022-04-29", "10:30:00.250 +02:00"),
        ("2022-04-29 10:30:00.25+02", "2022-04-29", "10:30:00.250 +02:00"),
        ("Friday, April 29, 2022, 1:05 pm", "Friday, April 29, 2022", "13:05:00"),
        ("29/04/2022", "29/04/2022", ""),
        ("44680.0", "44680", "00:00:00"),
        ("44680.4375", "44680", "10:30:00"),
        ("44680.99999999", "44680", "23:59:59"),
        ("1.5", "1.5", ""),
    ] {
        let (found, rest) = day_and_time(text);
        let said = rest.and_then(time).map(|(time, zone)| match zone {
            Some(zone) => format!("{time} {zone}"),
            None => time.to_string(),
        });
        assert_eq!((found, said.unwrap_or_default().as_str()), (day, clock), "{text}");
    }
}

#[test]
fn years_of_two_digits_stand_last_and_are_no_old_ones() {
    for text in ["29-4-22", "29/04/22", "29.04.22"] {
        assert_eq!(read(text, DateOrder::DayFirst), "2022-04-29", "{text}");
    }
    assert_eq!(read("05/12/54", DateOrder::DayFirst), "1954-12-05");
}

#[test]
fn a_column_has_one_order() {
    let found = |texts: &[&str]| {
        let mut orders = Orders::default();
        for text in texts {
            orders.add(text, |day| day.to_string().starts_with("2022-02"));
        }
        (orders.told(), orders.is_contested())
    };
    let clear = |order| (Some(order), false);
    assert_eq!(found(&["01/06/2022", "13/02/2022"]), clear(DateOrder::DayFirst));
    assert_eq!(found(&["01/06/2022", "02/13/2022"]), clear(DateOrder::MonthFirst));
    assert_eq!(found(&["44680", "44681"]), clear(DateOrder::Serial));
    assert_eq!(found(&["01/02/2022", "2022-01-01"]), clear(DateOrder::DayFirst), "what lies where it is expected");
    assert_eq!(found(&["02/02/2022", "03/04/2022"]), (None, false));
    assert_eq!(found(&["13/04/2022", "04/14/2022", "01/06/2022"]), (None, true));
    let typed_wrong = [&["02/11/2022"; 30][..], &["13/10/2022"]].concat();
    assert_eq!(found(&typed_wrong), clear(DateOrder::MonthFirst), "one of many");
    assert!(found(&["22/04/01", "22/04/15", "22/04/29"]).1, "the year may stand first");
    assert!(!found(&["01/04/22", "15/04/22", "29/04/22"]).1);
    let of_a_month = ["02/01/22", "02/15/22", "02/28/22"];
    assert_eq!(found(&of_a_month), clear(DateOrder::MonthFirst), "no month has 22 days or more");
    assert_eq!(found(&["02/07/22"]), clear(DateOrder::MonthFirst), "what is expected");
    assert_eq!(
        found(&["05.10.26", "13-10-2026", "15/10/2026"]),
        clear(DateOrder::DayFirst),
        "others have it at their end"
    );
}
