//! Any cell is a value of its column's type, nothing, or refused with a reason; what is read is read again the same.
#![no_main]

use assay_fuzz::domain::{FieldType, Value};
use assay_fuzz::pipeline::refine::dates::DateOrder;
use assay_fuzz::pipeline::refine::numbers::{Mark, Numbers};
use assay_fuzz::pipeline::refine::parse::parse;
use assay_fuzz::pipeline::refine::style::{Dates, Style};
use libfuzzer_sys::fuzz_target;

const TYPES: [FieldType; 7] = [
    FieldType::String,
    FieldType::Int,
    FieldType::Float,
    FieldType::Bool,
    FieldType::Date,
    FieldType::Timestamp,
    FieldType::Decimal { precision: 12, scale: 2 },
];

fuzz_target!(|input: (u8, &str)| {
    let (choice, text) = input;
    let field_type = TYPES[usize::from(choice) % TYPES.len()];
    let variant = choice / TYPES.len() as u8;
    let style = match field_type {
        FieldType::String | FieldType::Bool => Style::Plain,
        FieldType::Date | FieldType::Timestamp => Style::Dates(match variant % 4 {
            0 => Dates::Found(None),
            1 => Dates::Found(Some(DateOrder::DayFirst)),
            2 => Dates::Found(Some(DateOrder::MonthFirst)),
            _ => Dates::Patterns { patterns: vec!["%d/%m/%Y".to_owned()], or_iso: variant % 8 > 3 },
        }),
        _ => Style::Numbers(Numbers {
            mark: if variant % 2 == 0 { Mark::Point } else { Mark::Comma },
            is_contested: variant % 4 > 1,
            ..Numbers::PLAIN
        }),
    };
    match parse(text, field_type, &style, &[]) {
        Err(reason) => assert!(!reason.is_empty()),
        Ok(read) => {
            if let Value::Float(number) = read.value {
                assert!(number.is_finite(), "{text:?}");
            }
            let again = parse(text, field_type, &style, &[]).unwrap();
            assert_eq!(again, read);
        }
    }
});
