//! The rows of extracts: of which period each is, what tells it from others, and what it says.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::{DataFrame, StringChunked};

use crate::base::hash::fingerprint;
use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::source::CHANGE;
use crate::domain::{Batch, Dataset, Period, Provider};
use crate::frames::{CHUNK_ROWS, text};
use crate::pipeline::Context;
use crate::pipeline::refine::refiner::{Reading, Refiner};
use crate::pipeline::refine::scope::Scope;
use crate::source::read;

/// Of which period a row is, and what tells it from others.
pub struct Placing {
    refiner: Refiner,
    /// The dataset that the rows are of.
    pub dataset: Dataset,
    /// The provider that they are from.
    pub provider: Provider,
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
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// None where its key can't be read.
    pub key: Option<u128>,
    /// The period that it is of.
    pub period: Period,
    /// Whether its day could be read: else the period is only where it is shown.
    pub is_dated: bool,
    /// All that it says.
    pub content: u128,
}

/// An extract being read.
pub struct Rows<'a> {
    placing: &'a Placing,
    reading: Reading,
    /// The columns that it has.
    pub columns: Vec<BronzeColumn>,
}

impl<'a> Rows<'a> {
    /// Finds out how the values of an extract are written.
    pub fn open(context: &Context, placing: &'a Placing, path: &Path) -> Result<Self> {
        let open = || read::open(path, "parquet", read::Expected::default(), &context.cancel);
        let columns = open()?.header().to_vec();
        let reading = placing.refiner.reading(&columns, (0, Scope::all(None)), |_| Ok(each_chunk(context, open()?)))?;
        Ok(Self { placing, reading, columns })
    }

    /// Hands on every chunk with what its rows are.
    pub fn walk(
        &self,
        context: &Context,
        path: &Path,
        with: &mut dyn FnMut(&DataFrame, Vec<Row>) -> Result<()>,
    ) -> Result<()> {
        for chunk in each_chunk(context, read::open(path, "parquet", read::Expected::default(), &context.cancel)?) {
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

/// The chunks of an extract, as they lie in its file.
pub fn each_chunk(
    context: &Context,
    mut reader: Box<dyn read::Reader>,
) -> impl Iterator<Item = Result<DataFrame>> + use<> {
    let cancel = context.cancel.clone();
    std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, &cancel).transpose())
}

/// Where the file of an extract lies.
pub fn kept_verbatim(context: &Context, extract: &Batch) -> PathBuf {
    context.lake.raw_path(&extract.delivery.content, &extract.delivery.extension)
}
