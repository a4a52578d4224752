//! Classes of words from texts that nobody labelled: words with the same neighbours share one.
//!
//! The exchange algorithm (Martin, Liermann and Ney 1998; its predictive objective after Uszkoreit and Brants 2008, here for both
//! neighbours): each word moves to the class that makes its neighbours best foretold, until few do. A word's neighbours speak for a class by
//! how often they stand beside it.

use std::collections::HashMap;

use crate::base::{Cancel, Result};
use crate::ner::crf::clusters::{Classes, Clusters};
use crate::ner::text::characters::lower;
use crate::ner::text::{Sentences, Token};

/// Few classes.
const COARSE: u16 = 48;
/// Many classes.
const FINE: u16 = 320;
/// A word that occurs less often says too little about where it stands.
const RAREST: u32 = 5;
/// The most words that get a class: the most frequent.
const MOST_WORDS: usize = 12_000;
/// The most tokens that are read.
const MOST_TOKENS: usize = 3_000_000;
/// Passes over all words.
const PASSES: u32 = 6;
/// Words between two looks at cancel.
const LOOK_EVERY: usize = 64;

/// Counts words and who stands beside whom. Feed it texts, then [`Reader::clusters`].
#[derive(Debug, Default)]
pub struct Reader {
    /// The number of each word, by first occurrence.
    numbers: HashMap<String, u32>,
    words: Vec<String>,
    counts: Vec<u32>,
    /// How often the second word follows the first.
    pairs: HashMap<(u32, u32), u32>,
    tokens: usize,
    sentence: Vec<Token>,
}

impl Reader {
    /// Reads one text. False when enough was read.
    pub fn read(&mut self, text: &str) -> bool {
        let mut sentences = Sentences::new(text);
        let mut sentence = std::mem::take(&mut self.sentence);
        while self.tokens < MOST_TOKENS && sentences.read(&mut sentence) {
            self.tokens += sentence.len();
            let mut before = None;
            for token in &sentence {
                let number = self.number(text[token.from..token.to].chars().flat_map(lower).collect());
                self.counts[number as usize] += 1;
                if let Some(before) = before.replace(number) {
                    *self.pairs.entry((before, number)).or_default() += 1;
                }
            }
        }
        self.sentence = sentence;
        self.tokens < MOST_TOKENS
    }

    fn number(&mut self, word: String) -> u32 {
        if let Some(number) = self.numbers.get(&word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(word.clone());
        self.counts.push(0);
        self.numbers.insert(word, number);
        number
    }

    /// The classes of the words read. The same texts in the same order give the same.
    pub fn clusters(self, cancel: &Cancel) -> Result<Clusters> {
        self.into_classes(COARSE, FINE, cancel)
    }

    fn into_classes(self, coarse: u16, fine: u16, cancel: &Cancel) -> Result<Clusters> {
        let mut frequent: Vec<usize> = (0..self.words.len()).filter(|word| self.counts[*word] >= RAREST).collect();
        frequent.sort_by_key(|word| std::cmp::Reverse(self.counts[*word]));
        frequent.truncate(MOST_WORDS);
        let mut rank = vec![None; self.words.len()];
        for (place, word) in frequent.iter().enumerate() {
            rank[*word] = Some(place);
        }
        let mut neighbours =
            Neighbours { before: vec![Vec::new(); frequent.len()], after: vec![Vec::new(); frequent.len()] };
        for ((left, right), count) in self.pairs {
            if let (Some(left), Some(right)) = (rank[left as usize], rank[right as usize]) {
                neighbours.before[right].push((left, count));
                neighbours.after[left].push((right, count));
            }
        }
        neighbours.sort();
        let coarse = exchange(&neighbours, coarse, cancel)?;
        let fine = exchange(&neighbours, fine, cancel)?;
        let words = frequent.iter().map(|word| self.words[*word].as_str());
        let classes = coarse.into_iter().zip(fine).map(|(coarse, fine)| Classes { coarse: coarse + 1, fine: fine + 1 });
        Ok(Clusters::new(words.zip(classes)))
    }
}

/// For each word, who stands before and after it, and how often.
struct Neighbours {
    before: Vec<Vec<(usize, u32)>>,
    after: Vec<Vec<(usize, u32)>>,
}

impl Neighbours {
    fn sort(&mut self) {
        for list in self.before.iter_mut().chain(&mut self.after) {
            list.sort_unstable();
        }
    }
}

/// How often each word stands beside each class, on one side of it.
struct Beside {
    classes: usize,
    counts: Vec<u32>,
    /// How often any word does.
    sums: Vec<u64>,
}

impl Beside {
    fn new(neighbours: &[Vec<(usize, u32)>], class_of: &[u16], classes: usize) -> Self {
        let mut beside = Self { classes, counts: vec![0; neighbours.len() * classes], sums: vec![0; classes] };
        for (list, class) in neighbours.iter().zip(class_of) {
            beside.shift(list, usize::from(*class), true);
        }
        beside
    }

    /// Adds a word with these neighbours to a class, or takes it away.
    fn shift(&mut self, neighbours: &[(usize, u32)], class: usize, add: bool) {
        for &(neighbour, count) in neighbours {
            let (cell, sum) = (&mut self.counts[neighbour * self.classes + class], &mut self.sums[class]);
            if add {
                *cell += count;
                *sum += u64::from(count);
            } else {
                *cell -= count;
                *sum -= u64::from(count);
            }
        }
    }

    /// Adds to `gains` by how much the neighbours of a word are better foretold if it joins each class.
    fn gains(&self, neighbours: &[(usize, u32)], logarithms: &Logarithms, gains: &mut [f64]) {
        let all: u64 = neighbours.iter().map(|(_, count)| u64::from(*count)).sum();
        for (gain, sum) in gains.iter_mut().zip(&self.sums) {
            *gain -= logarithms.of(sum + all) - logarithms.of(*sum);
        }
        for &(neighbour, count) in neighbours {
            let row = &self.counts[neighbour * self.classes..(neighbour + 1) * self.classes];
            for (gain, there) in gains.iter_mut().zip(row) {
                *gain += logarithms.of(u64::from(there + count)) - logarithms.of(u64::from(*there));
            }
        }
    }
}

/// `n ln n`, looked up where n is small.
struct Logarithms(Vec<f64>);

impl Logarithms {
    fn new() -> Self {
        Self((0..1 << 16).map(Self::computed).collect())
    }

    #[inline]
    fn of(&self, number: u64) -> f64 {
        let small = usize::try_from(number).ok().and_then(|number| self.0.get(number));
        small.copied().unwrap_or_else(|| Self::computed(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of words stay far below 2^52")]
    fn computed(number: u64) -> f64 {
        if number == 0 { 0.0 } else { number as f64 * (number as f64).ln() }
    }
}

/// The class of each word, below `classes`. Words come by falling frequency, and begin in classes of their rank.
fn exchange(neighbours: &Neighbours, classes: u16, cancel: &Cancel) -> Result<Vec<u16>> {
    let logarithms = Logarithms::new();
    let mut class_of: Vec<u16> = (0..classes).cycle().take(neighbours.before.len()).collect();
    let mut sides = [&neighbours.before, &neighbours.after]
        .map(|lists| (lists, Beside::new(lists, &class_of, usize::from(classes))));
    let mut gains = vec![0.0; usize::from(classes)];
    for _ in 0..PASSES {
        let mut moved = 0;
        for word in 0..class_of.len() {
            if word % LOOK_EVERY == 0 {
                cancel.check()?;
            }
            let old = class_of[word];
            gains.fill(0.0);
            for (lists, beside) in &mut sides {
                beside.shift(&lists[word], usize::from(old), false);
                beside.gains(&lists[word], &logarithms, &mut gains);
            }
            // A tie leaves the word where it is.
            let mut best = (gains[usize::from(old)], old);
            for (class, gain) in (0..classes).zip(&gains) {
                if *gain > best.0 {
                    best = (*gain, class);
                }
            }
            for (lists, beside) in &mut sides {
                beside.shift(&lists[word], usize::from(best.1), true);
            }
            class_of[word] = best.1;
            moved += usize::from(best.1 != old);
        }
        if moved * 100 < class_of.len() {
            break;
        }
    }
    Ok(class_of)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::ner::crf::hash::word_hash;

    #[test]
    fn words_in_the_same_places_share_a_class() {
        let colours = ["red", "green", "blue", "white"];
        let things = ["car", "house", "door", "shirt"];
        let mut reader = Reader::default();
        for round in 0..40 {
            let (colour, thing) = (colours[round % 4], things[round / 4 % 4]);
            assert!(reader.read(&format!("a {colour} {thing} stands here\nthe {thing} is {colour}")));
        }
        let clusters = reader.into_classes(5, 6, &Cancel::default()).unwrap();
        let class = |word: &str| clusters.of(word_hash(word)).coarse;
        assert!(class("red") > 0 && class("car") > 0);
        assert!(colours.iter().all(|word| class(word) == class("RED")), "{clusters:?}");
        assert!(things.iter().all(|word| class(word) == class("car")), "{clusters:?}");
        assert_ne!(class("red"), class("car"));
        assert_eq!(class("unseen"), 0);
    }
}
