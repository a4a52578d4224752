//! `enrich`: a model version reads the text of silver, row for row.

use polars::prelude::*;

use super::report::Report;
use super::{Context, frames, models, refine};
use crate::base::{Cancel, Error, Result, crash};
use crate::delivery::entities_type;
use crate::domain::task::TaskOutput;
use crate::domain::{ModelRef, Slice, Task, TaskSubject, lineage};
use crate::lake::{Commit, Table};
use crate::ner::{self, Tagger};
use crate::quality::stream::{Order, chunks};

/// Why a model failed on a row.
pub const ERROR: &str = "_error";

/// The table and partition of one model's annotations of a slice.
pub fn annotations(slice: &Slice, model: &ModelRef) -> (Table, Vec<(String, String)>) {
    let partition = vec![
        (lineage::MODEL.to_owned(), model.to_string()),
        (lineage::PERIOD.to_owned(), slice.period.to_string()),
        (lineage::PROVIDER.to_owned(), slice.provider.clone()),
    ];
    (Table::Annotations { dataset: slice.dataset.clone() }, partition)
}

/// Writes the annotations of a slice, under the intent `seq`. `rejected` counts the rows that the model failed on.
pub fn run(context: &Context, task: &Task, seq: u64, report: &Report<'_>) -> Result<TaskOutput> {
    let TaskSubject::Annotated { slice, model } = &task.subject else {
        return Err(Error::internal("enrich works on a slice and a model"));
    };
    let dataset = context.contract.dataset(&slice.dataset)?;
    let version = context.journal.read(|snapshot| snapshot.known_model(model))?;
    let tagger = models::tagger(context, &version)?;
    let (silver_table, silver_partition) = refine::silver(slice);
    let total = context.lake.partition_rows(&silver_table, &silver_partition)?;
    let at = context.journal.read(|snapshot| snapshot.event_time(seq))?;

    let (table, partition) = annotations(slice, model);
    let commit = Commit::new(partition, seq, "enrich", task.slot(), at);
    let (mut rows, mut failed) = (0, 0);
    match context.lake.scan(&silver_table, None, &silver_partition)? {
        None => drop(context.lake.remove(&table, &commit)?),
        Some(silver) => {
            let wanted = [lineage::BATCH, lineage::ROW].into_iter().chain(dataset.text.iter().map(String::as_str));
            let silver = silver.select(wanted.map(col).collect::<Vec<_>>());
            let mut chunks = chunks(silver, Order::Kept, &context.cancel)?.map(|chunk| {
                let tagged = tag(&chunk?, &dataset.text, tagger.as_ref(), &context.cancel)?;
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
    Ok(TaskOutput { rows_in, rows_out: rows, rejected: failed, ..TaskOutput::of(task) })
}

fn schema() -> Schema {
    [
        (lineage::BATCH, DataType::String),
        (lineage::ROW, DataType::Int64),
        (lineage::ENTITIES, entities_type()),
        (ERROR, DataType::String),
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
        let found = ner::tag_all(tagger, &texts, threads, cancel)?;
        if found.len() != texts.len() {
            let (answers, texts) = (found.len(), texts.len());
            return Err(Error::internal(format!("the model gave {answers} answers for {texts} texts of {field}")));
        }
        for (index, (text, spans)) in texts.iter().zip(found).enumerate() {
            match spans {
                Ok(spans) => rows.add(index, field, text.unwrap_or_default(), spans),
                Err(error) => rows.fail(index, format!("{field}: {error}")),
            }
        }
    }
    let failed = rows.errors.iter().flatten().count() as u64;
    let entities = rows.entities_column()?;
    let frame = DataFrame::new_infer_height(vec![
        chunk.column(lineage::BATCH).map_err(Error::library)?.clone(),
        chunk.column(lineage::ROW).map_err(Error::library)?.clone(),
        entities,
        Column::new(ERROR.into(), rows.errors),
    ])
    .map_err(Error::library)?;
    Ok(Tagged { frame, failed })
}

/// Entities on their way into a list column: flat values, and how many belong to each row.
struct Rows {
    entities: Vec<Vec<Flat>>,
    errors: Vec<Option<String>>,
}

struct Flat {
    field: String,
    text: String,
    span: ner::Span,
}

impl Rows {
    fn new(height: usize) -> Self {
        Self { entities: (0..height).map(|_| Vec::new()).collect(), errors: vec![None; height] }
    }

    fn add(&mut self, index: usize, field: &str, text: &str, spans: Vec<ner::Span>) {
        let Some(row) = self.entities.get_mut(index) else { return };
        for span in spans {
            let length = (span.end - span.start) as usize;
            let text = text.chars().skip(span.start as usize).take(length).collect();
            row.push(Flat { field: field.to_owned(), text, span });
        }
    }

    fn fail(&mut self, index: usize, error: String) {
        if let Some(slot) = self.errors.get_mut(index) {
            slot.get_or_insert(error);
        }
    }

    fn entities_column(&self) -> Result<Column> {
        let flat = || {
            self.entities.iter().zip(&self.errors).flat_map(|(row, error)| row.iter().filter(move |_| error.is_none()))
        };
        let texts = |name: &str, value: &dyn Fn(&Flat) -> String| {
            Series::new(name.into(), flat().map(value).collect::<Vec<String>>())
        };
        let offsets = |name: &str, value: &dyn Fn(&Flat) -> u32| {
            Series::new(
                name.into(),
                flat().map(|entity| i32::try_from(value(entity)).unwrap_or(i32::MAX)).collect::<Vec<i32>>(),
            )
        };
        let scores = flat().map(|entity| entity.span.score).collect::<Vec<f64>>();
        let fields = [
            texts("field", &|entity| entity.field.clone()),
            texts("label", &|entity| entity.span.label.clone()),
            texts("text", &|entity| entity.text.clone()),
            offsets("start", &|entity| entity.span.start),
            offsets("end", &|entity| entity.span.end),
            Series::new("score".into(), scores),
        ];
        let values = StructChunked::from_series(lineage::ENTITIES.into(), flat().count(), fields.iter())
            .map_err(Error::library)?
            .into_series();
        let counts = self.entities.iter().zip(&self.errors).map(|(row, error)| match error {
            None => row.len(),
            Some(_) => 0,
        });
        list_of(&values, counts)
    }
}

/// A list column whose rows hold `counts` values each, in order.
fn list_of(values: &Series, counts: impl Iterator<Item = usize>) -> Result<Column> {
    let mut start: i64 = 0;
    let mut lists = Vec::new();
    for count in counts {
        lists.push(values.slice(start, count));
        start += i64::try_from(count).unwrap_or(i64::MAX);
    }
    let column = Series::new(lineage::ENTITIES.into(), lists).cast(&entities_type()).map_err(Error::library)?;
    Ok(column.into_column())
}
