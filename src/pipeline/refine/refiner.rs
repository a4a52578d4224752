//! Rows of bronze, one chunk at a time: mapped, typed, and sorted into kept and refused.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use polars::prelude::*;

use super::changes::{Deletions, Latest};
use super::finder::{Finder, Mapping};
use super::parse::parse;
use super::scope::Scope;
use super::style::Style;
use super::units::Units;
use crate::base::hash::fingerprint;
use crate::base::{Error, Result};
use crate::domain::batch::BronzeColumn;
use crate::domain::calendar::Span;
use crate::domain::lineage::{BATCH, KEY, LINE, PROBLEM, RAW, REASON, ROW};
use crate::domain::note::FieldRead;
use crate::domain::understood::{RejectKind, RepairKind, Tally};
use crate::domain::{BatchId, Dataset, Field, Provider, Slice, Value};
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
    /// Which of its rows are meant.
    pub scope: Scope,
    /// Which of the slice's deliveries it is, in their order.
    index: usize,
    /// The columns and the values in them by which a row says that it is no more.
    deletes: Vec<(String, Vec<String>)>,
    /// What holds each canonical field.
    mapping: Mapping,
    /// How each writes its values.
    styles: Vec<Style>,
}

/// Refines the rows of one slice, remembering the keys seen so far.
pub struct Refiner {
    /// The dataset with those of its fields that are delivered.
    dataset: Dataset,
    provider: Provider,
    /// In what the provider's numbers are.
    units: Arc<Units>,
    /// The days that rows are kept of. None where they are not known: then no row is outside of them.
    within: Option<Span>,
    /// Of deliveries of changes: which rows stand.
    latest: Option<Arc<Latest>>,
    /// Hashes of the keys seen: 16 bytes a row, and no two keys collide in practice.
    seen: HashSet<u128>,
}

impl Refiner {
    /// A refiner that has seen no row yet.
    pub fn new(dataset: &Dataset, slice: &Slice) -> Result<Self> {
        Ok(Self::of(dataset, dataset.provider(&slice.provider)?, Some(slice.period.into())))
    }

    /// The same, for what may be of any days.
    pub fn of(dataset: &Dataset, provider: &Provider, within: Option<Span>) -> Self {
        let dataset = Dataset { schema: dataset.delivered().cloned().collect(), ..dataset.clone() };
        let units = Arc::new(Units::of(&dataset, provider));
        Self { dataset, provider: provider.clone(), units, within, latest: None, seen: HashSet::new() }
    }

    /// The same of deliveries of changes, of which these rows stand.
    pub fn of_changes(self, latest: Option<Arc<Latest>>) -> Self {
        Self { latest, ..self }
    }

    /// How a delivery with these columns is read. `cells` gives its rows, with the columns of these names at least.
    pub fn reading<Rows: Iterator<Item = Result<DataFrame>>>(
        &self,
        columns: &[BronzeColumn],
        (index, scope): (usize, Scope),
        cells: impl FnOnce(&[String]) -> Result<Rows>,
    ) -> Result<Reading> {
        let schema = self.dataset.schema.iter();
        let mapping: Mapping = schema.map(|field| self.provider.column_of(&field.name, columns).cloned()).collect();
        let mut finder = Finder::new(&self.dataset, &self.provider, scope.days(), &mapping);
        let asked = finder.asks();
        if !asked.is_empty() {
            cells(&asked)?.try_for_each(|rows| finder.add(&rows?))?;
        }
        let deletions = self.provider.deletions(columns)?.into_iter();
        let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect();
        let deletes = deletions.map(|(column, values)| (column.name.clone(), owned(values))).collect();
        let styles =
            finder.styles().into_iter().enumerate().map(|(place, style)| self.units.told(place, style)).collect();
        Ok(Reading { scope, index, deletes, mapping, styles })
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

        let days = self.days(reading, bronze)?;
        let keys = if self.latest.is_some() { self.keys(reading, bronze)? } else { Vec::new() };
        let deletions = Deletions::of(&reading.deletes, bronze)?;
        let units = Arc::clone(&self.units);
        let mut kept = Kept::new(&self.dataset);
        let mut refused = Refused::default();
        let mut repairs = Tally::default();
        for index in 0..bronze.height() {
            let is_own = reading.scope.is_own(&self.dataset, days.get(index).copied().flatten());
            if !is_own || !self.stands(reading, keys.get(index), rows.get(index), deletions.has(index)) {
                continue;
            }
            let place = (rows.get(index), lines.get(index));
            if let Some(problem) = problems.get(index) {
                let raw = raw.get(index);
                refused.push(place, Objection::new(RejectKind::Malformed, problem, raw.unwrap_or_default()), None, raw);
                continue;
            }
            let cells: Vec<Option<&str>> =
                columns.iter().map(|column| column.and_then(|cells| cells.get(index))).collect();
            match self.values(reading, &units, (&cells, line_of(place)), &mut repairs) {
                Ok(values) => match self.objection(&reading.scope, &values) {
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

    /// The key of each row, as far as it can be read.
    pub fn keys(&self, reading: &Reading, bronze: &DataFrame) -> Result<Vec<Option<String>>> {
        let columns = reading
            .mapping
            .iter()
            .map(|column| column.as_ref().map(|column| text(bronze, &column.name)).transpose())
            .collect::<Result<Vec<_>>>()?;
        let problems = text(bronze, PROBLEM)?;
        let is_key = |field: &Field| self.dataset.key.contains(&field.name);
        let key = |index: usize| {
            let mut values = Vec::with_capacity(columns.len());
            for (place, field) in self.dataset.schema.iter().enumerate() {
                let cell = columns[place].and_then(|cells| cells.get(index)).filter(|_| is_key(field));
                let style = &reading.styles[place];
                let read = cell.map(|cell| parse(cell, field.field_type, style, &self.provider.nulls));
                values.push(read.transpose().ok()?.map_or(Value::Null, |read| read.value));
            }
            self.key(&values).filter(|_| problems.get(index).is_none() && !self.has_no_key(&values))
        };
        Ok((0..bronze.height()).map(key).collect())
    }

    /// Which delivery of changes the rows of a chunk are from.
    pub fn note(latest: &mut Latest, reading: &Reading, keys: &[Option<String>], bronze: &DataFrame) -> Result<()> {
        let rows = ints(bronze, ROW)?;
        for (index, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                latest.add(key, (reading.index, rows.get(index)));
            }
        }
        Ok(())
    }

    /// Whether a row stands: of changes only the last of its key, if that does not say that it is no more. What has no key
    /// that can be read is refused for that.
    fn stands(&self, reading: &Reading, key: Option<&Option<String>>, row: Option<i64>, is_no_more: bool) -> bool {
        let Some(latest) = &self.latest else { return !is_no_more };
        key.and_then(Option::as_ref).is_none_or(|key| latest.is(key, (reading.index, row)) && !is_no_more)
    }

    /// The day of each row, where a delivery's rows are not all of this slice; empty where they are.
    pub fn days(&self, reading: &Reading, bronze: &DataFrame) -> Result<Vec<Option<NaiveDate>>> {
        if reading.scope.is_partial() { self.dates(reading, bronze) } else { Ok(Vec::new()) }
    }

    /// The day of each row, as far as it can be read; empty where no field says it.
    pub fn dates(&self, reading: &Reading, bronze: &DataFrame) -> Result<Vec<Option<NaiveDate>>> {
        let date = self.dataset.schema.iter().position(|field| Some(&field.name) == self.dataset.date.as_ref());
        let Some(date) = date else { return Ok(Vec::new()) };
        let Some(column) = &reading.mapping[date] else { return Ok(vec![None; bronze.height()]) };
        let (cells, problems) = (text(bronze, &column.name)?, text(bronze, PROBLEM)?);
        let (field_type, style) = (self.dataset.schema[date].field_type, &reading.styles[date]);
        let day = |index: usize| {
            let cell = cells.get(index).filter(|_| problems.get(index).is_none())?;
            self.day(&parse(cell, field_type, style, &self.provider.nulls).ok()?.value)
        };
        Ok((0..bronze.height()).map(day).collect())
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
        units: &'a Units,
        (cells, line): (&[Option<&'a str>], Option<u64>),
        repairs: &mut Tally<RepairKind>,
    ) -> Result<Vec<Value<'a>>, Objection> {
        let fields = self.dataset.schema.iter().zip(cells.iter().copied().zip(&reading.styles));
        // Of a row that can't be read nothing was repaired.
        let (mut values, mut repaired) = (Vec::with_capacity(cells.len()), Vec::new());
        let mut currencies = vec![None; cells.len()];
        for (place, (field, (cell, style))) in fields.enumerate() {
            let Some(cell) = cell else {
                values.push(Value::Null);
                continue;
            };
            let no_value =
                |reason: String| Objection::new(RejectKind::Value, &format!("{}: {reason}", field.name), cell);
            let read =
                parse(cell, units.read_as(place, field.field_type), style, &self.provider.nulls).map_err(no_value)?;
            let read = units.converted(place, field.field_type, read).map_err(no_value)?;
            currencies[place] = read.currency;
            repaired.extend(read.repairs.into_iter().map(|kind| (kind, cell, field.name.as_str())));
            values.push(read.value);
        }
        for (place, fill) in units.said(&values, &currencies).map_err(|(place, reason)| {
            let field = &self.dataset.schema[place];
            Objection::new(RejectKind::Value, &format!("{}: {reason}", field.name), cells[place].unwrap_or_default())
        })? {
            values[place] = Value::Text(fill);
        }
        for (kind, cell, field) in repaired {
            repairs.add(kind, line, cell, field);
        }
        Ok(values)
    }

    /// Why a well-formed row can't be kept.
    fn objection(&mut self, scope: &Scope, values: &[Value<'_>]) -> Option<Objection> {
        if let Some(field) = &self.dataset.date {
            // Without a date nobody can tell whether a row is of this period.
            let Some(date) = self.date(values) else {
                return Some(Objection::new(RejectKind::NoDate, &format!("no date: {field} is empty"), ""));
            };
            if let Some(within) = scope.own().or(self.within.as_ref()).filter(|within| !within.meets(date, date)) {
                let reason = format!("outside the period: {date} is not in {within}");
                return Some(Objection::new(RejectKind::OutsidePeriod, &reason, &date.to_string()));
            }
        }
        let key = self.key(values)?;
        if self.has_no_key(values) {
            let reason = format!("no key: {} is empty", self.dataset.key.join(", "));
            return Some(Objection::new(RejectKind::NoKey, &reason, ""));
        }
        let is_new = self.seen.insert(fingerprint(key.as_bytes()));
        (!is_new).then(|| Objection::new(RejectKind::DuplicateKey, &format!("duplicate key {key}"), &key))
    }

    fn date(&self, values: &[Value<'_>]) -> Option<NaiveDate> {
        let name = self.dataset.date.as_ref()?;
        let index = self.dataset.schema.iter().position(|field| field.name == *name)?;
        self.day(values.get(index)?)
    }

    /// The day of an instant, where the workspace is.
    fn day(&self, value: &Value<'_>) -> Option<NaiveDate> {
        match value {
            Value::Date(date) => Some(*date),
            Value::Timestamp(instant) => Some(instant.with_timezone(&self.dataset.timezone).date_naive()),
            _ => None,
        }
    }

    /// Whether all of its key is empty: what it is a row of nobody can tell.
    fn has_no_key(&self, values: &[Value<'_>]) -> bool {
        let mut fields = self.dataset.schema.iter().zip(values);
        fields.all(|(field, value)| *value == Value::Null || !self.dataset.key.contains(&field.name))
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
pub struct Objection {
    kind: RejectKind,
    reason: String,
    /// The text that it is about.
    about: String,
}

impl Objection {
    /// A reason, and the text that it is about.
    pub fn new(kind: RejectKind, reason: &str, about: &str) -> Self {
        Self { kind, reason: reason.to_owned(), about: about.to_owned() }
    }
}

/// A record, and its line in the file.
pub type Place = (Option<i64>, Option<i64>);

/// The line of a record.
pub fn line_of((_, line): Place) -> Option<u64> {
    line.and_then(|line| u64::try_from(line).ok())
}

/// Rows on their way to rejects.
#[derive(Default)]
pub struct Refused {
    /// Why they are.
    pub tally: Tally<RejectKind>,
    rows: Vec<Option<i64>>,
    lines: Vec<Option<i64>>,
    reasons: Vec<String>,
    keys: Vec<Option<String>>,
    raw: Vec<Option<String>>,
}

impl Refused {
    /// Refuses one more.
    pub fn push(&mut self, place: Place, objection: Objection, key: Option<String>, raw: Option<&str>) {
        let Objection { kind, reason, about } = objection;
        self.tally.add(kind, line_of(place), &about, reason.as_str());
        self.rows.push(place.0);
        self.lines.push(place.1);
        self.reasons.push(reason);
        self.keys.push(key);
        self.raw.push(raw.map(str::to_owned));
    }

    /// The rows refused.
    pub fn finish(self, batch: &BatchId) -> Result<DataFrame> {
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
