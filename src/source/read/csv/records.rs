//! The records of a text, one after the other, each whole in memory.

use super::super::text::{LOST, LineCounter, Text, too_long};
use super::super::{MAX_COLUMNS, MAX_RECORD};
use super::dialect::Dialect;
use super::split::{Problem, Splitter};
use crate::base::text::grouped;
use crate::base::{Cancel, Error, Result};
use crate::domain::understood::{LineEnd, RepairKind};

/// Whether a record may hold line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    OneLine,
    LineEnds,
}

/// Reads a text record by record.
pub struct TextRecords {
    text: Text,
    /// What is decoded; the record begins at `at` and has `length` bytes without its line end.
    buffer: String,
    at: usize,
    length: usize,
    has_ended: bool,
    splitter: Splitter,
    lines: LineCounter,
    line: u64,
    is_after_blank: bool,
    /// What the first line ends with, and the one before the record with its number, where that is something else.
    line_end: Option<LineEnd>,
    other_end: Option<(u64, LineEnd)>,
    within: Within,
    /// Whether each record is one line, whatever line ends its cells hold: a row of a sheet.
    is_sheet: bool,
}

impl TextRecords {
    /// Before the first record.
    pub fn new(text: Text) -> Self {
        Self {
            text,
            buffer: String::new(),
            at: 0,
            length: 0,
            has_ended: false,
            splitter: Splitter::new(Dialect::plain(","), MAX_COLUMNS + 1),
            lines: LineCounter::default(),
            line: 1,
            is_after_blank: false,
            line_end: None,
            other_end: None,
            within: Within::LineEnds,
            is_sheet: false,
        }
    }

    /// The rows of a sheet, as records.
    pub fn of_sheet(text: Text) -> Self {
        Self { is_sheet: true, ..Self::new(text) }
    }

    /// Whether they are the rows of a sheet.
    pub fn is_sheet(&self) -> bool {
        self.is_sheet
    }

    /// The beginning of the text, at least so many bytes of it, and whether that is all. Before the first record.
    pub fn beginning(&mut self, bytes: usize) -> Result<(&[u8], bool)> {
        while self.buffer.len() < bytes && !self.has_ended {
            self.fill()?;
        }
        Ok((self.buffer.as_bytes(), self.has_ended))
    }

    /// Goes on in this dialect.
    pub fn read_as(&mut self, dialect: Dialect) {
        self.splitter = Splitter::new(dialect, MAX_COLUMNS + 1);
    }

    /// Leaves out the first line of the text, of so many bytes, which says what separates the cells.
    pub fn skip(&mut self, bytes: usize) {
        (self.length, self.within) = (bytes, Within::LineEnds);
        let why = "its first line only says what separates the cells".to_owned();
        self.text.repairs.push((RepairKind::Preamble, why));
    }

    /// Goes on to the next record; false where there is none.
    pub fn advance(&mut self, cancel: &Cancel) -> Result<bool> {
        match self.within {
            _ if self.is_sheet || self.length == 0 => {}
            Within::LineEnds => self.lines.pass(&self.buffer.as_bytes()[self.at..self.at + self.length]),
            Within::OneLine => self.lines.pass_within(),
        }
        self.at += self.length;
        self.length = 0;
        self.pass_line_ends(cancel)?;
        loop {
            cancel.check()?;
            let rest = &self.buffer.as_bytes()[self.at..];
            if rest.is_empty() && self.has_ended {
                return Ok(false);
            }
            let held = rest.len();
            // A record that is too long ends where it is known to be.
            let is_all = self.has_ended || held > MAX_RECORD;
            if let Some(length) = self.splitter.split(rest, is_all) {
                self.length = length;
                self.within = if self.splitter.may_span_lines() { Within::LineEnds } else { Within::OneLine };
                let is_open = matches!(self.splitter.problem, Some(Problem::NeverClosed(_)));
                return if length > MAX_RECORD && !is_open { Err(too_long(self.line)) } else { Ok(true) };
            }
            while self.buffer.len() - self.at < 2 * held.max(1) && !self.has_ended {
                self.fill()?;
            }
        }
    }

    /// Passes the line ends before a record: more than the one of the record before are blank lines.
    fn pass_line_ends(&mut self, cancel: &Cancel) -> Result<()> {
        let before = self.lines.line();
        let is_first = self.at == 0 && before == 1;
        self.other_end = None;
        let mut is_told = false;
        loop {
            cancel.check()?;
            let rest = &self.buffer.as_bytes()[self.at..];
            let ends = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            let is_all = ends == rest.len();
            // What may be half of one is looked at when the rest is there.
            if is_all && !self.has_ended && ends < 2 {
                self.fill()?;
                continue;
            }
            if let Some(end) = line_end(&rest[..ends]).filter(|_| !is_told) {
                is_told = true;
                let first = *self.line_end.get_or_insert(end);
                self.other_end = (end != first).then_some((before, end));
            }
            self.lines.pass(&rest[..ends]);
            self.at += ends;
            if !is_all || self.has_ended {
                break;
            }
            self.fill()?;
        }
        self.line = self.lines.line();
        self.is_after_blank = self.line - before > u64::from(!is_first);
        Ok(())
    }

    fn fill(&mut self) -> Result<()> {
        if self.at > self.buffer.len() / 2 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        self.text.refill()?;
        let block = self.text.whole_block();
        self.has_ended = block.is_empty();
        self.buffer.push_str(block);
        self.text.consume(self.text.block().len());
        Ok(())
    }

    /// Ends the record with its first line: what follows is read as if it were no part of it.
    pub fn cut(&mut self) {
        let end = self.at + self.raw().iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.length);
        self.splitter.split(&self.buffer.as_bytes()[self.at..end], true);
        self.length = end - self.at;
    }

    /// What is decoded of the text behind the record.
    pub fn beyond(&self) -> &[u8] {
        &self.buffer.as_bytes()[self.at + self.length..]
    }

    /// The line that the record ends on.
    pub fn last_line(&self) -> u64 {
        self.line + if self.is_sheet || self.within == Within::OneLine { 0 } else { LineCounter::of(self.raw()) }
    }

    /// The error of a quote, at this byte of the record, that takes in the rest of the file, or more of it than a record
    /// may have.
    pub fn never_closed(&self, at: usize) -> Error {
        let line = grouped(self.line + LineCounter::of(&self.raw()[..at]));
        Error::bad_data(format!("the quote that is opened on line {line} is never closed"))
            .because("what stands behind it can't be told apart")
            .hint("ask the provider for the file again, with that quote closed or doubled")
    }

    /// The encoding that the text is decoded from, where that is not UTF-8.
    pub fn encoding(&self) -> Option<String> {
        self.text.encoding()
    }

    /// How the file is packed.
    pub fn packed(&self) -> Option<&'static str> {
        self.text.packed
    }

    /// What had to be done to make text of the file, and why.
    pub fn repairs(&self) -> &[(RepairKind, String)] {
        &self.text.repairs
    }

    /// How the cells are told apart.
    pub fn dialect(&self) -> &Dialect {
        self.splitter.dialect()
    }

    /// The text of the record.
    pub fn raw(&self) -> &[u8] {
        &self.buffer.as_bytes()[self.at..self.at + self.length]
    }

    /// The same as text.
    pub fn raw_text(&self) -> Result<&str> {
        let raw = self.buffer.get(self.at..self.at + self.length);
        raw.ok_or_else(|| Error::internal("a record ends within a character"))
    }

    /// Whether some of its bytes are no text.
    pub fn has_lost(&self) -> Result<bool> {
        Ok(self.text.is_damaged() && self.raw_text()?.contains(LOST))
    }

    /// The 1-based line that it starts on.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether a blank line stands before it.
    pub fn is_after_blank(&self) -> bool {
        self.is_after_blank
    }

    /// What the first line ends with, once another one was begun.
    pub fn line_end(&self) -> Option<LineEnd> {
        self.line_end
    }

    /// The number of the line before it, and what that ends with, where it is something else.
    pub fn other_end(&self) -> Option<(u64, LineEnd)> {
        self.other_end
    }

    /// How many cells it has.
    pub fn count(&self) -> usize {
        self.splitter.count
    }

    /// What is wrong with its quotes.
    pub fn problem(&self) -> Option<Problem> {
        self.splitter.problem
    }

    /// Whether one of its cells stands in quotes.
    pub fn is_quoted(&self) -> bool {
        self.splitter.is_quoted
    }

    /// Whether it may hold line ends.
    pub fn may_span_lines(&self) -> bool {
        self.within == Within::LineEnds
    }

    /// Its cells: as many as a file may have columns, and one more.
    pub fn cells(&self) -> Result<impl Iterator<Item = &str>> {
        let raw = self.raw_text()?;
        Ok(self.splitter.cells().iter().map(move |cell| self.splitter.content(raw, *cell)))
    }

    /// How much memory is held, in bytes.
    #[cfg(test)]
    pub fn buffered(&self) -> usize {
        self.buffer.capacity()
    }
}

/// What the line ends that these bytes are begin with.
fn line_end(ends: &[u8]) -> Option<LineEnd> {
    match ends {
        [b'\n', ..] => Some(LineEnd::Lf),
        [b'\r', b'\n', ..] => Some(LineEnd::CrLf),
        [b'\r', ..] => Some(LineEnd::Cr),
        _ => None,
    }
}
