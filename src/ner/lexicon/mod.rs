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

use super::tagger::{Span, Tagger};
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

/// A match that may still lose against another.
struct Candidate {
    start: usize,
    end: usize,
    label: usize,
    score: f64,
}

impl Lexicon {
    /// Every term that stands as whole words. Overlapping ones too: the longest may fail at its edges where a shorter holds.
    fn term_matches(&self, text: &str, candidates: &mut Vec<Candidate>) {
        if self.term_labels.is_empty() {
            return;
        }
        let folded = Folded::new(text);
        for found in self.terms.find_overlapping_iter(folded.text()) {
            if let Some((start, end)) = folded.whole_words(found.start(), found.end()) {
                let label = self.term_labels[found.pattern().as_usize()];
                candidates.push(Candidate { start, end, label, score: TERM_SCORE });
            }
        }
    }

    fn pattern_matches(&self, text: &str, candidates: &mut Vec<Candidate>) {
        for (pattern, label) in &self.patterns {
            let (mut byte, mut character) = (0, 0);
            for found in pattern.find_iter(text).filter(|found| !found.is_empty()) {
                let start = character + text[byte..found.start()].chars().count();
                let end = start + found.as_str().chars().count();
                (byte, character) = (found.end(), end);
                candidates.push(Candidate { start, end, label: *label, score: PATTERN_SCORE });
            }
        }
    }
}

impl Tagger for Lexicon {
    fn labels(&self) -> &[String] {
        &self.labels
    }

    fn tag(&self, text: &str) -> Result<Vec<Span>, String> {
        let mut candidates = Vec::new();
        self.term_matches(text, &mut candidates);
        self.pattern_matches(text, &mut candidates);
        // Stable: of two equal matches the term, and then the earlier line, stays in front.
        candidates.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut spans: Vec<Span> = Vec::new();
        let mut covered = 0;
        for Candidate { start, end, label, score } in candidates {
            if start < covered {
                continue;
            }
            covered = end;
            let offset =
                |at: usize| u32::try_from(at).map_err(|_| format!("the text has more than {} characters", u32::MAX));
            spans.push(Span { label: self.labels[label].clone(), start: offset(start)?, end: offset(end)?, score });
        }
        Ok(spans)
    }
}
