//! A number that is read says the same when it is written plainly, and no text is two numbers by one mark.
#![no_main]

use assay_fuzz::pipeline::refine::numbers::{Mark, Marks, Numbers, number};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for mark in [Mark::Point, Mark::Comma] {
        if let Some(read) = number(text, mark) {
            assert!(read.decimals <= read.digits.len(), "{read:?} of {text:?}");
            let (whole, decimals) = read.digits.split_at(read.digits.len() - read.decimals);
            let point = if decimals.is_empty() { "" } else { "." };
            let whole = if whole.is_empty() { "0" } else { whole };
            let plain = format!("{}{whole}{point}{decimals}", if read.is_negative { "-" } else { "" });
            let again = number(&plain, Mark::Point).unwrap_or_else(|| panic!("{plain:?} of {text:?}"));
            let zeros = |digits: &str| digits.trim_start_matches('0').to_owned();
            assert_eq!((zeros(&again.digits), again.decimals), (zeros(&read.digits), read.decimals), "{text:?}");
        }
    }
    let mut marks = Marks::default();
    for cell in text.split(['\n', ';']) {
        marks.add(cell, false);
    }
    let style = Numbers { mark: marks.mark().unwrap_or(Mark::Point), is_contested: marks.is_contested(), ..Numbers::PLAIN };
    text.split(['\n', ';']).for_each(|cell| drop(style.read(cell)));
});
