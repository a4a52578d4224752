//! What was taken for what, and the mistakes that are made again and again.

use std::collections::BTreeMap;

use crate::base::text::safe;
use crate::domain::matching::Place;
use crate::domain::model::{Confusion, Mistake};

/// How many mistakes are told.
const TOLD: usize = 10;
/// How many different ones are kept while counting; those that come later are not told.
const MOST: usize = 100_000;
/// The longest text of an entity that is told, in characters.
const LONGEST: usize = 60;
/// Characters of an example to each side of the place.
const AROUND: usize = 30;

/// The text and the label of an entity, where there is one.
type Named = Option<(String, String)>;

/// Right and wrong ones, counted.
#[derive(Debug, Default)]
pub struct Mistakes {
    /// By true and found label: all, and those with other edges.
    confusion: BTreeMap<(Option<String>, Option<String>), (u64, u64)>,
    /// By truth and what was found: how often, and the first text.
    wrong: BTreeMap<(Named, Named), (u64, String)>,
}

impl Mistakes {
    /// Counts a true entity beside what was found in its place; at least one of the two is there.
    pub fn add(&mut self, text: &[char], truth: Option<Place<'_>>, found: Option<Place<'_>>) {
        let label = |place: Option<Place<'_>>| place.map(|place| place.label.to_owned());
        let edges = |place: Option<Place<'_>>| place.map(|place| (place.start, place.end));
        let counted = self.confusion.entry((label(truth), label(found))).or_default();
        counted.0 += 1;
        if truth == found {
            return;
        }
        counted.1 += u64::from(truth.is_some() && found.is_some() && edges(truth) != edges(found));
        let key = (named(text, truth), named(text, found));
        if let Some((count, _)) = self.wrong.get_mut(&key) {
            *count += 1;
        } else if self.wrong.len() < MOST {
            let example = truth.or(found).map(|place| around(text, place)).unwrap_or_default();
            self.wrong.insert(key, (1, example));
        }
    }

    /// Both, the most frequent first.
    pub fn finish(self) -> (Vec<Confusion>, Vec<Mistake>) {
        let entry = |((truth, found), (count, moved))| Confusion { truth, found, count, moved };
        let mut confusion: Vec<Confusion> = self.confusion.into_iter().map(entry).collect();
        confusion.sort_by_key(|one| std::cmp::Reverse(one.count));
        let mistake = |((truth, found), (count, example))| Mistake { truth, found, count, example };
        let mut mistakes: Vec<Mistake> = self.wrong.into_iter().map(mistake).collect();
        mistakes.sort_by_key(|one| std::cmp::Reverse(one.count));
        mistakes.truncate(TOLD);
        (confusion, mistakes)
    }
}

fn named(text: &[char], place: Option<Place<'_>>) -> Named {
    let place = place?;
    let (start, end) = (place.start as usize, place.end as usize);
    let whole = text.get(start..end).unwrap_or_default();
    let mut said: String = whole.iter().take(LONGEST).collect();
    if whole.len() > LONGEST {
        said.push('…');
    }
    Some((safe(&said).into_owned(), place.label.to_owned()))
}

/// The text around a place, on one line.
fn around(text: &[char], place: Place<'_>) -> String {
    let from = (place.start as usize).saturating_sub(AROUND);
    let to = (place.end as usize + AROUND).min(text.len());
    let piece: String = text.get(from..to).unwrap_or_default().iter().take(LONGEST + 2 * AROUND).collect();
    let words: Vec<&str> = piece.split_whitespace().collect();
    safe(&words.join(" ")).into_owned()
}
