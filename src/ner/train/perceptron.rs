//! The structured perceptron: decode each sentence, and where the tags are wrong move the weights towards the true ones.
//! Decoding favours wrong tags by a fixed cost, so that what was just right by a hair is learned from as well.
//!
//! The weights kept are the average over all sentences seen, and over several learners that see them in different orders: what one
//! of them learned by chance does not stay. The average over sentences is taken lazily: beside each weight stands the sum of its changes,
//! each times the moment it happened at; only weights that change cost anything (Daumé 2006, figure 2.3).

use super::corpus::Corpus;
use super::{TrainOptions, Training};
use crate::base::{Cancel, Error, Result};
use crate::ner::crf::features::NOTHING;
use crate::ner::crf::tags::{OUTSIDE, Tag};
use crate::ner::crf::viterbi::Viterbi;
use crate::ner::crf::weights::{Weight, Weights, constrain};

/// What a wrong tag is given on top of its score while learning, so that the true tags come to win with a margin.
const COST: f32 = 30.0;
/// The same for `O` in place of an entity's tag: twice, because the perceptron else misses more than it invents (recall-oriented
/// cost-augmented decoding, Mohit et al. 2012).
const COST_OF_A_MISS: f32 = 60.0;
/// The most weights held while training: with what averaging needs, 16 bytes each.
const MOST_WEIGHTS: usize = 40_000_000;
/// Sentences between two reports.
const REPORT_EVERY: usize = 256;
/// Stands for features that are not learned from.
const NO_ROW: u32 = u32::MAX;
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
        let rows = Rows::new(self.corpus, &order, self.tags)?;
        let mut averages = Averages::new(rows.used * self.tags, self.tags, members);
        for member in 0..members {
            let mut state = State::new(&rows, self.corpus.per_token, self.tags);
            self.see_all(&mut state, order.clone(), SplitMix(self.options.seed.wrapping_add(u64::from(member) << 32)))?;
            averages.add(&state);
        }
        Ok(averages.weights(&rows, self.tags, self.corpus.hash_bits))
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
                state.see(self.corpus.features(sentence), self.corpus.gold(sentence));
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

/// Where the weights of each feature are held.
struct Rows {
    /// The row of each bucket, or [`NO_ROW`].
    of: Vec<u32>,
    /// How many there are.
    used: usize,
}

impl Rows {
    /// A row for every feature of these sentences.
    fn new(corpus: &Corpus, sentences: &[usize], tags: usize) -> Result<Self> {
        let mut of = vec![NO_ROW; 1 << corpus.hash_bits];
        for feature in sentences.iter().flat_map(|sentence| corpus.features(*sentence)) {
            of[*feature as usize] = 0;
        }
        of[NOTHING as usize] = NO_ROW;
        let mut used: u32 = 0;
        for row in of.iter_mut().filter(|row| **row != NO_ROW) {
            *row = used;
            used += 1;
        }
        let used = used as usize;
        if used * tags > MOST_WEIGHTS {
            let most = crate::base::text::grouped(MOST_WEIGHTS as u64);
            return Err(Error::bad_data(format!("`{used}` features for `{tags}` tags are more than {most} weights"))
                .hint("train with fewer hash bits, or with fewer labels"));
        }
        Ok(Self { of, used })
    }
}

/// The mean of what several learners learned, each averaged over the sentences that it saw.
struct Averages {
    /// The part that each learner has in it.
    share: f32,
    features: Vec<f32>,
    transitions: Vec<f32>,
}

impl Averages {
    fn new(features: usize, tags: usize, members: u16) -> Self {
        let share = 1.0 / f32::from(members);
        Self { share, features: vec![0.0; features], transitions: vec![0.0; (tags + 1) * tags] }
    }

    fn add(&mut self, state: &State<'_>) {
        let moments = state.moment + 1.0;
        for (sums, table) in [(&mut self.features, &state.features), (&mut self.transitions, &state.transitions)] {
            for (index, sum) in sums.iter_mut().enumerate() {
                *sum += table.average(index, moments) * self.share;
            }
        }
    }

    /// The weights of a model, without what hardly weighs anything.
    fn weights(self, rows: &Rows, tags: usize, hash_bits: u32) -> Weights {
        let Self { features, transitions, .. } = self;
        let largest = features.iter().map(|weight| f64::from(weight.abs())).fold(0.0, f64::max);
        let used = (0_u32..).zip(&rows.of).filter(|(_, row)| **row != NO_ROW);
        let kept = used.flat_map(|(bucket, row)| {
            let row = *row as usize * tags;
            let of_bucket = features[row..row + tags].iter();
            (0..).zip(of_bucket).map(move |(tag, value)| (bucket, Weight { tag, value: *value }))
        });
        let kept = kept.filter(|(_, weight)| f64::from(weight.value.abs()) > largest * NEGLIGIBLE);
        Weights::new(tags, hash_bits, transitions, kept)
    }
}

/// A dense table of weights with what their average needs.
struct Table {
    weights: Vec<f32>,
    /// The sum of each weight's changes, each times the moment it happened at.
    timed: Vec<f64>,
}

impl Table {
    fn new(size: usize) -> Self {
        Self { weights: vec![0.0; size], timed: vec![0.0; size] }
    }

    #[inline]
    fn change(&mut self, index: usize, by: f32, moment: f64) {
        self.weights[index] += by;
        self.timed[index] += f64::from(by) * moment;
    }

    #[expect(clippy::cast_possible_truncation, reason = "weights are stored as f32")]
    fn average(&self, index: usize, moments: f64) -> f32 {
        (f64::from(self.weights[index]) - self.timed[index] / moments) as f32
    }
}

/// Everything that changes while learning.
struct State<'a> {
    tags: usize,
    per_token: usize,
    rows: &'a Rows,
    features: Table,
    transitions: Table,
    /// Sentences seen, the present one included.
    moment: f64,
    viterbi: Viterbi,
    emissions: Vec<f32>,
    path: Vec<Tag>,
}

impl<'a> State<'a> {
    fn new(rows: &'a Rows, per_token: usize, tags: usize) -> Self {
        let mut transitions = Table::new((tags + 1) * tags);
        constrain(tags, &mut transitions.weights);
        Self {
            tags,
            per_token,
            rows,
            features: Table::new(rows.used * tags),
            transitions,
            moment: 0.0,
            viterbi: Viterbi::default(),
            emissions: Vec::new(),
            path: Vec::new(),
        }
    }

    /// Learns from one sentence.
    fn see(&mut self, features: &[u32], gold: &[Tag]) {
        self.moment += 1.0;
        self.score(features);
        self.make_wrong_tags_attractive(gold);
        self.viterbi.decode(&self.emissions, &self.transitions.weights, self.tags, &mut self.path);
        let mut previous = (self.tags, self.tags);
        for ((features, gold), found) in features.chunks_exact(self.per_token).zip(gold).zip(&self.path) {
            let (gold, found) = (usize::from(*gold), usize::from(*found));
            if gold != found {
                for feature in features {
                    let row = self.rows.of[*feature as usize];
                    if row != NO_ROW {
                        let row = row as usize * self.tags;
                        self.features.change(row + gold, 1.0, self.moment);
                        self.features.change(row + found, -1.0, self.moment);
                    }
                }
            }
            if (previous.0, gold) != (previous.1, found) {
                self.transitions.change(previous.0 * self.tags + gold, 1.0, self.moment);
                self.transitions.change(previous.1 * self.tags + found, -1.0, self.moment);
            }
            previous = (gold, found);
        }
    }

    /// The score of each tag for each token.
    fn score(&mut self, features: &[u32]) {
        self.emissions.clear();
        self.emissions.resize(features.len() / self.per_token * self.tags, 0.0);
        for (scores, features) in self.emissions.chunks_exact_mut(self.tags).zip(features.chunks_exact(self.per_token))
        {
            for feature in features {
                let row = self.rows.of[*feature as usize];
                if row != NO_ROW {
                    let row = row as usize * self.tags;
                    for (score, weight) in scores.iter_mut().zip(&self.features.weights[row..row + self.tags]) {
                        *score += weight;
                    }
                }
            }
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
