//! A record of a text, split into cells.

use memchr::{memchr, memchr2};

use super::dialect::Dialect;
use super::marks;

/// A cell of a record, by the place of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    start: usize,
    end: usize,
    /// Whether it stands in quotes.
    pub is_quoted: bool,
    /// Whether its content, which is not what stands in the text, was put together apart.
    is_apart: bool,
}

/// What is wrong with the quotes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Text stands behind a closing quote.
    TextBehind,
    /// The quote at this byte is not closed.
    NeverClosed(usize),
}

impl Problem {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::TextBehind => "there is text behind a closing quote",
            Self::NeverClosed(_) => "a quote is opened and never closed",
        }
    }
}

/// Splits one record after the other.
#[derive(Debug)]
pub struct Splitter {
    dialect: Dialect,
    first: Option<u8>,
    cells: Vec<Cell>,
    most: usize,
    apart: Vec<u8>,
    /// How many cells the record has. Those past the most that are kept are only counted.
    pub count: usize,
    /// What is wrong with its quotes.
    pub problem: Option<Problem>,
    /// Whether one of its cells stands in quotes.
    pub is_quoted: bool,
    /// Whether a line end stands in quotes.
    has_line_ends: bool,
}

/// Where the reading of a cell came to.
enum End {
    /// A delimiter stands behind the cell, of which this is the next byte.
    Cell(usize),
    /// A line end, or the end of the text, stands there.
    Record(usize),
    /// The text goes on.
    Beyond,
}

impl Splitter {
    /// Keeps at most so many cells of a record.
    pub fn new(dialect: Dialect, most: usize) -> Self {
        let first = dialect.delimiter.bytes().next();
        Self {
            dialect,
            first,
            cells: Vec::new(),
            most,
            apart: Vec::new(),
            count: 0,
            problem: None,
            is_quoted: false,
            has_line_ends: false,
        }
    }

    pub fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The cells of the record, in order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Whether the record may hold line ends: only in quotes or behind an escape can one stand within it.
    pub fn may_span_lines(&self) -> bool {
        self.has_line_ends || self.problem.is_some() || self.dialect.escape.is_some()
    }

    /// How many bytes the record has that begins with `text`, without its line end; `None` where it goes on beyond.
    /// `is_last` says that there is nothing beyond.
    pub fn split(&mut self, text: &[u8], is_last: bool) -> Option<usize> {
        self.cells.clear();
        self.apart.clear();
        (self.count, self.problem, self.is_quoted, self.has_line_ends) = (0, None, false, false);
        let mut at = 0;
        loop {
            let start = if self.dialect.is_padded { at + spaces(&text[at..]) } else { at };
            if start == text.len() && !is_last {
                return None;
            }
            let end = match self.dialect.quote {
                Some(quote) if text.get(start) == Some(&quote) => self.quoted(text, start, quote, is_last),
                _ => self.bare(text, start, start, is_last),
            };
            match end {
                End::Cell(next) => at = next,
                End::Record(end) => return Some(end),
                End::Beyond => return None,
            }
        }
    }

    fn push(&mut self, cell: Cell) {
        self.count += 1;
        self.is_quoted |= cell.is_quoted;
        if self.cells.len() < self.most {
            self.cells.push(cell);
        }
    }

    /// The cell of which this part of the text is the content, with or without escapes.
    fn cell(&mut self, text: &[u8], start: usize, end: usize, is_quoted: bool, has_escapes: bool) -> Cell {
        if !has_escapes {
            return Cell { start, end, is_quoted, is_apart: false };
        }
        let first = self.apart.len();
        let content = &text[start..end];
        let mut at = 0;
        while at < content.len() {
            let next = at + usize::from(self.is_escape(content, at, is_quoted));
            self.apart.push(content[next]);
            at = next + 1;
        }
        Cell { start: first, end: self.apart.len(), is_quoted, is_apart: true }
    }

    fn bare(&mut self, text: &[u8], start: usize, behind: usize, is_last: bool) -> End {
        let Some((end, has_escapes)) = self.end_of_bare(text, behind, is_last) else { return End::Beyond };
        let cell = self.cell(text, start, end, false, has_escapes);
        self.ended(text, cell, end)
    }

    /// A cell whose last byte comes before `end`: what stands there is a delimiter, a line end or nothing.
    fn ended(&mut self, text: &[u8], cell: Cell, end: usize) -> End {
        let is_delimited = self.is_delimiter(&text[end..]);
        // Spaces at the end of a line stand before nothing.
        if is_delimited || cell.end > cell.start || cell.is_quoted || self.count == 0 || self.dialect.delimiter != " " {
            self.push(cell);
        }
        if is_delimited { End::Cell(end + self.dialect.delimiter.len()) } else { End::Record(end) }
    }

    /// Where a cell without quotes ends, and whether it holds escapes; `None` where that lies beyond.
    fn end_of_bare(&self, text: &[u8], start: usize, is_last: bool) -> Option<(usize, bool)> {
        let (mut at, mut has_escapes) = (start, false);
        loop {
            let Some(found) = self.next_mark(&text[at..]).map(|offset| at + offset) else {
                return is_last.then_some((text.len(), has_escapes));
            };
            let byte = text[found];
            if matches!(byte, b'\n' | b'\r') {
                return Some((found, has_escapes));
            }
            // Enough of what follows to tell.
            let needed = if Some(byte) == self.dialect.escape { 2 } else { self.dialect.delimiter.len() };
            if text.len() - found < needed && !is_last {
                return None;
            }
            if Some(byte) == self.dialect.escape {
                has_escapes = true;
                at = text.len().min(found + 2);
            } else if self.is_delimiter(&text[found..]) {
                return Some((found, has_escapes));
            } else {
                at = found + 1;
            }
        }
    }

    /// The next byte that a cell without quotes may end at.
    fn next_mark(&self, text: &[u8]) -> Option<usize> {
        let found = marks::next(text, self.first.unwrap_or(b'\n'));
        match self.dialect.escape {
            Some(escape) => memchr(escape, &text[..found.unwrap_or(text.len())]).or(found),
            None => found,
        }
    }

    fn quoted(&mut self, text: &[u8], opened: usize, quote: u8, is_last: bool) -> End {
        let (mut at, mut has_escapes) = (opened + 1, false);
        let closed = loop {
            let rest = &text[at.min(text.len())..];
            let found = match self.dialect.escape {
                Some(escape) => memchr2(quote, escape, rest),
                None => memchr(quote, rest),
            };
            let Some(found) = found.map(|offset| at + offset) else {
                if !is_last {
                    return End::Beyond;
                }
                self.problem.get_or_insert(Problem::NeverClosed(opened));
                let cell = self.cell(text, opened + 1, text.len(), true, has_escapes);
                self.push(cell);
                return End::Record(text.len());
            };
            let is_escape = text[found] != quote;
            let is_doubled = !is_escape && text.get(found + 1) == Some(&quote);
            if found + 1 == text.len() && !is_last {
                return End::Beyond;
            }
            if !is_escape && !is_doubled {
                break found;
            }
            has_escapes = true;
            at = found + 2;
        };
        self.has_line_ends |= memchr2(b'\n', b'\r', &text[opened..closed]).is_some();
        let behind = closed + 1 + self.blanks(&text[closed + 1..]);
        if text.len() < behind + self.dialect.delimiter.len().max(1) && !is_last {
            return End::Beyond;
        }
        if behind == text.len() || matches!(text[behind], b'\n' | b'\r') || self.is_delimiter(&text[behind..]) {
            let cell = self.cell(text, opened + 1, closed, true, has_escapes);
            return self.ended(text, cell, behind);
        }
        self.problem.get_or_insert(Problem::TextBehind);
        // The rest is read as if it had no quotes.
        self.bare(text, opened, behind, is_last)
    }

    /// How many blanks a text begins with that separate no cells.
    fn blanks(&self, text: &[u8]) -> usize {
        let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\t') && Some(**byte) != self.first;
        text.iter().take_while(is_blank).count()
    }

    fn is_delimiter(&self, text: &[u8]) -> bool {
        self.first.is_some_and(|first| text.first() == Some(&first))
            && (self.dialect.delimiter.len() == 1 || text.starts_with(self.dialect.delimiter.as_bytes()))
    }

    /// The content of a cell of the record that begins with `text`.
    pub fn content<'a>(&'a self, text: &'a str, cell: Cell) -> &'a str {
        // What is put together from whole characters is text, too.
        let held = if cell.is_apart { std::str::from_utf8(&self.apart).unwrap_or_default() } else { text };
        held.get(cell.start..cell.end).unwrap_or_default()
    }

    /// Whether the byte at `at` only says that the next one is meant as it stands.
    fn is_escape(&self, content: &[u8], at: usize, is_quoted: bool) -> bool {
        let Some(next) = content.get(at + 1) else { return false };
        let Dialect { quote, escape, .. } = &self.dialect;
        if is_quoted && Some(content[at]) == *quote {
            return Some(*next) == *quote;
        }
        Some(content[at]) == *escape
            && (Some(*next) == *quote
                || Some(*next) == *escape
                || Some(*next) == self.first
                || matches!(next, b'\n' | b'\r'))
    }
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b' ').count()
}
