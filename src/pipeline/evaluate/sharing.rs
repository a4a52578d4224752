//! Rows that a slice shares with others: with those of other providers, and with those of the same provider before.

use std::collections::BTreeMap;

use polars::prelude::LazyFrame;

use super::super::history::Vouched;
use super::super::slices::{scan, union};
use super::super::{Context, slices};
use crate::base::Result;
use crate::domain::{Dataset, Period, Slice};
use crate::quality::evaluate::SliceFacts;
use crate::quality::overlap::{self, Shared};

/// The rows that the slices of a release share with one another.
pub fn between_providers(
    context: &Context,
    dataset: &Dataset,
    period: Period,
    slices: &mut [SliceFacts],
    silver: &[LazyFrame],
) -> Result<()> {
    let Some(all) = union(silver.to_vec())?.filter(|_| slices.len() > 1 && !dataset.key.is_empty()) else {
        return Ok(());
    };
    if overlap::keys_of_several(dataset, all, &context.cancel)? == 0 {
        return Ok(());
    }
    let providers: Vec<String> = slices.iter().map(|slice| slice.provider.clone()).collect();
    for slice in slices {
        for other in providers.iter().filter(|other| **other != slice.provider) {
            let (own, other) = (of(dataset, period, &slice.provider), of(dataset, period, other));
            slice.shared.extend(shared(context, dataset, &own, &other)?);
        }
    }
    Ok(())
}

/// The rows that slices share with what their provider delivered for the newest period before that somebody vouched for,
/// and more of them than that has of its own predecessor: who delivers a state, and no events, repeats most of it.
pub fn between_periods(
    context: &Context,
    dataset: &Dataset,
    period: Period,
    slices: &mut [SliceFacts],
    vouched: &BTreeMap<Period, Vouched>,
) -> Result<()> {
    if dataset.key.is_empty() {
        return Ok(());
    }
    for slice in slices {
        let own = of(dataset, period, &slice.provider);
        let mut earlier = vouched.iter().rev().filter(|(_, by)| by.covers_rows(&slice.provider));
        let mut next = || earlier.next().map(|(period, _)| of(dataset, *period, &slice.provider));
        let Some(before) = next() else { continue };
        let Some(found) = shared(context, dataset, &own, &before)? else { continue };
        if !found.is_finding(slice.profile.rows) {
            continue;
        }
        let usual = next().map(|first| shared(context, dataset, &before, &first)).transpose()?.flatten();
        if usual.is_none_or(|usual| usual.rows.saturating_mul(USUAL) < found.rows) {
            slice.shared.push(found);
        }
    }
    Ok(())
}

/// How many times as many rows as usual may be repeated.
const USUAL: u64 = 2;

fn of(dataset: &Dataset, period: Period, provider: &str) -> Slice {
    Slice { dataset: dataset.name.clone(), period, provider: provider.to_owned() }
}

/// The rows that a slice shares with another; none where one of them has no rows.
fn shared(context: &Context, dataset: &Dataset, own: &Slice, other: &Slice) -> Result<Option<Shared>> {
    let frames = (scan(context, slices::silver(own))?, scan(context, slices::silver(other))?);
    let (Some(rows), Some(others)) = frames else { return Ok(None) };
    overlap::between(dataset, rows, (others, other.to_string()), &context.cancel).map(Some)
}
