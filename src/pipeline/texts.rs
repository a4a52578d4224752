//! Texts of the lake that a tagger may learn from.

use std::collections::{BTreeSet, HashSet};

use polars::prelude::*;

use super::{Context, look, slices};
use crate::base::Result;
use crate::domain::{Anomaly, BatchId, Dataset, ModelRef, Period, Slice};
use crate::frames::{self, Order};
use crate::ner::data::{Document, TrueEntity};

/// The most unlabelled texts that are read: classes of words hardly change with more.
const MOST_UNLABELLED: usize = 300_000;

/// The datasets that a model of this name may read.
fn read_by<'a>(context: &'a Context, model: &'a str) -> impl Iterator<Item = &'a Dataset> {
    let reads = move |dataset: &&Dataset| dataset.model.as_ref().is_none_or(|name| name == model);
    context.contract.datasets.iter().filter(|dataset| !dataset.text.is_empty()).filter(reads)
}

/// The different texts of silver that a model reads, newest periods first, providers by name.
pub fn unlabelled(context: &Context, model: &str) -> Result<Vec<String>> {
    let mut known = HashSet::new();
    let mut texts = Vec::new();
    for dataset in read_by(context, model) {
        let periods = context.journal.read(|snapshot| snapshot.periods_with_batches(&dataset.name))?;
        for period in periods.into_iter().rev() {
            for slice in slices_of(dataset, period) {
                add_texts(context, dataset, &slice, &mut known, &mut texts)?;
                if texts.len() >= MOST_UNLABELLED {
                    return Ok(texts);
                }
            }
        }
    }
    Ok(texts)
}

fn slices_of(dataset: &Dataset, period: Period) -> impl Iterator<Item = Slice> {
    let mut providers: Vec<&String> = dataset.providers.iter().map(|provider| &provider.name).collect();
    providers.sort();
    let name = dataset.name.clone();
    providers.into_iter().map(move |provider| Slice { dataset: name.clone(), period, provider: provider.clone() })
}

fn add_texts(
    context: &Context,
    dataset: &Dataset,
    slice: &Slice,
    known: &mut HashSet<String>,
    texts: &mut Vec<String>,
) -> Result<()> {
    let (table, partition) = slices::silver(slice);
    let Some(silver) = context.lake.scan(&table, None, &partition)? else { return Ok(()) };
    let fields = silver.select(dataset.text.iter().map(|field| col(field.as_str())).collect::<Vec<_>>());
    for chunk in frames::chunks(fields, Order::Kept, &context.cancel)? {
        let chunk = chunk?;
        for field in &dataset.text {
            for text in frames::text(&chunk, field)?.iter().flatten() {
                if texts.len() < MOST_UNLABELLED && known.insert(text.to_owned()) {
                    texts.push(text.to_owned());
                }
            }
        }
    }
    Ok(())
}

/// The texts in which a version of this model found what an assessor said is right, with what it found; by anomaly and row, each text of
/// a row once.
pub fn found_right(context: &Context, model: &str) -> Result<Vec<Document>> {
    let judged = context.journal.read(|snapshot| {
        let mut judged: Vec<(Anomaly, BTreeSet<(BatchId, u64)>)> = Vec::new();
        for anomaly in snapshot.anomalies_of_model(model)? {
            let verdicts = snapshot.verdicts(&anomaly)?.into_iter().filter(|(_, _, verdict)| verdict.accepted);
            let right: BTreeSet<(BatchId, u64)> = verdicts.map(|(batch, row, _)| (batch, row)).collect();
            judged.push((anomaly, right));
        }
        Ok(judged)
    })?;
    let mut seen = BTreeSet::new();
    let mut documents = Vec::new();
    for (anomaly, right) in judged {
        context.cancel.check()?;
        let Some(dataset) = read_by(context, model).find(|dataset| dataset.name == anomaly.dataset) else { continue };
        let mut rows = anomaly.rows.clone();
        rows.retain(|row| {
            let key = (row.batch.clone(), row.row);
            right.contains(&key) && seen.insert(key)
        });
        documents.extend(read(context, dataset, &anomaly, &anomaly.model, &rows)?);
    }
    Ok(documents)
}

fn read(
    context: &Context,
    dataset: &Dataset,
    anomaly: &Anomaly,
    model: &ModelRef,
    rows: &[crate::domain::check::RowRef],
) -> Result<Vec<Document>> {
    let slices: Vec<Slice> = slices_of(dataset, anomaly.period)
        .filter(|slice| anomaly.subject.provider.as_ref().is_none_or(|provider| *provider == slice.provider))
        .collect();
    let mut documents = Vec::new();
    for sample in look::samples(context, &slices, model, rows)? {
        let cells = sample.cells.into_iter().filter(|(field, _)| dataset.text.contains(field));
        for (field, text) in cells.filter_map(|(field, text)| Some((field, text?))) {
            let found = sample.entities.iter().filter(|entity| entity.field == field);
            let entities =
                found.map(|entity| TrueEntity { start: entity.start, end: entity.end, label: entity.label.clone() });
            documents.push(Document { entities: entities.collect(), text });
        }
    }
    Ok(documents)
}
