//! Training of taggers: a structured perceptron with averaged weights (Collins 2002), measured and calibrated on
//! documents that were held out.
//!
//! A first model learns from all documents but the held-out ones; on those its metrics are measured and the
//! temperature of its probabilities is fitted. The stored weights then learn from all documents in the same way, so
//! that no labelled text is lost; the metrics are those of the first.

mod corpus;
mod perceptron;
mod split;
mod temperature;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use corpus::Corpus;
use perceptron::Learner;

use super::crf::file::{HASH_BITS, Settings, encode};
use super::crf::{Crf, tags};
use super::data::Document;
use super::evaluate::evaluate;
use super::label;
use crate::base::{Cancel, Error, Result};
use crate::domain::model::ModelMetrics;

/// The most passes over the data that may be asked for.
const MOST_EPOCHS: u32 = 1_000;

/// How to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// Decides what is held out and in which order documents are seen. The same data and seed give the same bytes.
    pub seed: u64,
    /// How often each document is seen, from 1.
    pub epochs: u32,
    /// The part of the documents held out for measuring, above 0 and at most a half.
    pub held_out: f64,
    /// Features are hashed to `2^hash_bits` buckets: more tell features better apart and make larger files.
    pub hash_bits: u32,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self { seed: 1, epochs: 10, held_out: 0.1, hash_bits: 20 }
    }
}

/// How far training is. Both models count: `epochs` is twice the number asked for.
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
    /// Measured on the held-out documents.
    pub metrics: ModelMetrics,
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
    if split::held_out(documents, options.held_out, options.seed).iter().all(|is_held_out| *is_held_out) {
        return Err(Error::bad_data("all labelled texts are the same, so that none can be held out for measuring")
            .hint("add more labelled texts"));
    }
    Ok(labels.into_iter().map(str::to_owned).collect())
}

/// Trains a tagger. `progress` hears about it several times a second.
pub fn train(
    documents: &[Document],
    options: &TrainOptions,
    progress: &mut dyn FnMut(Training),
    cancel: &Cancel,
) -> Result<Trained> {
    check_options(options)?;
    let labels = learnable(documents, options)?;
    let corpus = Corpus::new(documents, &labels, options.hash_bits, cancel)?;
    let held_out = split::held_out(documents, options.held_out, options.seed);
    let (measured, seen): (Vec<usize>, Vec<usize>) = (0..documents.len()).partition(|index| held_out[*index]);
    let mut learner = Learner { corpus: &corpus, tags: tags::count(labels.len()), options, pass: 0, progress, cancel };
    let weights = learner.learn(&seen)?;
    let settings = |temperature: f64| Settings {
        hash_bits: options.hash_bits,
        temperature,
        seed: options.seed,
        epochs: options.epochs,
        held_out: options.held_out,
    };
    let temperature = temperature::fit(&corpus, &measured, &weights, cancel)?;
    let first = Crf::new(labels.clone(), settings(temperature), weights);
    let measured: Vec<Document> = measured.into_iter().map(|index| documents[index].clone()).collect();
    let metrics = evaluate(&first, &measured, cancel)?;
    let every: Vec<usize> = (0..documents.len()).collect();
    let model = Crf::new(labels.clone(), settings(temperature), learner.learn(&every)?);
    Ok(Trained { file: encode(&model)?, labels, metrics })
}

fn check_options(options: &TrainOptions) -> Result<()> {
    let TrainOptions { epochs, held_out, hash_bits, .. } = *options;
    if epochs == 0 || epochs > MOST_EPOCHS {
        return Err(Error::usage(format!("`{epochs}` epochs: expected 1 to {MOST_EPOCHS}")));
    }
    if !(held_out > 0.0 && held_out <= 0.5) {
        return Err(Error::usage(format!("`{held_out}` of the documents held out: expected more than 0, at most 0.5")));
    }
    if !HASH_BITS.contains(&hash_bits) {
        let (least, most) = HASH_BITS.into_inner();
        return Err(Error::usage(format!("`{hash_bits}` hash bits: expected {least} to {most}")));
    }
    Ok(())
}
