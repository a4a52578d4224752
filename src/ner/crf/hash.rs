//! Hashes of words and of features: part of what stored weights mean.

use super::super::text::characters::lower;

/// The hash of a word in lower case.
#[must_use]
pub fn word_hash(word: &str) -> u32 {
    word.chars().flat_map(lower).fold(0, step)
}

/// Adds a character to a hash (FNV-1a over code points).
#[inline]
#[must_use]
pub fn step(hash: u32, character: char) -> u32 {
    let hash = if hash == 0 { 0x811c_9dc5 } else { hash };
    (hash ^ u32::from(character)).wrapping_mul(0x0100_0193)
}

/// Makes one hash of two in this order, with the finalizer of `MurmurHash3`.
#[inline]
#[must_use]
pub fn mix(left: u32, right: u32) -> u32 {
    let mut hash = left.wrapping_add(right.wrapping_mul(0x9e37_79b9)).wrapping_add(0x7f4a_7c15);
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
