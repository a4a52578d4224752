//! The structured perceptron: decode each sentence, and where the tags are wrong move the weights towards the true ones.
//! Decoding favours wrong tags by a fixed cost, so that what was just right by a hair is learned from as well.
//!
//! The weights kept are the average over all sentences seen, and over several learners that see them in different orders: what one
//! of them learned by chance does not stay.

use super::corpus::{Corpus, FIRST};
use super::table::Table;
use super::{TrainOptions, Training};
use crate::base::{Cancel, Result};
use crate::ner::crf::tags::{OUTSIDE, Tag};
use crate::ner::crf::viterbi::Viterbi;
use crate::ner::crf::weights::{Weight, Weights, constrain};

/// What a wrong tag is given on top of its score while learning, so that the true tags come to win with a margin.
const COST: f32 = 30.0;
/// The same for `O` in place of an entity's tag: twice, because the perceptron else misses more than it invents (recall-oriented
/// cost-augmented decoding, Mohit et al. 2012).
const COST_OF_A_MISS: f32 = 60.0;
/// Sentences between two reports.
const REPORT_EVERY: usize = 256;
/// Averaged weights below this part of the largest are left out of the model.
const NEGLIGIBLE: f64 = 2e-2;

/// Learns weights from parts of a corpus.
pub struct Learner<'a> {
    pub corpus: &'a Corpus,
    pub tags: usize,
    pub options: &'a TrainOptions,
    /// Passes in all.
    pub passes: u32,
    /// Passes done so far.
    pub pass: u32,
    pub progress: &'a mut dyn FnMut(Training),
    pub cancel: &'a Cancel,
}

impl Learner<'_> {
    /// Learns from the sentences of these documents, with so many learners.
    pub fn learn(&mut self, documents: &[usize], members: u16) -> Result<Weights> {
        let order = self.corpus.sentences_of(documents);
        let mut averages = Averages::default();
        for member in 0..members {
            let mut state = State::new(self.corpus, self.tags)?;
            self.see_all(&mut state, order.clone(), SplitMix(self.options.seed.wrapping_add(u64::from(member) << 32)))?;
            averages.add(&state, 1.0 / f32::from(members));
        }
        Ok(averages.weights(self.corpus, self.tags))
    }

    fn see_all(&mut self, state: &mut State<'_>, mut order: Vec<usize>, mut random: SplitMix) -> Result<()> {
        let total = order.len();
        for _ in 0..self.options.epochs {
            self.pass += 1;
            random.shuffle(&mut order);
            for (done, &sentence) in order.iter().enumerate() {
                if done % REPORT_EVERY == 0 {
                    self.cancel.check()?;
                    self.report(done, total);
                }
                state.see(sentence);
            }
            self.report(total, total);
        }
        Ok(())
    }

    fn report(&mut self, done: usize, total: usize) {
        let (done, total) = (done as u64, total as u64);
        (self.progress)(Training { epoch: self.pass, epochs: self.passes, done, total });
    }
}

/// The mean of what several learners learned, each averaged over the sentences that it saw.
#[derive(Default)]
struct Averages {
    features: Vec<f32>,
    transitions: Vec<f32>,
}

impl Averages {
    /// Adds what one learner learned, which has this share in the mean.
    fn add(&mut self, state: &State<'_>, share: f32) {
        let moments = state.moment + 1.0;
        for (sums, table) in [(&mut self.features, &state.features), (&mut self.transitions, &state.transitions)] {
            sums.resize(table.weights().len(), 0.0);
            for (sum, average) in sums.iter_mut().zip(table.averages(moments)) {
                *sum += average * share;
            }
        }
    }

    /// The weights of a model, without what hardly weighs anything.
    fn weights(self, corpus: &Corpus, tags: usize) -> Weights {
        let Self { features, transitions, .. } = self;
        let largest = features.iter().map(|weight| f64::from(weight.abs())).fold(0.0, f64::max);
        let columns = features.len() / corpus.buckets().len();
        let mut rows: Vec<(u32, &[f32])> =
            corpus.buckets().iter().copied().zip(features.chunks_exact(columns)).collect();
        rows.sort_unstable_by_key(|(bucket, _)| *bucket);
        let kept = rows
            .into_iter()
            .flat_map(|(bucket, row)| (0..).zip(row).map(move |(tag, value)| (bucket, Weight { tag, value: *value })));
        let kept = kept.filter(|(_, weight)| f64::from(weight.value.abs()) > largest * NEGLIGIBLE);
        Weights::new(tags, corpus.hash_bits, transitions, kept)
    }
}

/// Everything that changes while learning.
struct State<'a> {
    tags: usize,
    corpus: &'a Corpus,
    features: Table,
    transitions: Table,
    /// Sentences seen, the present one included.
    moment: f64,
    viterbi: Viterbi,
    emissions: Vec<f32>,
    path: Vec<Tag>,
}

impl<'a> State<'a> {
    fn new(corpus: &'a Corpus, tags: usize) -> Result<Self> {
        let mut transitions = Table::new(tags + 1, tags)?;
        constrain(tags, transitions.weights_mut());
        Ok(Self {
            tags,
            corpus,
            features: Table::in_blocks(corpus.buckets().len(), tags)?,
            transitions,
            moment: 0.0,
            viterbi: Viterbi::default(),
            emissions: Vec::new(),
            path: Vec::new(),
        })
    }

    /// Learns from one sentence.
    fn see(&mut self, sentence: usize) {
        self.moment += 1.0;
        let (features, gold) = (self.corpus.features(sentence), self.corpus.gold(sentence));
        self.score(features);
        self.make_wrong_tags_attractive(gold);
        self.viterbi.decode(&self.emissions, self.transitions.weights(), self.tags, &mut self.path);
        let mut previous = (self.tags, self.tags);
        for ((features, gold), found) in features.chunks_exact(self.corpus.per_token).zip(gold).zip(&self.path) {
            let (gold, found) = (usize::from(*gold), usize::from(*found));
            if gold != found {
                for feature in features.iter().filter(|feature| **feature != FIRST) {
                    self.features.change(*feature as usize, gold, 1.0, self.moment);
                    self.features.change(*feature as usize, found, -1.0, self.moment);
                }
            }
            if (previous.0, gold) != (previous.1, found) {
                self.transitions.change(previous.0, gold, 1.0, self.moment);
                self.transitions.change(previous.1, found, -1.0, self.moment);
            }
            previous = (gold, found);
        }
    }

    /// The score of each tag for each token.
    fn score(&mut self, features: &[u32]) {
        let per_token = self.corpus.per_token;
        self.emissions.clear();
        self.emissions.resize(features.len() / per_token * self.tags, 0.0);
        for (scores, features) in self.emissions.chunks_exact_mut(self.tags).zip(features.chunks_exact(per_token)) {
            self.features.sum(features, scores);
        }
    }

    fn make_wrong_tags_attractive(&mut self, gold: &[Tag]) {
        for (scores, gold) in self.emissions.chunks_exact_mut(self.tags).zip(gold) {
            let gold = usize::from(*gold);
            for (tag, score) in scores.iter_mut().enumerate().filter(|(tag, _)| *tag != gold) {
                *score += if tag == usize::from(OUTSIDE) { COST_OF_A_MISS } else { COST };
            }
        }
    }
}

/// A generator of reproducible numbers (`SplitMix64`, Steele et al. 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// Puts items in a random order (Fisher and Yates).
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or(last);
            items.swap(last, other);
        }
    }
}
