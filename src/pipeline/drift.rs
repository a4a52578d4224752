//! How a slice's columns differ from those that its provider delivered before.

use super::{Context, bronze};
use crate::base::Result;
use crate::domain::check::HISTORY;
use crate::domain::drift::{Drift, Grain, Wanted};
use crate::domain::likeness::Traits;
use crate::domain::mapping::SchemaReference;
use crate::domain::{Batch, BatchId, Dataset, Provider, Slice};
use crate::frames::{Order, chunks, named, text};
use crate::journal::Snapshot;
use crate::quality::grain::{RowsPerKey, rows_per_key};

/// How many of a delivery's first rows say what its columns are like.
const SAMPLE: u32 = 2_000;

/// The headers of a slice's batches, each once, in order of their letters: the place of a column says nothing.
#[must_use]
pub fn headers(batches: &[Batch]) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for column in batches.iter().flat_map(|batch| &batch.columns) {
        if !headers.contains(&column.delivered) {
            headers.push(column.delivered.clone());
        }
    }
    headers.sort_unstable();
    headers
}

/// What the columns of a slice are compared with, as the journal stands.
pub fn reference(
    snapshot: &Snapshot<'_>,
    dataset: &Dataset,
    slice: &Slice,
    batches: &[BatchId],
) -> Result<SchemaReference> {
    let first = slice.period.trailing(HISTORY).last().unwrap_or(slice.period);
    let mut before = snapshot.batches_before(slice, first)?;
    if let (true, Some(provider)) = (before.is_empty(), &dataset.provider(&slice.provider)?.takes_over) {
        before = snapshot.batches_before(&Slice { provider: provider.clone(), ..slice.clone() }, first)?;
    }
    let standing = batches.iter().map(|id| snapshot.known_batch(id)).collect::<Result<Vec<_>>>()?;
    let headers = headers(&standing);
    let decided = snapshot.mappings()?.into_iter().rfind(|mapping| {
        mapping.dataset == slice.dataset
            && mapping.provider == slice.provider
            && mapping.accepts(slice.period, &headers)
    });
    Ok(SchemaReference {
        with: before.into_iter().map(|batch| batch.delivery.batch).collect(),
        accepted: decided.map(|mapping| mapping.id),
    })
}

/// How the columns of a slice differ from those that it is compared with.
pub fn of(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    batches: &[Batch],
    reference: &SchemaReference,
) -> Result<Drift> {
    let column_of = |field: &str, batches: &[Batch]| {
        let found = batches.iter().map(|batch| provider.column_of(field, &batch.columns));
        found.collect::<Option<Vec<_>>>()?.first().map(|column| column.delivered.clone())
    };
    let before = match reference.accepted {
        Some(_) => Vec::new(),
        None => context
            .journal
            .read(|snapshot| reference.with.iter().map(|id| snapshot.known_batch(id)).collect::<Result<Vec<_>>>())?,
    };
    let read: Vec<(&str, Option<String>, Option<String>)> = dataset
        .delivered()
        .map(|field| field.name.as_str())
        .filter(|field| !provider.names_of(field).is_empty())
        .map(|field| (field, column_of(field, &before), column_of(field, batches)))
        .filter(|(field, _, is)| is.is_some() || !dataset.says(provider, field))
        .collect();
    // What has no rows says nothing of columns that nobody asks for.
    let is_silent = before.is_empty() || batches.iter().all(|batch| batch.rows == 0);
    if is_silent && read.iter().all(|(_, _, is)| is.is_some()) {
        return Ok(Drift::default());
    }
    let wanted: Vec<Wanted<'_>> = read
        .iter()
        .map(|(field, was, is)| Wanted {
            field,
            names: provider.names_of(field),
            was: was.as_deref(),
            is: is.as_deref(),
        })
        .collect();
    // Of several deliveries, one that has all the fields proposes nothing.
    let lacks = |batch: &&Batch| wanted.iter().any(|wanted| provider.column_of(wanted.field, &batch.columns).is_none());
    let lacking: Vec<Batch> = batches.iter().filter(lacks).cloned().collect();
    let now = traits(context, if lacking.is_empty() { batches } else { &lacking })?;
    let ids = batches.iter().map(|batch| batch.delivery.batch.clone()).collect();
    let Some(since) = before.first().map(|batch| batch.delivery.slice.period) else {
        return Ok(Drift { batches: ids, ..Drift::between(None, &now, &wanted) });
    };
    let mut drift = Drift::between(Some((since, &traits(context, &before)?)), &now, &wanted);
    drift.grain = grain(context, dataset, provider, (&before, batches), &drift.added)?;
    Ok(Drift { batches: ids, ..drift })
}

/// What the columns of batches are like, each header once.
fn traits(context: &Context, batches: &[Batch]) -> Result<Vec<Traits>> {
    let mut traits: Vec<Traits> = Vec::new();
    for batch in batches {
        let columns: Vec<_> =
            batch.columns.iter().filter(|column| !traits.iter().any(|known| known.name == column.delivered)).collect();
        let Some(bronze) = bronze::read(context, &batch.delivery)?.filter(|_| !columns.is_empty()) else { continue };
        let names: Vec<_> = columns.iter().map(|column| named(&column.name)).collect();
        let mut values: Vec<Vec<String>> = vec![Vec::new(); columns.len()];
        for chunk in chunks(bronze.select(names).limit(SAMPLE), Order::Kept, &context.cancel)? {
            let chunk = chunk?;
            for (column, values) in columns.iter().zip(&mut values) {
                values.extend(text(&chunk, &column.name)?.iter().flatten().map(str::to_owned));
            }
        }
        let of = columns
            .iter()
            .zip(&values)
            .map(|(column, values)| Traits::of(&column.delivered, values.iter().map(String::as_str)));
        traits.extend(of.collect::<Vec<_>>());
    }
    Ok(traits)
}

/// Whether there is another number of different rows for each key of the contract than before, and which of the `added`
/// columns tell the rows of a key apart.
fn grain(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    (before, now): (&[Batch], &[Batch]),
    added: &[String],
) -> Result<Option<Grain>> {
    if dataset.key.is_empty() {
        return Ok(None);
    }
    let measure = |batches: &[Batch], also: Option<&str>, columns: &[String]| -> Result<Option<RowsPerKey>> {
        let [batch] = batches else { return Ok(None) };
        let key = dataset.key.iter().map(|field| provider.column_of(field, &batch.columns));
        let Some(mut key) = key.map(|column| Some(column?.name.clone())).collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let also = also.and_then(|name| batch.columns.iter().find(|column| column.delivered == name));
        key.extend(also.map(|column| column.name.clone()));
        let Some(bronze) = bronze::read(context, &batch.delivery)? else { return Ok(None) };
        rows_per_key(bronze, &key, columns, batch.rows, &context.cancel)
    };
    let all = |batches: &[Batch]| -> Vec<String> {
        batches.iter().flat_map(|batch| &batch.columns).map(|column| column.name.clone()).collect()
    };
    // The keys alone are read soon; only where they look different does it matter whether rows were delivered twice.
    let (Some(was), Some(is)) = (measure(before, None, &[])?, measure(now, None, &[])?) else { return Ok(None) };
    if !Grain::differs(was.all, is.all) {
        return Ok(None);
    }
    let (was, is) = (measure(before, None, &all(before))?, measure(now, None, &all(now))?);
    let (Some(was), Some(is)) = (was.map(|rows| rows.different), is.map(|rows| rows.different)) else {
        return Ok(None);
    };
    if !Grain::differs(was, is) {
        return Ok(None);
    }
    let mut by = Vec::new();
    for column in added {
        let apart = measure(now, Some(column), &all(now))?.map(|rows| rows.different);
        by.extend(apart.filter(|apart| !Grain::differs(was, *apart)).map(|_| column.clone()));
    }
    let rounded = |ratio: f64| (ratio * 100.0).round() / 100.0;
    Ok(Some(Grain { was: rounded(was), is: rounded(is), by }))
}
