//! What a tagger has learned: for each hashed feature a weight for some tags, and one for each step from tag to tag.

use super::tags::{Tag, may_follow};

/// One weight of a feature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// The tag that it speaks for or against.
    pub tag: Tag,
    /// How strongly.
    pub value: f32,
}

/// Sparse weights of features and dense weights of transitions.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    tags: usize,
    /// `tags + 1` rows of `tags`: from each tag, then from the start of a sentence. Steps that can't be are minus infinity.
    transitions: Vec<f32>,
    /// Where the weights of each feature begin; one more at the end.
    offsets: Vec<u32>,
    entries: Vec<Weight>,
}

impl Weights {
    /// Puts weights together; `features` yields each feature's weights, by rising feature and rising tag.
    pub fn new(
        tags: usize,
        hash_bits: u32,
        mut transitions: Vec<f32>,
        features: impl IntoIterator<Item = (u32, Weight)>,
    ) -> Self {
        constrain(tags, &mut transitions);
        let buckets = 1_usize << hash_bits;
        let mut offsets = Vec::with_capacity(buckets + 1);
        let mut entries: Vec<Weight> = Vec::new();
        let mut count: u32 = 0;
        for (feature, weight) in features {
            if offsets.len() <= feature as usize {
                offsets.resize(feature as usize + 1, count);
            }
            entries.push(weight);
            count = count.saturating_add(1);
        }
        offsets.resize(buckets + 1, count);
        Self { tags, transitions, offsets, entries }
    }

    /// How many tags there are.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.tags
    }

    /// The weights of transitions: `tags + 1` rows of `tags`, the last from the start of a sentence.
    #[must_use]
    pub fn transitions(&self) -> &[f32] {
        &self.transitions
    }

    /// Every feature that has weights, by rising feature.
    pub fn features(&self) -> impl Iterator<Item = (u32, &[Weight])> {
        (0_u32..)
            .zip(self.offsets.windows(2))
            .map(|(feature, bounds)| (feature, &self.entries[bounds[0] as usize..bounds[1] as usize]))
            .filter(|(_, weights)| !weights.is_empty())
    }

    /// The score of each tag for each token: `features` holds `per_token` of each, `emissions` gets `tags`.
    pub fn emissions(&self, features: &[u32], per_token: usize, emissions: &mut Vec<f32>) {
        emissions.clear();
        emissions.resize(features.len() / per_token * self.tags, 0.0);
        for (scores, features) in emissions.chunks_exact_mut(self.tags).zip(features.chunks_exact(per_token)) {
            for &feature in features {
                let feature = feature as usize;
                let (from, to) = (self.offsets[feature] as usize, self.offsets[feature + 1] as usize);
                for weight in &self.entries[from..to] {
                    scores[usize::from(weight.tag)] += weight.value;
                }
            }
        }
    }
}

/// Forbids the transitions that can't be.
pub fn constrain(tags: usize, transitions: &mut [f32]) {
    for (from, row) in transitions.chunks_exact_mut(tags).enumerate() {
        let previous = (from < tags).then_some(from);
        for (to, weight) in row.iter_mut().enumerate() {
            if !may_follow(previous, to) {
                *weight = f32::NEG_INFINITY;
            }
        }
    }
}
