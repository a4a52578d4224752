//! Labelled documents: what taggers learn from and are measured on.

mod conll;
mod json_lines;
mod scheme;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::base::{Digest, Error, KeyHasher, Result, ResultExt, files};

/// The largest file of labelled data that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// A text with the entities that people marked in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Document {
    /// The text. Each line is a sentence of its own.
    pub text: String,
    /// What was marked, in the order of the file.
    pub entities: Vec<TrueEntity>,
}

/// An entity that a person marked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TrueEntity {
    /// The first character, counted in Unicode scalar values from 0.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Its label.
    pub label: String,
}

/// Reads labelled data: JSON lines with spans, or `CoNLL` columns, told apart by how the file begins.
///
/// JSON lines: `{"text": "...", "entities": [{"start": 0, "end": 5, "label": "BRAND"}]}`, offsets in characters; further
/// keys are passed over. `CoNLL` columns: one token a line, the first column is the token and the last its tag (IOB1,
/// IOB2, BILOU or IOBES); a blank line ends a sentence; where a file has `-DOCSTART-` lines they part the documents,
/// else every sentence is a document. Errors name file, line and value.
pub fn read(path: &Path) -> Result<Vec<Document>> {
    let name = path.display().to_string();
    let text = read_text(path, &name)?;
    let documents = if opens_object(&text) { json_lines::parse(&text, &name) } else { conll::parse(&text, &name) }?;
    if documents.is_empty() {
        return Err(Error::bad_data(format!("{name} holds no labelled text")));
    }
    Ok(documents)
}

/// Whether the text begins as a JSON object with a key does.
fn opens_object(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"'))
}

fn read_text(path: &Path, name: &str) -> Result<String> {
    let reading = || format!("reading {name}");
    let file = files::open_regular(path).with_context(reading)?;
    let bytes = files::read_at_most(file, LARGEST).with_context(reading)?.ok_or_else(|| {
        Error::bad_data(format!("{name} is larger than {} MiB", LARGEST >> 20))
            .hint("split the labelled data into several files and name them all")
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..valid].split(|byte| *byte == b'\n').count();
        Error::bad_data(format!("{name}, line {line}: byte `0x{:02x}` at offset {valid} is not UTF-8", bytes[valid]))
            .hint("save the file as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The digest of the contents of labelled files, in the order given: their names and places do not matter.
pub fn data_digest<P: AsRef<Path>>(paths: &[P]) -> Result<Digest> {
    let mut key = KeyHasher::new("labelled data/1");
    for path in paths {
        let path = path.as_ref();
        let digest = files::open_regular(path)
            .map_err(Error::from)
            .and_then(Digest::of_reader)
            .with_context(|| format!("reading {}", path.display()))?;
        key = key.part("file", digest.as_str());
    }
    Ok(key.finish())
}

/// An error about one value of one line.
fn at(file: &str, line: usize, message: impl std::fmt::Display) -> Error {
    Error::bad_data(format!("{file}, line {line}: {message}"))
}

/// A value in an error, not longer than a line.
fn quoted(value: &str) -> String {
    crate::base::text::quoted(value, 60)
}
