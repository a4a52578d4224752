//! Classes of words that stand in the same places of a text: what a tagger knows of words that nobody labelled.
//! [`super::super::train::clusters`] learns them.

use super::hash::word_hash;

/// The classes of one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes {
    /// One of few classes, from 1; 0 where the word is in none.
    pub coarse: u16,
    /// One of many classes, from 1; 0 where the word is in none.
    pub fine: u16,
}

/// The classes of every word that has some. Words are kept as hashes of their lower case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clusters {
    /// Sorted by hash, each once.
    words: Vec<(u32, Classes)>,
}

impl Clusters {
    /// From words in any order. Of two with one hash the first stays.
    pub fn new<'a>(words: impl IntoIterator<Item = (&'a str, Classes)>) -> Self {
        let mut words: Vec<_> = words.into_iter().map(|(word, classes)| (word_hash(word), classes)).collect();
        words.sort_by_key(|(hash, _)| *hash);
        words.dedup_by_key(|(hash, _)| *hash);
        Self { words }
    }

    /// From hashes as [`Clusters::words`] gives them; nothing where they do not rise.
    pub fn from_sorted(words: Vec<(u32, Classes)>) -> Option<Self> {
        words.is_sorted_by(|(left, _), (right, _)| left < right).then_some(Self { words })
    }

    /// Every hash with its classes, rising.
    pub fn words(&self) -> &[(u32, Classes)] {
        &self.words
    }

    /// Whether no word has a class.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The classes of the word with this hash.
    #[inline]
    pub fn of(&self, hash: u32) -> Classes {
        let place = self.words.binary_search_by_key(&hash, |(word, _)| *word);
        place.map_or_else(|_| Classes::default(), |place| self.words[place].1)
    }
}
