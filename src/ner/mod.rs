//! Floor 3: named entity recognition. Taggers, the data they learn from, their training and their evaluation.
//!
//! A model is a file of bytes with a [`ModelKind`]. [`load`] turns it into a [`Tagger`]; [`tag_all`] runs one over the
//! rows of a text field, in order, on several threads. All offsets are characters (Unicode scalar values).

mod crf;
pub mod data;
mod evaluate;
pub mod external;
mod label;
pub mod lexicon;
pub mod mlflow;
mod tag_all;
mod tagger;
mod text;
pub mod train;

pub use evaluate::evaluate;
pub use tag_all::tag_all;
pub use tagger::{Answer, Failure, Span, Tagger, one_by_one};

use std::io::Read;
use std::path::Path;

use crate::base::{Error, Result, files};
use crate::domain::model::ModelKind;

/// The bytes of a file that show its kind.
const BEGINNING: u64 = 4_096;

/// Reads a model file that lies in the folder `home`. Any bytes are safe to pass: what is not a sound model of this kind is an error that
/// says why.
pub fn load(kind: ModelKind, bytes: &[u8], home: &Path) -> Result<Box<dyn Tagger>> {
    Ok(match kind {
        ModelKind::Lexicon => Box::new(lexicon::parse(bytes)?),
        ModelKind::Crf => Box::new(crf::file::decode(bytes)?),
        ModelKind::Command | ModelKind::Http => external::load(bytes, home)?,
    })
}

/// Reads a model file whole, as far as a model may be long, and says what kind it claims to be.
pub fn read_file(path: &Path) -> Result<(ModelKind, Vec<u8>)> {
    let mut file = files::open_regular(path)?;
    let mut start = Vec::new();
    Read::by_ref(&mut file).take(BEGINNING).read_to_end(&mut start)?;
    let kind = kind_of(&start);
    let largest = match kind {
        ModelKind::Lexicon => lexicon::LARGEST as u64,
        ModelKind::Crf => crf::file::LARGEST,
        ModelKind::Command | ModelKind::Http => external::declaration::LARGEST as u64,
    };
    let bytes = files::read_at_most(start.as_slice().chain(file), largest)?;
    let bytes =
        bytes.ok_or_else(|| Error::bad_data(format!("a {} of more than {} MiB", kind.as_str(), largest >> 20)))?;
    Ok((kind, bytes))
}

/// The kind of model that these bytes claim to be: a tagger's file opens with its magic, one that lives elsewhere says `kind = ...`,
/// everything else is a lexicon.
#[must_use]
pub fn kind_of(bytes: &[u8]) -> ModelKind {
    if bytes.starts_with(crf::file::MAGIC) {
        return ModelKind::Crf;
    }
    external::declared(bytes).unwrap_or(ModelKind::Lexicon)
}
