//! Texts of the lake that a tagger may learn from.

use std::collections::{BTreeMap, HashSet};

use polars::prelude::*;

use super::{Context, look, plan, slices};
use crate::base::{Digest, Result};
use crate::domain::check::RowRef;
use crate::domain::model_change::{RightReading, judged_reading};
use crate::domain::{BatchId, Dataset, Entity, ModelRef, Period, Slice};
use crate::frames::{self, Order};
use crate::journal::{JudgedReading, Snapshot};
use crate::ner::data::{Document, TrueEntity};

/// The most unlabelled texts that are read: classes of words hardly change with more.
const MOST_UNLABELLED: usize = 300_000;
/// The most bytes of them, which are held in memory.
const MOST_BYTES: usize = 64 << 20;

/// Different texts, as many as are wanted.
#[derive(Default)]
struct Unlabelled {
    known: HashSet<Digest>,
    texts: Vec<String>,
    bytes: usize,
}

impl Unlabelled {
    fn is_enough(&self) -> bool {
        self.texts.len() >= MOST_UNLABELLED || self.bytes >= MOST_BYTES
    }

    fn add(&mut self, text: &str) {
        if !self.is_enough() && self.known.insert(Digest::of(text.as_bytes())) {
            self.bytes += text.len();
            self.texts.push(text.to_owned());
        }
    }
}

/// The different texts of silver that a model reads, newest periods first, providers by name.
pub fn unlabelled(context: &Context, model: &str) -> Result<Vec<String>> {
    let mut unlabelled = Unlabelled::default();
    for dataset in context.contract.read_by(model) {
        let periods = context.journal.read(|snapshot| snapshot.periods_with_batches(&dataset.name))?;
        for period in periods.into_iter().rev() {
            for slice in slices_of(dataset, period) {
                if unlabelled.is_enough() {
                    return Ok(unlabelled.texts);
                }
                add_texts(context, dataset, &slice, &mut unlabelled)?;
            }
        }
    }
    Ok(unlabelled.texts)
}

fn slices_of(dataset: &Dataset, period: Period) -> impl Iterator<Item = Slice> {
    let mut providers: Vec<&String> = dataset.providers.iter().map(|provider| &provider.name).collect();
    providers.sort();
    let name = dataset.name.clone();
    providers.into_iter().map(move |provider| Slice { dataset: name.clone(), period, provider: provider.clone() })
}

fn add_texts(context: &Context, dataset: &Dataset, slice: &Slice, unlabelled: &mut Unlabelled) -> Result<()> {
    let (table, partition) = slices::silver(slice);
    let Some(silver) = context.lake.scan(&table, None, &partition)? else { return Ok(()) };
    let fields = silver.select(dataset.text.iter().map(|field| col(field.as_str())).collect::<Vec<_>>());
    for chunk in frames::chunks(fields, Order::Kept, &context.cancel)? {
        let chunk = chunk?;
        if unlabelled.is_enough() {
            break;
        }
        for field in &dataset.text {
            for text in frames::text(&chunk, field)?.iter().flatten() {
                unlabelled.add(text);
            }
        }
    }
    Ok(())
}

/// The texts in which a version of this model, or one that was compared with it, found what assessors said is right, with what it found, by
/// slice and row. What people said of samples of anomalies and of two readings of a row counts alike: the last word on a row does, as
/// long as the row and what was found in it are what they were then.
pub fn found_right(context: &Context, model: &str) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    let datasets = context.contract.read_by(model);
    for ((slice, reader), rows) in right_rows(context, model)? {
        context.cancel.check()?;
        let Some(dataset) = datasets.iter().find(|dataset| dataset.name == slice.dataset) else { continue };
        if !context.journal.read(|snapshot| plan::has_read(snapshot, dataset, &slice, &reader))? {
            continue;
        }
        let wanted: Vec<RowRef> = rows.iter().map(|(row, _)| row.clone()).collect();
        let mut found = look::found(context, &slice, &reader, &wanted)?;
        for sample in look::samples(context, &[slice], &ModelRef::none(), &wanted)? {
            let Some(entities) = found.remove(&(sample.batch.to_string(), sample.row)) else { continue };
            let texts = look::texts(dataset, &sample);
            let now = judged_reading(&texts, &entities);
            let is_still = |seen: &Seen| !matches!(seen, Seen::As(judged) if *judged != now);
            if rows.iter().any(|(row, seen)| sample.is(row) && is_still(seen)) {
                documents.extend(as_documents(texts, &entities));
            }
        }
    }
    Ok(documents)
}

/// What tells that a row is still what somebody judged.
enum Seen {
    /// Its texts and entities have this digest.
    As(Digest),
    /// It was looked at when the journal was so long.
    At(u64),
}

/// Rows by slice and the version that has read them right, where the rows themselves are what they were.
type RightRows = BTreeMap<(Slice, ModelRef), Vec<(RowRef, Seen)>>;

/// What somebody said of a row.
struct Word {
    /// Its place in the journal.
    seq: u64,
    batch: BatchId,
    row: u64,
    right: Option<(ModelRef, Seen)>,
    wrong: Vec<ModelRef>,
}

fn right_rows(context: &Context, model: &str) -> Result<RightRows> {
    context.journal.read(|snapshot| {
        let mut words = words(snapshot, model)?;
        words.sort_by_key(|word| word.seq);
        let mut right: BTreeMap<(BatchId, u64), (ModelRef, Seen)> = BTreeMap::new();
        for Word { batch, row, right: now, wrong, .. } in words {
            let key = (batch, row);
            if right.get(&key).is_some_and(|(reader, _)| wrong.contains(reader)) {
                right.remove(&key);
            }
            if let Some(now) = now {
                right.insert(key, now);
            }
        }
        let mut rows = RightRows::new();
        for ((batch, row), (reader, seen)) in right {
            let Some(known) = snapshot.batch(&batch)? else { continue };
            let slice = known.delivery.slice;
            if let Seen::At(seq) = seen
                && !snapshot.is_read_alike_since(&slice, seq)?
            {
                continue;
            }
            let row = RowRef { batch, row, why: String::new() };
            rows.entry((slice, reader)).or_default().push((row, seen));
        }
        Ok(rows)
    })
}

/// What people said of rows that versions of this model have read.
fn words(snapshot: &Snapshot<'_>, model: &str) -> Result<Vec<Word>> {
    let mut words = Vec::new();
    let places = snapshot.places_of_verdicts()?;
    for anomaly in snapshot.anomalies_judged(model)? {
        for (batch, row, verdict) in snapshot.verdicts(&anomaly)? {
            let model = anomaly.model.clone();
            let seq = places.get(&(anomaly.id.clone(), batch.clone(), row)).copied().unwrap_or_default();
            let (right, wrong) =
                if verdict.accepted { (Some((model, Seen::At(seq))), Vec::new()) } else { (None, vec![model]) };
            words.push(Word { seq, batch, row, right, wrong });
        }
    }
    for JudgedReading { batch, row, before, after, verdict, seq } in snapshot.readings_judged(model)? {
        let judged = Seen::As(verdict.judged);
        let (right, wrong) = match verdict.right {
            RightReading::Before => (Some((before, judged)), vec![after]),
            RightReading::After => (Some((after, judged)), vec![before]),
            RightReading::Neither => (None, vec![before, after]),
        };
        words.push(Word { seq, batch, row, right, wrong });
    }
    Ok(words)
}

/// The texts of a row with what was found in each.
fn as_documents(texts: BTreeMap<String, String>, entities: &[Entity]) -> impl Iterator<Item = Document> {
    texts.into_iter().map(|(field, text)| {
        let found = entities.iter().filter(|entity| entity.field == field);
        let entities =
            found.map(|entity| TrueEntity { start: entity.start, end: entity.end, label: entity.label.clone() });
        Document { entities: entities.collect(), text }
    })
}
