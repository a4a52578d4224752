//! Any bytes are a delimited text: it is understood and walked to its end, or refused. No record gets lost in another's.
#![no_main]

use std::io::Cursor;

use assay_fuzz::base::Cancel;
use assay_fuzz::source::read::csv::records::TextRecords;
use assay_fuzz::source::read::csv::understand::understand;
use assay_fuzz::source::read::text::Text;
use assay_fuzz::source::read::{MAX_COLUMNS, MAX_RECORD};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = Text::new(Box::new(Cursor::new(bytes.to_vec())), encoding_rs::UTF_8);
    let mut records = TextRecords::new(text);
    if understand(&mut records).is_err() {
        return;
    }
    let cancel = Cancel::default();
    let (mut count, mut line) = (0, 0);
    while let Ok(true) = records.advance(&cancel) {
        count += 1;
        assert!(count <= bytes.len() + 1, "more records than bytes");
        assert!(records.line() >= line, "lines go backwards");
        line = records.line();
        assert!(records.count() <= MAX_COLUMNS + 1);
        assert!(records.raw().len() <= 2 * MAX_RECORD);
        if let Ok(cells) = records.cells() {
            assert!(cells.map(str::len).sum::<usize>() <= records.raw().len());
        }
    }
});
