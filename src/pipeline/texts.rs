//! Texts of the lake that a tagger may learn from.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use polars::prelude::*;

use super::{Context, look, slices};
use crate::base::{Digest, Result};
use crate::domain::anomaly::Sample;
use crate::domain::check::RowRef;
use crate::domain::model_change::{RightReading, judged_reading};
use crate::domain::{Anomaly, BatchId, Dataset, ModelRef, Period, Slice};
use crate::frames::{self, Order};
use crate::journal::JudgedReading;
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

/// The texts in which a model found what an assessor said is right, with what it found, each text of a row once: those in which of two
/// readings a version of this model gave one, then those that anomalies show, by anomaly and row.
pub fn found_right(context: &Context, model: &str) -> Result<Vec<Document>> {
    let mut seen = BTreeSet::new();
    let mut documents = Vec::new();
    for ((slice, reader), rows) in readings(context, model)? {
        context.cancel.check()?;
        let Some(dataset) = read_by(context, model).find(|dataset| dataset.name == slice.dataset) else { continue };
        let wanted: Vec<RowRef> = rows.iter().map(|(row, _)| row.clone()).collect();
        for sample in look::samples(context, &[slice], &reader, &wanted)? {
            let stands_for = judged_reading(&look::texts(dataset, &sample), &sample.entities);
            if rows.iter().any(|(row, judged)| sample.is(row) && *judged == stands_for) {
                seen.insert((sample.batch.clone(), sample.row));
                documents.extend(as_documents(dataset, &sample));
            }
        }
    }
    let judged = context.journal.read(|snapshot| {
        let mut judged: Vec<(Anomaly, BTreeSet<(BatchId, u64)>)> = Vec::new();
        for anomaly in snapshot.anomalies_of_model(model)? {
            let verdicts = snapshot.verdicts(&anomaly)?.into_iter().filter(|(_, _, verdict)| verdict.accepted);
            let right: BTreeSet<(BatchId, u64)> = verdicts.map(|(batch, row, _)| (batch, row)).collect();
            judged.push((anomaly, right));
        }
        Ok(judged)
    })?;
    for (anomaly, right) in judged {
        context.cancel.check()?;
        let Some(dataset) = read_by(context, model).find(|dataset| dataset.name == anomaly.dataset) else { continue };
        let mut rows = anomaly.rows.clone();
        rows.retain(|row| {
            let key = (row.batch.clone(), row.row);
            right.contains(&key) && seen.insert(key)
        });
        let about = anomaly.subject.provider.as_ref();
        let slices = slices_of(dataset, anomaly.period);
        let slices: Vec<Slice> = slices.filter(|slice| about.is_none_or(|about| *about == slice.provider)).collect();
        let samples = look::samples(context, &slices, &anomaly.model, &rows)?;
        documents.extend(samples.iter().flat_map(|sample| as_documents(dataset, sample)));
    }
    Ok(documents)
}

/// Rows with what the verdicts on them stand for, by slice and the version that has read them right.
type Readings = BTreeMap<(Slice, ModelRef), Vec<(RowRef, Digest)>>;

/// The rows that were judged where a version of this model and another have read them differently. The last word on a row counts: who
/// finds another version right, or neither, takes back what was said of a version before.
fn readings(context: &Context, model: &str) -> Result<Readings> {
    context.journal.read(|snapshot| {
        let mut right: BTreeMap<(BatchId, u64), (ModelRef, Digest)> = BTreeMap::new();
        for JudgedReading { batch, row, before, after, verdict } in snapshot.readings_judged(model)? {
            let key = (batch, row);
            let was_wrong = right.get(&key).is_some_and(|(reader, _)| [&before, &after].contains(&reader));
            if was_wrong {
                right.remove(&key);
            }
            let reader = match verdict.right {
                RightReading::Before => before,
                RightReading::After => after,
                RightReading::Neither => continue,
            };
            right.insert(key, (reader, verdict.judged));
        }
        let mut readings = Readings::new();
        for ((batch, row), (reader, judged)) in right {
            let Some(known) = snapshot.batch(&batch)? else { continue };
            let row = RowRef { batch, row, why: String::new() };
            readings.entry((known.delivery.slice, reader)).or_default().push((row, judged));
        }
        Ok(readings)
    })
}

/// The texts of a row with what was found in each.
fn as_documents(dataset: &Dataset, sample: &Sample) -> impl Iterator<Item = Document> {
    look::texts(dataset, sample).into_iter().map(|(field, text)| {
        let found = sample.entities.iter().filter(|entity| entity.field == field);
        let entities =
            found.map(|entity| TrueEntity { start: entity.start, end: entity.end, label: entity.label.clone() });
        Document { entities: entities.collect(), text }
    })
}
