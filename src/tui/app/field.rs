//! A field of a dialog: what it asks for, what was typed, and what is wrong with that.

use super::text_field::TextField;
use crate::domain::Period;

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Any words, at least one.
    Required,
    /// Any words, or none.
    Optional,
    /// A file.
    Path,
    /// A period, or nothing.
    Period,
    /// Exactly this, as a sign that it is meant.
    Exactly(String),
}

/// A field of a dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What is asked for.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// What was typed.
    pub input: TextField,
}

impl Field {
    /// An empty field.
    #[must_use]
    pub fn new(label: &str, kind: FieldKind) -> Self {
        Self { label: label.to_owned(), kind, input: TextField::default() }
    }

    /// The same with what is most likely meant.
    #[must_use]
    pub fn filled(self, text: &str) -> Self {
        Self { input: TextField::with(text), ..self }
    }

    /// What is wrong with what was typed, if anything.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let typed = self.input.trimmed();
        let missing = typed.is_empty();
        match &self.kind {
            FieldKind::Required | FieldKind::Path => missing.then(|| format!("the {} is missing", self.label)),
            FieldKind::Exactly(expected) => (typed != expected).then(|| format!("type {expected} to confirm")),
            FieldKind::Period if !missing => typed.parse::<Period>().err().map(|error| error.with_hints()),
            FieldKind::Optional | FieldKind::Period => None,
        }
    }
}
