//! Which documents are held out for measuring.

use super::Document;
use crate::base::KeyHasher;

/// For each document whether it is held out: those whose hash with the seed is smallest, `part` of them rounded up.
/// Documents with the same text stay together, so that nothing measured was learned by heart.
pub fn held_out(documents: &[Document], part: f64, seed: u64) -> Vec<bool> {
    let hashes: Vec<_> = documents
        .iter()
        .map(|document| {
            KeyHasher::new("held out/1").part("seed", seed.to_le_bytes()).part("text", &document.text).finish()
        })
        .collect();
    let mut sorted: Vec<_> = hashes.iter().collect();
    sorted.sort_unstable();
    let count = wanted(documents.len(), part);
    let Some(last) = count.checked_sub(1).and_then(|index| sorted.get(index)) else {
        return vec![false; documents.len()];
    };
    hashes.iter().map(|hash| hash <= *last).collect()
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of at most a half of a number of documents far below 2^52"
)]
fn wanted(documents: usize, part: f64) -> usize {
    (documents as f64 * part).ceil() as usize
}
