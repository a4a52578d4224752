//! Cells that are not what other columns of their row say that they are.
//!
//! A column follows another where rows with the same value there nearly always have the same value here. Each such
//! dependency votes on a cell; one whose majorities explain the rarer values too has more weight than one that only
//! repeats what is most frequent anyway.

use polars::prelude::PlHashMap;

use super::cells::{Cells, EMPTY};
use super::suspect::Suspect;
use crate::base::text::quoted;
use crate::base::{Cancel, Result};
use crate::domain::scan::Detector;
use crate::quality::count;

/// The share of rows that a dependency has to hold for, where nobody declared it.
const HOLDS: f64 = 0.9;

/// Groups of fewer rows have no majority.
const LEAST_GROUP: u32 = 3;

/// The share of rows that have to be in groups.
const COVERED: f64 = 0.3;

/// A column with more different values than this share of the rows decides nothing, and follows from nothing.
const DIFFERENT: f64 = 0.5;

/// How much more a declared dependency says than one that was found.
const DECLARED: f64 = 10.0;

/// Columns that decide one.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// The places of the columns that decide.
    pub from: Vec<usize>,
    /// The place of the one that follows.
    pub to: usize,
    /// Whether a rule says so.
    pub declared: bool,
}

/// The cells that most dependencies speak against.
pub fn suspects(cells: &Cells, declared: &[Dependency], cancel: &Cancel) -> Result<Vec<Suspect>> {
    let most = limit(cells.rows);
    let different = |place: usize| cells.columns[place].values.len();
    let mut suspects = Vec::new();
    for to in 0..cells.columns.len() {
        let decides = |from: &usize| *from != to && (2..=most).contains(&different(*from)) && different(to) <= most;
        let found =
            (0..cells.columns.len()).filter(decides).map(|from| Dependency { from: vec![from], to, declared: false });
        let mut dependencies: Vec<Dependency> = declared.iter().filter(|one| one.to == to).cloned().collect();
        dependencies.extend(found.filter(|one| !declared.iter().any(|known| known.from == one.from && known.to == to)));
        let mut judges = Vec::new();
        for dependency in dependencies {
            cancel.check()?;
            judges.extend(Judge::of(cells, dependency));
        }
        suspects.extend((0..cells.rows).filter_map(|row| judged(cells, &judges, row)));
    }
    Ok(suspects)
}

/// So many different values at most decide something.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count of rows"
)]
fn limit(rows: usize) -> usize {
    (rows as f64 * DIFFERENT) as usize
}

/// What the dependencies of one column say of a row.
fn judged(cells: &Cells, judges: &[Judge], row: usize) -> Option<Suspect> {
    let (mut agree, mut disagree) = (0.0, 0.0);
    let mut best: Option<(&Judge, Majority)> = None;
    for judge in judges {
        let Some(majority) = judge.majority(row) else { continue };
        let code = cells.columns[judge.dependency.to].codes[row];
        if majority.code == code {
            agree += judge.weight;
            continue;
        }
        disagree += judge.weight;
        if best.is_none_or(|(other, _)| judge.weight > other.weight) {
            best = Some((judge, majority));
        }
    }
    let (judge, majority) = best.filter(|_| disagree > agree)?;
    let to = &cells.columns[judge.dependency.to];
    let shown = |code: u32| to.value(code).map_or_else(|| "nothing".to_owned(), |value| quoted(value, 40));
    let decided = judge.dependency.from.iter().map(|from| {
        let column = &cells.columns[*from];
        let value = column.value(column.codes[row]).map_or_else(|| "nothing".to_owned(), |value| quoted(value, 40));
        format!("{} {value}", column.name)
    });
    let why = format!(
        "{} of the {} rows with {} have {}, and here it is {}; what speaks against it weighs {:.2}, what speaks for it {agree:.2}",
        majority.times,
        majority.rows,
        decided.collect::<Vec<_>>().join(" and "),
        shown(majority.code),
        shown(to.codes[row]),
        disagree,
    );
    Some(Suspect {
        row,
        column: judge.dependency.to,
        detector: Detector::Dependency,
        score: disagree / (disagree + agree) * f64::from(majority.times) / f64::from(majority.rows),
        suggestion: to.value(majority.code).map(str::to_owned),
        why,
    })
}

/// The rows of one group: what most of them have, how many that are, and of how many.
#[derive(Debug, Clone, Copy)]
struct Majority {
    code: u32,
    times: u32,
    rows: u32,
}

/// A dependency that holds.
struct Judge {
    dependency: Dependency,
    groups: Vec<u32>,
    majorities: PlHashMap<u32, Majority>,
    weight: f64,
}

impl Judge {
    /// None where it does not hold for enough rows.
    fn of(cells: &Cells, dependency: Dependency) -> Option<Self> {
        let groups = groups(cells, &dependency.from);
        let to = &cells.columns[dependency.to];
        let majorities = majorities(&groups, &to.codes);
        let (mut covered, mut held) = (0, 0);
        for majority in majorities.values() {
            covered += u64::from(majority.rows);
            held += u64::from(majority.times);
        }
        let (covered, held) = (count(covered), count(held));
        let holds = covered >= COVERED * count(cells.rows as u64) && held >= HOLDS * covered;
        if !holds && !dependency.declared {
            return None;
        }
        // Of the rows that have another value than the most frequent one: how many have what most of their group have.
        let most = to.counts.iter().enumerate().max_by_key(|(_, times)| **times).map(|(code, _)| code);
        let (mut others, mut explained) = (0.0, 0.0);
        for (group, code) in groups.iter().zip(&to.codes) {
            if let Some(majority) = majorities.get(group).filter(|_| Some(*code as usize) != most) {
                others += 1.0;
                explained += if majority.code == *code { 1.0 } else { 0.0 };
            }
        }
        let weight = (explained + 1.0) / (others + 2.0) * if dependency.declared { DECLARED } else { 1.0 };
        Some(Self { dependency, groups, majorities, weight })
    }

    /// What most rows of the group of a row have, where more than half of them do.
    fn majority(&self, row: usize) -> Option<Majority> {
        let group = self.groups[row];
        let majority = self.majorities.get(&group).copied()?;
        (group != EMPTY && majority.times * 2 > majority.rows && majority.code != EMPTY).then_some(majority)
    }
}

/// Row by row which values the deciding columns have together; [`EMPTY`] where one of them has none.
fn groups(cells: &Cells, from: &[usize]) -> Vec<u32> {
    if let [one] = from {
        return cells.columns[*one].codes.clone();
    }
    let mut known: PlHashMap<Vec<u32>, u32> = PlHashMap::default();
    (0..cells.rows)
        .map(|row| {
            let codes: Vec<u32> = from.iter().map(|place| cells.columns[*place].codes[row]).collect();
            let next = u32::try_from(known.len()).unwrap_or(EMPTY);
            if codes.contains(&EMPTY) { EMPTY } else { *known.entry(codes).or_insert(next) }
        })
        .collect()
}

/// The majority of each group that is large enough for one; of two values that are as frequent, the one that came first.
fn majorities(groups: &[u32], codes: &[u32]) -> PlHashMap<u32, Majority> {
    let mut counts: PlHashMap<(u32, u32), u32> = PlHashMap::default();
    for (group, code) in groups.iter().zip(codes).filter(|(group, _)| **group != EMPTY) {
        *counts.entry((*group, *code)).or_insert(0) += 1;
    }
    let mut majorities: PlHashMap<u32, Majority> = PlHashMap::default();
    for ((group, code), times) in counts {
        let majority = majorities.entry(group).or_insert(Majority { code, times: 0, rows: 0 });
        majority.rows += times;
        if (times, std::cmp::Reverse(code)) > (majority.times, std::cmp::Reverse(majority.code)) {
            (majority.code, majority.times) = (code, times);
        }
    }
    majorities.retain(|_, majority| majority.rows >= LEAST_GROUP);
    majorities
}
