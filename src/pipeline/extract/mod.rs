//! Databases as sources: what changed since the last look is copied, and lands as changes of the periods it is about.
//!
//! The copy of a source is what its landed extracts add up to: of each period the last row of each key. An extract holds only
//! what differs from that, so that doing it again changes nothing, whatever became of the attempt before.

mod compare;
mod copy;
mod difference;
mod identities;
mod rows;
mod seen;

use chrono::NaiveDate;

use super::land::{self, Landing, Offered};
use super::report::Report;
use super::{Context, lease, publication};
use crate::base::{Error, Result, ResultExt};
use crate::domain::batch::BronzeColumn;
use crate::domain::calendar::Span;
use crate::domain::progress::Progress;
use crate::domain::source::{Extract, Relation, Retrieval, Sql};
use crate::domain::{Dataset, Destination, Fact, Period, Provider, Slice, TaskKind};
use crate::source::{inbox, sql};
use copy::Known;
use difference::Difference;
use rows::Placing;

/// What came of looking at a source.
pub struct Extracted {
    /// Rows that were read, whether they had changed or not.
    pub read: u64,
    /// Rows that share their key with one that comes later, and give way to it.
    pub twice: u64,
    /// What landed: for what, the name of the file, and what became of it.
    pub landed: Vec<(Destination, String, Landing)>,
}

/// Copies what is new in the database of a provider, or `full`, what differs in all of it from what stands.
pub fn provider(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    (source, full): (&Sql, bool),
    sink: &(dyn Fn(Progress) + Sync),
) -> Result<Extracted> {
    let _lease = lease::wait(context, &format!("extract {}/{}", dataset.name, provider.name))?;
    finish_what_was_begun(context, dataset, provider, sink)?;
    let known = Known::of(context, dataset, provider, source)?;
    let since = known.watermark.as_deref().filter(|_| !full && !known.has_turned);
    let fresh = context.lake.scratch()?;
    let key = |columns: &[String]| key_columns(dataset, provider, columns);
    let wanted = sql::Wanted { sql: source, root: &context.root, since, key: &key, target: fresh.path() };
    let looked = Some(context.journal.now());
    let report = Report::of(TaskKind::Extract, format!("{}/{}", dataset.name, provider.name), sink);
    let copied = sql::extract(&wanted, &context.cancel, &|rows| report.rows(rows, None));
    let copied = report
        .ended(copied, |copied| copied.rows)
        .with_context(|| format!("asking the database of {}", provider.name))?;
    let today = context.today_of(provider);
    let placing = Placing::new(dataset, provider, today)?;
    let is_full = full || known.watermark.is_none();
    let compared: Vec<_> = known.compared(full).collect();
    let difference = Difference::find(context, &placing, fresh.path(), &compared, is_full)?;
    let periods = difference.periods(&known, today);
    let mut landed = Vec::new();
    for (index, period) in periods.iter().enumerate() {
        context.cancel.check()?;
        let file = difference.file_of(context, *period)?;
        // Only once all has landed is everything up to the watermark in the copy.
        let is_last = index + 1 == periods.len();
        let watermark = if is_last { copied.watermark.clone() } else { known.watermark.clone().filter(|_| !full) };
        let extract = Extract { source: source.digest(), full: is_full, watermark, read: copied.rows, looked };
        let name = format!("{} {period}.parquet", called(source));
        let destination = destination(dataset, provider, *period, today);
        let seen = inbox::look(file.path())?.ok_or_else(|| Error::internal("an extract is gone"))?;
        let retrieved = Some(Retrieval::Extract(extract));
        let offered = Offered { path: file.path(), name: &name, seen, claim: None, retrieved };
        let landing = land::file(context, &destination, &offered, sink)?;
        landed.push((destination, name, landing));
    }
    Ok(Extracted { read: copied.rows, twice: difference.twice, landed })
}

/// What a dead process began is part of the copy, or never was.
fn finish_what_was_begun(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    sink: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let is_begun = || -> Result<bool> {
        let unfinished = context.journal.read(|snapshot| snapshot.unfinished())?;
        Ok(unfinished.into_iter().any(|(_, fact)| match fact {
            Fact::LandingStarted { delivery: land, .. } => {
                (&land.slice.dataset, &land.slice.provider) == (&dataset.name, &provider.name)
            }
            _ => false,
        }))
    };
    if is_begun()? {
        publication::recover(context, sink)?;
    }
    if is_begun()? {
        return Err(Error::busy(format!("a landing of {} was begun and is not finished", provider.name))
            .hint("assay run finishes it"));
    }
    Ok(())
}

/// The columns that make a row unique, among these of the source.
fn key_columns(dataset: &Dataset, provider: &Provider, columns: &[String]) -> Result<Vec<String>> {
    let columns: Vec<BronzeColumn> = columns.iter().map(|name| as_column(name)).collect();
    let named = |field: &String| {
        let found = provider.column_of(field, &columns).map(|column| column.delivered.clone());
        found.ok_or_else(|| lacks(dataset, provider, field, &columns))
    };
    dataset.key.iter().chain(&dataset.date).map(named).collect::<Result<Vec<_>>>().map(|mut names| {
        names.truncate(dataset.key.len());
        names
    })
}

fn as_column(name: &str) -> BronzeColumn {
    BronzeColumn { name: name.to_owned(), delivered: name.to_owned(), iso_dates: false, typed_numbers: None }
}

fn lacks(dataset: &Dataset, provider: &Provider, field: &str, columns: &[BronzeColumn]) -> Error {
    let has: Vec<&str> = columns.iter().map(|column| column.delivered.as_str()).collect();
    Error::bad_data(format!("the source of {} has no column for `{field}` of {}", provider.name, dataset.name))
        .because(format!("looked for {}; it has {}", provider.names_of(field).join(", "), has.join(", ")))
        .hint(format!("name it in assay.toml: columns = {{ {field} = \"...\" }}"))
}

/// What rows of a period are for that are copied on this day: of one that goes on, the days that are over. Its first day is
/// for itself; so is a period of one day, which is copied again once it is over.
fn destination(dataset: &Dataset, provider: &Provider, period: Period, today: NaiveDate) -> Destination {
    let slice = Slice { dataset: dataset.name.clone(), period, provider: provider.name.clone() };
    let is_going_on = period.contains(today) && period.first() < period.last();
    let last = today.pred_opt().filter(|yesterday| *yesterday >= period.first()).unwrap_or(today);
    let covers = is_going_on.then(|| Span { first: period.first(), last, label: format!("{period} to {last}") });
    Destination { slice, covers, part: None }
}

/// What an extract of a source is called.
fn called(source: &Sql) -> String {
    match &source.relation {
        Relation::Table(table) => table.replace(['/', '\\'], "_"),
        Relation::Query(_) => "query".to_owned(),
    }
}
