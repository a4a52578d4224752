//! Lexicon models: terms and regular expressions from a file that people write. The file itself is the model file.
//!
//! Terms match whole words without regard to case; any white space between their words matches. Patterns match as they
//! are written. Where matches overlap, the one that starts first wins, then the longer one, then a term over a pattern,
//! then the one written first.

mod csv;
mod file;
mod folded;
#[cfg(test)]
mod tests;

pub use file::{LARGEST, parse};

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::tagger::{Answer, Span, Tagger, one_by_one};
use crate::base::{Cancel, Result};
use folded::Folded;

/// The score of a term: somebody listed exactly these words.
pub const TERM_SCORE: f64 = 1.0;

/// The score of a pattern: somebody described what such entities look like, so a little less sure than a term.
pub const PATTERN_SCORE: f64 = 0.9;

/// A tagger of terms and patterns. [`parse`] makes one.
#[derive(Debug)]
pub struct Lexicon {
    labels: Vec<String>,
    terms: AhoCorasick,
    /// The label of each term, as an index into `labels`.
    term_labels: Vec<usize>,
    /// Each pattern with its label.
    patterns: Vec<(Regex, usize)>,
}

/// A match; where several overlap, it may still lose against another.
pub struct Match {
    /// The first character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// The index of its label.
    pub label: usize,
    score: f64,
}

impl Lexicon {
    /// Every term that stands as whole words. Overlapping ones too: the longest may fail at its edges where a shorter holds.
    fn term_matches(&self, text: &str, candidates: &mut Vec<Match>) {
        if self.term_labels.is_empty() {
            return;
        }
        let folded = Folded::new(text);
        for found in self.terms.find_overlapping_iter(folded.text()) {
            if let Some((start, end)) = folded.whole_words(found.start(), found.end()) {
                let label = self.term_labels[found.pattern().as_usize()];
                candidates.push(Match { start, end, label, score: TERM_SCORE });
            }
        }
    }

    fn pattern_matches(&self, text: &str, candidates: &mut Vec<Match>) {
        for (pattern, label) in &self.patterns {
            let (mut byte, mut character) = (0, 0);
            for found in pattern.find_iter(text).filter(|found| !found.is_empty()) {
                let start = character + text[byte..found.start()].chars().count();
                let end = start + found.as_str().chars().count();
                (byte, character) = (found.end(), end);
                candidates.push(Match { start, end, label: *label, score: PATTERN_SCORE });
            }
        }
    }

    /// What stands in a text, by start, none over another.
    pub fn find(&self, text: &str) -> Vec<Match> {
        let mut found = Vec::new();
        self.term_matches(text, &mut found);
        self.pattern_matches(text, &mut found);
        // Stable: of two equal matches the term, and then the earlier line, stays in front.
        found.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut covered = 0;
        found.retain(|one| {
            let free = one.start >= covered;
            covered = if free { one.end } else { covered };
            free
        });
        found
    }

    fn read(&self, text: &str) -> Answer {
        let offset =
            |at: usize| u32::try_from(at).map_err(|_| format!("the text has more than {} characters", u32::MAX));
        let span = |Match { start, end, label, score }| {
            Ok(Span { label: self.labels[label].clone(), start: offset(start)?, end: offset(end)?, score })
        };
        self.find(text).into_iter().map(span).collect()
    }
}

impl Tagger for Lexicon {
    fn labels(&self) -> &[String] {
        &self.labels
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        one_by_one(texts, cancel, |text| self.read(text))
    }
}
