//! The linear-chain tagger: hashed features, a score for each tag of each token, the best sequence of tags, and a
//! probability for each entity in it.

pub mod clusters;
pub mod features;
pub mod file;
pub mod hash;
pub mod knowledge;
pub mod layout;
pub mod marginals;
pub mod tags;
pub mod viterbi;
pub mod weights;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use features::{Extractor, per_token};
use knowledge::Knowledge;
use marginals::Potentials;
use tags::{Tag, TokenSpan};
use viterbi::Viterbi;
use weights::Weights;

use super::tagger::{Answer, Span, Tagger, one_by_one};
use super::text::{Sentences, Token};
use crate::base::{Cancel, Result};

/// A trained tagger. [`file::decode`] reads one, [`super::train::train`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Crf {
    labels: Vec<String>,
    settings: file::Settings,
    knowledge: Arc<Knowledge>,
    weights: Weights,
    /// The weights of transitions as probabilities are made of them, at the temperature of the settings.
    potentials: Potentials,
}

impl Crf {
    /// Puts a tagger together; `labels` are sorted and as many as `weights` has tags for.
    pub fn new(labels: Vec<String>, settings: file::Settings, knowledge: Arc<Knowledge>, weights: Weights) -> Self {
        let potentials = Potentials::new(weights.tags(), weights.transitions(), settings.temperature);
        Self { labels, settings, knowledge, weights, potentials }
    }

    fn read(&self, reader: &mut SentenceReader<'_>, text: &str) -> Answer {
        let mut spans = Vec::new();
        let mut sentences = Sentences::new(text);
        let mut sentence = Vec::new();
        while sentences.read(&mut sentence) {
            reader.read(self, text, &sentence);
            if reader.found.is_empty() {
                continue;
            }
            let marginals = self.potentials.marginals(&reader.emissions);
            for found in &reader.found {
                let offset = |at: usize| {
                    u32::try_from(at).map_err(|_| format!("the text has more than {} characters", u32::MAX))
                };
                spans.push(Span {
                    label: self.labels[found.label].clone(),
                    start: offset(sentence[found.start].start)?,
                    end: offset(sentence[found.end - 1].end)?,
                    score: rounded(marginals.span(*found)),
                });
            }
        }
        Ok(spans)
    }
}

impl Tagger for Crf {
    fn labels(&self) -> &[String] {
        &self.labels
    }

    fn tag(&self, texts: &[&str], cancel: &Cancel) -> Result<Vec<Answer>> {
        let mut reader = SentenceReader::new(&self.knowledge);
        one_by_one(texts, cancel, |text| self.read(&mut reader, text))
    }
}

/// Buffers for reading sentence after sentence.
struct SentenceReader<'a> {
    extractor: Extractor<'a>,
    per_token: usize,
    features: Vec<u32>,
    emissions: Vec<f32>,
    viterbi: Viterbi,
    path: Vec<Tag>,
    found: Vec<TokenSpan>,
}

impl<'a> SentenceReader<'a> {
    fn new(knowledge: &'a Knowledge) -> Self {
        Self {
            extractor: Extractor::new(knowledge),
            per_token: per_token(knowledge),
            features: Vec::new(),
            emissions: Vec::new(),
            viterbi: Viterbi::default(),
            path: Vec::new(),
            found: Vec::new(),
        }
    }

    fn read(&mut self, model: &Crf, text: &str, sentence: &[Token]) {
        self.extractor.extract(text, sentence, model.settings.hash_bits, &mut self.features);
        model.weights.emissions(&self.features, self.per_token, &mut self.emissions);
        self.viterbi.decode(&self.emissions, model.weights.transitions(), model.weights.tags(), &mut self.path);
        self.found.clear();
        self.found.extend(tags::spans(&self.path));
    }
}

/// A score to six decimals, so that it reads the same everywhere.
fn rounded(score: f64) -> f64 {
    (score * 1e6).round() / 1e6
}
