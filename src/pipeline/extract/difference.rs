//! What rows of a source differ from the copy of it, period by period.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::{col, lit};

use super::compare::{Gone, Sides, compare};
use super::copy::Known;
use super::identities;
use super::rows::{Placing, Rows, each_chunk, kept_verbatim};
use super::seen::Seen;
use crate::base::Result;
use crate::domain::batch::BronzeColumn;
use crate::domain::source::{CHANGE, DELETE, UPSERT};
use crate::domain::{Batch, Period, lineage};
use crate::frames::{Order, chunks, parquet, text};
use crate::lake::Scratch;
use crate::pipeline::Context;
use crate::source::extract::Extracting;
use crate::source::read;

/// The rows that differ, in a file of their own.
pub struct Difference {
    file: Scratch,
    columns: Vec<String>,
    /// How many rows of each period differ.
    changed: BTreeMap<Period, u64>,
    /// How many rows gave way to a later one of their key.
    pub twice: u64,
}

/// How many rows of the one side and of the other are compared in one turn: they are in memory.
const AT_ONCE: u64 = 1 << 20;

impl Difference {
    /// Compares the rows of a source, `full` all of them, with the `extracts` of it.
    pub fn find(context: &Context, placing: &Placing, fresh: &Path, extracts: &[&Batch], full: bool) -> Result<Self> {
        let rows = Rows::open(context, placing, fresh)?;
        let seen = Seen::of(context, &rows, fresh, placing.dataset.period)?;
        let own = rows.columns.iter().filter(|column| column.delivered != CHANGE);
        let own: Vec<BronzeColumn> = own.cloned().collect();
        let columns: Vec<String> =
            own.iter().map(|column| column.delivered.clone()).chain([CHANGE.to_owned()]).collect();
        let with_period: Vec<String> = [lineage::PERIOD.to_owned()].into_iter().chain(columns.clone()).collect();
        let file = context.lake.scratch()?;
        let mut writing = Writing { file: Extracting::new(file.path(), &with_period)?, changed: BTreeMap::new() };

        let sides = Sides {
            seen: &|with| seen.each(&context.cancel)?.try_for_each(|row| row.map(&mut *with)),
            copied: &|with| {
                extracts.iter().try_for_each(|extract| {
                    let period = extract.delivery.slice.period;
                    identities::each(context, placing, extract, &mut |row| with((period, row)))
                })
            },
            full,
        };
        let asked = extracts.iter().map(|extract| extract.rows).filter(|_| full).sum::<u64>();
        let turns = seen.rows.max(asked) / AT_ONCE + 1;
        let compared =
            compare(&sides, turns, &mut |gone| delete(context, placing, extracts, &own, gone, &mut writing))?;

        let mut places = seen.each(&context.cancel)?.enumerate();
        for chunk in each_chunk(context, read::open(fresh, "parquet", read::Expected::default(), &context.cancel)?) {
            let chunk = chunk?;
            let cells = own.iter().map(|column| text(&chunk, &column.name)).collect::<Result<Vec<_>>>()?;
            for (index, (place, row)) in places.by_ref().take(chunk.height()).enumerate() {
                if let Some(period) = compared.period_of(place, &row?) {
                    writing.add(period, cells.iter().map(|cells| cells.get(index)), UPSERT)?;
                }
            }
        }
        let Writing { file: written, changed } = writing;
        written.finish()?;
        Ok(Self { file, columns, changed, twice: compared.twice })
    }

    /// The periods that an extract lands for: those of which rows differ, and those that ended since they were copied.
    pub fn periods(&self, known: &Known, today: NaiveDate) -> Vec<Period> {
        let differing: BTreeSet<Period> = self.changed.keys().copied().collect();
        differing.union(&known.cut_short(today)).copied().collect()
    }

    /// The rows of one period.
    pub fn file_of(&self, context: &Context, period: Period) -> Result<Scratch> {
        let file = context.lake.scratch()?;
        let mut writing = Extracting::new(file.path(), &self.columns)?;
        let is_of_period = col(lineage::PERIOD).eq(lit(period.to_string()));
        let plan = parquet(self.file.path())?.filter(is_of_period);
        for chunk in chunks(plan, Order::Kept, &context.cancel)? {
            let chunk = chunk?;
            let cells = self.columns.iter().map(|name| text(&chunk, name)).collect::<Result<Vec<_>>>()?;
            for index in 0..chunk.height() {
                writing.add(cells.iter().map(|cells| cells.get(index).map(str::as_bytes)))?;
            }
        }
        writing.finish()?;
        Ok(file)
    }
}

struct Writing {
    file: Extracting,
    changed: BTreeMap<Period, u64>,
}

impl Writing {
    fn add<'a>(
        &mut self,
        period: Period,
        cells: impl ExactSizeIterator<Item = Option<&'a str>>,
        change: &'static str,
    ) -> Result<()> {
        let name = period.to_string();
        let mut row = Vec::with_capacity(cells.len() + 2);
        row.push(Some(name.as_bytes()));
        row.extend(cells.map(|cell| cell.map(str::as_bytes)));
        row.push(Some(change.as_bytes()));
        *self.changed.entry(period).or_default() += 1;
        self.file.add(row.into_iter())
    }
}

/// Puts down that rows are there no more: their keys, and nothing else of them.
fn delete(
    context: &Context,
    placing: &Placing,
    extracts: &[&Batch],
    columns: &[BronzeColumn],
    mut gone: Gone,
    writing: &mut Writing,
) -> Result<()> {
    let key = placing.dataset.key.iter().filter_map(|field| placing.provider.column_of(field, columns));
    let key: Vec<&str> = key.map(|column| column.delivered.as_str()).collect();
    for extract in extracts {
        let period = extract.delivery.slice.period;
        let mut has_any = false;
        identities::each(context, placing, extract, &mut |row| {
            has_any |= row.key.is_some_and(|key| gone.contains(&(key, period)));
        })?;
        if !has_any {
            continue;
        }
        let path = kept_verbatim(context, extract);
        let rows = Rows::open(context, placing, &path)?;
        rows.walk(context, &path, &mut |chunk, found| {
            for (index, row) in found.iter().enumerate() {
                if row.key.is_some_and(|identity| gone.remove(&(identity, period))) {
                    let cell = |column: &BronzeColumn| {
                        let held = rows.columns.iter().find(|held| held.delivered == column.delivered);
                        let held = held.filter(|held| key.contains(&held.delivered.as_str()));
                        held.map(|held| text(chunk, &held.name)).transpose()
                    };
                    let cells = columns.iter().map(cell).collect::<Result<Vec<_>>>()?;
                    writing.add(period, cells.iter().map(|cells| cells.and_then(|cells| cells.get(index))), DELETE)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}
