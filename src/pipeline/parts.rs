//! A delivery with rows of several periods: which rows are of which.

use std::collections::BTreeMap;

use polars::prelude::col;

use super::refine::refiner::Refiner;
use super::refine::scope::Scope;
use super::{Context, bronze};
use crate::base::{Error, Result};
use crate::domain::batch::{Bronze, Delivery};
use crate::domain::{Dataset, Period};
use crate::frames::{Order, chunks};

/// How many rows there are of each period that a delivery covers; empty where it covers days of one alone. What has no date
/// of one of them is counted with the first: there it is refused.
pub fn of(context: &Context, dataset: &Dataset, delivery: &Delivery, landed: &Bronze) -> Result<BTreeMap<Period, u64>> {
    if !dataset.shares(delivery) {
        return Ok(BTreeMap::new());
    }
    let periods = delivery.covers.as_ref().map_or_else(Vec::new, |covers| dataset.periods_of(covers));
    let rows = || {
        bronze::read(context, delivery)?
            .ok_or_else(|| Error::corrupt(format!("batch {} is not in bronze", delivery.batch)))
    };
    let refiner = Refiner::new(dataset, &delivery.slice)?;
    let reading = refiner.reading(&landed.columns, (0, Scope::of(dataset, delivery, &[])), |names| {
        chunks(rows()?.select(names.iter().map(col).collect::<Vec<_>>()), Order::Any, &context.cancel)
    })?;
    let mut parts: BTreeMap<Period, u64> = periods.into_iter().map(|period| (period, 0)).collect();
    for chunk in chunks(rows()?, Order::Any, &context.cancel)? {
        for day in refiner.days(&reading, &chunk?)? {
            let owner = reading.scope.owner(dataset, day).unwrap_or(delivery.slice.period);
            *parts.entry(owner).or_default() += 1;
        }
    }
    Ok(parts)
}
