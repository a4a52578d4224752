//! CSV: records split by csv-core, with exact lines.
//!
//! The dialect is RFC 4180 with any line end; the separator is what occurs most in the header: comma, semicolon, tab or
//! bar. Blank lines are no records. An empty cell, quoted or not, is null. A quote inside an unquoted cell is text.

use csv_core::{ReadRecordResult, ReaderBuilder};
use polars::prelude::DataFrame;

use super::chunk::Chunk;
use super::text::{LineCounter, Text, too_long, utf8};
use super::{MAX_COLUMNS, MAX_RECORD, Reader, header};
use crate::base::text::counted;
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;

/// The separators that are looked for, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads a CSV file.
pub struct CsvReader {
    text: Text,
    core: csv_core::Reader,
    separator: u8,
    header: Vec<BronzeColumn>,
    lines: LineCounter,
    record: Record,
    row: i64,
}

/// The record read last, in buffers that are used again.
struct Record {
    /// Its text, without blank lines before it.
    raw: Vec<u8>,
    /// Its cells, unquoted, one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// How many cells it has. More than fit into `ends` are counted, not kept.
    count: usize,
    line: u64,
}

impl CsvReader {
    /// Reads the header. Errors: no header, or one that can't be split.
    pub fn new(mut text: Text, cancel: &Cancel) -> Result<Self> {
        text.refill()?;
        let separator = likeliest_separator(text.block());
        let core = ReaderBuilder::new().delimiter(separator).build();
        let record = Record { raw: Vec::new(), cells: vec![0; 1 << 12], ends: vec![0; 1 << 8], count: 0, line: 1 };
        let mut reader =
            Self { text, core, separator, header: Vec::new(), lines: LineCounter::default(), record, row: 0 };
        if !reader.read_record(cancel)? {
            return Err(Error::bad_data("the file holds no text").hint("ask the provider for it again"));
        }
        if let Some(problem) = quoting_problem(&reader.record.raw, separator) {
            return Err(Error::bad_data(format!(
                "the header on line {} can't be split: {problem}",
                reader.record.line
            )));
        }
        if reader.record.count > MAX_COLUMNS {
            return Err(header::too_many());
        }
        reader.header = header::columns(reader.record.cells()?)?;
        Ok(reader)
    }

    /// Reads the next record into `self.record`; `false` at the end of the file.
    fn read_record(&mut self, cancel: &Cancel) -> Result<bool> {
        let Self { text, core, lines, record, .. } = self;
        record.raw.clear();
        record.count = 0;
        let (mut cells_length, mut ends_length) = (0, 0);
        loop {
            cancel.check()?;
            if text.block().is_empty() {
                text.refill()?;
            }
            let input = text.block();
            let (result, read, written, ended) =
                core.read_record(input, &mut record.cells[cells_length..], &mut record.ends[ends_length..]);
            record.take(&input[..read], lines);
            text.consume(read);
            cells_length += written;
            ends_length += ended;
            record.count += ended;
            if record.raw.len() > MAX_RECORD {
                return Err(too_long(record.line));
            }
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => record.cells.resize(record.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if record.ends.len() <= MAX_COLUMNS => {
                    record.ends.resize(record.ends.len() * 2, 0);
                }
                // Wider than any header: the cells are only counted from here on.
                ReadRecordResult::OutputEndsFull => ends_length = 0,
                ReadRecordResult::Record => return Ok(true),
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    /// How much memory its buffers hold, in bytes.
    #[cfg(test)]
    pub fn buffered(&self) -> usize {
        let Record { raw, cells, ends, .. } = &self.record;
        raw.capacity() + cells.capacity() + ends.capacity() * size_of::<usize>()
    }

    /// Why the record can't be split into the header's columns.
    fn problem(&self) -> Option<String> {
        let quoting =
            if self.record.raw.contains(&b'"') { quoting_problem(&self.record.raw, self.separator) } else { None };
        quoting.map(str::to_owned).or_else(|| {
            let (has, wants) = (self.record.count, self.header.len());
            (has != wants).then(|| format!("{}, but the header has {}", counted(has as u64, "field"), wants))
        })
    }
}

impl Reader for CsvReader {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        let mut chunk = Chunk::new(&self.header, limit);
        while !chunk.is_full() && self.read_record(cancel)? {
            self.row += 1;
            let line = i64::try_from(self.record.line).ok();
            match self.problem() {
                None => chunk.push_good(
                    self.row,
                    line,
                    self.record.cells()?.map(|cell| Some(cell).filter(|cell| !cell.is_empty())),
                ),
                Some(problem) => chunk.push_bad(self.row, line, &problem, Some(self.record.text()?)),
            }
        }
        chunk.finish()
    }
}

impl Record {
    /// Takes in the next bytes of the record, leaving out the line ends before its first.
    fn take(&mut self, bytes: &[u8], lines: &mut LineCounter) {
        let mut rest = bytes;
        if self.raw.is_empty() {
            let blank = bytes.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            lines.pass(&bytes[..blank]);
            self.line = lines.line();
            rest = &bytes[blank..];
        }
        lines.pass(rest);
        self.raw.extend_from_slice(rest);
    }

    /// Its text, without the line end.
    fn text(&self) -> Result<&str> {
        Ok(utf8(&self.raw)?.trim_end_matches(['\r', '\n']))
    }

    fn cells(&self) -> Result<impl Iterator<Item = &str>> {
        let length = self.ends.get(self.count.wrapping_sub(1)).copied().unwrap_or_default();
        let text = utf8(self.cells.get(..length).unwrap_or_default())?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        Ok(starts.zip(&self.ends).take(self.count).map(move |(start, end)| text.get(start..*end).unwrap_or_default()))
    }
}

/// The separator that occurs most in the first line outside quotes; a comma when none does.
fn likeliest_separator(block: &[u8]) -> u8 {
    let mut counts = [0_u32; SEPARATORS.len()];
    let mut quoted = false;
    let start = block.iter().position(|byte| !matches!(byte, b'\n' | b'\r')).unwrap_or(0);
    for byte in &block[start..] {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                if let Some(index) = SEPARATORS.iter().position(|separator| separator == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let index = counts.iter().position(|count| *count == most).unwrap_or(0);
    SEPARATORS[index]
}

/// What is wrong with the quotes of a record; csv-core itself reads on whatever it meets.
fn quoting_problem(raw: &[u8], separator: u8) -> Option<&'static str> {
    enum Place {
        CellStart,
        Bare,
        Quoted,
        AfterQuote,
    }
    let mut place = Place::CellStart;
    for byte in raw {
        place = match (place, *byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, _) | (Place::CellStart | Place::AfterQuote, b'"') => Place::Quoted,
            (Place::CellStart | Place::Bare | Place::AfterQuote, byte) if byte == separator => Place::CellStart,
            (Place::AfterQuote, b'\n' | b'\r') => Place::AfterQuote,
            (Place::AfterQuote, _) => return Some("there is text behind a closing quote"),
            (Place::CellStart | Place::Bare, _) => Place::Bare,
        };
    }
    matches!(place, Place::Quoted).then_some("a quote is opened and never closed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_what_the_header_uses() {
        for (header, expected) in [
            ("a,b,c\n1;2;3;4", b','),
            ("\n\na;b;\"c,d,e,f\"\n", b';'),
            ("a\tb", b'\t'),
            ("a|b|c,d", b'|'),
            ("alone", b','),
        ] {
            assert_eq!(likeliest_separator(header.as_bytes()), expected, "{header}");
        }
    }

    #[test]
    fn bad_quotes_are_named() {
        assert_eq!(quoting_problem(b"\"a\"\"b\",\"\"\r\n", b','), None);
        assert_eq!(quoting_problem(b"5\" pipe,x\n", b','), None);
        assert_eq!(quoting_problem(b"\"a\"b,c\n", b','), Some("there is text behind a closing quote"));
        assert_eq!(quoting_problem(b"a,\"b\nc\n", b','), Some("a quote is opened and never closed"));
    }
}
