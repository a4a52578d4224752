//! How a tagger does on labelled documents: strict scores as seqeval computes them (an entity is right when label, start and end
//! all are), what it took for what, its most frequent mistakes, and how much its scores can be believed.

mod calibration;
mod mistakes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::data::Document;
use super::tag_all::tag_all;
use super::tagger::{Failure, Span, Tagger};
use super::text::Sentences;
use crate::base::number::rounded;
use crate::base::text::safe;
use crate::base::{Cancel, Error, Result};
use crate::domain::matching::{Match, Place, matches};
use crate::domain::model::{Measured, ModelMetrics, Score};
use calibration::Calibration;
use mistakes::Mistakes;

/// Documents that are tagged before the next look at progress and cancel.
const CHUNK: usize = 1_024;

/// Entities counted for one label, or for all.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    found: u64,
    right: u64,
    support: u64,
}

impl Tally {
    fn and(self, other: Self) -> Self {
        let Self { found, right, support } = other;
        Self { found: self.found + found, right: self.right + right, support: self.support + support }
    }

    /// Precision, recall and F1; a ratio with nothing below it is 0, as seqeval has it.
    fn score(self) -> Score {
        Score {
            precision: ratio(self.right, self.found),
            recall: ratio(self.right, self.support),
            f1: ratio(2 * self.right, self.found + self.support),
            support: self.support,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of entities stay far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { rounded(part as f64 / whole as f64) }
}

/// Documents compared with what was found in them.
#[derive(Debug, Default)]
pub struct Comparison {
    tallies: BTreeMap<String, Tally>,
    sentences: u64,
    tokens: u64,
    /// Entities found with the right label and other edges.
    moved: u64,
    calibration: Calibration,
    mistakes: Mistakes,
}

impl Comparison {
    /// Compares one document with what was found in its text.
    pub fn add(&mut self, document: &Document, found: &[Span]) {
        self.read(&document.text);
        let place = |start, end, label| Place { start, end, label };
        let mut truth: Vec<Place<'_>> =
            document.entities.iter().map(|entity| place(entity.start, entity.end, entity.label.as_str())).collect();
        truth.sort_unstable_by_key(|place| (place.start, place.end, place.label));
        truth.dedup();
        let places: Vec<Place<'_>> =
            found.iter().map(|span| place(span.start, span.end, span.label.as_str())).collect();
        for place in &truth {
            self.tally(place.label).support += 1;
        }
        for place in &places {
            self.tally(place.label).found += 1;
        }
        let characters: Vec<char> = document.text.chars().collect();
        for matched in matches(&truth, &places) {
            match matched {
                Match::Same(one, _) => self.tally(truth[one].label).right += 1,
                Match::Moved(..) => self.moved += 1,
                _ => {}
            }
            let (one, other) = matched.places();
            if let Some(span) = other.map(|other| &found[other]) {
                self.calibration.add(span.score, matches!(matched, Match::Same(..)));
            }
            self.mistakes.add(&characters, one.map(|one| truth[one]), other.map(|other| places[other]));
        }
    }

    fn read(&mut self, text: &str) {
        let mut tokens = Vec::new();
        let mut sentences = Sentences::new(text);
        while sentences.read(&mut tokens) {
            self.sentences += 1;
            self.tokens += tokens.len() as u64;
        }
    }

    fn tally(&mut self, label: &str) -> &mut Tally {
        self.tallies.entry(label.to_owned()).or_default()
    }

    /// What it all comes to.
    pub fn finish(self) -> Measured {
        let all = self.tallies.values().fold(Tally::default(), |sum, tally| sum.and(*tally));
        let (confusion, mistakes) = self.mistakes.finish();
        let metrics = ModelMetrics {
            overall: all.score(),
            labels: self.tallies.into_iter().map(|(label, tally)| (label, tally.score())).collect(),
            sentences: self.sentences,
            tokens: self.tokens,
            partial_f1: Some(Tally { right: all.right + self.moved, ..all }.score().f1),
            calibration_error: self.calibration.error(),
        };
        Measured { metrics, precision_by_fifth: self.calibration.precision_by_fifth(), confusion, mistakes }
    }
}

/// Runs a tagger over labelled documents, on several threads. A document on which it fails is an error that quotes its beginning.
/// `told` hears how many documents are done.
pub fn evaluate(
    tagger: &dyn Tagger,
    documents: &[Document],
    told: &mut dyn FnMut(usize),
    cancel: &Cancel,
) -> Result<Measured> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut comparison = Comparison::default();
    for (chunk, documents) in documents.chunks(CHUNK).enumerate() {
        let texts: Vec<Option<&str>> = documents.iter().map(|document| Some(document.text.as_str())).collect();
        let failed = |index: usize, reason: String| failed_on(chunk * CHUNK + index, &documents[index], reason);
        let answers = tag_all(tagger, &texts, threads, cancel).map_err(|failure| match failure {
            Failure::Model(error) => error,
            Failure::Impossible(index, reason) => failed(index, reason),
        })?;
        for (index, (document, answer)) in documents.iter().zip(answers).enumerate() {
            comparison.add(document, &answer.map_err(|reason| failed(index, reason.to_string()))?);
        }
        told(chunk * CHUNK + documents.len());
    }
    Ok(comparison.finish())
}

fn failed_on(index: usize, document: &Document, reason: String) -> Error {
    let beginning: String = document.text.chars().take(60).collect();
    Error::bad_data(format!("the model failed on document {} `{}`", index + 1, safe(&beginning))).because(reason)
}
