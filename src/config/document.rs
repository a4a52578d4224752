//! The text of assay.toml and places in it.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::base::{Error, Result};

/// The text being read, to turn places into line and column.
pub struct Document<'i> {
    text: &'i str,
    file_name: &'i str,
}

impl<'i> Document<'i> {
    /// A document that errors call `file_name`.
    pub fn new(text: &'i str, file_name: &'i str) -> Self {
        Self { text, file_name }
    }

    /// The document as TOML.
    pub fn parse(&self) -> Result<Spanned<DeTable<'i>>> {
        DeTable::parse(self.text).map_err(|error| {
            let place = error.span().unwrap_or(self.text.len()..self.text.len());
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let found =
                self.text.get(place.clone()).map(str::trim).filter(|found| !found.is_empty() && !found.contains('\n'));
            let found = found.map_or_else(String::new, |found| format!(": `{found}`"));
            let hint = if message.contains("duplicate key") {
                "keep one of the two"
            } else {
                "tables are written [like_this], values key = \"text\", key = 7, key = true or key = [\"a\", \"b\"]"
            };
            self.error(&place, format!("not valid TOML: {message}{found}")).hint(hint)
        })
    }

    /// An error at a place, which begins with `file:line:column:`.
    pub fn error(&self, place: &Range<usize>, message: impl AsRef<str>) -> Error {
        let before = self.text.get(..place.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        Error::usage(format!("{}:{line}:{column}: {}", self.file_name, message.as_ref()))
    }

    /// An error that another part of the program found in a value, at the place of the value.
    pub fn locate(&self, place: &Range<usize>, error: &Error) -> Error {
        let located = error.causes().iter().fold(self.error(place, error.message()), Error::because);
        error.hints().iter().fold(located, Error::hint)
    }
}
