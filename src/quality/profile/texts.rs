//! The cells of a text column, counted and described, with bounded memory.

use super::super::count;
use super::bins::Bins;
use super::distinct::{Distinct, MOST_DISTINCT};
use super::frequent::{WATCHED, most_frequent, rarer_half};
use super::guess::Guess;
use super::patterns::{DETAILS, Pattern};
use super::text_table::{LONGEST, Met, Space, TextTable};
use crate::base::number::rounded;
use crate::domain::profile::{ColumnProfile, DecimalBin, Histogram, MOST_BINS, MOST_DIGITS, TextProfile};

/// How much of different texts is kept, in bytes, before only the frequent ones are.
const MOST_BYTES: usize = 64 << 20;

/// Texts of fewer characters are counted by each length.
const SHORT: usize = 64;

/// How many patterns there may be before they tell less.
const MOST_PATTERNS: usize = 1000;

/// Counts texts: each, as long as there are few different ones, and of more the frequent ones.
#[derive(Debug, Default)]
pub(super) struct TextTally {
    counts: TextTable,
    measures: Measures,
    /// Where the column has no type yet.
    guess: Option<Box<Guess>>,
    many: Option<Many>,
}

/// What is known where not each text is counted.
#[derive(Debug)]
struct Many {
    distinct: Distinct,
    /// By how much counts may be too low.
    missed: u64,
}

impl TextTally {
    /// Of a column that may turn out to be of another type.
    pub(super) fn untyped() -> Self {
        Self { guess: Some(Box::default()), ..Self::default() }
    }

    /// Counts one more text.
    pub(super) fn add(&mut self, text: &str) {
        let hash = self.counts.add(text);
        let most = match &mut self.many {
            None => MOST_DISTINCT,
            Some(many) => {
                many.distinct.add(hash);
                WATCHED
            }
        };
        if self.counts.len() > most || self.counts.bytes() > MOST_BYTES {
            self.forget();
        }
    }

    /// Keeps only the frequent ones.
    fn forget(&mut self) {
        self.settle();
        let Self { counts, many, .. } = self;
        let many = many.get_or_insert_with(|| Many { distinct: Distinct::of(counts.hashes()), missed: 0 });
        while counts.len() > WATCHED || counts.bytes() > MOST_BYTES {
            let least = rarer_half(counts.iter().map(|met| met.times).collect());
            many.missed += least;
            counts.forget(least);
        }
    }

    /// Measures what was counted since.
    fn settle(&mut self) {
        let Self { counts, measures, guess, .. } = self;
        counts.settle(|met| {
            measures.add(&met);
            if let Some(guess) = guess {
                guess.add(&met);
            }
        });
    }

    /// What was counted.
    pub(super) fn finish(mut self) -> ColumnProfile {
        self.settle();
        let Self { counts, measures, guess, many } = self;
        let missed = many.as_ref().map_or(0, |many| many.missed);
        let frequent = counts.iter().filter(|met| met.times > missed);
        let top = most_frequent(frequent.map(|met| (met.beginning, met.times)));
        let distinct = many.as_ref().map_or(counts.len() as u64, |many| many.distinct.count());
        let (min, max) = measures.ends.as_ref().map(|(min, max)| (shown(min), shown(max))).unzip();
        let column = ColumnProfile {
            distinct,
            estimated: many.as_ref().is_some_and(|many| many.distinct.is_estimated()),
            min,
            max,
            top: top.into_iter().map(|(text, times)| (shown(text), times)).collect(),
            top_missed: missed,
            texts: measures.finish(),
            ..ColumnProfile::default()
        };
        match guess {
            Some(guess) => guess.finish(column, &counts, many.is_none()),
            None => column,
        }
    }
}

/// What is measured of texts, in whatever order they come.
#[derive(Debug)]
struct Measures {
    cells: u64,
    empty: u64,
    padded: u64,
    beyond_ascii: u64,
    garbled: u64,
    characters: u64,
    /// How many texts are so long: most are short.
    short: [u64; SHORT],
    longer: Bins<DecimalBin>,
    shortest: u32,
    longest: u32,
    patterns: Bins<Pattern>,
    ends: Option<(String, String)>,
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            cells: 0,
            empty: 0,
            padded: 0,
            beyond_ascii: 0,
            garbled: 0,
            characters: 0,
            short: [0; SHORT],
            longer: Bins::new(MOST_BINS),
            shortest: u32::MAX,
            longest: 0,
            patterns: Bins::new(MOST_PATTERNS),
            ends: None,
        }
    }
}

impl Measures {
    fn add(&mut self, met: &Met<'_>) {
        let Met { beginning, shape, times, .. } = *met;
        if times == 0 {
            return;
        }
        let if_so = |is_so: bool| if is_so { times } else { 0 };
        self.cells += times;
        self.empty += if_so(shape.space == Space::Only);
        self.padded += if_so(shape.space == Space::Around);
        self.beyond_ascii += if_so(shape.is_beyond_ascii);
        self.garbled += if_so(shape.is_garbled);
        self.characters += u64::from(shape.characters) * times;
        self.shortest = self.shortest.min(shape.characters);
        self.longest = self.longest.max(shape.characters);
        match self.short.get_mut(shape.characters as usize) {
            Some(count) => *count += times,
            None => count_length(&mut self.longer, shape.characters, times),
        }
        self.patterns.add(|level| Pattern::of(beginning, level), times);
        match &mut self.ends {
            None => self.ends = Some((beginning.to_owned(), beginning.to_owned())),
            Some((first, _)) if beginning < first.as_str() => beginning.clone_into(first),
            Some((_, last)) if beginning > last.as_str() => beginning.clone_into(last),
            Some(_) => {}
        }
    }

    /// The profile; none of nothing.
    fn finish(mut self) -> Option<TextProfile> {
        let mut lengths = std::mem::replace(&mut self.longer, Bins::new(0));
        for (length, times) in (0..).zip(self.short).filter(|(_, times)| *times > 0) {
            count_length(&mut lengths, length, times);
        }
        let detail = DETAILS[usize::from(self.patterns.level())];
        let different_patterns = self.patterns.len() as u64;
        let patterns = most_frequent(self.patterns.sorted());
        (self.cells > 0).then(|| TextProfile {
            empty: self.empty,
            padded: self.padded,
            beyond_ascii: self.beyond_ascii,
            garbled: self.garbled,
            shortest: self.shortest.into(),
            mean_length: rounded(count(self.characters) / count(self.cells)),
            longest: self.longest.into(),
            lengths: Histogram::of(&lengths.sorted(), MOST_DIGITS - lengths.level()),
            detail,
            patterns: patterns.into_iter().map(|(pattern, times)| (pattern.shown(), times)).collect(),
            different_patterns,
        })
    }
}

fn count_length(lengths: &mut Bins<DecimalBin>, characters: u32, times: u64) {
    lengths.add(|level| DecimalBin::of(f64::from(characters), MOST_DIGITS - level), times);
}

/// A text as it is shown: in full, or cut to [`LONGEST`] characters with an ellipsis for the last.
fn shown(beginning: &str) -> String {
    match beginning.char_indices().nth(LONGEST - 1) {
        Some((last, character)) if beginning.len() > last + character.len_utf8() => format!("{}…", &beginning[..last]),
        _ => beginning.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::float_cmp, reason = "tests")]
    use super::*;

    fn of(texts: &[&str]) -> (ColumnProfile, TextProfile) {
        let mut tally = TextTally::default();
        for text in texts {
            tally.add(text);
        }
        let profile = tally.finish();
        let texts = profile.texts.clone().unwrap();
        (profile, texts)
    }

    #[test]
    fn lengths_are_in_characters_and_weighted_by_occurrence() {
        let (column, texts) = of(&["é", "é", "é", "tea🫖!"]);
        assert_eq!((texts.shortest, texts.mean_length, texts.longest), (1, 2.0, 5));
        assert_eq!(
            texts.lengths.bins.iter().map(|bin| (bin.from, bin.count)).collect::<Vec<_>>(),
            [(1.0, 3), (5.0, 1)]
        );
        assert_eq!((column.distinct, texts.beyond_ascii), (2, 4));
        assert_eq!((column.min.as_deref(), column.max.as_deref()), (Some("tea🫖!"), Some("é")));
        assert_eq!(texts.patterns, [("a".to_owned(), 3), ("aaa¤!".to_owned(), 1)]);
    }

    #[test]
    fn long_texts_stay_apart_although_they_are_shown_alike() {
        let (one, other) = (format!("{}a", "ü".repeat(5000)), format!("{}b", "ü".repeat(5000)));
        let (column, texts) = of(&[&one, &other, &one]);
        assert_eq!(column.distinct, 2);
        assert_eq!(column.top.iter().map(|(_, times)| *times).collect::<Vec<_>>(), [2, 1]);
        assert!(column.top.iter().all(|(text, _)| text.chars().count() == 200 && text.ends_with('…')));
        assert_eq!((texts.shortest, texts.longest), (5001, 5001));
    }

    #[test]
    fn exactly_two_hundred_characters_are_shown_in_full() {
        let text = "ü".repeat(200);
        assert_eq!(of(&[&text]).0.top, [(text, 1)]);
    }

    #[test]
    fn empty_padded_and_garbled_cells_are_counted() {
        let (_, texts) = of(&["", " ", " x", "x ", "x", "CafÃ©", "Café"]);
        assert_eq!((texts.empty, texts.padded, texts.beyond_ascii, texts.garbled), (2, 2, 2, 1));
        assert!(TextTally::default().finish().texts.is_none());
    }

    #[test]
    fn more_than_a_million_different_texts_are_measured_all_the_same() {
        let mut tally = TextTally::default();
        for row in 0..1_500_000 {
            tally.add(&format!("S-{row}"));
            if row % 10 == 0 {
                tally.add("often");
            }
        }
        let column = tally.finish();
        assert!(column.estimated && column.distinct.abs_diff(1_500_001) < 30_000, "{}", column.distinct);
        let (first, times) = &column.top[0];
        assert!(first == "often" && column.top.len() == 1, "{:?}", column.top);
        assert!((*times..=times + column.top_missed).contains(&150_000));
        assert_eq!((column.min.as_deref(), column.max.as_deref()), (Some("S-0"), Some("often")));
        let texts = column.texts.unwrap();
        assert_eq!(texts.lengths.cells(), 1_650_000);
        assert_eq!(texts.patterns[0], ("A-999999".to_owned(), 900_000));
    }
}
