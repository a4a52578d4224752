//! What two model versions find in the same rows, walked side by side in chunks.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{Context, look, slices};
use crate::base::{Digest, Error, Result};
use crate::domain::check::RowRef;
use crate::domain::matching::{Match, Place, matches};
use crate::domain::model_change::{ChangedRow, LabelChange, ModelComparison, Relabelled, SurfaceChange};
use crate::domain::{BatchId, Entity, ModelRef, Slice, lineage};
use crate::frames::{self, Buffer, EntityColumn, Order, chunks, same_rows};

/// How many texts that are found otherwise are told.
const SURFACES: usize = 20;
/// How many different ones are kept while counting; those that come later are not told.
const MOST_SURFACES: usize = 100_000;
/// How many rows are shown.
const SAMPLES: usize = 20;
/// The longest text of an entity that is told, in characters.
const LONGEST: usize = 60;

/// The text and the label of an entity, where there is one.
type Named = Option<(String, String)>;

/// What is counted while walking.
#[derive(Default)]
pub struct Changes {
    rows: u64,
    failed_rows: u64,
    changed_rows: u64,
    labels: BTreeMap<String, LabelChange>,
    relabelled: BTreeMap<(String, String), u64>,
    surfaces: BTreeMap<(Named, Named), u64>,
    /// By what is otherwise: the rows whose digests are the least, which is as good as drawn by lot and the same every time.
    samples: BTreeMap<String, BTreeMap<Digest, Seen>>,
}

/// A row in which something is otherwise.
struct Seen {
    slice: Slice,
    batch: String,
    row: i64,
    before: Vec<Entity>,
    after: Vec<Entity>,
}

impl Changes {
    /// Walks over a slice that both versions have read as it is now.
    pub fn walk(&mut self, context: &Context, slice: &Slice, models: (&ModelRef, &ModelRef)) -> Result<()> {
        let read = |model: &ModelRef| -> Result<Option<_>> {
            let (table, partition) = slices::annotations(slice, model);
            let Some(rows) = context.lake.scan(&table, None, &partition)? else { return Ok(None) };
            let rows = rows.select([lineage::BATCH, lineage::ROW, lineage::ENTITIES, lineage::ERROR].map(col));
            chunks(rows, Order::Kept, &context.cancel).map(Some)
        };
        let (Some(before), Some(after)) = (read(models.0)?, read(models.1)?) else { return Ok(()) };
        let mut after = Buffer::of(after);
        for before in before {
            context.cancel.check()?;
            let mut before = before?;
            before.rechunk_mut();
            let after = after.take(before.height())?;
            if !same_rows(&before, &after)? {
                let (one, other) = models;
                return Err(Error::corrupt(format!("{one} and {other} have not read the same rows of {slice}"))
                    .hint("assay model coverage shows what has to be read again"));
            }
            self.chunk(slice, &before, &after)?;
        }
        Ok(())
    }

    fn chunk(&mut self, slice: &Slice, before: &DataFrame, after: &DataFrame) -> Result<()> {
        let (batches, numbers) = (frames::text(before, lineage::BATCH)?, frames::ints(before, lineage::ROW)?);
        let (ours, theirs) = (EntityColumn::of(before)?, EntityColumn::of(after)?);
        let failed = (frames::text(before, lineage::ERROR)?, frames::text(after, lineage::ERROR)?);
        for index in 0..before.height() {
            if failed.0.get(index).or(failed.1.get(index)).is_some() {
                self.failed_rows += 1;
                continue;
            }
            let (before, after) = (ours.row(index)?.unwrap_or_default(), theirs.row(index)?.unwrap_or_default());
            let what = self.row(&before, &after);
            let (Some(batch), Some(row)) = (batches.get(index), numbers.get(index)) else { continue };
            for what in what {
                let digest = Digest::of(format!("{slice} {batch} {row} {what}").as_bytes());
                let kept = self.samples.entry(what).or_default();
                if kept.len() < SAMPLES || kept.last_key_value().is_some_and(|(last, _)| digest < *last) {
                    let (slice, batch) = (slice.clone(), batch.to_owned());
                    kept.insert(digest, Seen { slice, batch, row, before: before.clone(), after: after.clone() });
                }
                if kept.len() > SAMPLES {
                    kept.pop_last();
                }
            }
        }
        Ok(())
    }

    /// Counts a row; answers what is otherwise in it, each sort of change once.
    fn row(&mut self, before: &[Entity], after: &[Entity]) -> Vec<String> {
        self.rows += 1;
        for entity in before {
            self.label(&entity.label).before += 1;
        }
        for entity in after {
            self.label(&entity.label).after += 1;
        }
        if before.len() == after.len() && before.iter().zip(after).all(|(one, other)| one.is_where(other)) {
            for entity in before {
                self.label(&entity.label).same += 1;
            }
            return Vec::new();
        }
        let mut fields: Vec<&str> = before.iter().chain(after).map(|entity| entity.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        let mut what = Vec::new();
        for field in fields {
            let of = |entities: &'_ [Entity]| -> Vec<Entity> {
                entities.iter().filter(|entity| entity.field == field).cloned().collect()
            };
            self.field(&of(before), &of(after), &mut what);
        }
        what.sort_unstable();
        what.dedup();
        self.changed_rows += u64::from(!what.is_empty());
        what
    }

    fn field(&mut self, before: &[Entity], after: &[Entity], what: &mut Vec<String>) {
        for matched in matches(&places(before), &places(after)) {
            let (one, other) = matched.places();
            let (one, other) = (one.map(|one| &before[one]), other.map(|other| &after[other]));
            let (from, to) = (one.map_or("", |one| &one.label), other.map_or("", |other| &other.label));
            match matched {
                Match::Same(..) => {
                    self.label(from).same += 1;
                    continue;
                }
                Match::Moved(..) => {
                    self.label(from).moved += 1;
                    what.push(format!("{from} moved"));
                }
                Match::Relabelled(..) => {
                    self.label(from).relabelled += 1;
                    *self.relabelled.entry((from.to_owned(), to.to_owned())).or_default() += 1;
                    what.push(format!("{from} relabelled to {to}"));
                }
                Match::Lost(_) => {
                    self.label(from).lost += 1;
                    what.push(format!("{from} lost"));
                }
                Match::Gained(_) => {
                    self.label(to).gained += 1;
                    what.push(format!("{to} gained"));
                }
            }
            let key = (one.map(named), other.map(named));
            if let Some(count) = self.surfaces.get_mut(&key) {
                *count += 1;
            } else if self.surfaces.len() < MOST_SURFACES {
                self.surfaces.insert(key, 1);
            }
        }
    }

    fn label(&mut self, label: &str) -> &mut LabelChange {
        self.labels.entry(label.to_owned()).or_default()
    }

    /// What it all comes to; the texts of the rows that are shown are read now. What was compared, and what not, is for the caller to say.
    pub fn finish(self, context: &Context, (before, after): (&ModelRef, &ModelRef)) -> Result<ModelComparison> {
        let mut relabelled: Vec<Relabelled> =
            self.relabelled.into_iter().map(|((from, to), count)| Relabelled { from, to, count }).collect();
        relabelled.sort_by_key(|one| std::cmp::Reverse(one.count));
        let surface = |((before, after), count)| SurfaceChange { before, after, count };
        let mut surfaces: Vec<SurfaceChange> = self.surfaces.into_iter().map(surface).collect();
        surfaces.sort_by_key(|one| std::cmp::Reverse(one.count));
        surfaces.truncate(SURFACES);
        Ok(ModelComparison {
            before: before.clone(),
            after: after.clone(),
            slices: Vec::new(),
            unread: Vec::new(),
            rows: self.rows,
            failed_rows: self.failed_rows,
            changed_rows: self.changed_rows,
            labels: self.labels,
            relabelled,
            surfaces,
            samples: drawn(self.samples)
                .into_iter()
                .map(|(why, seen)| shown(context, why, seen))
                .collect::<Result<_>>()?,
        })
    }
}

fn places(entities: &[Entity]) -> Vec<Place<'_>> {
    entities.iter().map(|Entity { start, end, label, .. }| Place { start: *start, end: *end, label }).collect()
}

fn named(entity: &Entity) -> (String, String) {
    (crate::base::text::beginning(&entity.text, LONGEST), entity.label.clone())
}

/// Rows of every sort of change, in turn, no row twice.
fn drawn(samples: BTreeMap<String, BTreeMap<Digest, Seen>>) -> Vec<(String, Seen)> {
    let mut sorts: Vec<(String, Vec<Seen>)> =
        samples.into_iter().map(|(what, seen)| (what, seen.into_values().rev().collect())).collect();
    let mut drawn: Vec<(String, Seen)> = Vec::new();
    while drawn.len() < SAMPLES && sorts.iter().any(|(_, left)| !left.is_empty()) {
        for (what, left) in &mut sorts {
            let known = |seen: &Seen| drawn.iter().any(|(_, one)| (&one.batch, one.row) == (&seen.batch, seen.row));
            left.retain(|seen| !known(seen));
            if let Some(seen) = left.pop().filter(|_| drawn.len() < SAMPLES) {
                drawn.push((what.clone(), seen));
            }
        }
    }
    drawn
}

fn shown(context: &Context, why: String, seen: Seen) -> Result<ChangedRow> {
    let Seen { slice, batch, row, before, after } = seen;
    let batch = BatchId::from_text(batch);
    let row = u64::try_from(row).unwrap_or_default();
    let texts = texts(context, &slice, &batch, row)?;
    Ok(ChangedRow { slice, batch, row, why, texts, before, after, verdict: None })
}

fn texts(context: &Context, slice: &Slice, batch: &BatchId, row: u64) -> Result<BTreeMap<String, String>> {
    let wanted = RowRef { batch: batch.clone(), row, why: String::new() };
    let dataset = context.contract.dataset(&slice.dataset)?;
    let sample = look::samples(context, std::slice::from_ref(slice), &ModelRef::none(), &[wanted])?;
    Ok(sample.first().map(|sample| look::texts(dataset, sample)).unwrap_or_default())
}

/// One row as both versions have read it; what is otherwise in it is for the caller to see.
///
/// # Errors
/// When one of them has read no such row of the slice.
pub fn row(
    context: &Context,
    slice: &Slice,
    (before, after): (&ModelRef, &ModelRef),
    batch: &BatchId,
    row: u64,
) -> Result<ChangedRow> {
    let read = |model: &ModelRef| {
        let wanted = RowRef { batch: batch.clone(), row, why: String::new() };
        let found = look::found(context, slice, model, &[wanted])?.remove(&(batch.to_string(), row));
        found.ok_or_else(|| Error::not_found(format!("{model} has read no row {row} of batch {batch} in {slice}")))
    };
    let (before, after) = (read(before)?, read(after)?);
    let texts = texts(context, slice, batch, row)?;
    let (slice, batch) = (slice.clone(), batch.clone());
    Ok(ChangedRow { slice, batch, row, why: String::new(), texts, before, after, verdict: None })
}
