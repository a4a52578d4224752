//! Training of taggers: a structured perceptron with averaged weights (Collins 2002), measured and calibrated on
//! documents that it had not seen.
//!
//! Which words stand in the same places is learned first, from all texts.
//! The documents are held out in parts, turn about: a model learns from all parts but one and is measured on that one. What these models
//! find together gives the metrics, and the temperature at which probabilities mean what they say (cross-fitting). The stored weights then
//! learn from all documents, several times in different orders, and are averaged, so that no labelled text is lost; metrics and temperature
//! are those of the models before.

mod clusters;
mod corpus;
mod folds;
mod perceptron;
mod table;
mod temperature;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use corpus::Corpus;
use perceptron::Learner;

use super::crf::file::{HASH_BITS, Settings, encode};
pub use super::crf::knowledge::Gazetteer;
use super::crf::knowledge::Knowledge;
use super::crf::weights::Weights;
use super::crf::{Crf, tags};
use super::data::Document;
use super::evaluate::Comparison;
use super::label;
use super::tagger::Tagger;
use crate::base::{Cancel, Error, Result};
use crate::domain::model::Measured;

/// The most passes over the data that may be asked for.
const MOST_EPOCHS: u32 = 1_000;

/// The most parts that documents may be held out in.
const MOST_FOLDS: u32 = 100;

/// How to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Decides what is held out and in which order documents are seen. The same data and seed give the same bytes.
    pub seed: u64,
    /// How often each document is seen, from 1.
    pub epochs: u32,
    /// In how many parts documents are held out for measuring, turn about; from 2.
    pub folds: u32,
    /// How many learners are averaged, from 1.
    pub members: u16,
    /// Features are hashed to `2^hash_bits` buckets: more tell features better apart and make larger files.
    pub hash_bits: u32,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { seed: 1, epochs: 10, folds: 5, members: 5, hash_bits: 20 }
    }
}

/// How far training is. All models count: there are `folds + members` times as many epochs as were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Training {
    /// The pass over the data, from 1.
    pub epoch: u32,
    /// Passes in all.
    pub epochs: u32,
    /// Sentences seen in this pass.
    pub done: u64,
    /// Sentences of a pass.
    pub total: u64,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The model file.
    pub file: Vec<u8>,
    /// The labels it can find, sorted.
    pub labels: Vec<String>,
    /// Measured on documents while they were held out.
    pub measured: Measured,
}

/// The labels that there are to learn from labelled documents, sorted. Refuses those that nothing can be learned from.
pub fn learnable(documents: &[Document], options: &TrainOptions) -> Result<Vec<String>> {
    let labels: BTreeSet<&str> =
        documents.iter().flat_map(|document| &document.entities).map(|entity| entity.label.as_str()).collect();
    if labels.is_empty() {
        return Err(Error::bad_data("the labelled data marks no entity, so there is nothing to learn")
            .hint("check that the last column holds the tags, or that `entities` is not empty everywhere"));
    }
    if labels.len() > label::MOST {
        return Err(Error::bad_data(format!(
            "the labelled data has {} labels, more than {}",
            labels.len(),
            label::MOST
        )));
    }
    if folds::folds(documents, options.folds, options.seed).iter().all(|fold| *fold == 0) {
        return Err(Error::bad_data(
            "all labelled texts are the same, so that none can be held out to measure how sure its scores may be",
        )
        .hint("add more labelled texts"));
    }
    Ok(labels.into_iter().map(str::to_owned).collect())
}

/// What a tagger learns from beside labelled documents.
#[derive(Debug, Default)]
pub struct Beside {
    /// Lexicons whose hits it sees.
    pub gazetteers: Vec<Gazetteer>,
    /// Texts that nobody labelled: with the documents they tell which words stand in the same places.
    pub unlabelled: Vec<String>,
}

/// Trains a tagger. `progress` hears about it several times a second.
pub fn train(
    documents: &[Document],
    beside: Beside,
    options: &TrainOptions,
    progress: &mut dyn FnMut(Training),
    cancel: &Cancel,
) -> Result<Trained> {
    check_options(options)?;
    let labels = learnable(documents, options)?;
    let mut reader = clusters::Reader::default();
    let texts = documents.iter().map(|document| &document.text).chain(&beside.unlabelled);
    let _enough = texts.map(String::as_str).all(|text| reader.read(text));
    let knowledge =
        Arc::new(Knowledge { layout: true, gazetteers: beside.gazetteers, clusters: reader.clusters(cancel)? });
    let corpus = Corpus::new(documents, &labels, &knowledge, options.hash_bits, cancel)?;
    let folds = folds::folds(documents, options.folds, options.seed);
    let used = folds.iter().max().map_or(1, |last| last + 1);
    let passes = (used + u32::from(options.members)) * options.epochs;
    let tags = tags::count(labels.len());
    let mut learner = Learner { corpus: &corpus, tags, options, passes, pass: 0, progress, cancel };

    let mut weights: Vec<Weights> = Vec::new();
    let mut found = Vec::new();
    for fold in 0..used {
        let (held_out, seen): (Vec<usize>, Vec<usize>) = (0..documents.len()).partition(|index| folds[*index] == fold);
        let learned = learner.learn(&seen, 1)?;
        temperature::find(&corpus, &held_out, (weights.len(), &learned), &mut found, cancel)?;
        weights.push(learned);
    }
    let temperature = temperature::fit(&found, &weights, cancel)?;
    let every: Vec<usize> = (0..documents.len()).collect();
    let learned = learner.learn(&every, options.members)?;

    let settings = Settings {
        hash_bits: options.hash_bits,
        temperature,
        seed: options.seed,
        epochs: options.epochs,
        folds: used,
        members: u32::from(options.members),
    };
    let model = |weights: Weights| Crf::new(labels.clone(), settings.clone(), knowledge.clone(), weights);
    let models: Vec<Crf> = weights.into_iter().map(model).collect();
    let measured = measure(&models, documents, &folds, cancel)?;
    Ok(Trained { file: encode(&model(learned))?, labels: labels.clone(), measured })
}

/// Measures each model on the documents that it has not seen.
fn measure(models: &[Crf], documents: &[Document], folds: &[u32], cancel: &Cancel) -> Result<Measured> {
    let mut comparison = Comparison::default();
    for (document, fold) in documents.iter().zip(folds) {
        for answer in models[*fold as usize].tag(&[&document.text], cancel)? {
            comparison.add(document, &answer.map_err(|reason| Error::internal(reason.to_string()))?);
        }
    }
    Ok(comparison.finish())
}

fn check_options(options: &TrainOptions) -> Result<()> {
    let TrainOptions { epochs, folds, members, hash_bits, .. } = *options;
    let within = |value: u32, range: std::ops::RangeInclusive<u32>, what: &str| {
        if range.contains(&value) {
            return Ok(());
        }
        let (least, most) = range.into_inner();
        Err(Error::usage(format!("`{value}` {what}: expected {least} to {most}")))
    };
    within(epochs, 1..=MOST_EPOCHS, "epochs")?;
    within(folds, 2..=MOST_FOLDS, "parts to hold out")?;
    within(u32::from(members), 1..=MOST_EPOCHS, "learners to average")?;
    within(hash_bits, HASH_BITS, "hash bits")
}
