//! Probabilities of tags and of whole entities by the forward-backward algorithm (Rabiner 1989; for entities of a CRF:
//! Culotta and `McCallum` 2004, constrained forward-backward).
//!
//! The probability of a sequence of tags is proportional to `exp(score / temperature)`. Sums are kept normalised token by
//! token, with the logarithms of what was divided out beside them.

use super::tags::{TokenSpan, begin, inside};

/// Exponents are kept within this, so that no sum runs out of the range of `f64`; `exp(-200)` is as good as zero.
const STEEPEST: f64 = 200.0;

/// Transitions ready to make probabilities of.
#[derive(Debug, Clone, PartialEq)]
pub struct Potentials {
    tags: usize,
    temperature: f64,
    /// `exp(weight / temperature)` of each transition; 0 for one that can't be.
    transitions: Vec<f64>,
}

impl Potentials {
    /// From `tags + 1` rows of transition weights and a temperature above 0.
    #[must_use]
    pub fn new(tags: usize, transitions: &[f32], temperature: f64) -> Self {
        let potential = |&weight: &f32| {
            if weight == f32::NEG_INFINITY {
                0.0
            } else {
                (f64::from(weight) / temperature).clamp(-STEEPEST, STEEPEST).exp()
            }
        };
        Self { tags, temperature, transitions: transitions.iter().map(potential).collect() }
    }

    fn step(&self, from: usize, to: usize) -> f64 {
        self.transitions[from * self.tags + to]
    }

    /// The probabilities within one sentence, from its emissions (`tags` per token).
    #[must_use]
    pub fn marginals(&self, emissions: &[f32]) -> Marginals<'_> {
        let potentials = self.emission_potentials(emissions);
        let (forward, forward_scales) = self.forward(&potentials);
        let (backward, backward_scales) = self.backward(&potentials);
        Marginals { model: self, potentials, forward, forward_scales, backward, backward_scales }
    }

    /// `exp((emission - best of the token) / temperature)`: the best tag of each token has 1.
    fn emission_potentials(&self, emissions: &[f32]) -> Vec<f64> {
        let mut potentials = Vec::with_capacity(emissions.len());
        for token in emissions.chunks_exact(self.tags) {
            let best = token.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let exponent = |&score: &f32| ((f64::from(score) - f64::from(best)) / self.temperature).max(-STEEPEST);
            potentials.extend(token.iter().map(|score| exponent(score).exp()));
        }
        potentials
    }

    fn forward(&self, potentials: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let tags = self.tags;
        let mut sums = vec![0.0; potentials.len()];
        let mut scales: Vec<f64> = Vec::with_capacity(potentials.len() / tags);
        for (at, potentials) in potentials.chunks_exact(tags).enumerate() {
            let (done, rest) = sums.split_at_mut(at * tags);
            let current = &mut rest[..tags];
            if at == 0 {
                current.copy_from_slice(&self.transitions[tags * tags..]);
            } else {
                let steps = self.transitions.chunks_exact(tags);
                for (previous, steps) in done[(at - 1) * tags..].iter().zip(steps) {
                    for (sum, step) in current.iter_mut().zip(steps) {
                        *sum += previous * step;
                    }
                }
            }
            for (sum, potential) in current.iter_mut().zip(potentials) {
                *sum *= potential;
            }
            scales.push(scales.last().copied().unwrap_or(0.0) + normalise(current));
        }
        (sums, scales)
    }

    fn backward(&self, potentials: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let tags = self.tags;
        let tokens = potentials.len() / tags;
        let mut sums = vec![1.0; potentials.len()];
        let mut scales = vec![0.0; tokens];
        for at in (1..tokens).rev() {
            let (done, rest) = sums.split_at_mut(at * tags);
            let following: Vec<f64> =
                rest[..tags].iter().zip(&potentials[at * tags..]).map(|(sum, potential)| sum * potential).collect();
            let current = &mut done[(at - 1) * tags..];
            for (sum, steps) in current.iter_mut().zip(self.transitions.chunks_exact(tags)) {
                *sum = steps.iter().zip(&following).map(|(step, following)| step * following).sum();
            }
            scales[at - 1] = scales[at] + normalise(current);
        }
        (sums, scales)
    }
}

/// Divides by the sum, and gives the logarithm of the sum.
fn normalise(values: &mut [f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    for value in values.iter_mut() {
        *value /= sum;
    }
    sum.ln()
}

/// The probabilities within one sentence.
pub struct Marginals<'a> {
    model: &'a Potentials,
    potentials: Vec<f64>,
    forward: Vec<f64>,
    /// The logarithm of all that `forward` was divided by up to each token.
    forward_scales: Vec<f64>,
    backward: Vec<f64>,
    /// The logarithm of all that `backward` was divided by from each token on.
    backward_scales: Vec<f64>,
}

impl Marginals<'_> {
    /// The probability that exactly this entity is there: it begins, goes on and ends where `span` says. In 0..1.
    #[must_use]
    pub fn span(&self, span: TokenSpan) -> f64 {
        let TokenSpan { label, start, end } = span;
        let tags = self.model.tags;
        let (first, continued) = (begin(label), inside(label));
        let mut logarithm = self.forward[start * tags + first].ln() + self.forward_scales[start];
        let mut last = first;
        for at in start + 1..end {
            logarithm += (self.model.step(last, continued) * self.potentials[at * tags + continued]).ln();
            last = continued;
        }
        if end < self.forward_scales.len() {
            let after: f64 = (0..tags)
                .filter(|tag| *tag != continued)
                .map(|tag| {
                    self.model.step(last, tag) * self.potentials[end * tags + tag] * self.backward[end * tags + tag]
                })
                .sum();
            logarithm += after.ln() + self.backward_scales[end];
        }
        let all = self.forward_scales.last().copied().unwrap_or(0.0);
        (logarithm - all).exp().clamp(0.0, 1.0)
    }

    /// The probability of each tag of one token.
    #[cfg(test)]
    pub fn token(&self, at: usize) -> Vec<f64> {
        let tags = self.model.tags;
        let range = at * tags..(at + 1) * tags;
        let joint =
            self.forward[range.clone()].iter().zip(&self.backward[range]).map(|(forward, backward)| forward * backward);
        let joint: Vec<f64> = joint.collect();
        let sum: f64 = joint.iter().sum();
        joint.into_iter().map(|value| value / sum).collect()
    }
}
