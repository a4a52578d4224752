//! CSV: records split by csv-core, with exact lines.
//!
//! The dialect is RFC 4180 with any line end; the separator is what occurs most in the header: comma, semicolon, tab or
//! bar. Blank lines are no records. An empty cell, quoted or not, is null. A quote inside an unquoted cell is text.
//!
//! No line goes missing in another's record: one that can't be split is given up line by line, and a quote that is never
//! closed makes the file as a whole unreadable.

use csv_core::{ReadRecordResult, ReaderBuilder};
use polars::prelude::DataFrame;

use super::chunk::Records;
use super::text::{LineCounter, Text, too_long, utf8};
use super::{MAX_COLUMNS, MAX_RECORD, Reader, header};
use crate::base::text::{counted, grouped};
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::BronzeColumn;
use quotes::{Lines, Problem};

mod quotes;

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
    /// What is left of a record that is given up.
    lost: Option<Lost>,
    row: i64,
}

/// A record that can't be split: each of its lines comes out as a bad record of its own.
struct Lost {
    problem: String,
    /// How far its lines are handed on.
    place: (usize, u64),
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
        let mut reader = Self {
            text,
            core,
            separator,
            header: Vec::new(),
            lines: LineCounter::default(),
            record,
            lost: None,
            row: 0,
        };
        if !reader.read_record(cancel)? {
            return Err(Error::bad_data("the file holds no text").hint("ask the provider for it again"));
        }
        if let Some(problem) = quotes::problem(&reader.record.raw, separator) {
            let (line, problem) = (reader.record.line, problem.words());
            return Err(Error::bad_data(format!("the header on line {line} can't be split: {problem}")));
        }
        if reader.record.count > MAX_COLUMNS {
            return Err(header::too_many());
        }
        reader.header = header::columns(reader.record.cells()?)?;
        Ok(reader)
    }

    /// Reads the next record into `self.record`; `false` at the end of the file.
    fn read_record(&mut self, cancel: &Cancel) -> Result<bool> {
        let Self { text, core, lines, record, separator, .. } = self;
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
                return Err(match quotes::problem(&record.raw, *separator) {
                    Some(Problem::NeverClosed(at)) => record.never_closed(at),
                    _ => too_long(record.line),
                });
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

    /// Why the record can't be split into the header's columns. An error where it took in what nobody can tell apart.
    fn problem(&self) -> Result<Option<String>> {
        let Record { raw, count, .. } = &self.record;
        let (has, wants) = (*count, self.header.len());
        let quoting = if raw.contains(&b'"') { quotes::problem(raw, self.separator) } else { None };
        let problem = match quoting {
            Some(Problem::NeverClosed(at)) if Lines::of(&raw[at..]).nth(1).is_some() => {
                return Err(self.record.never_closed(at));
            }
            Some(problem) => problem.words().to_owned(),
            None if has != wants => format!("{}, but the header has {wants}", counted(has as u64, "field")),
            None if quotes::holds_records(raw, self.separator, wants) => {
                "the lines between two quotes look like records".to_owned()
            }
            None => return Ok(None),
        };
        let first = self.record.line;
        let last = first + Lines::of(raw).last().map_or(0, |(before, _)| before);
        Ok(Some(match last - first {
            0 => problem,
            _ => format!("{problem}; lines {} to {} ran together", grouped(first), grouped(last)),
        }))
    }

    /// Hands on the next line of a record that is given up; `false` when there is none.
    fn give_up_line(&mut self, chunk: &mut Records) -> Result<bool> {
        let Some(Lost { problem, place }) = &mut self.lost else { return Ok(false) };
        let mut lines = Lines::resumed(&self.record.raw, *place);
        let Some((before, text)) = lines.next() else {
            self.lost = None;
            return Ok(false);
        };
        *place = lines.place(&self.record.raw);
        self.row += 1;
        chunk.push_bad(self.row, i64::try_from(self.record.line + before).ok(), problem, Some(utf8(text)?));
        Ok(true)
    }
}

impl Reader for CsvReader {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn encoding(&self) -> Option<String> {
        self.text.encoding()
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        let mut chunk = Records::new(&self.header, limit);
        while !chunk.is_full() {
            cancel.check()?;
            if self.give_up_line(&mut chunk)? {
                continue;
            }
            if !self.read_record(cancel)? {
                break;
            }
            if let Some(problem) = self.problem()? {
                self.lost = Some(Lost { problem, place: (0, 0) });
                continue;
            }
            self.row += 1;
            let cells = self.record.cells()?.map(|cell| Some(cell).filter(|cell| !cell.is_empty()));
            chunk.push_good(self.row, i64::try_from(self.record.line).ok(), cells);
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

    /// The error of a quote, at this byte, that takes in the rest of the file, or more of it than a record may have.
    fn never_closed(&self, at: usize) -> Error {
        let mut lines = LineCounter::default();
        lines.pass(&self.raw[..at]);
        let line = grouped(self.line + lines.line() - 1);
        Error::bad_data(format!("the quote that is opened on line {line} is never closed"))
            .because("what stands behind it can't be told apart")
            .hint("ask the provider for the file again, with that quote closed or doubled")
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
}
