//! What the tagger sees of a token and its neighbours, hashed to buckets of weights.
//!
//! Each token has [`per_token`] features: those of [`values`], and where the tagger knows of layout, gazetteers or word classes, those of
//! [`places`], [`hits`] and [`classes`]. Changing them, or how they are hashed, changes what stored weights mean: raise
//! [`super::file::FORMAT`] then.

use super::super::text::characters::{Class, class, lower};
use super::super::text::{Token, TokenKind};
use super::clusters::Classes;
use super::hash::{mix, step};
use super::knowledge::Knowledge;
use super::layout::{Layout, Place};

/// Features of the text itself.
const OF_TEXT: usize = 40;

/// Features of where a token stands in a short line.
const OF_LAYOUT: usize = 8;

/// Features of what gazetteers hold.
const OF_GAZETTEERS: usize = 5;

/// Features of the classes of words.
const OF_CLUSTERS: usize = 8;

/// The bucket of features that say nothing. It has no weights.
pub const NOTHING: u32 = 0;

/// The longest prefix and suffix, in characters.
const AFFIX: usize = 4;

/// The tokens seen to the left and to the right.
const WINDOW: usize = 2;

/// What one token looks like, as hashes.
#[derive(Debug, Clone, Copy, Default)]
struct Looks {
    word: u32,
    lower: u32,
    /// Sorts of characters with repetitions left out: `Xx` for `Pepsi`.
    shape: u32,
    /// Sorts of characters, up to [`AFFIX`] of one sort in a row: `Xxxxx` for `Pepsi`, `ddd` for `500`.
    long_shape: u32,
    prefixes: [u32; AFFIX],
    suffixes: [u32; AFFIX],
    /// Kind, length and whether it touches the token before.
    kind: u32,
    glued: u32,
    /// Which entries of gazetteers it is a part of, and whether it begins them; 0 for none.
    hit: u32,
    classes: Classes,
}

/// How many features a token has.
#[must_use]
pub fn per_token(knowledge: &Knowledge) -> usize {
    let layout = if knowledge.layout { OF_LAYOUT } else { 0 };
    let gazetteers = if knowledge.gazetteers.is_empty() { 0 } else { OF_GAZETTEERS };
    let clusters = if knowledge.clusters.is_empty() { 0 } else { OF_CLUSTERS };
    OF_TEXT + layout + gazetteers + clusters
}

/// Computes features; holds buffers that are used again.
#[derive(Debug, Clone)]
pub struct Extractor<'a> {
    knowledge: &'a Knowledge,
    looks: Vec<Looks>,
}

impl<'a> Extractor<'a> {
    /// For a tagger that knows this.
    #[must_use]
    pub fn new(knowledge: &'a Knowledge) -> Self {
        Self { knowledge, looks: Vec::new() }
    }

    /// Writes the features of a sentence, [`per_token`] per token, each below `2^hash_bits`.
    pub fn extract(&mut self, text: &str, sentence: &[Token], hash_bits: u32, features: &mut Vec<u32>) {
        self.looks.clear();
        self.looks.extend((1..=WINDOW).map(|distance| edge(2 * distance)));
        self.looks.extend(sentence.iter().map(|token| looks(text, *token)));
        self.look_up(text, sentence);
        self.looks.extend((1..=WINDOW).map(|distance| edge(2 * distance + 1)));
        features.clear();
        features.reserve(sentence.len() * per_token(self.knowledge));
        let mut layout = Layout::new(sentence.len());
        for (window, token) in self.looks.windows(2 * WINDOW + 1).zip(sentence) {
            features.extend(hashed(1, values(window), hash_bits));
            if self.knowledge.layout {
                match layout.next(&text[token.from..token.to]) {
                    Some(place) => features.extend(hashed(301, places(place, window), hash_bits)),
                    None => features.extend([NOTHING; OF_LAYOUT]),
                }
            }
            if !self.knowledge.gazetteers.is_empty() {
                features.extend(hashed(101, hits(window), hash_bits));
            }
            if !self.knowledge.clusters.is_empty() {
                features.extend(hashed(201, classes(window), hash_bits));
            }
        }
    }

    /// Adds what the knowledge says about the tokens.
    fn look_up(&mut self, text: &str, sentence: &[Token]) {
        let (Some(first), Some(last)) = (sentence.first(), sentence.last()) else { return };
        let looks = &mut self.looks[WINDOW..];
        for (gazetteer, place) in self.knowledge.gazetteers.iter().zip(1_u32..) {
            for found in gazetteer.lexicon.find(&text[first.from..last.to]) {
                let (start, end) = (first.start + found.start, first.start + found.end);
                let from = sentence.partition_point(|token| token.end <= start);
                let to = sentence.partition_point(|token| token.start < end);
                let entry = mix(place, u32::try_from(found.label).unwrap_or_default());
                for (at, looks) in looks[from..to.max(from)].iter_mut().enumerate() {
                    looks.hit = mix(mix(looks.hit, entry), u32::from(at == 0));
                }
            }
        }
        if !self.knowledge.clusters.is_empty() {
            for looks in looks {
                looks.classes = self.knowledge.clusters.of(looks.lower);
            }
        }
    }
}

/// The buckets of values of templates that are numbered from `first`.
#[inline]
fn hashed<const N: usize>(first: u32, values: [u32; N], hash_bits: u32) -> impl Iterator<Item = u32> {
    (first..).zip(values).map(move |(template, value)| mix(value, template) >> (u32::BITS - hash_bits))
}

/// The values of the templates about layout for the token in the middle of `window`.
fn places(place: Place, window: &[Looks]) -> [u32; OF_LAYOUT] {
    let [_, before, here, _, _] = window else { return [0; OF_LAYOUT] };
    let Place { from_start, from_end, part } = place;
    [
        from_start,
        from_end,
        part,
        mix(part, here.lower),
        mix(part, here.suffixes[2]),
        mix(from_start, here.shape),
        mix(from_end, here.shape),
        mix(mix(part, before.shape), here.shape),
    ]
}

/// The values of the templates about gazetteers for the token in the middle of `window`.
fn hits(window: &[Looks]) -> [u32; OF_GAZETTEERS] {
    let [_, before, here, after, _] = window else { return [0; OF_GAZETTEERS] };
    [here.hit, before.hit, after.hit, mix(here.hit, here.shape), mix(here.hit, before.lower)]
}

/// The values of the templates about classes of words for the token in the middle of `window`.
fn classes(window: &[Looks]) -> [u32; OF_CLUSTERS] {
    let [_, before, here, after, _] = window else { return [0; OF_CLUSTERS] };
    let [coarse_before, coarse, coarse_after] = [before, here, after].map(|looks| u32::from(looks.classes.coarse));
    let [fine_before, fine, fine_after] = [before, here, after].map(|looks| u32::from(looks.classes.fine));
    [
        coarse,
        fine,
        fine_before,
        fine_after,
        mix(coarse_before, coarse),
        mix(coarse, coarse_after),
        mix(coarse, here.shape),
        mix(mix(coarse_before, coarse), coarse_after),
    ]
}

/// The values of the feature templates for the token in the middle of `window`.
#[inline]
fn values(window: &[Looks]) -> [u32; OF_TEXT] {
    let [before2, before, here, after, after2] = window else { return [0; OF_TEXT] };
    let [prefix1, prefix2, prefix3, prefix4] = here.prefixes;
    let [suffix1, suffix2, suffix3, suffix4] = here.suffixes;
    [
        0,
        here.word,
        here.lower,
        before.lower,
        before2.lower,
        after.lower,
        after2.lower,
        here.shape,
        before.shape,
        before2.shape,
        after.shape,
        after2.shape,
        here.long_shape,
        here.kind,
        prefix1,
        prefix2,
        prefix3,
        prefix4,
        suffix1,
        suffix2,
        suffix3,
        suffix4,
        before.suffixes[2],
        after.suffixes[2],
        before.prefixes[2],
        after.prefixes[2],
        mix(before.lower, here.lower),
        mix(here.lower, after.lower),
        mix(before2.lower, before.lower),
        mix(after.lower, after2.lower),
        mix(before.lower, after.lower),
        mix(before.shape, here.shape),
        mix(here.shape, after.shape),
        mix(mix(before.shape, here.shape), after.shape),
        mix(before.lower, here.shape),
        mix(here.shape, after.lower),
        mix(here.long_shape, after.lower),
        mix(before.long_shape, here.lower),
        mix(mix(here.glued, after.glued), here.shape),
        mix(mix(here.glued, before.shape), here.suffixes[2]),
    ]
}

/// What stands before the first and after the last token.
fn edge(place: usize) -> Looks {
    let value = mix(u32::try_from(place).unwrap_or_default(), 0x00ed_6e00);
    Looks {
        word: value,
        lower: value,
        shape: value,
        long_shape: value,
        kind: value,
        glued: 0,
        prefixes: [value; AFFIX],
        suffixes: [value; AFFIX],
        hit: 0,
        classes: Classes::default(),
    }
}

fn looks(text: &str, token: Token) -> Looks {
    let word = &text[token.from..token.to];
    let mut looks = Looks { glued: u32::from(token.glued), ..Looks::default() };
    let mut length: u32 = 0;
    let mut lowered: usize = 0;
    let mut run: (char, usize) = ('\0', 0);
    for character in word.chars() {
        length = length.saturating_add(1);
        looks.word = step(looks.word, character);
        for character in lower(character) {
            looks.lower = step(looks.lower, character);
            if let Some(prefix) = looks.prefixes.get_mut(lowered) {
                *prefix = looks.lower;
            }
            lowered += 1;
        }
        let sort = sort(character);
        run = if run.0 == sort { (sort, run.1 + 1) } else { (sort, 1) };
        if run.1 == 1 {
            looks.shape = step(looks.shape, sort);
        }
        if run.1 <= AFFIX {
            looks.long_shape = step(looks.long_shape, sort);
        }
    }
    for prefix in looks.prefixes.iter_mut().skip(lowered) {
        *prefix = looks.lower;
    }
    let mut suffix = 0;
    let mut endings = looks.suffixes.iter_mut();
    for character in word.chars().rev().take(AFFIX) {
        suffix = lower(character).fold(suffix, step);
        if let Some(ending) = endings.next() {
            *ending = suffix;
        }
    }
    for ending in endings {
        *ending = suffix;
    }
    let kind = match token.kind {
        TokenKind::Word => 1,
        TokenKind::Number => 2,
        TokenKind::Link => 3,
        TokenKind::Symbol => 4,
    };
    looks.kind = mix(mix(kind, length.min(8)), looks.glued);
    looks
}

/// The character that stands for all of its sort in a shape.
#[inline]
fn sort(character: char) -> char {
    match class(character) {
        Class::Letter if character.is_uppercase() => 'X',
        Class::Letter => 'x',
        Class::Ideograph => 'i',
        Class::Digit => 'd',
        Class::Mark => 'm',
        Class::Space | Class::Symbol => character,
    }
}
