//! A date that is read is the same when it is written in ISO 8601; a column has one order, or none.
#![no_main]

use assay_fuzz::pipeline::refine::dates::{DateOrder, Orders, date, day_and_time, iso, time};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst] {
        if let Some(day) = date(text, order) {
            assert_eq!(iso(&day.to_string()), Some(day), "{text:?}");
            assert_eq!(date(&day.to_string(), order), Some(day), "{text:?}");
        }
    }
    let (_, clock) = day_and_time(text);
    let _ = clock.map(time);
    let mut orders = Orders::default();
    for cell in text.split(['\n', ';']) {
        orders.add(cell, |_| false);
    }
    let _ = (orders.told(), orders.is_contested());
});
