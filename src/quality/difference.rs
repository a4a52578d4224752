//! What differs between two profiles, and whether that is more than chance.

use std::collections::{BTreeMap, BTreeSet};

use super::count;
use super::distance::{jensen_shannon, kolmogorov_smirnov, largest_difference, population_stability};
use crate::base::number::{rounded, text};
use crate::domain::profile::{ColumnProfile, Difference, Histogram, Profile, ProfileDifference};

/// How far a share of cells may go before somebody minds.
const SHARE: f64 = 0.01;

/// By which share of itself a level may change before somebody minds.
const LEVEL: f64 = 0.1;

/// The index of stability from which on a shift is one.
const STABILITY: f64 = 0.1;

/// From how large a gap between shares on a distribution has moved.
const GAP: f64 = 0.05;

/// How many standard errors are still chance.
const ERRORS: f64 = 3.0;

/// Metrics that are shares of the rows.
const SHARES: [&str; 5] = ["null_rate", "empty_rate", "garbled_rate", "negative_rate", "refused_share"];

/// Metrics of which single rows decide.
const ENDS: [&str; 2] = ["min", "max"];

/// Every measure of two profiles.
#[must_use]
pub fn between(before: &Profile, after: &Profile) -> ProfileDifference {
    let (one, other) = (before.metrics(), after.metrics());
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut measures: Vec<Difference> = names
        .into_iter()
        .map(|name| compared(name, [one.get(name), other.get(name)].map(Option::<&f64>::copied), [before, after]))
        .collect();
    let columns = |profile: &'_ Profile| -> BTreeMap<String, ColumnProfile> {
        profile.columns.iter().map(|column| (column.name.clone(), column.clone())).collect()
    };
    let (one, other) = (columns(before), columns(after));
    for (name, column) in &one {
        if let Some(now) = other.get(name) {
            measures.extend(distances(column, now));
        }
    }
    let place = |difference: &Difference| {
        let of = difference.of.as_ref();
        let column = after.columns.iter().chain(&before.columns).position(|column| Some(&column.name) == of);
        (of.is_some(), column.unwrap_or(usize::MAX), of.cloned())
    };
    measures.sort_by_key(place);
    ProfileDifference { before: before.subject.clone(), after: after.subject.clone(), measures }
}

/// One metric of both.
fn compared(name: &str, values: [Option<f64>; 2], profiles: [&Profile; 2]) -> Difference {
    let (metric, of) = name.strip_suffix(')').and_then(|name| name.split_once('(')).unzip();
    let [before, after] = values;
    let (moved, why) = match (before, after) {
        (Some(before), Some(after)) => judged((metric.unwrap_or(name), of), [before, after], profiles),
        (None, _) => (true, "it was not measured before".to_owned()),
        (_, None) => (true, "it is not measured any more".to_owned()),
    };
    Difference { of: of.map(str::to_owned), measure: name.to_owned(), before, after, moved, why }
}

/// Whether a metric has moved from one value to another.
fn judged((metric, of): (&str, Option<&str>), [before, after]: [f64; 2], profiles: [&Profile; 2]) -> (bool, String) {
    let change = (after - before).abs();
    let rows = profiles.map(|profile| count(profile.rows.max(1)));
    let per_row = 1.0 / rows[0] + 1.0 / rows[1];
    if SHARES.contains(&metric) {
        let both = (before * rows[0] + after * rows[1]) / (rows[0] + rows[1]);
        let chance = ERRORS * (both * (1.0 - both) * per_row).max(0.0).sqrt();
        let least = chance.max(SHARE);
        let why = format!(
            "|{} - {}| = {}; moved above {}: the larger of {SHARE} and {ERRORS} x square root of p (1 - p) (1 / {} + 1 / {}), \
             where p = {} is the share in both",
            text(after),
            text(before),
            text(rounded(change)),
            text(rounded(least)),
            text(rows[0]),
            text(rows[1]),
            text(rounded(both)),
        );
        return (change > least, why);
    }
    let largest = before.abs().max(after.abs());
    let (share, chance) = match metric {
        "rate" => (LEVEL, ERRORS * (f64::midpoint(before, after) * 1000.0 * per_row).max(0.0).sqrt()),
        "rejects" | "duplicate_keys" => (LEVEL, ERRORS * (before + after).sqrt()),
        "mean" => (LEVEL, ERRORS * profiles.map(|profile| squared_error(profile, of)).iter().sum::<f64>().sqrt()),
        _ if ENDS.contains(&metric) => (0.5, 0.0),
        _ => (LEVEL, 0.0),
    };
    let least = chance.max(share * largest);
    let noise =
        if chance > 0.0 { format!(" and {ERRORS} standard errors = {}", text(rounded(chance))) } else { String::new() };
    let why = format!(
        "|{} - {}| = {}; moved above {}: {share} x the larger of both{noise}",
        text(after),
        text(before),
        text(rounded(change)),
        text(rounded(least)),
    );
    (change > least, why)
}

/// The squared standard error of the mean of a column.
fn squared_error(profile: &Profile, column: Option<&str>) -> f64 {
    let column = profile.columns.iter().find(|known| Some(known.name.as_str()) == column);
    let numbers = column.and_then(|column| column.numbers.as_ref());
    numbers.map_or(0.0, |numbers| numbers.deviation.powi(2) / count(numbers.cells().max(1)))
}

/// How far the values of a column lie from those before.
fn distances(before: &ColumnProfile, after: &ColumnProfile) -> Vec<Difference> {
    let histograms = [before, after].map(|column| column.numbers.as_ref().map(|numbers| &numbers.histogram));
    if let [Some(one), Some(other)] = histograms {
        let bins: Vec<[u64; 2]> =
            Histogram::aligned(Some(one), Some(other)).into_iter().map(|(_, counts)| counts).collect();
        return [stability(&after.name, &gathered(&bins)), gap(&after.name, &bins)].into_iter().flatten().collect();
    }
    let categories = categories(before, after);
    let bins: Vec<[u64; 2]> = categories.iter().map(|(_, counts)| *counts).collect();
    let most = |(index, share): (usize, f64)| {
        let value =
            categories[index].0.as_deref().map_or_else(|| "all others".to_owned(), |value| format!("{value:?}"));
        (value, share)
    };
    let shift = largest_difference(&bins).map(most).map(|(value, share)| Difference {
        moved: share.abs() > GAP.max(chance(&bins)),
        why: format!(
            "the largest difference between the shares of a value, of {} that are most frequent and all others: {value} by {}; \
             moved above {GAP} and chance {}",
            bins.len().saturating_sub(1),
            text(rounded(share)),
            text(rounded(chance(&bins))),
        ),
        ..of_both(&after.name, "shift", share.abs())
    });
    let divergence = jensen_shannon(&bins).map(|bits| Difference {
        moved: bits > GAP.max(chance(&bins)),
        why: format!(
            "Jensen-Shannon divergence in bits, of the values that are most frequent and all others; moved above {GAP} and \
             chance {}",
            text(rounded(chance(&bins))),
        ),
        ..of_both(&after.name, "divergence", bits)
    });
    shift.into_iter().chain(divergence).collect()
}

fn of_both(column: &str, measure: &str, value: f64) -> Difference {
    Difference {
        of: Some(column.to_owned()),
        measure: format!("{measure}({column})"),
        before: None,
        after: Some(rounded(value)),
        moved: false,
        why: String::new(),
    }
}

/// The gap between shares that two samples of these sizes have by chance, one time in a hundred: 1.63 x square root of
/// (1 / n + 1 / m) (Kolmogorov and Smirnov).
fn chance(bins: &[[u64; 2]]) -> f64 {
    let cells = [0, 1].map(|side| count(bins.iter().map(|bin| bin[side]).sum::<u64>().max(1)));
    1.63 * (1.0 / cells[0] + 1.0 / cells[1]).sqrt()
}

fn gap(column: &str, bins: &[[u64; 2]]) -> Option<Difference> {
    let gap = kolmogorov_smirnov(bins)?;
    let least = GAP.max(chance(bins));
    let why = format!(
        "the largest difference between the shares of cells up to a number (Kolmogorov-Smirnov), over {} bins; moved above {}: \
         the larger of {GAP} and 1.63 x square root of (1 / n + 1 / m)",
        bins.len(),
        text(rounded(least)),
    );
    Some(Difference { moved: gap > least, why, ..of_both(column, "gap", gap) })
}

fn stability(column: &str, bins: &[[u64; 2]]) -> Option<Difference> {
    let index = population_stability(bins)?;
    let cells = [0, 1].map(|side| count(bins.iter().map(|bin| bin[side]).sum::<u64>().max(1)));
    let chance = 2.0 * count(bins.len() as u64) * (1.0 / cells[0] + 1.0 / cells[1]);
    let why = format!(
        "population stability index over {} bins with at least a twentieth of the cells each; moved above {STABILITY} + 2 x bins x \
         (1 / n + 1 / m) = {}",
        bins.len(),
        text(rounded(STABILITY + chance)),
    );
    Some(Difference { moved: index > STABILITY + chance, why, ..of_both(column, "stability", index) })
}

/// Neighbouring bins put together, until each has a twentieth of the cells of both.
fn gathered(bins: &[[u64; 2]]) -> Vec<[u64; 2]> {
    let all: u64 = bins.iter().flatten().sum();
    let mut gathered: Vec<[u64; 2]> = Vec::new();
    let mut open = [0, 0];
    for bin in bins {
        open = [open[0] + bin[0], open[1] + bin[1]];
        if (open[0] + open[1]).saturating_mul(20) >= all {
            gathered.push(std::mem::take(&mut open));
        }
    }
    match gathered.last_mut() {
        Some(last) => *last = [last[0] + open[0], last[1] + open[1]],
        None => gathered.push(open),
    }
    gathered
}

/// The values that are frequent in one of both, and all others. Of a value that is not among the most frequent of one, all
/// that is known is that it occurs no more often than the rarest of those: so often it is taken to occur.
fn categories(before: &ColumnProfile, after: &ColumnProfile) -> Vec<(Option<String>, [u64; 2])> {
    let sides = [before, after];
    let values: BTreeSet<&String> = sides.iter().flat_map(|column| &column.top).map(|(value, _)| value).collect();
    let times = |column: &ColumnProfile, value: &String| {
        let known = column.top.iter().find(|(known, _)| known == value).map(|(_, times)| *times);
        let is_all = column.distinct <= column.top.len() as u64;
        known.unwrap_or_else(|| if is_all { 0 } else { column.top.last().map_or(1, |(_, times)| *times) })
    };
    let mut counts: Vec<(Option<String>, [u64; 2])> =
        values.into_iter().map(|value| (Some(value.clone()), sides.map(|column| times(column, value)))).collect();
    let named = [0, 1].map(|side| counts.iter().map(|(_, counts)| counts[side]).sum::<u64>());
    counts.push((None, [0, 1].map(|side| sides[side].cells.saturating_sub(named[side]))));
    counts
}

#[cfg(test)]
mod tests;
