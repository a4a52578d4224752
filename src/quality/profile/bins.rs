//! Counts in bins that nest: where too many are filled, all are put together into wider ones.
//!
//! Which bins are filled at which level depends on the values alone, and so does the level at which they are few enough:
//! the result is the same in whatever order values come.

use std::hash::Hash;

use polars::prelude::PlHashMap;

/// A bin that lies in a wider one.
pub(super) trait Nested: Clone + Eq + Hash + Ord {
    /// The level of the widest bins; the narrowest are of level 0.
    const WIDEST: u8;

    /// The bin that holds this one of `level`, one level wider.
    fn wider(&self, level: u8) -> Self;
}

/// How many values lie in each bin.
#[derive(Debug, Clone)]
pub(super) struct Bins<B> {
    most: usize,
    level: u8,
    counts: PlHashMap<B, u64>,
}

impl<B: Nested> Bins<B> {
    /// Empty, with room for `most` bins; of the widest ones there may be more.
    pub(super) fn new(most: usize) -> Self {
        Self { most, level: 0, counts: PlHashMap::default() }
    }

    /// Counts what lies in the bin that `bin` gives for a level.
    pub(super) fn add(&mut self, bin: impl FnOnce(u8) -> B, times: u64) {
        *self.counts.entry(bin(self.level)).or_insert(0) += times;
        self.widen();
    }

    /// The level of the bins.
    pub(super) fn level(&self) -> u8 {
        self.level
    }

    /// How many bins are filled.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// The bins with their counts, ascending.
    pub(super) fn sorted(&self) -> Vec<(B, u64)> {
        let mut counted: Vec<(B, u64)> = self.counts.iter().map(|(bin, times)| (bin.clone(), *times)).collect();
        counted.sort_unstable();
        counted
    }

    /// The same in fewer bins.
    pub(super) fn at_most(mut self, most: usize) -> Self {
        self.most = most;
        self.widen();
        self
    }

    fn widen(&mut self) {
        while self.counts.len() > self.most && self.level < B::WIDEST {
            let mut wider = PlHashMap::default();
            for (bin, times) in self.counts.drain() {
                *wider.entry(bin.wider(self.level)).or_insert(0) += times;
            }
            (self.counts, self.level) = (wider, self.level + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    struct Halved(u32);

    impl Nested for Halved {
        const WIDEST: u8 = 8;

        fn wider(&self, _: u8) -> Self {
            Self(self.0 / 2)
        }
    }

    #[test]
    fn the_narrowest_bins_that_fit_are_kept_whatever_the_order() {
        let of = |numbers: &mut dyn Iterator<Item = u32>| {
            let mut bins = Bins::new(10);
            numbers.for_each(|number| bins.add(|level| Halved(number >> level), 3));
            (bins.level(), bins.sorted())
        };
        let (level, counted) = of(&mut (0..32));
        assert_eq!((level, counted.len(), counted[7].clone()), (2, 8, (Halved(7), 12)));
        assert_eq!(of(&mut (0..32).rev()), (level, counted));
        // Values that lie far apart fill few bins, and stay told apart.
        assert_eq!(of(&mut (0..9).map(|number| number * 100)).0, 0);
    }
}
