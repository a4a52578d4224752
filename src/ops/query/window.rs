//! A part of a list that is short enough to be known as a whole by its keys.

use crate::domain::listing::Fetch;

/// Which of `keys` a query wants, as a range of indexes.
pub fn window<K: PartialEq>(keys: &[K], fetch: &Fetch<K>, limit: u32) -> std::ops::Range<usize> {
    let (all, limit) = (keys.len(), limit as usize);
    let position = |key: &K| keys.iter().position(|other| other == key);
    let start = match fetch {
        Fetch::First => 0,
        Fetch::Last => all.saturating_sub(limit),
        Fetch::After(key) => position(key).map_or(all, |index| index + 1),
        Fetch::At(key) => position(key).unwrap_or(0),
        Fetch::Before(key) => {
            let end = position(key).unwrap_or(0);
            return end.saturating_sub(limit)..end;
        }
    };
    start..(start + limit).min(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_list_can_be_had() {
        let keys = [10, 20, 30, 40, 50];
        assert_eq!(window(&keys, &Fetch::First, 2), 0..2);
        assert_eq!(window(&keys, &Fetch::Last, 2), 3..5);
        assert_eq!(window(&keys, &Fetch::After(20), 2), 2..4);
        assert_eq!(window(&keys, &Fetch::After(50), 2), 5..5);
        assert_eq!(window(&keys, &Fetch::Before(20), 2), 0..1);
        assert_eq!(window(&keys, &Fetch::At(40), 9), 3..5);
        assert_eq!(window(&[] as &[i32], &Fetch::Last, 9), 0..0);
    }
}
