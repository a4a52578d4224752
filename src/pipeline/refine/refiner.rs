//! Rows of bronze, one chunk at a time: mapped, typed, and sorted into kept and refused.

use std::collections::HashSet;

use polars::prelude::*;

use super::parse::parse;
use super::style::{Finder, Mapping, Style};
use crate::base::hash::fingerprint;
use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::lineage::{BATCH, KEY, LINE, PROBLEM, RAW, REASON, ROW};
use crate::domain::note::FieldRead;
use crate::domain::understood::{RejectKind, RepairKind, Tally};
use crate::domain::{BatchId, Dataset, Field, Period, Provider, Slice, Value};
use crate::frames::{Builder, ints, text};
use crate::quality::keys;

/// What a chunk of bronze becomes.
pub struct Sorted {
    /// The batch it is from.
    pub batch: BatchId,
    /// Rows kept.
    pub silver: DataFrame,
    /// Rows refused.
    pub rejects: DataFrame,
    /// What was repaired in the rows.
    pub repairs: Tally<RepairKind>,
    /// Why rows were refused.
    pub refusals: Tally<RejectKind>,
}

/// How one delivery is read.
#[derive(Debug, Clone)]
pub struct Reading {
    /// What holds each canonical field.
    mapping: Mapping,
    /// How each writes its values.
    styles: Vec<Style>,
}

/// Refines the rows of one slice, remembering the keys seen so far.
pub struct Refiner {
    dataset: Dataset,
    provider: Provider,
    /// None where it is not known: then no row is outside of it.
    period: Option<Period>,
    /// Hashes of the keys seen: 16 bytes a row, and no two keys collide in practice.
    seen: HashSet<u128>,
}

impl Refiner {
    /// A refiner that has seen no row yet.
    pub fn new(dataset: &Dataset, slice: &Slice) -> Result<Self> {
        Ok(Self::of(dataset, dataset.provider(&slice.provider)?, Some(slice.period)))
    }

    /// The same, for what may be of any period.
    pub fn of(dataset: &Dataset, provider: &Provider, period: Option<Period>) -> Self {
        Self { dataset: dataset.clone(), provider: provider.clone(), period, seen: HashSet::new() }
    }

    /// How a delivery with these columns is read. `cells` gives its rows, with the columns of these names at least.
    pub fn reading<Rows: Iterator<Item = Result<DataFrame>>>(
        &self,
        columns: &[BronzeColumn],
        cells: impl FnOnce(&[String]) -> Result<Rows>,
    ) -> Result<Reading> {
        let schema = self.dataset.schema.iter();
        let mapping: Mapping = schema.map(|field| self.provider.column_of(&field.name, columns).cloned()).collect();
        let mut finder = Finder::new(&self.dataset, &self.provider, self.period, &mapping);
        let asked = finder.asks();
        if !asked.is_empty() {
            cells(&asked)?.try_for_each(|rows| finder.add(&rows?))?;
        }
        Ok(Reading { mapping, styles: finder.styles() })
    }

    /// Sorts the rows of one chunk.
    pub fn refine(&mut self, batch: BatchId, reading: &Reading, bronze: &DataFrame) -> Result<Sorted> {
        let columns = reading
            .mapping
            .iter()
            .map(|column| column.as_ref().map(|column| text(bronze, &column.name)).transpose())
            .collect::<Result<Vec<_>>>()?;
        let (rows, lines) = (ints(bronze, ROW)?, ints(bronze, LINE)?);
        let (problems, raw) = (text(bronze, PROBLEM)?, text(bronze, RAW)?);

        let mut kept = Kept::new(&self.dataset);
        let mut refused = Refused::default();
        let mut repairs = Tally::default();
        for index in 0..bronze.height() {
            let place = (rows.get(index), lines.get(index));
            if let Some(problem) = problems.get(index) {
                let raw = raw.get(index);
                refused.push(place, Objection::new(RejectKind::Malformed, problem, raw.unwrap_or_default()), None, raw);
                continue;
            }
            let cells: Vec<Option<&str>> =
                columns.iter().map(|column| column.and_then(|cells| cells.get(index))).collect();
            match self.values(reading, &cells, line_of(place), &mut repairs) {
                Ok(values) => match self.objection(&values) {
                    None => kept.push(place, &values)?,
                    Some(objection) => refused.push(place, objection, self.key(&values), None),
                },
                Err(objection) => refused.push(place, objection, None, None),
            }
        }
        let refusals = std::mem::take(&mut refused.tally);
        let (silver, rejects) = (kept.finish(&batch, &self.dataset)?, refused.finish(&batch)?);
        Ok(Sorted { batch, silver, rejects, repairs, refusals })
    }

    /// What each field is read from, and how its column writes it.
    pub fn fields(&self, reading: &Reading) -> Vec<FieldRead> {
        let field = |(field, (column, style)): (&Field, (&Option<BronzeColumn>, &Style))| FieldRead {
            field: field.name.clone(),
            column: column.as_ref().map(|column| column.delivered.clone()),
            written: column.as_ref().and_then(|_| style.words()),
        };
        self.dataset.schema.iter().zip(reading.mapping.iter().zip(&reading.styles)).map(field).collect()
    }

    fn values<'a>(
        &self,
        reading: &Reading,
        cells: &[Option<&'a str>],
        line: Option<u64>,
        repairs: &mut Tally<RepairKind>,
    ) -> Result<Vec<Value<'a>>, Objection> {
        let fields = self.dataset.schema.iter().zip(cells.iter().copied().zip(&reading.styles));
        // Of a row that can't be read nothing was repaired.
        let (mut values, mut repaired) = (Vec::with_capacity(cells.len()), Vec::new());
        for (field, (cell, style)) in fields {
            let Some(cell) = cell else {
                values.push(Value::Null);
                continue;
            };
            let read = parse(cell, field.field_type, style, &self.provider.nulls)
                .map_err(|reason| Objection::new(RejectKind::Value, &format!("{}: {reason}", field.name), cell))?;
            repaired.extend(read.repairs.into_iter().map(|kind| (kind, cell, field.name.as_str())));
            values.push(read.value);
        }
        for (kind, cell, field) in repaired {
            repairs.add(kind, line, cell, field);
        }
        Ok(values)
    }

    /// Why a well-formed row can't be kept.
    fn objection(&mut self, values: &[Value<'_>]) -> Option<Objection> {
        if let Some(field) = &self.dataset.date {
            // Without a date nobody can tell whether a row is of this period.
            let Some(date) = self.date(values) else {
                return Some(Objection::new(RejectKind::NoDate, &format!("no date: {field} is empty"), ""));
            };
            if let Some(period) = self.period.filter(|period| !period.contains(date)) {
                let reason = format!("outside the period: {date} is not in {period}");
                return Some(Objection::new(RejectKind::OutsidePeriod, &reason, &date.to_string()));
            }
        }
        let key = self.key(values)?;
        let is_new = self.seen.insert(fingerprint(key.as_bytes()));
        (!is_new).then(|| Objection::new(RejectKind::DuplicateKey, &format!("duplicate key {key}"), &key))
    }

    fn date(&self, values: &[Value<'_>]) -> Option<chrono::NaiveDate> {
        let name = self.dataset.date.as_ref()?;
        let index = self.dataset.schema.iter().position(|field| field.name == *name)?;
        match values.get(index)? {
            Value::Date(date) => Some(*date),
            Value::Timestamp(instant) => Some(instant.with_timezone(&self.dataset.timezone).date_naive()),
            _ => None,
        }
    }

    /// The key of a row as text, `None` where the contract names no key.
    fn key(&self, values: &[Value<'_>]) -> Option<String> {
        if self.dataset.key.is_empty() {
            return None;
        }
        let fields = self.dataset.schema.iter().zip(values);
        let parts = self.dataset.key.iter().filter_map(|name| fields.clone().find(|(field, _)| field.name == *name));
        Some(keys::render(parts.map(|(field, value)| (field.name.as_str(), *value))))
    }
}

/// Rows on their way to silver.
struct Kept {
    rows: Vec<Option<i64>>,
    lines: Vec<Option<i64>>,
    columns: Vec<Builder>,
}

impl Kept {
    fn new(dataset: &Dataset) -> Self {
        let columns = dataset.schema.iter().map(|field| Builder::new(field.field_type)).collect();
        Self { rows: Vec::new(), lines: Vec::new(), columns }
    }

    fn push(&mut self, (row, line): Place, values: &[Value<'_>]) -> Result<()> {
        self.rows.push(row);
        self.lines.push(line);
        self.columns.iter_mut().zip(values).try_for_each(|(column, value)| column.push(*value))
    }

    fn finish(self, batch: &BatchId, dataset: &Dataset) -> Result<DataFrame> {
        let mut columns = lineage(batch, self.rows, self.lines);
        for (builder, field) in self.columns.into_iter().zip(&dataset.schema) {
            columns.push(builder.finish(field)?);
        }
        DataFrame::new_infer_height(columns).map_err(Error::library)
    }
}

/// Why a row is refused.
struct Objection {
    kind: RejectKind,
    reason: String,
    /// The text that it is about.
    about: String,
}

impl Objection {
    fn new(kind: RejectKind, reason: &str, about: &str) -> Self {
        Self { kind, reason: reason.to_owned(), about: about.to_owned() }
    }
}

/// A record, and its line in the file.
type Place = (Option<i64>, Option<i64>);

fn line_of((_, line): Place) -> Option<u64> {
    line.and_then(|line| u64::try_from(line).ok())
}

/// Rows on their way to rejects.
#[derive(Default)]
struct Refused {
    tally: Tally<RejectKind>,
    rows: Vec<Option<i64>>,
    lines: Vec<Option<i64>>,
    reasons: Vec<String>,
    keys: Vec<Option<String>>,
    raw: Vec<Option<String>>,
}

impl Refused {
    fn push(&mut self, place: Place, objection: Objection, key: Option<String>, raw: Option<&str>) {
        let Objection { kind, reason, about } = objection;
        self.tally.add(kind, line_of(place), &about, reason.as_str());
        self.rows.push(place.0);
        self.lines.push(place.1);
        self.reasons.push(reason);
        self.keys.push(key);
        self.raw.push(raw.map(str::to_owned));
    }

    fn finish(self, batch: &BatchId) -> Result<DataFrame> {
        let mut columns = lineage(batch, self.rows, self.lines);
        columns.push(Column::new(REASON.into(), self.reasons));
        columns.push(Column::new(KEY.into(), self.keys));
        columns.push(Column::new(RAW.into(), self.raw));
        DataFrame::new_infer_height(columns).map_err(Error::library)
    }
}

fn lineage(batch: &BatchId, rows: Vec<Option<i64>>, lines: Vec<Option<i64>>) -> Vec<Column> {
    let batches = vec![batch.as_str(); rows.len()];
    vec![Column::new(BATCH.into(), batches), Column::new(ROW.into(), rows), Column::new(LINE.into(), lines)]
}
