//! `profile`: silver and annotations of a slice are measured.

use super::report::Report;
use super::{Context, refine, slices};
use crate::base::{Error, Result, crash};
use crate::domain::profile::Profile;
use crate::domain::task::TaskOutput;
use crate::domain::{ModelRef, Slice, Task, TaskKind, TaskSubject};
use crate::lake::Shelf;
use crate::quality::profile;

/// What came of measuring a slice.
pub struct Measured {
    /// For the journal.
    pub output: TaskOutput,
    /// The numbers that are kept for comparison.
    pub metrics: Vec<(String, f64)>,
}

/// Measures a slice and stores the profile.
pub fn run(context: &Context, task: &Task, report: &Report<'_>) -> Result<Measured> {
    let TaskSubject::Annotated { slice, model } = &task.subject else {
        return Err(Error::internal("profile works on a slice and a model"));
    };
    let dataset = context.contract.dataset(&slice.dataset)?;
    slices::check(context, slice, model)?;
    let (table, partition) = slices::silver(slice);
    let total = context.lake.partition_rows(&table, &partition)?;
    let silver = context.lake.scan(&table, None, &partition)?;
    let (table, partition) = slices::rejects(slice);
    let rejects = context.lake.scan(&table, None, &partition)?;
    let annotations = if model.is_none() {
        None
    } else {
        let (table, partition) = slices::annotations(slice, model);
        context.lake.scan(&table, None, &partition)?
    };
    let labels = context.journal.read(|snapshot| snapshot.model(model))?.map(|version| version.labels);
    let input = profile::Input {
        labels: labels.as_deref().unwrap_or_default(),
        slice,
        model,
        schema: &dataset.schema,
        key: &dataset.key,
        silver: silver.unwrap_or_else(|| refine::empty_silver(dataset)),
        rejects,
        annotations,
    };
    let profile = profile::measure(input, &|rows| report.rows(rows, total), &context.cancel)?;
    let content = context.lake.write_document(Shelf::Profiles, &profile::to_json(&profile)?)?;
    crash::point("task.before_outcome");
    let output =
        TaskOutput { rows_in: profile.rows, rows_out: profile.rows, content: Some(content), ..TaskOutput::of(task) };
    Ok(Measured { output, metrics: profile.metrics().into_iter().collect() })
}

/// The stored profile of a slice under a model version, if it was measured.
pub fn stored(context: &Context, slice: &Slice, model: &ModelRef) -> Result<Option<Profile>> {
    let slot = slices::slot(TaskKind::Profile, slice, model);
    let output = context.journal.read(|snapshot| snapshot.output(&slot))?;
    let Some(output) = output else { return Ok(None) };
    let retry = || format!("assay task retry {} measures it again", output.key.short());
    let read = |content| profile::from_json(&context.lake.read_document(Shelf::Profiles, content)?);
    output.content.as_ref().map(read).transpose().map_err(|error| error.hint(retry()))
}
