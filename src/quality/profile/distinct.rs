//! How many different values there are.

use polars::prelude::PlHashSet;

/// So many different values are counted exactly.
pub(super) const MOST_DISTINCT: usize = 1_000_000;

/// Of more, so many hashes at most are kept: the standard error of the estimate is 1.2 / sqrt(65,536), half a percent.
const KEPT: usize = 1 << 16;

/// Different values by their hashes. Of more than [`MOST_DISTINCT`] only those are kept whose hash ends in so many zeros
/// that few are left, and the number of all is estimated from theirs (Flajolet 1990, On adaptive sampling). Hashes are of 64
/// bits: that any two of a million different values share one has a chance of 1 in 37 million.
#[derive(Debug)]
pub(super) struct Distinct {
    hashes: PlHashSet<u64>,
    zeros: u32,
    most: usize,
}

impl Distinct {
    /// Of different hashes.
    pub(super) fn of(hashes: impl Iterator<Item = u64> + Clone) -> Self {
        let mut with_zeros = [0_usize; 65];
        hashes.clone().for_each(|hash| with_zeros[hash.trailing_zeros() as usize] += 1);
        let (mut zeros, mut left) = (0_u32, with_zeros.iter().sum::<usize>());
        let most = if left > MOST_DISTINCT { KEPT } else { MOST_DISTINCT };
        while left > most {
            left -= with_zeros[zeros as usize];
            zeros += 1;
        }
        Self { hashes: hashes.filter(|hash| hash.trailing_zeros() >= zeros).collect(), zeros, most }
    }

    /// One more value, of this hash.
    pub(super) fn add(&mut self, hash: u64) {
        if hash.trailing_zeros() < self.zeros || !self.hashes.insert(hash) || self.hashes.len() <= self.most {
            return;
        }
        self.most = KEPT;
        while self.hashes.len() > KEPT {
            self.zeros += 1;
            self.hashes.retain(|hash| hash.trailing_zeros() >= self.zeros);
            self.hashes.shrink_to_fit();
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        (self.hashes.len() as u64) << self.zeros
    }

    /// Whether that is an estimate.
    pub(super) fn is_estimated(&self) -> bool {
        self.zeros > 0
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn a_million_is_exact_and_more_is_estimated_in_any_order() {
        let state = foldhash::quality::FixedState::default();
        let of = |numbers: &mut dyn Iterator<Item = u64>| {
            let mut distinct = Distinct::of(std::iter::empty());
            numbers.for_each(|number| distinct.add(state.hash_one(number)));
            (distinct.is_estimated(), distinct.count())
        };
        assert_eq!(of(&mut (0..1_000_000).chain(0..1000)), (false, 1_000_000));
        let (is_estimated, count) = of(&mut (0..3_000_000));
        assert!(is_estimated && count.abs_diff(3_000_000) < 60_000, "{count}");
        assert_eq!(of(&mut (0..3_000_000).rev()), (true, count));
    }
}
