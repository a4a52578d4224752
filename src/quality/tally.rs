//! How often each value occurs, exactly, with memory for the different values only.

/// Values held back before they are sorted in, at the least.
const PENDING: usize = 1 << 18;

/// A multiset that is filled in any order and read in the order of its values.
#[derive(Debug)]
pub(super) struct Tally<K> {
    counted: Vec<(K, u64)>,
    pending: Vec<K>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self { counted: Vec::new(), pending: Vec::new() }
    }
}

impl<K: Ord + Copy> Tally<K> {
    /// Counts one more `value`.
    pub(super) fn add(&mut self, value: K) {
        self.pending.push(value);
        // Waiting for as many values as are counted already keeps the cost of merging in proportion.
        if self.pending.len() >= PENDING.max(self.counted.len()) {
            self.settle();
        }
    }

    /// The values with their counts, ascending.
    pub(super) fn finish(mut self) -> Vec<(K, u64)> {
        self.settle();
        self.counted
    }

    fn settle(&mut self) {
        self.pending.sort_unstable();
        let mut merged: Vec<(K, u64)> = Vec::with_capacity(self.counted.len());
        let mut counted = std::mem::take(&mut self.counted).into_iter().peekable();
        for value in self.pending.drain(..) {
            while let Some(smaller) = counted.next_if(|(known, _)| *known <= value) {
                merged.push(smaller);
            }
            match merged.last_mut() {
                Some((last, times)) if *last == value => *times += 1,
                _ => merged.push((value, 1)),
            }
        }
        merged.extend(counted);
        self.counted = merged;
    }
}

/// How many most frequent values are kept.
pub(super) const TOP: usize = 10;

/// The [`TOP`] most frequent of `counted`, most frequent first, ties by value.
pub(super) fn most_frequent<K: Ord>(counted: impl IntoIterator<Item = (K, u64)>) -> Vec<(K, u64)> {
    let mut top: Vec<(K, u64)> = Vec::with_capacity(TOP + 1);
    for (value, times) in counted {
        // Most values are too rare, and only ties need a comparison of values.
        if top.len() == TOP && top.last().is_some_and(|(_, least)| times < *least) {
            continue;
        }
        let place = top.partition_point(|(other, most)| (*most, &value) > (times, other));
        if place < TOP {
            top.insert(place, (value, times));
            top.truncate(TOP);
        }
    }
    top
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_tally_counts_like_a_map_across_many_settlings() {
        let mut tally = Tally::default();
        let mut plain: BTreeMap<u64, u64> = BTreeMap::new();
        for index in 0..1_200_000_u64 {
            let value = index.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 70_001;
            tally.add(value);
            *plain.entry(value).or_default() += 1;
        }
        assert_eq!(tally.finish(), plain.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn ties_go_to_the_smaller_value_whatever_the_order() {
        let counted = [("pear", 2), ("fig", 3), ("apple", 2), ("date", 1)];
        let expected = vec![("fig", 3), ("apple", 2), ("pear", 2), ("date", 1)];
        assert_eq!(most_frequent(counted), expected);
        assert_eq!(most_frequent(counted.into_iter().rev()), expected);
        let many = most_frequent((0..100).map(|value| (value, 1)));
        assert_eq!(many.iter().map(|(value, _)| *value).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    }
}
