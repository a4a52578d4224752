//! `enrich`: a model version reads the text of silver, row for row.

use polars::prelude::*;

use super::report::Report;
use super::{Context, models, slices};
use crate::base::{Cancel, Error, Result, ResultExt, crash};
use crate::domain::task::TaskOutput;
use crate::domain::{Entity, ModelRef, Task, TaskSubject, lineage};
use crate::frames::{self, Order, chunks, entities_type};
use crate::lake::Commit;
use crate::ner::{self, Failure, Tagger};

/// Writes the annotations of a slice, under the intent `seq`. `rejected` counts the rows that the model failed on.
pub fn run(context: &Context, task: &Task, seq: u64, report: &Report<'_>) -> Result<TaskOutput> {
    let TaskSubject::Annotated { slice, model } = &task.subject else {
        return Err(Error::internal("enrich works on a slice and a model"));
    };
    let dataset = context.contract.dataset(&slice.dataset)?;
    let version = context.journal.read(|snapshot| snapshot.known_model(model))?;
    let tagger = models::tagger(context, &version)?;
    slices::check(context, slice, &ModelRef::none())?;
    let (silver_table, silver_partition) = slices::silver(slice);
    let total = context.lake.partition_rows(&silver_table, &silver_partition)?;
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;

    let (table, partition) = slices::annotations(slice, model);
    let commit = Commit::new(partition, seq, "enrich", task.slot(), at);
    let (mut rows, mut failed) = (0, 0);
    match context.lake.scan(&silver_table, None, &silver_partition)? {
        None => drop(context.lake.remove(&table, &commit)?),
        Some(silver) => {
            let wanted = [lineage::BATCH, lineage::ROW].into_iter().chain(dataset.text.iter().map(String::as_str));
            let silver = silver.select(wanted.map(col).collect::<Vec<_>>());
            let mut chunks = chunks(silver, Order::Kept, &context.cancel)?.map(|chunk| {
                let tagged = tag(&chunk?, &dataset.text, tagger.as_ref(), &context.cancel)
                    .with_context(|| format!("reading {slice} with {model}"))?;
                rows += tagged.frame.height() as u64;
                failed += tagged.failed;
                report.rows(rows, total);
                Ok(tagged.frame)
            });
            if context.lake.replace(&table, &schema(), &commit, &mut chunks, &context.cancel)?.repeated {
                // An attempt that died before its outcome wrote them: they are only counted.
                chunks.try_for_each(|chunk: Result<DataFrame>| chunk.map(drop))?;
            }
        }
    }
    crash::point("task.before_outcome");
    let rows_in = total.unwrap_or(0);
    if rows_in != rows {
        return Err(Error::corrupt(format!("{slice}: {rows_in} rows of silver, but {rows} tagged by {model}")));
    }
    let content = Some(slices::content(context, task)?);
    Ok(TaskOutput { rows_in, rows_out: rows, rejected: failed, content, ..TaskOutput::of(task) })
}

fn schema() -> Schema {
    [
        (lineage::BATCH, DataType::String),
        (lineage::ROW, DataType::Int64),
        (lineage::ENTITIES, entities_type()),
        (lineage::ERROR, DataType::String),
    ]
    .into_iter()
    .map(|(name, data_type)| Field::new(name.into(), data_type))
    .collect()
}

struct Tagged {
    frame: DataFrame,
    failed: u64,
}

/// Tags the text fields of a chunk. A row that the model failed on has no entities and says why.
fn tag(chunk: &DataFrame, fields: &[String], tagger: &dyn Tagger, cancel: &Cancel) -> Result<Tagged> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut rows = Rows::new(chunk.height());
    for field in fields {
        let column = frames::text(chunk, field)?;
        let texts: Vec<Option<&str>> = column.iter().collect();
        let found = ner::tag_all(tagger, &texts, threads, cancel).map_err(|failure| match failure {
            Failure::Model(error) => error,
            Failure::Impossible(index, reason) => impossible(chunk, index, field, reason),
        })?;
        for (index, (text, spans)) in texts.iter().zip(found).enumerate() {
            match spans {
                Ok(spans) => rows.add(index, field, text.unwrap_or_default(), spans),
                Err(error) => rows.fail(index, format!("{field}: {error}")),
            }
        }
    }
    let failed = rows.errors.iter().flatten().count() as u64;
    let entities = rows.entity_column()?;
    let frame = DataFrame::new_infer_height(vec![
        chunk.column(lineage::BATCH).map_err(Error::library)?.clone(),
        chunk.column(lineage::ROW).map_err(Error::library)?.clone(),
        entities,
        Column::new(lineage::ERROR.into(), rows.errors),
    ])
    .map_err(Error::library)?;
    Ok(Tagged { frame, failed })
}

/// An answer that can't be says nothing good about the others either: the model has to be mended, not the row.
fn impossible(chunk: &DataFrame, index: usize, field: &str, reason: String) -> Error {
    let value = |column| chunk.column(column).and_then(|column| column.get(index)).map(|value| value.to_string());
    match (value(lineage::ROW), value(lineage::BATCH)) {
        (Ok(row), Ok(batch)) => Error::bad_data(format!("row {row} of batch {}, {field}", batch.trim_matches('"')))
            .because(reason)
            .hint("the model gave an answer that can't be: have it mended, and register it as a new version"),
        (Err(error), _) | (_, Err(error)) => Error::library(error),
    }
}

/// What was found row by row, or why nothing was.
struct Rows {
    entities: Vec<Vec<Entity>>,
    errors: Vec<Option<String>>,
}

impl Rows {
    fn new(height: usize) -> Self {
        Self { entities: vec![Vec::new(); height], errors: vec![None; height] }
    }

    fn add(&mut self, index: usize, field: &str, text: &str, spans: Vec<ner::Span>) {
        let Some(row) = self.entities.get_mut(index).filter(|_| !spans.is_empty()) else { return };
        // Where each character begins: looked for from the start of the text span by span, long texts would take for ever.
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        row.extend(spans.into_iter().map(|span| {
            let ner::Span { label, start, end, score } = span;
            let text = text[places[start as usize]..places[end as usize]].to_owned();
            Entity { field: field.to_owned(), label, text, start, end, score }
        }));
    }

    fn fail(&mut self, index: usize, error: String) {
        if let Some(slot) = self.errors.get_mut(index) {
            slot.get_or_insert(error);
        }
    }

    /// Rows that failed have none, whatever other fields gave.
    fn entity_column(&self) -> Result<Column> {
        let rows = self.entities.iter().zip(&self.errors);
        let kept: Vec<&[Entity]> =
            rows.map(|(row, error)| if error.is_none() { row.as_slice() } else { &[] }).collect();
        frames::entity_column(&kept)
    }
}
