//! Numbers stay within bounds: the given ones, or near those of the earlier periods.

use polars::prelude::DataType;

use super::history::Earlier;
use super::medians::{Allowed, allowed};
use super::words::{self, number};
use super::{Compared, Judged, SliceFacts, about, compared, of_provider, result};
use crate::base::{Cancel, Error, Result};
use crate::domain::check::{CheckSubject, RowRef};
use crate::domain::lineage::{BATCH, ROW};
use crate::domain::profile::{ColumnProfile, NumberProfile};
use crate::domain::{Bounds, Check, Evaluation, FieldType, Outcome};
use crate::frames::{for_each_chunk, named};
use crate::quality::profile::key_of;
use crate::quality::samples::Picks;

/// The numbers of the rule.
pub(super) struct Rule<'a> {
    /// The column; none: every numeric one.
    pub column: Option<&'a str>,
    /// The smallest allowed value.
    pub min: Option<f64>,
    /// The largest allowed value.
    pub max: Option<f64>,
    /// How many times the earlier median the median may be, or its inverse.
    pub factor: f64,
}

/// One result per numeric column that the rule names; at least one.
pub(super) fn judge(
    judged: &Judged<'_>,
    check: &Check,
    slice: &SliceFacts,
    rule: &Rule<'_>,
    cancel: &Cancel,
) -> Result<Vec<Evaluation>> {
    let is_numeric = |name: &str| judged.dataset.field_type(name).is_some_and(FieldType::is_numeric);
    let is_meant = |column: &&ColumnProfile| rule.column.is_none_or(|name| name == column.name);
    let numeric = slice.profile.columns.iter().filter(|column| is_numeric(&column.name));
    let columns: Vec<&ColumnProfile> = numeric.filter(is_meant).collect();
    if columns.is_empty() {
        let (outcome, explanation) = match rule.column {
            Some(name) => (Outcome::Unknown, format!("the schema has no numeric column `{name}`")),
            None => (Outcome::Passed, "the schema has no numeric column, so that there is nothing to judge".to_owned()),
        };
        return Ok(vec![result(check, about(slice), outcome, explanation)]);
    }
    let explicit = rule.min.is_some() || rule.max.is_some();
    let judge = |column| {
        let on = OnColumn { judged, check, slice, column, cancel };
        match &column.numbers {
            _ if column.distinct == 0 => Ok(on.result(Outcome::Passed, "the column has no value to judge".to_owned())),
            numbers if explicit => on.within_bounds(numbers.as_ref(), rule),
            Some(numbers) => on.near_history(numbers, rule.factor),
            None => Ok(on.result(Outcome::Failed, "no number of the column is finite".to_owned())),
        }
    };
    columns.into_iter().map(judge).collect()
}

/// One column of one slice, being judged.
struct OnColumn<'a> {
    judged: &'a Judged<'a>,
    check: &'a Check,
    slice: &'a SliceFacts,
    column: &'a ColumnProfile,
    cancel: &'a Cancel,
}

impl OnColumn<'_> {
    fn subject(&self) -> CheckSubject {
        CheckSubject { column: Some(self.column.name.clone()), ..about(self.slice) }
    }

    fn result(&self, outcome: Outcome, explanation: String) -> Evaluation {
        result(self.check, self.subject(), outcome, explanation)
    }

    /// Every cell must lie within the given bounds; one that is not finite lies outside.
    fn within_bounds(&self, numbers: Option<&NumberProfile>, rule: &Rule<'_>) -> Result<Evaluation> {
        let name = &self.column.name;
        let bounds = Bounds(rule.min, rule.max);
        let inside = numbers
            .is_some_and(|numbers| numbers.not_finite == 0 && bounds.hold(numbers.min) && bounds.hold(numbers.max));
        let ends = numbers.map_or_else(
            || "no number is finite".to_owned(),
            |numbers| format!("min({name}) = {}, max({name}) = {}", number(numbers.min), number(numbers.max)),
        );
        let (outside, rows) = if inside { (0, Vec::new()) } else { self.rows_outside(bounds)? };
        let (metric, observed) = match numbers {
            Some(numbers) if rule.min.is_none_or(|lower| lower <= numbers.min) => {
                (format!("max({name})"), Some(numbers.max))
            }
            Some(numbers) => (format!("min({name})"), Some(numbers.min)),
            None => (format!("max({name})"), None),
        };
        let explanation = format!("{ends}; {bounds} passes, as the check says; rows outside or not finite: {outside}");
        let outcome = if inside { Outcome::Passed } else { Outcome::Failed };
        Ok(Evaluation {
            observed,
            expected: Some(bounds),
            metric: Some(metric),
            rows,
            ..self.result(outcome, explanation)
        })
    }

    /// The median must be within a factor of the earlier periods' median.
    fn near_history(&self, numbers: &NumberProfile, factor: f64) -> Result<Evaluation> {
        let metric = format!("median({})", self.column.name);
        let Some(observed) = self.slice.profile.metrics().get(&metric).copied() else {
            return Ok(self.result(Outcome::Unknown, format!("the profile has no {metric}")));
        };
        let earlier = Earlier::of(self.judged, self.slice, &metric)?;
        let Some(Allowed { range, formula }) = earlier.enough().and_then(|values| allowed(&values, factor)) else {
            return Ok(earlier.too_short(self.check, self.subject(), &metric, observed));
        };
        let explanation = format!(
            "{metric} = {}; passes within {} to {}: {formula}; {} cells are not finite and left out; {}",
            number(observed),
            number(range.0),
            number(range.1),
            numbers.not_finite,
            words::baseline(earlier.periods()),
        );
        let found =
            Compared { metric: Some(metric), observed, expected: Bounds::between(range.0, range.1), explanation };
        compared(self.check, self.subject(), found, || self.extreme_rows(observed > range.1))
    }

    /// How many rows lie outside the bounds, and those that lie farthest out.
    fn rows_outside(&self, bounds: Bounds) -> Result<(u64, Vec<RowRef>)> {
        let mut outside = 0;
        let is_outside = |cell: f64| !cell.is_finite() || !bounds.hold(cell);
        let rows = self.pick("is outside the bounds of the check", |cell| {
            is_outside(cell).then(|| {
                outside += 1;
                let distances = [bounds.0.map(|from| from - cell), bounds.1.map(|to| cell - to)];
                let beyond = distances.into_iter().flatten().fold(0.0, f64::max);
                key_of(-beyond)
            })
        })?;
        Ok((outside, rows))
    }

    /// The rows with the largest or the smallest numbers.
    fn extreme_rows(&self, largest: bool) -> Result<Vec<RowRef>> {
        let why = if largest { "is among the largest of the slice" } else { "is among the smallest of the slice" };
        self.pick(why, |cell| cell.is_finite().then(|| key_of(if largest { -cell } else { cell })))
    }

    fn pick(&self, why: &str, mut rank: impl FnMut(f64) -> Option<i64>) -> Result<Vec<RowRef>> {
        let name = &self.column.name;
        let cells = of_provider(&self.judged.silver, self.slice).filter(named(name).is_not_null()).select([
            named(BATCH),
            named(ROW),
            named(name).cast(DataType::Float64).alias("cell"),
        ]);
        let mut picks = Picks::default();
        for_each_chunk(cells, self.cancel, |chunk| {
            let ranks: Vec<Option<i64>> = chunk
                .column("cell")
                .and_then(|column| column.f64())
                .map_err(Error::library)?
                .iter()
                .map(|cell| cell.and_then(&mut rank))
                .collect();
            picks.offer(chunk, |index| ranks[index])
        })?;
        Ok(picks.finish(&format!("`{name}` {why}")))
    }
}
