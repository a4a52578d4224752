//! The records of a CSV text, each with the line it begins on.

use csv_core::{ReadRecordResult, Reader};

use crate::base::{Error, Result};

/// The most fields of a record that are told apart; a lexicon has three.
const MOST_FIELDS: usize = 16;

/// Reads the records of a text one after the other.
pub struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
    line: usize,
    /// Holds the fields of one record: never longer than the text.
    fields: Vec<u8>,
}

impl<'a> Records<'a> {
    /// Starts before the first record.
    pub fn new(text: &'a str) -> Self {
        Self { reader: Reader::new(), rest: text.as_bytes(), line: 1, fields: vec![0; text.len() + 1] }
    }

    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.rest = rest;
    }

    /// The next record that is not blank, with its first line.
    pub fn next_record(&mut self) -> Result<Option<(usize, Vec<String>)>> {
        self.pass(self.rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count());
        let line = self.line;
        let mut ends = [0; MOST_FIELDS];
        let (mut written, mut fields) = (0, 0);
        loop {
            let (result, read, wrote, ended) =
                self.reader.read_record(self.rest, &mut self.fields[written..], &mut ends[fields..]);
            self.pass(read);
            written += wrote;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::Record => break,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(Error::bad_data(format!("line {line} of the lexicon: more than {MOST_FIELDS} fields")));
                }
            }
        }
        let mut start = 0;
        let texts = ends[..fields].iter().map(|&end| {
            let text = String::from_utf8_lossy(&self.fields[start..end]).into_owned();
            start = end;
            text
        });
        Ok(Some((line, texts.collect())))
    }
}
