//! What a tagger knows beside the texts it was shown: that lines have a layout, gazetteers and classes of words. It is part of the model file.

use super::clusters::Clusters;
use crate::base::Result;
use crate::ner::lexicon::{self, Lexicon};

/// A lexicon whose hits a tagger sees, right or wrong: it learns how much they say.
#[derive(Debug)]
pub struct Gazetteer {
    /// The file that it was read from.
    pub file: Vec<u8>,
    /// What it finds.
    pub lexicon: Lexicon,
}

impl Gazetteer {
    /// Reads a lexicon file.
    pub fn parse(file: Vec<u8>) -> Result<Self> {
        let lexicon = lexicon::parse(&file)?;
        Ok(Self { file, lexicon })
    }
}

impl PartialEq for Gazetteer {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

/// All that a tagger knows beside the texts it was shown.
#[derive(Debug, PartialEq, Default)]
pub struct Knowledge {
    /// Whether it looks where in a short line a token stands; older ones do not.
    pub layout: bool,
    /// Lexicons, in the order given.
    pub gazetteers: Vec<Gazetteer>,
    /// Classes of words.
    pub clusters: Clusters,
}
