//! `CoNLL` columns: one token a line, its tag in the last column, sentences parted by blank lines.

use super::scheme::{self, Tag};
use super::{Document, TrueEntity, at, quoted};
use crate::base::{Error, Result};

/// What opens a document.
const DOCUMENT_START: &str = "-DOCSTART-";

/// Reads a whole file; `name` is for errors. Tokens are joined with spaces, sentences with line ends.
pub fn parse(text: &str, name: &str) -> Result<Vec<Document>> {
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
        if let Some((token, tag)) = columns(line).map_err(|message| at(name, index + 1, message))? {
            sentence.tokens.push(token);
            sentence.tags.push(tag);
        }
    }
    document.push(&mut sentence).map_err(|message| Error::bad_data(format!("{name}: {message}")))?;
    documents.extend(document.finish());
    Ok(documents)
}

/// The token and the tag of one line; nothing where the line is a comment (`# id = 7`).
fn columns(line: &str) -> Result<Option<(&str, Tag<'_>)>, String> {
    let (token, last) = if let Some((token, rest)) = line.split_once('\t') {
        (token.trim(), rest.trim_end().rsplit('\t').next().unwrap_or_default().trim())
    } else {
        let mut parts = line.split_whitespace();
        let token = parts.next().unwrap_or_default();
        let Some(last) = parts.next_back() else {
            return Err(format!("{} has no second column with a tag", quoted(line)));
        };
        (token, last)
    };
    match scheme::parse(last) {
        Ok(tag) => Ok(Some((token, tag))),
        Err(_) if line.starts_with("# ") => Ok(None),
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
