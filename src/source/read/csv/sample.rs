//! The first rows of a text, as one dialect tells them apart.

use super::dialect::Dialect;
use super::split::Splitter;
use crate::source::read::MAX_COLUMNS;
use crate::source::read::text::LineCounter;

/// A row of a sample.
#[derive(Debug)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Content>,
    /// Whether its quotes are in order.
    pub is_sound: bool,
    /// Whether a blank line stands before it.
    pub is_after_blank: bool,
}

/// The content of a cell.
#[derive(Debug)]
pub struct Content {
    /// Its text.
    pub text: String,
    /// Whether it stands in quotes.
    pub is_quoted: bool,
}

/// The rows of `text` that are whole; `is_last` says that it ends there. Blank lines are none.
pub fn rows(text: &str, is_last: bool, dialect: &Dialect) -> Vec<Row> {
    let mut splitter = Splitter::new(dialect.clone(), MAX_COLUMNS + 1);
    let mut rows = Vec::new();
    let mut rest = text;
    loop {
        let ends = rest.bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let is_after_blank = LineCounter::of(&rest.as_bytes()[..ends]) > 1;
        rest = &rest[ends..];
        if rest.is_empty() {
            return rows;
        }
        // A record that takes most of a text is no record that goes on beyond it.
        let is_over = is_last || 2 * rest.len() > text.len();
        let Some(mut length) = splitter.split(rest.as_bytes(), is_over) else { return rows };
        let is_sound = splitter.problem.is_none();
        if !is_sound {
            // What follows a stray quote is no part of its record.
            length = rest.find(['\n', '\r']).unwrap_or(length);
            splitter.split(&rest.as_bytes()[..length], true);
        }
        let cells = splitter
            .cells()
            .iter()
            .map(|cell| Content { text: splitter.content(rest, *cell).to_owned(), is_quoted: cell.is_quoted });
        rows.push(Row { cells: cells.collect(), is_sound, is_after_blank });
        rest = &rest[length..];
    }
}
