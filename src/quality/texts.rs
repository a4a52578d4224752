//! How often each text occurs, with bounded memory per text: of a long one only its beginning and a fingerprint are kept.

use polars::prelude::PlHashMap;

use super::count;
use super::tally::most_frequent;
use crate::base::hash::fingerprint;
use crate::base::number::rounded;

/// The longest text that is kept and shown in full, in characters.
const LONGEST: usize = 200;

/// A multiset of texts.
#[derive(Debug, Default)]
pub(super) struct TextTally {
    seen: PlHashMap<Box<str>, Seen>,
}

#[derive(Debug)]
struct Seen {
    times: u64,
    characters: u64,
}

impl TextTally {
    /// Counts one more `text`.
    pub(super) fn add(&mut self, text: &str) {
        match end_of_beginning(text) {
            None => self.add_key(text, text),
            Some(end) => {
                // Longer than any short text, so that it is nobody else's key.
                let key = format!("{}\0{:032x}", &text[..end], fingerprint(text.as_bytes()));
                self.add_key(&key, text);
            }
        }
    }

    fn add_key(&mut self, key: &str, text: &str) {
        if let Some(seen) = self.seen.get_mut(key) {
            seen.times += 1;
        } else {
            let characters = text.chars().count() as u64;
            self.seen.insert(key.into(), Seen { times: 1, characters });
        }
    }

    /// How many different texts there are.
    pub(super) fn distinct(&self) -> u64 {
        self.seen.len() as u64
    }

    /// The first and the last text by code points.
    pub(super) fn ends(&self) -> Option<(String, String)> {
        let first = self.seen.keys().min()?;
        let last = self.seen.keys().max()?;
        Some((shown(first), shown(last)))
    }

    /// The most frequent texts with their counts.
    pub(super) fn top(&self) -> Vec<(String, u64)> {
        let counted = self.seen.iter().map(|(key, seen)| (key, seen.times));
        most_frequent(counted).into_iter().map(|(key, times)| (shown(key), times)).collect()
    }

    /// The shortest, mean and longest length in characters.
    pub(super) fn lengths(&self) -> Option<(u64, f64, u64)> {
        let shortest = self.seen.values().map(|seen| seen.characters).min()?;
        let longest = self.seen.values().map(|seen| seen.characters).max()?;
        let times: u64 = self.seen.values().map(|seen| seen.times).sum();
        let characters: u64 = self.seen.values().map(|seen| seen.characters * seen.times).sum();
        Some((shortest, rounded(count(characters) / count(times)), longest))
    }
}

/// Where the first [`LONGEST`] characters end, for a text that is longer.
fn end_of_beginning(text: &str) -> Option<usize> {
    if text.len() <= LONGEST { None } else { text.char_indices().nth(LONGEST).map(|(end, _)| end) }
}

/// A key as it is shown: in full, or cut to [`LONGEST`] characters with an ellipsis for the last.
fn shown(key: &str) -> String {
    match end_of_beginning(key) {
        None => key.to_owned(),
        Some(_) => key.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn tally(texts: &[&str]) -> TextTally {
        let mut tally = TextTally::default();
        for text in texts {
            tally.add(text);
        }
        tally
    }

    #[test]
    fn lengths_are_in_characters_and_weighted_by_occurrence() {
        let tally = tally(&["é", "é", "é", "tea🫖!"]);
        assert_eq!(tally.lengths(), Some((1, 2.0, 5)));
        assert_eq!(tally.distinct(), 2);
        assert_eq!(tally.ends(), Some(("tea🫖!".to_owned(), "é".to_owned())));
    }

    #[test]
    fn long_texts_stay_apart_although_they_are_shown_alike() {
        let (one, other) = (format!("{}a", "ü".repeat(5000)), format!("{}b", "ü".repeat(5000)));
        let tally = tally(&[&one, &other, &one]);
        assert_eq!(tally.distinct(), 2);
        let top = tally.top();
        assert_eq!(top.iter().map(|(_, times)| *times).collect::<Vec<_>>(), [2, 1]);
        assert!(top.iter().all(|(text, _)| text.chars().count() == 200 && text.ends_with('…')));
        assert_eq!(tally.lengths(), Some((5001, 5001.0, 5001)));
    }

    #[test]
    fn exactly_two_hundred_characters_are_shown_in_full() {
        let text = "ü".repeat(200);
        assert_eq!(tally(&[&text]).top(), [(text, 1)]);
    }

    #[test]
    fn nothing_has_no_ends_and_no_lengths() {
        let empty = TextTally::default();
        assert_eq!((empty.ends(), empty.lengths(), empty.top()), (None, None, vec![]));
    }
}
