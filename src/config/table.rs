//! Typed access to a TOML table, with errors that say where.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Document;
use crate::base::number::kept;
use crate::base::text::nearest;
use crate::base::{Error, Result};

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands, in bytes.
    pub place: Range<usize>,
}

/// A table whose keys are all known.
pub struct Table<'a, 'i> {
    pub document: &'a Document<'i>,
    /// How errors call it: `[workspace]`, `[[dataset]]`.
    label: &'a str,
    place: Range<usize>,
    entries: &'a DeTable<'i>,
}

impl<'a, 'i> Table<'a, 'i> {
    /// Refuses keys that are not in `known`, suggesting the nearest.
    pub fn new(
        document: &'a Document<'i>,
        label: &'a str,
        place: Range<usize>,
        entries: &'a DeTable<'i>,
        known: &[&str],
    ) -> Result<Self> {
        let table = Self { document, label, place, entries };
        let unknown =
            entries.keys().filter(|key| !known.contains(&key.get_ref().as_ref())).min_by_key(|key| key.span().start);
        match unknown {
            None => Ok(table),
            Some(key) => {
                let error = document.error(&key.span(), format!("unknown key `{}` in {label}", key.get_ref()));
                Err(suggest(error, key.get_ref(), known))
            }
        }
    }

    /// A table of this one's entries, each key known to nobody: `[people]`, `schema`, `columns`.
    pub fn open(document: &'a Document<'i>, label: &'a str, place: Range<usize>, entries: &'a DeTable<'i>) -> Self {
        Self { document, label, place, entries }
    }

    /// An error about the table as a whole.
    pub fn error(&self, message: impl AsRef<str>) -> Error {
        self.document.error(&self.place, message)
    }

    /// The error of a key that must be there.
    pub fn missing(&self, key: &str) -> Error {
        self.error(format!("`{key}` is missing in {}", self.label))
    }

    /// The place of a key's value, or of the table where it is not given.
    pub fn place_of(&self, key: &str) -> Range<usize> {
        self.entries.get(key).map_or_else(|| self.place.clone(), Spanned::span)
    }

    /// Whether the key is given.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Keys with their places and values, in the order of the file.
    pub fn in_order(&self) -> Vec<(Located<&'a str>, Value<'a, 'i>)> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (&'a Spanned<Cow<'i, str>>, _)| {
            let name = Located { value: key.get_ref().as_ref(), place: key.span() };
            let value = Value { document: self.document, key: key.get_ref(), written: value };
            (name, value)
        };
        entries.into_iter().map(entry).collect()
    }

    /// The value of a key.
    pub fn value(&self, key: &'a str) -> Option<Value<'a, 'i>> {
        self.entries.get(key).map(|written| Value { document: self.document, key, written })
    }

    /// Text that must be there.
    pub fn required_text(&self, key: &'a str) -> Result<Located<&'a str>> {
        self.value(key).ok_or_else(|| self.missing(key).hint(format!("add a line {key} = \"...\"")))?.text()
    }

    /// Text, where given.
    pub fn text(&self, key: &'a str) -> Result<Option<Located<&'a str>>> {
        self.value(key).map(|value| value.text()).transpose()
    }

    /// Something written as text, where given.
    pub fn parsed<T: FromStr<Err = Error>>(&self, key: &'a str) -> Result<Option<Located<T>>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let value = text.value.parse().map_err(|error| self.document.locate(&text.place, &error))?;
        Ok(Some(Located { value, place: text.place }))
    }

    /// True or false, where given.
    pub fn truth(&self, key: &'a str) -> Result<Option<bool>> {
        self.value(key).map(|value| value.truth()).transpose()
    }

    /// A number, where given.
    pub fn number(&self, key: &'a str) -> Result<Option<Located<f64>>> {
        self.value(key).map(|value| value.number()).transpose()
    }

    /// A whole number in `range`, where given.
    pub fn count(&self, key: &'a str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>> {
        self.value(key).map(|value| value.count(range)).transpose()
    }

    /// A list of texts; empty where it is not given.
    pub fn texts(&self, key: &'a str) -> Result<Vec<Located<&'a str>>> {
        self.value(key).map_or(Ok(Vec::new()), |value| value.texts())
    }

    /// The tables written as `[[...key]]`; none where it is not given.
    pub fn tables(&self, key: &'a str, label: &'a str, known: &[&str]) -> Result<Vec<Table<'a, 'i>>> {
        let Some(value) = self.value(key) else { return Ok(Vec::new()) };
        let DeValue::Array(items) = value.written.get_ref() else {
            let message = format!("`{key}` must be a list of tables, each under {label}, not {}", value.shown());
            return Err(self
                .document
                .error(&value.place(), message)
                .hint(format!("write {label}, with two brackets on each side")));
        };
        items.iter().map(|item| Value { written: item, ..value }.table(label, known)).collect()
    }
}

/// The value of a key.
#[derive(Clone, Copy)]
pub struct Value<'a, 'i> {
    document: &'a Document<'i>,
    key: &'a str,
    written: &'a Spanned<DeValue<'i>>,
}

impl<'a, 'i> Value<'a, 'i> {
    /// Where it stands.
    pub fn place(&self) -> Range<usize> {
        self.written.span()
    }

    /// The error of a value of another kind, with an example of what was wanted.
    fn wrong(&self, wanted: &str, example: &str) -> Error {
        let message = format!("`{}` must be {wanted}, not {}", self.key, self.shown());
        self.document.error(&self.place(), message).hint(format!("write {} = {example}", self.key))
    }

    fn shown(&self) -> String {
        match self.written.get_ref() {
            DeValue::String(text) => format!("the text \"{text}\""),
            DeValue::Integer(number) => format!("the number {number}"),
            DeValue::Float(number) => format!("the number {number}"),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(date) => format!("the date {date}"),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    /// It as text.
    pub fn text(&self) -> Result<Located<&'a str>> {
        let text = self.written.get_ref().as_str().ok_or_else(|| self.wrong("text", &self.in_quotes()))?;
        Ok(Located { value: text, place: self.place() })
    }

    fn in_quotes(&self) -> String {
        match self.written.get_ref() {
            DeValue::Integer(number) => format!("\"{number}\""),
            DeValue::Float(number) => format!("\"{number}\""),
            DeValue::Datetime(date) => format!("\"{date}\""),
            _ => "\"...\"".to_owned(),
        }
    }

    /// It as a list of texts; one text is a list of one.
    pub fn texts(&self) -> Result<Vec<Located<&'a str>>> {
        match self.written.get_ref() {
            DeValue::String(_) => Ok(vec![self.text()?]),
            DeValue::Array(items) => items.iter().map(|item| Value { written: item, ..*self }.item_text()).collect(),
            _ => Err(self.wrong("a list of texts", "[\"...\"]")),
        }
    }

    fn item_text(&self) -> Result<Located<&'a str>> {
        self.text().map_err(|_| {
            let message = format!("`{}` must be a list of texts, but holds {}", self.key, self.shown());
            self.document.error(&self.place(), message).hint(format!("write {} there", self.in_quotes()))
        })
    }

    /// Whether it is a table.
    pub fn is_table(&self) -> bool {
        self.written.get_ref().is_table()
    }

    /// It as a table with these keys.
    pub fn table(&self, label: &'a str, known: &[&str]) -> Result<Table<'a, 'i>> {
        Table::new(self.document, label, self.place(), self.entries()?, known)
    }

    /// It as a table with any keys.
    pub fn open_table(&self, label: &'a str) -> Result<Table<'a, 'i>> {
        Ok(Table::open(self.document, label, self.place(), self.entries()?))
    }

    fn entries(&self) -> Result<&'a DeTable<'i>> {
        self.written.get_ref().as_table().ok_or_else(|| self.wrong("a table", "{ ... }"))
    }

    fn truth(&self) -> Result<bool> {
        self.written.get_ref().as_bool().ok_or_else(|| self.wrong("true or false", "true"))
    }

    fn number(&self) -> Result<Located<f64>> {
        let number = match self.written.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite()).ok_or_else(|| self.wrong("a number", "0.5"))?;
        // What the journal gives back of it is then what the file says.
        Ok(Located { value: kept(number), place: self.place() })
    }

    fn count(&self, range: std::ops::RangeInclusive<u32>) -> Result<u32> {
        let number = self
            .written
            .get_ref()
            .as_integer()
            .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            let wanted = format!("a whole number from {} to {}", range.start(), range.end());
            self.wrong(&wanted, &range.start().to_string())
        })
    }

    /// A list of [`Value::date`].
    pub fn dates(&self) -> Result<Vec<chrono::NaiveDate>> {
        match self.written.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| Value { written: item, ..*self }.date()).collect(),
            _ => Err(self.wrong("a list of dates", "[\"2026-12-25\"]")),
        }
    }

    /// It as a calendar date: a TOML date, or the same as text.
    pub fn date(&self) -> Result<chrono::NaiveDate> {
        let text = match self.written.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => return Err(self.wrong("a date", "\"2026-11-20\"")),
        };
        text.parse().map_err(|_| self.wrong("a date", "\"2026-11-20\""))
    }
}

/// Adds the nearest of `known`, or all of them where none is near.
pub fn suggest(error: Error, word: &str, known: &[&str]) -> Error {
    match nearest(word, known.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => error,
        None => error.hint(format!("known are: {}", known.join(", "))),
    }
}

/// Refuses the second of two names that are equal or differ in case alone.
pub fn unique<'t, S: AsRef<str> + 't>(
    document: &Document<'_>,
    what: &str,
    names: impl IntoIterator<Item = &'t Located<S>>,
) -> Result<()> {
    let mut seen = BTreeMap::new();
    for name in names {
        let second = name.value.as_ref();
        if let Some(first) = seen.insert(second.to_lowercase(), second) {
            let message = if first == second {
                format!("the {what} `{first}` is named twice")
            } else {
                format!("the {what}s `{first}` and `{second}` differ in case alone")
            };
            return Err(document.error(&name.place, message).hint("give one of them another name, or remove it"));
        }
    }
    Ok(())
}
