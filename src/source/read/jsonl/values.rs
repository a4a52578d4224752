//! The values of a text: a line each, or the elements of one array.

use super::super::MAX_RECORD;
use super::super::text::{LineCounter, Text, too_long, utf8};
use crate::base::{Cancel, Error, Result};

/// Reads a text value by value, each as it is written.
pub struct Values {
    pub text: Text,
    shape: Shape,
    value: Vec<u8>,
    lines: LineCounter,
    /// The 1-based line that the value begins on.
    line: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Unknown,
    Lines,
    /// The elements of an array that is open.
    Array,
    /// The array is closed.
    Ended,
}

/// What stands behind the element of an array.
enum Behind {
    Comma,
    Bracket,
}

impl Values {
    pub fn new(text: Text) -> Self {
        Self { text, shape: Shape::Unknown, value: Vec::new(), lines: LineCounter::default(), line: 1 }
    }

    /// Whether they are the elements of an array, as far as is read.
    pub fn is_array(&self) -> bool {
        matches!(self.shape, Shape::Array | Shape::Ended)
    }

    /// The next value with its 1-based line. Blank lines are none.
    pub fn next(&mut self, cancel: &Cancel) -> Result<Option<(u64, &str)>> {
        self.value.clear();
        let is_array = self.peek(cancel)? == Some(b'[');
        match self.shape {
            Shape::Unknown if is_array => {
                self.pass(1);
                self.shape = Shape::Array;
                // An array without elements.
                if self.peek(cancel)? == Some(b']') {
                    self.close(cancel)?;
                }
            }
            Shape::Unknown => self.shape = Shape::Lines,
            _ => {}
        }
        self.line = self.lines.line();
        let found = match self.shape {
            Shape::Array => self.element(cancel)?,
            Shape::Ended => false,
            _ => self.rest_of_line(cancel)?,
        };
        if !found {
            return Ok(None);
        }
        Ok(Some((self.line, utf8(&self.value)?.trim_end())))
    }

    /// The next byte that is not blank.
    fn peek(&mut self, cancel: &Cancel) -> Result<Option<u8>> {
        loop {
            cancel.check()?;
            if self.text.block().is_empty() {
                self.text.refill()?;
            }
            let block = self.text.block();
            let blank = block.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let next = block.get(blank).copied();
            let is_over = block.is_empty();
            self.pass(blank);
            if next.is_some() || is_over {
                return Ok(next);
            }
        }
    }

    fn pass(&mut self, count: usize) {
        self.lines.pass(&self.text.block()[..count]);
        self.text.consume(count);
    }

    /// Takes in what is left of a line; false where nothing is.
    fn rest_of_line(&mut self, cancel: &Cancel) -> Result<bool> {
        loop {
            cancel.check()?;
            if self.text.block().is_empty() {
                self.text.refill()?;
            }
            let block = self.text.block();
            if block.is_empty() {
                return Ok(!self.value.is_empty());
            }
            let end = memchr::memchr(b'\n', block).map(|index| index + 1);
            let length = end.unwrap_or(block.len());
            self.take(length)?;
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    fn take(&mut self, length: usize) -> Result<()> {
        self.value.extend_from_slice(&self.text.block()[..length]);
        self.pass(length);
        if self.value.len() > MAX_RECORD { Err(too_long(self.line)) } else { Ok(()) }
    }

    /// Takes in the next element of the array.
    fn element(&mut self, cancel: &Cancel) -> Result<bool> {
        let (mut depth, mut is_text, mut is_escaped) = (0_u64, false, false);
        loop {
            cancel.check()?;
            if self.text.block().is_empty() {
                self.text.refill()?;
            }
            if self.text.block().is_empty() {
                return Err(Error::bad_data("the array is never closed: the file is cut off")
                    .hint("ask the provider for it again"));
            }
            let mut behind = None;
            let mut length = 0;
            for byte in self.text.block() {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' if is_text => is_escaped = true,
                    b'"' => is_text = !is_text,
                    _ if is_text => {}
                    b',' if depth == 0 => behind = Some(Behind::Comma),
                    b']' if depth == 0 => behind = Some(Behind::Bracket),
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if behind.is_some() {
                    break;
                }
                length += 1;
            }
            self.take(length)?;
            match behind {
                Some(Behind::Comma) => self.pass(1),
                Some(Behind::Bracket) => self.close(cancel)?,
                None => continue,
            }
            return Ok(true);
        }
    }

    /// Passes the end of the array, behind which nothing may stand.
    fn close(&mut self, cancel: &Cancel) -> Result<()> {
        self.pass(1);
        self.shape = Shape::Ended;
        match self.peek(cancel)? {
            None => Ok(()),
            Some(_) => Err(Error::bad_data(format!("there is text behind the array, on line {}", self.lines.line()))),
        }
    }
}
