//! `CoNLL` columns: one token a line, its tag in the last column, sentences parted by blank lines.

use super::scheme::{self, Tag};
use super::{Document, TrueEntity, at, quoted};
use crate::base::{Error, Result};

/// What opens a document.
const DOCUMENT_START: &str = "-DOCSTART-";

/// Reads a whole file; `name` is for errors. Tokens are joined with spaces, sentences with line ends.
pub fn parse(text: &str, name: &str) -> Result<Vec<Document>> {
    let shape = text.lines().find(|line| is_token(line)).map(Shape::of);
    let by_document = text.lines().any(|line| line.trim_start().starts_with(DOCUMENT_START));
    let mut documents = Vec::new();
    let mut document = Builder::default();
    let mut sentence = Sentence::default();
    for (index, line) in text.lines().enumerate() {
        let opens_document = line.trim_start().starts_with(DOCUMENT_START);
        if line.trim().is_empty() || opens_document {
            document.push(&mut sentence).map_err(|message| at(name, index + 1, message))?;
            if opens_document || !by_document {
                documents.extend(document.finish());
            }
            continue;
        }
        if let Some((token, tag)) = columns(line, shape.as_ref()).map_err(|message| at(name, index + 1, message))? {
            sentence.tokens.push(token);
            sentence.tags.push(tag);
        }
    }
    document.push(&mut sentence).map_err(|message| Error::bad_data(format!("{name}: {message}")))?;
    documents.extend(document.finish());
    Ok(documents)
}

/// Whether a line holds a token for sure.
fn is_token(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#') && !line.trim_start().starts_with(DOCUMENT_START)
}

/// How the columns of a file are written.
#[derive(PartialEq, Eq)]
struct Shape {
    by_tabs: bool,
    columns: usize,
}

impl Shape {
    fn of(line: &str) -> Self {
        Self { by_tabs: line.contains('\t'), columns: split(line).len() }
    }
}

/// By tabs, where there are any; otherwise by spaces, but not by those that belong to a token, as in `10\u{a0}000`.
fn split(line: &str) -> Vec<&str> {
    if line.contains('\t') {
        line.trim_end().split('\t').map(str::trim).collect()
    } else {
        line.split(|character: char| character.is_ascii_whitespace()).filter(|part| !part.is_empty()).collect()
    }
}

/// The token and the tag of one line; nothing where the line is a comment (`# id = 7`).
fn columns<'a>(line: &'a str, shape: Option<&Shape>) -> Result<Option<(&'a str, Tag<'a>)>, String> {
    let is_marked = line.starts_with("# ");
    if is_marked && shape.is_some_and(|shape| *shape != Shape::of(line)) {
        return Ok(None);
    }
    let parts = split(line);
    let (token, last) = match parts.as_slice() {
        [token, .., last] => (*token, *last),
        [_] | [] => return Err(format!("{} has no second column with a tag", quoted(line))),
    };
    match scheme::parse(last) {
        Ok(tag) => Ok(Some((token, tag))),
        Err(_) if is_marked => Ok(None),
        Err(message) => Err(format!("{} {message}", quoted(last))),
    }
}

/// The tokens of one sentence with their tags.
#[derive(Default)]
struct Sentence<'a> {
    tokens: Vec<&'a str>,
    tags: Vec<Tag<'a>>,
}

/// A document that grows sentence by sentence.
#[derive(Default)]
struct Builder {
    text: String,
    characters: usize,
    entities: Vec<TrueEntity>,
}

impl Builder {
    fn append(&mut self, piece: &str) -> (usize, usize) {
        let start = self.characters;
        self.text.push_str(piece);
        self.characters += piece.chars().count();
        (start, self.characters)
    }

    /// Takes a sentence over and leaves it empty.
    fn push(&mut self, sentence: &mut Sentence<'_>) -> Result<(), String> {
        let Sentence { tokens, tags } = std::mem::take(sentence);
        if tokens.is_empty() {
            return Ok(());
        }
        if !self.text.is_empty() {
            self.append("\n");
        }
        let mut places = Vec::with_capacity(tokens.len());
        for (index, token) in tokens.into_iter().enumerate() {
            if index > 0 {
                self.append(" ");
            }
            places.push(self.append(token));
        }
        for (label, first, end) in scheme::entities(&tags) {
            let offset = |place: usize| u32::try_from(place).map_err(|_| "the document is too long".to_owned());
            let (start, end) = (offset(places[first].0)?, offset(places[end - 1].1)?);
            if start < end {
                self.entities.push(TrueEntity { start, end, label: label.to_owned() });
            }
        }
        Ok(())
    }

    /// The document so far, unless nothing came; the next one starts empty.
    fn finish(&mut self) -> Option<Document> {
        let Self { text, entities, .. } = std::mem::take(self);
        (!text.is_empty()).then_some(Document { text, entities })
    }
}
