//! Which entities of one reading of a text are which of another: a model's and the truth, or two models'.

use std::collections::HashMap;

/// Where an entity is and what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The first character.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// Its label.
    pub label: &'a str,
}

impl Place<'_> {
    fn shared(&self, other: &Self) -> u32 {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }
}

/// What became of an entity; by its places in the two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// The same label and edges in both.
    Same(usize, usize),
    /// The same label, other edges.
    Moved(usize, usize),
    /// Another label, with the same edges or others.
    Relabelled(usize, usize),
    /// In the first alone.
    Lost(usize),
    /// In the second alone.
    Gained(usize),
}

impl Match {
    /// Its places in the first and in the second reading.
    #[must_use]
    pub fn places(self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Same(one, other) | Self::Moved(one, other) | Self::Relabelled(one, other) => (Some(one), Some(other)),
            Self::Lost(one) => (Some(one), None),
            Self::Gained(other) => (None, Some(other)),
        }
    }
}

/// Matches each entity with one of the other reading at most: first those that are equal, then those of one label that share most
/// characters, then any that do. Of equally good ones, the earlier.
#[must_use]
pub fn matches(first: &[Place<'_>], second: &[Place<'_>]) -> Vec<Match> {
    let mut matches = Vec::with_capacity(first.len().max(second.len()));
    let mut free_first = vec![true; first.len()];
    let mut free_second = vec![true; second.len()];
    let mut equal: HashMap<&Place<'_>, Vec<usize>> = HashMap::new();
    for (index, other) in second.iter().enumerate().rev() {
        equal.entry(other).or_default().push(index);
    }
    for (index, one) in first.iter().enumerate() {
        if let Some(other) = equal.get_mut(one).and_then(Vec::pop) {
            (free_first[index], free_second[other]) = (false, false);
            matches.push(Match::Same(index, other));
        }
    }
    let mut left: Vec<usize> = (0..second.len()).filter(|place| free_second[*place]).collect();
    left.sort_by_key(|place| second[*place].start);
    let longest = left.iter().map(|place| second[*place].end.saturating_sub(second[*place].start)).max().unwrap_or(0);
    let mut overlaps = Vec::new();
    for (index, one) in first.iter().enumerate().filter(|(index, _)| free_first[*index]) {
        let near = left.partition_point(|place| second[*place].start.saturating_add(longest) <= one.start);
        for &place in left[near..].iter().take_while(|place| second[**place].start < one.end) {
            let other = &second[place];
            let shared = one.shared(other);
            if shared > 0 {
                overlaps.push((one.label != other.label, std::cmp::Reverse(shared), index, place));
            }
        }
    }
    overlaps.sort_unstable();
    for (relabelled, _, index, place) in overlaps {
        if free_first[index] && free_second[place] {
            (free_first[index], free_second[place]) = (false, false);
            matches.push(if relabelled { Match::Relabelled(index, place) } else { Match::Moved(index, place) });
        }
    }
    matches.extend((0..first.len()).filter(|index| free_first[*index]).map(Match::Lost));
    matches.extend((0..second.len()).filter(|place| free_second[*place]).map(Match::Gained));
    matches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places<'a>(entities: &[(u32, u32, &'a str)]) -> Vec<Place<'a>> {
        entities.iter().map(|&(start, end, label)| Place { start, end, label }).collect()
    }

    #[test]
    fn equal_ones_go_before_those_that_overlap_and_those_of_one_label_before_others() {
        let first = places(&[(0, 5, "A"), (6, 9, "B"), (10, 14, "A"), (20, 22, "C")]);
        let second = places(&[(0, 5, "A"), (0, 4, "A"), (6, 9, "A"), (11, 14, "A"), (10, 13, "B"), (30, 31, "A")]);
        let expected = [
            Match::Same(0, 0),
            Match::Moved(2, 3),
            Match::Relabelled(1, 2),
            Match::Lost(3),
            Match::Gained(1),
            Match::Gained(4),
            Match::Gained(5),
        ];
        assert_eq!(matches(&first, &second), expected);
    }

    #[test]
    fn touching_is_not_overlapping() {
        let matched = matches(&places(&[(0, 5, "A")]), &places(&[(5, 6, "A")]));
        assert_eq!(matched, [Match::Lost(0), Match::Gained(0)]);
        assert_eq!(matches(&[], &[]), []);
    }
}
