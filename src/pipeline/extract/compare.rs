//! Rows of a source beside the copy of it, in as many turns as memory wants: each looks at some of the keys.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::identities::Identity;
use super::rows::Row;
use crate::base::Result;
use crate::domain::Period;

/// Hands on one after the other.
pub type Each<'a, T> = &'a dyn Fn(&mut dyn FnMut(T)) -> Result<()>;

/// Two lists of rows, which can be gone through more than once.
pub struct Sides<'a> {
    /// The rows of the source as they were read just now.
    pub seen: Each<'a, Row>,
    /// The rows of all extracts in the order in which they landed, each with the period that it landed for.
    pub copied: Each<'a, (Period, Identity)>,
    /// Whether the rows that were read are all of the source.
    pub full: bool,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Of each row that was read whether the copy lacks it.
    differs: Vec<bool>,
    /// Of rows whose own day can't be read the period that the copy has them in.
    moved: HashMap<usize, Period>,
    /// How many rows gave way to a later one of their key.
    pub twice: u64,
}

impl Compared {
    /// The period for which a row is to land, if it is.
    pub fn period_of(&self, place: usize, row: &Row) -> Option<Period> {
        let differs = self.differs.get(place).is_some_and(|differs| *differs);
        differs.then(|| self.moved.get(&place).copied().unwrap_or(row.period))
    }
}

/// Keys that the copy has in periods in which the source has them no more.
pub type Gone = BTreeSet<(u128, Period)>;

/// Compares the two, in so many `turns`, and says after each what is `gone`.
pub fn compare(sides: &Sides<'_>, turns: u64, gone: &mut dyn FnMut(Gone) -> Result<()>) -> Result<Compared> {
    let mut compared = Compared::default();
    for turn in 0..u128::from(turns) {
        let is_due = |key: u128| key % u128::from(turns) == turn;
        let missing = take_turn(sides, &is_due, &mut compared)?;
        if !missing.is_empty() {
            gone(missing)?;
        }
    }
    Ok(compared)
}

/// The last row of a key.
struct Last {
    /// Which row it is, counted from 0.
    place: usize,
    period: Period,
    is_dated: bool,
}

fn take_turn(sides: &Sides<'_>, is_due: &dyn Fn(u128) -> bool, compared: &mut Compared) -> Result<Gone> {
    let (mut last, mut count, mut keyed): (HashMap<u128, Last>, _, _) = (HashMap::new(), 0, 0);
    (sides.seen)(&mut |row| {
        if let Some(key) = row.key.filter(|key| is_due(*key)) {
            last.insert(key, Last { place: count, period: row.period, is_dated: row.is_dated });
            keyed += 1;
        }
        count += 1;
    })?;
    compared.twice += keyed - last.len() as u64;
    compared.differs.resize(count, false);
    if count == 0 && !sides.full {
        return Ok(Gone::new());
    }
    let copy = Copy::of(sides, &|row| match row.key {
        Some(key) => is_due(key) && (sides.full || last.contains_key(&key)),
        None => is_due(row.content),
    })?;

    // How dates are written may be told by other rows than those at hand: what can't be read of a row moves it nowhere.
    let is_undated = |(key, _): &&(u128, Period)| last.get(key).is_some_and(|row| !row.is_dated);
    let undated: Gone = copy.rows.keys().filter(is_undated).copied().collect();
    for (key, period) in undated {
        last.entry(key).and_modify(|row| {
            row.period = period;
            compared.moved.insert(row.place, period);
        });
    }

    let mut place = 0;
    (sides.seen)(&mut |row| {
        let known = row.key.and_then(|key| last.get(&key));
        let is_last = match row.key {
            Some(_) => known.is_some_and(|known| known.place == place),
            None => is_due(row.content),
        };
        let period = known.map_or(row.period, |known| known.period);
        if is_last && !copy.has(&Row { period, ..row }) {
            compared.differs[place] = true;
        }
        place += 1;
    })?;
    let is_gone = |(key, period): &(u128, Period)| last.get(key).is_none_or(|now| now.period != *period);
    Ok(copy.rows.into_keys().filter(is_gone).collect())
}

/// What the copy has.
#[derive(Default)]
struct Copy {
    /// What the row of each key and period says.
    rows: HashMap<(u128, Period), u128>,
    /// Rows whose key can't be read, by all they say.
    unreadable: HashSet<(u128, Period)>,
}

impl Copy {
    fn of(sides: &Sides<'_>, is_asked: &dyn Fn(&Identity) -> bool) -> Result<Self> {
        let mut copy = Self::default();
        (sides.copied)(&mut |(period, row)| match row.key {
            _ if !is_asked(&row) => {}
            None => drop(copy.unreadable.insert((row.content, period))),
            Some(key) if row.deletes => drop(copy.rows.remove(&(key, period))),
            Some(key) => drop(copy.rows.insert((key, period), row.content)),
        })?;
        Ok(copy)
    }

    fn has(&self, row: &Row) -> bool {
        match row.key {
            Some(key) => self.rows.get(&(key, row.period)) == Some(&row.content),
            None => self.unreadable.contains(&(row.content, row.period)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::domain::testing::period;

    fn periods() -> impl Strategy<Value = Period> {
        (1..4_u32).prop_map(|month| period(&format!("2026-{month:02}")))
    }

    /// Few keys and contents, so that they meet.
    fn seen() -> impl Strategy<Value = Vec<Row>> {
        let row = (prop::option::of(0..9_u128), periods(), any::<bool>(), 0..4_u128);
        let row = row.prop_map(|(key, period, is_dated, content)| Row { key, period, is_dated, content });
        prop::collection::vec(row, 0..20)
    }

    fn copied() -> impl Strategy<Value = Vec<(Period, Identity)>> {
        let row = (periods(), prop::option::of(0..9_u128), 0..4_u128, any::<bool>());
        let row = row.prop_map(|(period, key, content, deletes)| (period, Identity { key, content, deletes }));
        prop::collection::vec(row, 0..30)
    }

    #[expect(clippy::unnecessary_wraps, reason = "as those that read files")]
    fn each<T: Clone>(all: &[T], with: &mut dyn FnMut(T)) -> Result<()> {
        for one in all {
            with(one.clone());
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn however_many_turns_it_takes_the_same_comes_of_it(
            seen in seen(), copied in copied(), full: bool, turns in 2..7_u64,
        ) {
            let sides = Sides {
                seen: &|with| each(&seen, with),
                copied: &|with| each(&copied, with),
                full,
            };
            let within = |turns| {
                let mut gone = Gone::new();
                let compared = compare(&sides, turns, &mut |more| {
                    gone.extend(more);
                    Ok(())
                });
                (compared.unwrap(), gone)
            };
            prop_assert_eq!(within(1), within(turns));
        }

        #[test]
        fn a_copy_that_took_the_difference_in_has_none(seen in seen(), copied in copied()) {
            let once = |copied: &[(Period, Identity)]| {
                let sides = Sides {
                    seen: &|with| each(&seen, with),
                    copied: &|with| each(copied, with),
                    full: true,
                };
                let mut more = Vec::new();
                let compared = compare(&sides, 2, &mut |gone| {
                    let deletion = |(key, period)| (period, Identity { key: Some(key), content: 0, deletes: true });
                    more.extend(gone.into_iter().map(deletion));
                    Ok(())
                });
                let compared = compared.unwrap();
                for (place, row) in seen.iter().enumerate() {
                    if let Some(period) = compared.period_of(place, row) {
                        more.push((period, Identity { key: row.key, content: row.content, deletes: false }));
                    }
                }
                more
            };
            let more = once(&copied);
            let all: Vec<_> = copied.into_iter().chain(more).collect();
            prop_assert_eq!(once(&all).len(), 0);
        }
    }
}
