//! Labelled documents as the learner needs them: the features and true tags of every sentence, computed once.

use std::cmp::Reverse;
use std::ops::Range;

use super::{Document, table};
use crate::base::{Cancel, Error, Result};
use crate::ner::crf::features::{Extractor, NOTHING, per_token};
use crate::ner::crf::knowledge::Knowledge;
use crate::ner::crf::tags::{self, Tag, TokenSpan};
use crate::ner::data::TrueEntity;
use crate::ner::text::{Sentences, Token};

/// The most tokens that are learned from at once: their features are held in memory.
const MOST_TOKENS: usize = 5_000_000;

/// The number of the feature that stands for nothing and is not learned from.
pub const FIRST: u32 = 0;

/// Every sentence of the labelled data. Features are numbered by how often they are met, the most frequent first: what is needed all
/// the time is then held together.
pub struct Corpus {
    /// `per_token` numbers of features of each token.
    features: Vec<u32>,
    /// The bucket of each feature. The first is [`NOTHING`].
    buckets: Vec<u32>,
    /// The true tag of each token.
    gold: Vec<Tag>,
    /// The tokens of each sentence.
    sentences: Vec<Range<usize>>,
    /// The sentences of each document.
    documents: Vec<Range<usize>>,
    /// Features are below `2^hash_bits`.
    pub hash_bits: u32,
    /// Features of a token.
    pub per_token: usize,
}

impl Corpus {
    /// Cuts and reads every document; `labels` are sorted and hold every label of the documents.
    pub fn new(
        documents: &[Document],
        labels: &[String],
        knowledge: &Knowledge,
        hash_bits: u32,
        cancel: &Cancel,
    ) -> Result<Self> {
        let mut corpus = Self {
            features: Vec::new(),
            buckets: Vec::new(),
            gold: Vec::new(),
            sentences: Vec::new(),
            documents: Vec::new(),
            hash_bits,
            per_token: per_token(knowledge),
        };
        let mut extractor = Extractor::new(knowledge);
        let (mut features, mut sentence) = (Vec::new(), Vec::new());
        for document in documents {
            cancel.check()?;
            let first_sentence = corpus.sentences.len();
            let mut entities: Vec<&TrueEntity> = document.entities.iter().collect();
            entities.sort_by_key(|entity| entity.start);
            let mut entities = entities.as_slice();
            let mut sentences = Sentences::new(&document.text);
            while sentences.read(&mut sentence) {
                let first = corpus.gold.len();
                if first + sentence.len() > MOST_TOKENS {
                    return Err(Error::bad_data(format!("the labelled data has more than {MOST_TOKENS} tokens"))
                        .hint("train on a part of it"));
                }
                extractor.extract(&document.text, &sentence, hash_bits, &mut features);
                corpus.features.extend_from_slice(&features);
                let sentence_end = sentence.last().map_or(0, |token| token.end);
                let (within, later) =
                    entities.split_at(entities.partition_point(|entity| (entity.start as usize) < sentence_end));
                entities = later;
                corpus.gold.extend(tags::encode(sentence.len(), &token_spans(&sentence, within, labels)));
                corpus.sentences.push(first..corpus.gold.len());
            }
            corpus.documents.push(first_sentence..corpus.sentences.len());
        }
        corpus.number_features(table::most_rows(tags::count(labels.len())));
        Ok(corpus)
    }

    /// Puts each feature's number in the place of its bucket. Where there are more than `most`, the rarest stand for nothing.
    fn number_features(&mut self, most: usize) {
        let mut met = vec![0_u32; 1 << self.hash_bits];
        for bucket in &self.features {
            met[*bucket as usize] += 1;
        }
        met[NOTHING as usize] = u32::MAX;
        self.buckets = (0..).zip(&met).filter(|(_, times)| **times > 0).map(|(bucket, _)| bucket).collect();
        self.buckets.sort_by_key(|bucket| Reverse(met[*bucket as usize]));
        if self.buckets.len() > most {
            tracing::warn!(features = self.buckets.len(), most, "the rarest features are not learned from");
            self.buckets.truncate(most);
        }
        let mut numbers = vec![FIRST; met.len()];
        for (number, bucket) in (0..).zip(&self.buckets) {
            numbers[*bucket as usize] = number;
        }
        for feature in &mut self.features {
            *feature = numbers[*feature as usize];
        }
    }

    /// The sentences of these documents.
    pub fn sentences_of(&self, documents: &[usize]) -> Vec<usize> {
        documents.iter().flat_map(|document| self.documents[*document].clone()).collect()
    }

    /// The bucket of each feature, in the order of their numbers.
    pub fn buckets(&self) -> &[u32] {
        &self.buckets
    }

    /// The buckets of a sentence's features, `per_token` of each token.
    pub fn buckets_of(&self, sentence: usize) -> impl Iterator<Item = u32> {
        self.features(sentence).iter().map(|feature| self.buckets[*feature as usize])
    }

    /// The numbers of a sentence's features, `per_token` of each token.
    pub fn features(&self, sentence: usize) -> &[u32] {
        let tokens = &self.sentences[sentence];
        &self.features[tokens.start * self.per_token..tokens.end * self.per_token]
    }

    /// The true tags of a sentence.
    pub fn gold(&self, sentence: usize) -> &[Tag] {
        &self.gold[self.sentences[sentence].clone()]
    }
}

/// The entities as tokens of the sentence they begin in: every token that an entity touches belongs to it.
fn token_spans(sentence: &[Token], entities: &[&TrueEntity], labels: &[String]) -> Vec<TokenSpan> {
    entities
        .iter()
        .filter_map(|entity| {
            let start = sentence.partition_point(|token| token.end <= entity.start as usize);
            let end = sentence.partition_point(|token| token.start < entity.end as usize);
            let label = labels.binary_search(&entity.label).ok()?;
            (start < end).then_some(TokenSpan { label, start, end })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_of_too_many_features_stand_for_nothing() {
        let met = vec![9, 5, 7, 5, NOTHING, 7, 5];
        let numbered = |most| {
            let mut corpus = Corpus {
                features: met.clone(),
                buckets: Vec::new(),
                gold: vec![tags::OUTSIDE; met.len()],
                sentences: std::iter::once(0..met.len()).collect(),
                documents: Vec::new(),
                hash_bits: 4,
                per_token: 1,
            };
            corpus.number_features(most);
            (corpus.features(0).to_vec(), corpus.buckets_of(0).collect::<Vec<_>>())
        };
        assert_eq!(numbered(9), (vec![3, 1, 2, 1, FIRST, 2, 1], met.clone()));
        assert_eq!(numbered(3), (vec![FIRST, 1, 2, 1, FIRST, 2, 1], vec![NOTHING, 5, 7, 5, NOTHING, 7, 5]));
    }
}
