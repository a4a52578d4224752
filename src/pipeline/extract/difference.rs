//! What rows of a source differ from the copy of it, period by period.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, StringChunked, col, lit};

use super::copy::Known;
use crate::base::hash::fingerprint;
use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::source::{CHANGE, DELETE, UPSERT};
use crate::domain::{Batch, Dataset, Period, Provider, lineage};
use crate::frames::{CHUNK_ROWS, Order, chunks, parquet, text};
use crate::lake::Scratch;
use crate::pipeline::Context;
use crate::pipeline::refine::refiner::{Reading, Refiner};
use crate::pipeline::refine::scope::Scope;
use crate::source::extract::Extracting;
use crate::source::read;

/// Of which period a row is, and what tells it from others.
pub struct Placing {
    refiner: Refiner,
    dataset: Dataset,
    provider: Provider,
    /// The period that today is in: what has no day, or a later one, is shown there.
    current: Period,
    /// The first period that is owed: what is older is shown there.
    first: Option<Period>,
}

impl Placing {
    /// For the rows of a provider.
    pub fn new(dataset: &Dataset, provider: &Provider, today: NaiveDate) -> Result<Self> {
        let current = Period::containing(dataset.period, today)
            .ok_or_else(|| Error::internal(format!("{today} is in no period")))?;
        let refiner = Refiner::of(dataset, provider, None);
        Ok(Self { refiner, dataset: dataset.clone(), provider: provider.clone(), current, first: provider.since })
    }

    fn period(&self, day: Option<NaiveDate>) -> Period {
        let of_day = day.and_then(|day| Period::containing(self.dataset.period, day)).unwrap_or(self.current);
        let of_day = of_day.min(self.current);
        self.first.map_or(of_day, |first| of_day.max(first))
    }
}

/// A row as it is told from others and from what it was: its key, its period, and all it says.
struct Row {
    /// None where its key can't be read.
    key: Option<u128>,
    period: Period,
    /// Whether its day could be read: else the period is only where it is shown.
    is_dated: bool,
    content: u128,
}

/// The last row of a key.
struct Last {
    /// Which row of the extract it is, counted from 0.
    place: u64,
    period: Period,
    is_dated: bool,
}

/// An extract being read.
struct Rows<'a> {
    placing: &'a Placing,
    reading: Reading,
    columns: Vec<BronzeColumn>,
}

impl<'a> Rows<'a> {
    fn open(context: &Context, placing: &'a Placing, path: &Path) -> Result<Self> {
        let open = || read::open(path, "parquet", None, &context.cancel);
        let columns = open()?.header().to_vec();
        let reading = placing.refiner.reading(&columns, (0, Scope::all(None)), |_| Ok(each_chunk(context, open()?)))?;
        Ok(Self { placing, reading, columns })
    }

    /// Hands on every chunk with what its rows are.
    fn walk(
        &self,
        context: &Context,
        path: &Path,
        with: &mut dyn FnMut(&DataFrame, Vec<Row>) -> Result<()>,
    ) -> Result<()> {
        for chunk in each_chunk(context, read::open(path, "parquet", None, &context.cancel)?) {
            let chunk = chunk?;
            let keys = self.placing.refiner.keys(&self.reading, &chunk)?;
            let days = self.placing.refiner.dates(&self.reading, &chunk)?;
            let contents = self.contents(&chunk)?;
            let rows = keys.into_iter().zip(days).zip(contents).map(|((key, day), content)| Row {
                key: key.map(|key| fingerprint(key.as_bytes())),
                period: self.placing.period(day),
                is_dated: day.is_some(),
                content,
            });
            let rows = rows.collect();
            with(&chunk, rows)?;
        }
        Ok(())
    }

    /// What identifies all that each row says, whatever the order of the columns, and without those that say nothing.
    fn contents(&self, chunk: &DataFrame) -> Result<Vec<u128>> {
        let mut columns: Vec<&BronzeColumn> = self.columns.iter().filter(|one| one.delivered != CHANGE).collect();
        columns.sort_by(|one, other| one.delivered.cmp(&other.delivered));
        let cells = columns.iter().map(|column| Ok((column.delivered.as_str(), text(chunk, &column.name)?)));
        let cells: Vec<(&str, &StringChunked)> = cells.collect::<Result<_>>()?;
        let content = |row: usize| {
            let mut said = Vec::new();
            for (name, cells) in &cells {
                if let Some(cell) = cells.get(row) {
                    for part in [name, cell] {
                        said.extend((part.len() as u64).to_le_bytes());
                        said.extend(part.as_bytes());
                    }
                }
            }
            fingerprint(&said)
        };
        Ok((0..chunk.height()).map(content).collect())
    }
}

fn each_chunk(context: &Context, mut reader: Box<dyn read::Reader>) -> impl Iterator<Item = Result<DataFrame>> + use<> {
    let cancel = context.cancel.clone();
    std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, &cancel).transpose())
}

/// The rows that differ, in a file of their own.
pub struct Difference {
    file: Scratch,
    columns: Vec<String>,
    /// How many rows of each period differ.
    changed: BTreeMap<Period, u64>,
    /// How many rows gave way to a later one of their key.
    pub twice: u64,
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
    fn has(&self, row: &Row) -> bool {
        match row.key {
            Some(key) => self.rows.get(&(key, row.period)) == Some(&row.content),
            None => self.unreadable.contains(&(row.content, row.period)),
        }
    }
}

impl Difference {
    /// Compares the rows of a source, `full` all of them, with the `extracts` of it.
    pub fn find(context: &Context, placing: &Placing, fresh: &Path, extracts: &[&Batch], full: bool) -> Result<Self> {
        let rows = Rows::open(context, placing, fresh)?;
        let mut last: HashMap<u128, Last> = HashMap::new();
        let (mut count, mut keyed) = (0_u64, 0_u64);
        rows.walk(context, fresh, &mut |_, found| {
            for row in found {
                if let Some(key) = row.key {
                    last.insert(key, Last { place: count, period: row.period, is_dated: row.is_dated });
                    keyed += 1;
                }
                count += 1;
            }
            Ok(())
        })?;
        let copy = match count {
            0 if !full => Copy::default(),
            _ => copy_of(context, placing, extracts, &|key| full || last.contains_key(&key))?,
        };

        // How dates are written may be told by other rows than those at hand: what can't be read of a row moves it nowhere.
        let is_undated = |(key, _): &&(u128, Period)| last.get(key).is_some_and(|row| !row.is_dated);
        let undated: BTreeSet<(u128, Period)> = copy.rows.keys().filter(is_undated).copied().collect();
        for (key, period) in undated {
            last.entry(key).and_modify(|row| row.period = period);
        }

        let file = context.lake.scratch()?;
        let own = rows.columns.iter().filter(|column| column.delivered != CHANGE);
        let own: Vec<BronzeColumn> = own.cloned().collect();
        let columns: Vec<String> =
            own.iter().map(|column| column.delivered.clone()).chain([CHANGE.to_owned()]).collect();
        let with_period: Vec<String> = [lineage::PERIOD.to_owned()].into_iter().chain(columns.clone()).collect();
        let mut writing = Writing { file: Extracting::new(file.path(), &with_period)?, changed: BTreeMap::new() };
        let mut at = 0_u64;
        rows.walk(context, fresh, &mut |chunk, found| {
            let cells = own.iter().map(|column| text(chunk, &column.name)).collect::<Result<Vec<_>>>()?;
            for (index, mut row) in found.into_iter().enumerate() {
                let known = row.key.and_then(|key| last.get(&key));
                row.period = known.map_or(row.period, |known| known.period);
                let is_last = row.key.is_none() || known.is_some_and(|known| known.place == at);
                if is_last && !copy.has(&row) {
                    writing.add(row.period, cells.iter().map(|cells| cells.get(index)), UPSERT)?;
                }
                at += 1;
            }
            Ok(())
        })?;
        let is_gone = |(key, period): &(u128, Period)| last.get(key).is_none_or(|now| now.period != *period);
        let gone: BTreeSet<(u128, Period)> = copy.rows.into_keys().filter(is_gone).collect();
        if !gone.is_empty() {
            delete(context, placing, extracts, &own, gone, &mut writing)?;
        }
        let Writing { file: written, changed } = writing;
        written.finish()?;
        Ok(Self { file, columns, changed, twice: keyed - last.len() as u64 })
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

/// What the copy has of the keys that are asked for, and of what has none.
fn copy_of(context: &Context, placing: &Placing, extracts: &[&Batch], is_asked: &dyn Fn(u128) -> bool) -> Result<Copy> {
    let mut copy = Copy::default();
    each_extract(context, placing, extracts, &mut |deletes, period, row| match row.key {
        None => drop(copy.unreadable.insert((row.content, period))),
        Some(key) if !is_asked(key) => {}
        Some(key) if deletes => drop(copy.rows.remove(&(key, period))),
        Some(key) => drop(copy.rows.insert((key, period), row.content)),
    })?;
    Ok(copy)
}

/// Puts down that rows are there no more: their keys, and nothing else of them.
fn delete(
    context: &Context,
    placing: &Placing,
    extracts: &[&Batch],
    columns: &[BronzeColumn],
    mut gone: BTreeSet<(u128, Period)>,
    writing: &mut Writing,
) -> Result<()> {
    let key = placing.dataset.key.iter().filter_map(|field| placing.provider.column_of(field, columns));
    let key: Vec<&str> = key.map(|column| column.delivered.as_str()).collect();
    for batch in extracts {
        let path = context.lake.raw_path(&batch.delivery.content, &batch.delivery.extension);
        let period = batch.delivery.slice.period;
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

/// Goes through the rows of all extracts, in the order in which they landed: whether each says that its key is no more, and
/// the period that it landed for.
fn each_extract(
    context: &Context,
    placing: &Placing,
    extracts: &[&Batch],
    with: &mut dyn FnMut(bool, Period, &Row),
) -> Result<()> {
    for batch in extracts {
        let path = context.lake.raw_path(&batch.delivery.content, &batch.delivery.extension);
        let period = batch.delivery.slice.period;
        let rows = Rows::open(context, placing, &path)?;
        let change = rows.columns.iter().find(|column| column.delivered == CHANGE).map(|column| column.name.clone());
        rows.walk(context, &path, &mut |chunk, found| {
            let changes = change.as_deref().map(|name| text(chunk, name)).transpose()?;
            for (index, row) in found.iter().enumerate() {
                let deletes = changes.is_some_and(|cells| cells.get(index) == Some(DELETE));
                with(deletes, period, row);
            }
            Ok(())
        })?;
    }
    Ok(())
}
