//! What a tagger has learned: for each hashed feature a weight for some tags, and one for each step from tag to tag.

use super::tags::{Tag, may_follow};

/// Bits of a word.
const WORD: usize = 64;

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
    /// A bit for each feature: whether it has weights. Most have none, and this is small enough to be at hand.
    present: Vec<u64>,
    /// How many features before each word of `present` have weights.
    before: Vec<u32>,
    /// Where the weights of each feature that has some begin; one more at the end.
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
        let mut present = vec![0_u64; (1_usize << hash_bits).div_ceil(WORD)];
        let mut offsets = Vec::new();
        let mut entries: Vec<Weight> = Vec::new();
        let mut count: u32 = 0;
        let mut last = None;
        for (feature, weight) in features {
            if last != Some(feature) {
                last = Some(feature);
                present[feature as usize / WORD] |= 1 << (feature as usize % WORD);
                offsets.push(count);
            }
            entries.push(weight);
            count = count.saturating_add(1);
        }
        offsets.push(count);
        let before = present
            .iter()
            .scan(0, |sum, word| {
                let before = *sum;
                *sum += word.count_ones();
                Some(before)
            })
            .collect();
        Self { tags, transitions, present, before, offsets, entries }
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
        let words = (0_u32..).step_by(WORD).zip(&self.present);
        let features =
            words.flat_map(|(first, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit));
        let weights = self.offsets.windows(2).map(|bounds| &self.entries[bounds[0] as usize..bounds[1] as usize]);
        features.zip(weights)
    }

    /// The weights of one feature.
    #[inline]
    fn of(&self, feature: u32) -> &[Weight] {
        let (word, bit) = (feature as usize / WORD, feature as usize % WORD);
        let present = self.present[word];
        if present >> bit & 1 == 0 {
            return &[];
        }
        let place = (self.before[word] + (present & ((1 << bit) - 1)).count_ones()) as usize;
        &self.entries[self.offsets[place] as usize..self.offsets[place + 1] as usize]
    }

    /// The score of each tag for each token: `features` holds `per_token` of each, `emissions` gets `tags`.
    pub fn emissions(&self, features: &[u32], per_token: usize, emissions: &mut Vec<f32>) {
        emissions.clear();
        emissions.resize(features.len() / per_token * self.tags, 0.0);
        for (scores, features) in emissions.chunks_exact_mut(self.tags).zip(features.chunks_exact(per_token)) {
            for feature in features {
                for weight in self.of(*feature) {
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
