//! The most frequent values.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// How many most frequent values a profile names.
pub(super) const TOP: usize = 20;

/// How many values are watched where not all can be counted.
pub(super) const WATCHED: usize = 1 << 13;

/// The [`TOP`] most frequent of `counted`, most frequent first, ties by value. Where there are more, those that occur once say
/// nothing and are left out.
pub(super) fn most_frequent<K: Ord>(counted: impl IntoIterator<Item = (K, u64)>) -> Vec<(K, u64)> {
    let mut top: Vec<(K, u64)> = Vec::with_capacity(TOP + 1);
    let mut values = 0;
    for (value, times) in counted {
        values += 1;
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
    if values > TOP {
        top.retain(|(_, times)| *times > 1);
    }
    top
}

/// Which counts are dropped when half of the watched values have to go: those up to the median.
pub(super) fn rarer_half(mut counts: Vec<u64>) -> u64 {
    let middle = counts.len() / 2;
    if counts.is_empty() { 0 } else { *counts.select_nth_unstable(middle).1 }
}

/// Counts of values of which there are too many to count each: when more than [`WATCHED`] are, the rarer half is forgotten.
/// No count is too high, and none is too low by more than [`Self::missed`] (lossy counting, Manku and Motwani 2002, with a
/// cut that follows the counts).
#[derive(Debug)]
pub(super) struct Frequent<K> {
    counts: HashTable<Counted<K>>,
    missed: u64,
}

#[derive(Debug)]
struct Counted<K> {
    hash: u64,
    value: K,
    times: u64,
}

impl<K: Copy + Ord> Frequent<K> {
    /// Goes on from exact counts of more than [`WATCHED`] values with their hashes.
    pub(super) fn of(exact: impl Iterator<Item = (u64, K, u64)> + Clone) -> Self {
        let missed = rarer_half(exact.clone().map(|(_, _, times)| times).collect());
        let mut frequent = Self { counts: HashTable::new(), missed };
        for (hash, value, times) in exact.filter(|(_, _, times)| *times > missed) {
            frequent.counts.insert_unique(hash, Counted { hash, value, times }, |known| known.hash);
        }
        frequent.forget();
        frequent
    }

    /// Counts one more `value`.
    pub(super) fn add(&mut self, hash: u64, value: K) {
        match self.counts.entry(hash, |known| known.value == value, |known| known.hash) {
            Entry::Occupied(mut known) => known.get_mut().times += 1,
            Entry::Vacant(new) => {
                new.insert(Counted { hash, value, times: 1 });
                self.forget();
            }
        }
    }

    fn forget(&mut self) {
        while self.counts.len() > WATCHED {
            let least = rarer_half(self.counts.iter().map(|known| known.times).collect());
            self.missed += least;
            self.counts.retain(|known| known.times > least);
        }
    }

    /// The most frequent values: those that occurred more often than was missed.
    pub(super) fn top(&self) -> Vec<(K, u64)> {
        let frequent = self.counts.iter().filter(|known| known.times > self.missed);
        most_frequent(frequent.map(|known| (known.value, known.times)))
    }

    /// By how much counts may be too low.
    pub(super) fn missed(&self) -> u64 {
        self.missed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn ties_go_to_the_smaller_value_whatever_the_order() {
        let counted = [("pear", 2), ("fig", 3), ("apple", 2), ("date", 1)];
        let expected = vec![("fig", 3), ("apple", 2), ("pear", 2), ("date", 1)];
        assert_eq!(most_frequent(counted), expected);
        assert_eq!(most_frequent(counted.into_iter().rev()), expected);
        assert!(most_frequent((0..100).map(|value| (value, 1))).is_empty());
        let many = most_frequent((0..100).map(|value| (value, 2)));
        assert_eq!(many.iter().map(|(value, _)| *value).collect::<Vec<_>>(), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_frequent_is_found_among_many_that_are_not() {
        let mut frequent = Frequent::of(std::iter::empty());
        for row in 0..3_000_000_u64 {
            let value = match row % 100 {
                0 => 7,
                1..=3 => 8,
                _ => row + 1000,
            };
            frequent.add(value.wrapping_mul(0x9e37_79b9_7f4a_7c15), value);
        }
        let top = frequent.top();
        assert_eq!(top.iter().map(|(value, _)| *value).collect::<Vec<_>>(), [8, 7]);
        assert!(frequent.missed() < 3_000_000 * 2 / WATCHED as u64, "{}", frequent.missed());
        for ((_, times), real) in top.into_iter().zip([90_000, 30_000]) {
            assert!(times <= real && times + frequent.missed() >= real, "{times} of {real}");
        }
    }
}
