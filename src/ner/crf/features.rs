//! What the tagger sees of a token and its neighbours, hashed to buckets of weights.
//!
//! Each token has [`PER_TOKEN`] features. Changing them, or how they are hashed, changes what stored weights mean: raise
//! [`super::file::FORMAT`] then.

use super::super::text::characters::{Class, class, lower};
use super::super::text::{Token, TokenKind};

/// Features of one token.
pub const PER_TOKEN: usize = 40;

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
}

/// Computes features; holds buffers that are used again.
#[derive(Debug, Clone, Default)]
pub struct Extractor {
    looks: Vec<Looks>,
}

impl Extractor {
    /// Writes the features of a sentence, [`PER_TOKEN`] per token, each below `2^hash_bits`.
    pub fn extract(&mut self, text: &str, sentence: &[Token], hash_bits: u32, features: &mut Vec<u32>) {
        self.looks.clear();
        self.looks.extend((1..=WINDOW).map(|distance| edge(2 * distance)));
        self.looks.extend(sentence.iter().map(|token| looks(text, *token)));
        self.looks.extend((1..=WINDOW).map(|distance| edge(2 * distance + 1)));
        features.clear();
        features.reserve(sentence.len() * PER_TOKEN);
        for window in self.looks.windows(2 * WINDOW + 1) {
            let values = values(window);
            let hashed = (1_u32..).zip(values).map(|(template, value)| mix(value, template) >> (u32::BITS - hash_bits));
            features.extend(hashed);
        }
    }
}

/// The values of the feature templates for the token in the middle of `window`.
#[inline]
fn values(window: &[Looks]) -> [u32; PER_TOKEN] {
    let [before2, before, here, after, after2] = window else { return [0; PER_TOKEN] };
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

/// Adds a character to a hash (FNV-1a over code points).
#[inline]
fn step(hash: u32, character: char) -> u32 {
    let hash = if hash == 0 { 0x811c_9dc5 } else { hash };
    (hash ^ u32::from(character)).wrapping_mul(0x0100_0193)
}

/// Makes one hash of two in this order, with the finalizer of `MurmurHash3`.
#[inline]
fn mix(left: u32, right: u32) -> u32 {
    let mut hash = left.wrapping_add(right.wrapping_mul(0x9e37_79b9)).wrapping_add(0x7f4a_7c15);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
