//! Where the rows of a slice lie, and that they are what tasks have written: these files and no others, byte for byte.
//!
//! Data files are named by their content, and an output says which ones it consists of. So neither a lost file, nor a
//! changed one, nor an older copy of a table is taken for what was judged and signed.

use polars::prelude::{LazyFrame, UnionArgs, concat};

use super::Context;
use crate::base::{Digest, Error, KeyHasher, Result};
use crate::domain::{ModelRef, Slice, Task, TaskKind, TaskSubject, lineage, task};
use crate::lake::Table;

/// A table, and the partition of it that holds a slice.
pub type Place = (Table, Vec<(String, String)>);

/// Where the silver rows of a slice lie.
pub fn silver(slice: &Slice) -> Place {
    (Table::Silver { dataset: slice.dataset.clone() }, partition(slice))
}

/// Where its rejects lie.
pub fn rejects(slice: &Slice) -> Place {
    (Table::Rejects { dataset: slice.dataset.clone() }, partition(slice))
}

/// Where that lies which a model version found in it.
pub fn annotations(slice: &Slice, model: &ModelRef) -> Place {
    let mut place = vec![(lineage::MODEL.to_owned(), model.to_string())];
    place.extend(partition(slice));
    (Table::Annotations { dataset: slice.dataset.clone() }, place)
}

fn partition(slice: &Slice) -> Vec<(String, String)> {
    vec![(lineage::PERIOD.to_owned(), slice.period.to_string()), (lineage::PROVIDER.to_owned(), slice.provider.clone())]
}

/// The rows of a partition as they are now; none where there never were any.
pub fn scan(context: &Context, (table, partition): Place) -> Result<Option<LazyFrame>> {
    context.lake.scan(&table, None, &partition)
}

/// All rows of some partitions of a table.
pub fn union(frames: Vec<LazyFrame>) -> Result<Option<LazyFrame>> {
    if frames.is_empty() {
        return Ok(None);
    }
    concat(frames, UnionArgs::default()).map(Some).map_err(Error::library)
}

/// The slot of a slice's output.
#[must_use]
pub fn slot(kind: TaskKind, slice: &Slice, model: &ModelRef) -> String {
    match kind {
        TaskKind::Enrich | TaskKind::Profile => task::slot(kind, format_args!("{slice} {model}")),
        _ => task::slot(kind, slice),
    }
}

/// The slots of what a release publishes of a slice.
#[must_use]
pub fn output_slots(slice: &Slice, model: &ModelRef) -> Vec<String> {
    let mut slots = vec![slot(TaskKind::Refine, slice, model)];
    if !model.is_none() {
        slots.push(slot(TaskKind::Enrich, slice, model));
    }
    slots
}

/// Identifies the files that a task of a slice has written.
pub fn content(context: &Context, task: &Task) -> Result<Digest> {
    let mut hasher = KeyHasher::new("files/1");
    for (table, partition) in places(task) {
        for file in context.lake.files(&table, None, &partition)? {
            hasher = hasher.part(&table.to_string(), file.digest().unwrap_or_default());
        }
    }
    Ok(hasher.finish())
}

/// Refuses a slice whose rows, or what `model` found in them, are not in the lake as they were recorded.
pub fn check(context: &Context, slice: &Slice, model: &ModelRef) -> Result<()> {
    for slot in output_slots(slice, model) {
        let recorded = context.journal.read(|snapshot| snapshot.recorded(&slot))?;
        let recorded = recorded.ok_or_else(|| Error::internal(format!("no output of {slot} is on record")))?;
        let again = |error: Error| error.hint(format!("assay task retry {} makes it again", recorded.task.key.short()));
        for (table, partition) in places(&recorded.task) {
            if context.lake.partition_rows(&table, &partition)?.is_some() {
                context.lake.verify(&table, None, &partition, &context.cancel).map_err(again)?;
            }
        }
        if recorded.output.content != Some(content(context, &recorded.task)?) {
            let error = Error::corrupt(format!("the lake no longer holds what {slot} wrote"));
            return Err(again(error.because("files are gone, or an older copy of the table was put in its place")));
        }
    }
    Ok(())
}

/// Where a task of a slice writes to.
fn places(task: &Task) -> Vec<(Table, Vec<(String, String)>)> {
    match (task.kind, &task.subject) {
        (TaskKind::Refine, TaskSubject::Slice { slice }) => vec![silver(slice), rejects(slice)],
        (TaskKind::Enrich, TaskSubject::Annotated { slice, model }) => vec![annotations(slice, model)],
        _ => Vec::new(),
    }
}
