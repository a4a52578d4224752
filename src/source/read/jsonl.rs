//! JSON lines: one object a line; and one array of objects.
//!
//! Strings become their text, numbers and nested values stay as they are written, `null` and a key that is not there
//! become null. Blank lines are no records. The columns are the keys of all objects, in the order of their first
//! appearance: the file is read once for them and once for the rows.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use polars::prelude::DataFrame;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::chunk::Records;
use super::text::{HAS_LOST, LOST, Text};
use super::{Reader, header};
use crate::base::{Cancel, Error, Result};
use crate::domain::batch::{BronzeColumn, Typed};
use crate::domain::understood::Understood;
use values::Values;

mod values;

/// Reads a file of JSON lines.
pub struct JsonReader {
    values: Values,
    header: Vec<BronzeColumn>,
    /// Which column a key belongs to.
    index: HashMap<String, usize>,
    row: i64,
    /// Whether lines may have lost some of their bytes.
    is_damaged: bool,
}

/// The columns of a file: every key of every object that can be read.
pub fn keys(text: Text, cancel: &Cancel) -> Result<Vec<BronzeColumn>> {
    let mut values = Values::new(text);
    let (mut keys, mut seen, mut any) = (Vec::new(), HashSet::new(), false);
    let mut lines = Lines::default();
    while let Some((_, line)) = values.next(cancel)? {
        any = true;
        let members = members(line);
        lines.add(members.as_deref().ok());
        for (key, _) in members.unwrap_or_default() {
            if !seen.contains(key.as_ref()) {
                seen.insert(key.clone().into_owned());
                keys.push(key.into_owned());
            }
        }
        if keys.len() > super::MAX_COLUMNS {
            return Err(header::too_many());
        }
    }
    if !values.is_array() {
        lines.check()?;
    }
    if any {
        let mut columns = header::columns(keys)?;
        for column in &mut columns {
            column.typed_numbers = Some(Typed::Some);
        }
        Ok(columns)
    } else {
        Err(Error::bad_data("the file holds no text").hint("ask the provider for it again"))
    }
}

/// What the lines of a file are that should be objects.
#[derive(Default)]
struct Lines {
    all: u64,
    objects: u64,
    /// Whether the first is none.
    begins_otherwise: bool,
    /// In the first, the key under which a list of objects stands.
    list: Option<String>,
}

impl Lines {
    fn add(&mut self, members: Option<&[(Cow<'_, str>, &str)]>) {
        if self.all == 0 {
            self.begins_otherwise = members.is_none();
            let is_list = |value: &str| value.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'));
            let list = members.unwrap_or_default().iter().find(|(_, value)| is_list(value));
            self.list = list.map(|(key, _)| key.clone().into_owned());
        }
        self.all += 1;
        self.objects += u64::from(members.is_some());
    }

    /// Refuses what is one object over many lines, or one that holds the rows.
    fn check(&self) -> Result<()> {
        let hint = "deliver an array of objects, or one object on each line";
        if self.begins_otherwise && 2 * self.objects < self.all {
            return Err(Error::bad_data("the lines hold no JSON objects, one on each").hint(hint));
        }
        match &self.list {
            Some(key) if self.all == 1 => {
                Err(Error::bad_data(format!("the file is one JSON object, which holds its rows under `{key}`"))
                    .hint(hint))
            }
            _ => Ok(()),
        }
    }
}

impl JsonReader {
    /// Reads the rows of a file with these columns.
    pub fn new(text: Text, header: Vec<BronzeColumn>) -> Self {
        let index = header.iter().enumerate().map(|(index, column)| (column.delivered.clone(), index)).collect();
        let is_damaged = text.is_damaged();
        Self { values: Values::new(text), header, index, row: 0, is_damaged }
    }
}

impl Reader for JsonReader {
    fn header(&self) -> &[BronzeColumn] {
        &self.header
    }

    fn encoding(&self) -> Option<String> {
        self.values.text.encoding()
    }

    fn understood(&self) -> Understood {
        let encoding = Some(self.encoding().unwrap_or_else(|| "utf-8".to_owned()));
        let format = if self.values.is_array() { "json" } else { "jsonl" };
        let packed = self.values.text.packed.map(str::to_owned);
        Understood { format: format.to_owned(), packed, encoding, ..Understood::default() }
    }

    fn next_chunk(&mut self, limit: usize, cancel: &Cancel) -> Result<Option<DataFrame>> {
        let mut chunk = Records::new(&self.header, limit);
        while !chunk.is_full() {
            let Some((number, line)) = self.values.next(cancel)? else { break };
            self.row += 1;
            let number = i64::try_from(number).ok();
            let is_whole = !self.is_damaged || !line.contains(LOST);
            match if is_whole { record(line, &self.index) } else { Err(HAS_LOST.to_owned()) } {
                Ok(cells) => chunk.push_good(self.row, number, cells.iter().map(Option::as_deref)),
                Err(problem) => chunk.push_bad(self.row, number, &problem, Some(line)),
            }
        }
        chunk.finish()
    }
}

/// The cells of one object in the order of the columns, or why the line holds no such object.
fn record<'a>(line: &'a str, index: &HashMap<String, usize>) -> Result<Vec<Option<Cow<'a, str>>>, String> {
    let mut cells = vec![None; index.len()];
    let mut seen = vec![false; index.len()];
    for (key, value) in members(line)? {
        let place =
            *index.get(key.as_ref()).ok_or_else(|| format!("the key `{key}` was not there at the first look"))?;
        if std::mem::replace(&mut seen[place], true) {
            return Err(format!("the key `{key}` stands in the object twice"));
        }
        cells[place] = match value.as_bytes().first() {
            Some(b'n') => None,
            Some(b'"') => Some(Cow::Owned(
                serde_json::from_str::<String>(value)
                    .map_err(|error| format!("the value of `{key}` is not valid JSON: {}", without_place(&error)))?,
            )),
            _ => Some(Cow::Borrowed(value)),
        };
    }
    Ok(cells)
}

/// The members of the object that `line` holds: keys, and values as written.
fn members(line: &str) -> Result<Vec<(Cow<'_, str>, &str)>, String> {
    let mut cursor = Cursor { line, at: 0 };
    let mut members = Vec::new();
    if !cursor.accept(b'{') {
        cursor.value::<IgnoredAny>()?;
        return Err("the line holds JSON, but not an object".to_owned());
    }
    if !cursor.accept(b'}') {
        loop {
            let key = cursor.value::<String>()?.0;
            cursor.expect(b':')?;
            let value = cursor.value::<IgnoredAny>()?.1;
            members.push((Cow::Owned(key), value));
            if !cursor.accept(b',') {
                break;
            }
        }
        cursor.expect(b'}')?;
    }
    if cursor.peek().is_some() { Err(cursor.invalid("there is text behind the object")) } else { Ok(members) }
}

/// A place in a line of JSON.
struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.line.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
        self.line.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.accept(byte) { Ok(()) } else { Err(self.invalid(&format!("expected `{}`", char::from(byte)))) }
    }

    /// The next value, and its text.
    fn value<T: Deserialize<'a>>(&mut self) -> Result<(T, &'a str), String> {
        self.peek();
        let rest = &self.line[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<T>();
        match values.next() {
            Some(Ok(value)) => {
                let text = rest.get(..values.byte_offset()).unwrap_or(rest);
                self.at += text.len();
                Ok((value, text))
            }
            Some(Err(error)) => {
                self.at += error.column().saturating_sub(1).min(rest.len());
                Err(self.invalid(&without_place(&error)))
            }
            None => Err(self.invalid("the line ends in the middle of an object")),
        }
    }

    fn invalid(&self, cause: &str) -> String {
        format!("invalid JSON at byte {} of the line: {cause}", self.at + 1)
    }
}

/// The error without the place in the fragment that was looked at.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
