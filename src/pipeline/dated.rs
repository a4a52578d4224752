//! Of which periods the rows of a file are whose name does not say it.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use super::refine::refiner::Refiner;
use super::refine::scope::Scope;
use super::{Context, standing};
use crate::base::{Error, Result, text};
use crate::domain::calendar::Span;
use crate::domain::contract::DeliveryMode;
use crate::domain::{Dataset, Provider};
use crate::frames::CHUNK_ROWS;
use crate::lake::extension_of;
use crate::source::read;

/// How many days without a row may lie between two that have some: of a provider that delivers by days.
const LONGEST_REST: i64 = 7;

/// Of how many times fewer rows than stand for a period nobody can tell whether they are meant to be all of it.
const FEWER: u64 = 10;

/// How many periods a refusal names.
const NAMED: usize = 6;

/// The periods of a provider that a file has rows of, one after the other. What it does not owe, or what has not begun yet, is
/// none of them: such rows are refused where the others go. Refused where some lie far from the others: one mistyped year
/// would take the place of a whole period.
pub fn span(context: &Context, dataset: &Dataset, provider: &Provider, path: &Path) -> Result<Span> {
    let rows = rows(context, dataset, provider, path)?;
    let today = context.today_of(provider);
    let is_owed =
        |span: &&Span| span.first <= today && dataset.periods_of(span).into_iter().any(|period| provider.owes(period));
    let owed: Vec<&Span> = rows.keys().filter(is_owed).collect();
    let (Some(first), Some(last)) = (owed.first(), owed.last()) else {
        return Err(unclear(&rows, "it has no row of a period that is owed"));
    };
    let follows = |one: &Span, next: &Span| {
        let rest = (next.first - one.last).num_days();
        let is_day = one.first == one.last;
        rest == 1 || (is_day && rest <= LONGEST_REST)
    };
    if owed.windows(2).any(|pair| !follows(pair[0], pair[1])) {
        return Err(unclear(&rows, "its rows are of periods that do not follow each other"));
    }
    if let Some(stray) = strays(context, dataset, provider, &rows, &owed)? {
        return Err(unclear(&rows, &stray));
    }
    let label = if first == last { first.label.clone() } else { format!("{} to {}", first.label, last.label) };
    Ok(Span { first: first.first, last: last.last, label })
}

/// Which of several periods a file has so few rows of that they may have strayed there, in words: whole, they would take the
/// place of what stands for it.
fn strays(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    rows: &BTreeMap<Span, u64>,
    owed: &[&Span],
) -> Result<Option<String>> {
    if owed.len() < 2 || provider.delivery != DeliveryMode::Whole {
        return Ok(None);
    }
    for span in owed {
        let here = rows.get(*span).copied().unwrap_or(0);
        for period in dataset.periods_of(span) {
            let standing = context.journal.read(|snapshot| standing::batches(snapshot, dataset, period))?;
            let own = standing.iter().filter(|batch| batch.delivery.slice.provider == provider.name);
            let stand: u64 = own.map(|batch| batch.rows).sum();
            if here.saturating_mul(FEWER) < stand {
                return Ok(Some(format!(
                    "it has {} of {span}, for which {} stand already",
                    text::counted(here, "row"),
                    text::grouped(stand)
                )));
            }
        }
    }
    Ok(None)
}

/// How many rows of each of the provider's periods a file has.
fn rows(context: &Context, dataset: &Dataset, provider: &Provider, path: &Path) -> Result<BTreeMap<Span, u64>> {
    let open = || read::open(path, &extension_of(path), read::Expected::of(dataset, provider), &context.cancel);
    let refiner = Refiner::of(dataset, provider, None);
    let columns = open()?.header().to_vec();
    let chunks = || {
        let mut reader = open()?;
        Ok(std::iter::from_fn(move || reader.next_chunk(CHUNK_ROWS, &context.cancel).transpose()))
    };
    let reading = refiner.reading(&columns, (0, Scope::all(None)), |_| chunks())?;
    let mut of_day: BTreeMap<NaiveDate, u64> = BTreeMap::new();
    for chunk in chunks()? {
        for day in refiner.dates(&reading, &chunk?)?.into_iter().flatten() {
            *of_day.entry(day).or_default() += 1;
        }
    }
    let rhythm = dataset.rhythm(provider);
    let mut rows = BTreeMap::new();
    for (day, count) in of_day {
        for span in rhythm.spans(day, day) {
            *rows.entry(span).or_default() += count;
        }
    }
    Ok(rows)
}

fn unclear(rows: &BTreeMap<Span, u64>, why: &str) -> Error {
    let mut named: Vec<String> =
        rows.iter().take(NAMED).map(|(span, rows)| format!("{} of {span}", text::counted(*rows, "row"))).collect();
    if rows.len() > NAMED {
        named.push("…".to_owned());
    }
    let error = Error::bad_data(format!("no period is certain: {why}"));
    let error = if named.is_empty() { error } else { error.because(format!("it has {}", named.join(", "))) };
    error.hint("say which period it is for: assay batch add FILE --period PERIOD")
}
