//! The temperature that makes scores into probabilities that mean something (Guo et al. 2017, for entities).

use std::collections::BTreeSet;

use super::corpus::Corpus;
use crate::base::number::rounded;
use crate::base::{Cancel, Result};
use crate::ner::crf::marginals::Potentials;
use crate::ner::crf::tags::{TokenSpan, spans};
use crate::ner::crf::viterbi::Viterbi;
use crate::ner::crf::weights::Weights;

/// With fewer entities found than this, there is nothing to fit.
const FEWEST: usize = 10;

/// The temperature with neither evidence for more nor for less.
const NEUTRAL: f64 = 1.0;

/// One sentence in which a model found entities that had not seen it.
pub struct Found {
    /// The place of that model's weights.
    model: usize,
    emissions: Vec<f32>,
    /// Each entity, and whether it is right.
    spans: Vec<(TokenSpan, bool)>,
}

/// What a model, the one at this place among the weights, finds in documents that it has not seen.
pub fn find(
    corpus: &Corpus,
    documents: &[usize],
    (model, weights): (usize, &Weights),
    found: &mut Vec<Found>,
    cancel: &Cancel,
) -> Result<()> {
    let mut viterbi = Viterbi::default();
    let (mut features, mut path) = (Vec::new(), Vec::new());
    for sentence in corpus.sentences_of(documents) {
        cancel.check()?;
        features.clear();
        features.extend(corpus.buckets_of(sentence));
        let mut emissions = Vec::new();
        weights.emissions(&features, corpus.per_token, &mut emissions);
        viterbi.decode(&emissions, weights.transitions(), weights.tags(), &mut path);
        let key = |span: TokenSpan| (span.start, span.end, span.label);
        let gold: BTreeSet<_> = spans(corpus.gold(sentence)).map(key).collect();
        let spans: Vec<_> = spans(&path).map(|span| (span, gold.contains(&key(span)))).collect();
        if !spans.is_empty() {
            found.push(Found { model, emissions, spans });
        }
    }
    Ok(())
}

/// The temperature at which the probabilities of these entities are closest, by logarithmic loss, to whether they are right. Tried in
/// steps of a quarter power of two.
pub fn fit(found: &[Found], weights: &[Weights], cancel: &Cancel) -> Result<f64> {
    if found.iter().map(|sentence| sentence.spans.len()).sum::<usize>() < FEWEST {
        return Ok(NEUTRAL);
    }
    let mut best = (f64::INFINITY, NEUTRAL);
    for quarter in -16..=48_i32 {
        cancel.check()?;
        let temperature = rounded(2_f64.powf(f64::from(quarter) / 4.0));
        let potentials: Vec<Potentials> =
            weights.iter().map(|weights| Potentials::new(weights.tags(), weights.transitions(), temperature)).collect();
        let loss: f64 = found.iter().map(|sentence| loss(sentence, &potentials[sentence.model])).sum();
        if loss < best.0 {
            best = (loss, temperature);
        }
    }
    Ok((best.1 * 1e4).round() / 1e4)
}

/// The logarithmic loss of the entities of one sentence.
fn loss(sentence: &Found, potentials: &Potentials) -> f64 {
    let marginals = potentials.marginals(&sentence.emissions);
    let of_one = |&(span, right): &(TokenSpan, bool)| {
        let probability = marginals.span(span).clamp(1e-9, 1.0 - 1e-9);
        -(if right { probability } else { 1.0 - probability }).ln()
    };
    sentence.spans.iter().map(of_one).sum()
}
