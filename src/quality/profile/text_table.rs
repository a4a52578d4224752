//! Different texts with their counts, side by side in one stretch of memory.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::garbled::is_garbled;

/// The longest text that is kept and shown in full, in characters. A longer one is told by its beginning and its hash.
pub(super) const LONGEST: usize = 200;

/// How often each text occurs. Texts are told apart by hashes of 64 bits: that any two of a million different ones share one
/// has a chance of 1 in 37 million.
#[derive(Debug, Default)]
pub(super) struct TextTable {
    places: HashTable<(u64, u32)>,
    texts: Vec<Seen>,
    beginnings: String,
    hasher: FixedState,
}

/// A text that was met, and how often: in all, and until it was settled last.
#[derive(Debug, Clone, Copy)]
struct Seen {
    hash: u64,
    times: u64,
    settled: u64,
    start: u32,
    end: u32,
    shape: Shape,
}

/// What is seen of a whole text when it is met first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Its length.
    pub characters: u32,
    /// Where it has white space.
    pub space: Space,
    /// Whether there are characters outside ASCII.
    pub is_beyond_ascii: bool,
    /// Whether it was decoded by a wrong table.
    pub is_garbled: bool,
}

/// Where a text has white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// At no end.
    Inside,
    /// Before or behind other characters.
    Around,
    /// There is no other character.
    Only,
}

impl Shape {
    fn of(text: &str) -> Self {
        let is_ascii = text.is_ascii();
        let characters = if is_ascii { text.len() } else { text.chars().count() };
        let is_sign = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let space = match text.as_bytes() {
            bytes if is_sign(bytes.first()) && is_sign(bytes.last()) => Space::Inside,
            _ => match text.trim().len() {
                0 => Space::Only,
                trimmed if trimmed < text.len() => Space::Around,
                _ => Space::Inside,
            },
        };
        Self { characters: small(characters), space, is_beyond_ascii: !is_ascii, is_garbled: is_garbled(text) }
    }
}

/// A text that occurred, as much of it as is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Met<'a> {
    /// Its beginning.
    pub beginning: &'a str,
    /// What was seen of all of it.
    pub shape: Shape,
    /// How often it occurred.
    pub times: u64,
}

impl TextTable {
    /// Counts a text once more, and gives its hash.
    pub(super) fn add(&mut self, text: &str) -> u64 {
        let hash = self.hasher.hash_one(text);
        match self.places.entry(hash, |(known, _)| *known == hash, |(known, _)| *known) {
            Entry::Occupied(known) => self.texts[known.get().1 as usize].times += 1,
            Entry::Vacant(new) => {
                new.insert((hash, small(self.texts.len())));
                let start = small(self.beginnings.len());
                self.beginnings.push_str(beginning(text));
                let (end, shape) = (small(self.beginnings.len()), Shape::of(text));
                self.texts.push(Seen { hash, times: 1, settled: 0, start, end, shape });
            }
        }
        hash
    }

    /// How many different texts there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The bytes of what is kept of them.
    pub(super) fn bytes(&self) -> usize {
        self.beginnings.len()
    }

    /// All texts, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = Met<'_>> {
        self.texts.iter().map(|seen| met(&self.beginnings, seen, seen.times))
    }

    /// Their hashes.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> + Clone {
        self.texts.iter().map(|seen| seen.hash)
    }

    /// Calls `each` with every text and how often it occurred since this was called last.
    pub(super) fn settle(&mut self, mut each: impl FnMut(Met<'_>)) {
        for seen in self.texts.iter_mut().filter(|seen| seen.times > seen.settled) {
            each(met(&self.beginnings, seen, seen.times - seen.settled));
            seen.settled = seen.times;
        }
    }

    /// Forgets those that occurred no more often than `least`.
    pub(super) fn forget(&mut self, least: u64) {
        let mut kept = Self::default();
        for seen in self.texts.iter().filter(|seen| seen.times > least) {
            let start = small(kept.beginnings.len());
            kept.beginnings.push_str(&self.beginnings[seen.start as usize..seen.end as usize]);
            kept.places.insert_unique(seen.hash, (seen.hash, small(kept.texts.len())), |(known, _)| *known);
            kept.texts.push(Seen { start, end: small(kept.beginnings.len()), ..*seen });
        }
        *self = kept;
    }
}

fn met<'a>(beginnings: &'a str, seen: &Seen, times: u64) -> Met<'a> {
    Met { beginning: &beginnings[seen.start as usize..seen.end as usize], shape: seen.shape, times }
}

/// As much of a text as is kept: one character more than is shown, which tells that there are more.
fn beginning(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    text.char_indices().nth(LONGEST + 1).map_or(text, |(end, _)| &text[..end])
}

/// What is far below four thousand million.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
