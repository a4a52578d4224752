//! In which parts documents are held out, turn about.

use std::collections::BTreeSet;

use super::Document;
use crate::base::{Digest, KeyHasher};

/// The part of each document, below `folds`: documents are spread by their hash with the seed, as evenly as it goes. Those with the
/// same text are in the same part, so that nothing measured was learned by heart.
pub fn folds(documents: &[Document], folds: u32, seed: u64) -> Vec<u32> {
    let hash = |document: &Document| -> Digest {
        KeyHasher::new("held out/1").part("seed", seed.to_le_bytes()).part("text", &document.text).finish()
    };
    let hashes: Vec<Digest> = documents.iter().map(hash).collect();
    let distinct: Vec<&Digest> = hashes.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let fold = |hash: &Digest| {
        let place = distinct.binary_search(&hash).unwrap_or_default();
        u32::try_from(place % folds.max(1) as usize).unwrap_or_default()
    };
    hashes.iter().map(fold).collect()
}
