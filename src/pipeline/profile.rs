//! `profile`: silver and annotations of a slice are measured.

use polars::prelude::LazyFrame;

use super::report::Report;
use super::slices::{Place, union};
use super::{Context, refine, slices};
use crate::base::{Error, Result, crash};
use crate::domain::profile::Profile;
use crate::domain::task::TaskOutput;
use crate::domain::{Dataset, ModelRef, Slice, Task, TaskKind, TaskSubject};
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
    let profile = measure(context, dataset, std::slice::from_ref(slice), model, &slice.to_string(), report)?;
    let content = context.lake.write_document(Shelf::Profiles, &profile::to_json(&profile)?)?;
    crash::point("task.before_outcome");
    let output =
        TaskOutput { rows_in: profile.rows, rows_out: profile.rows, content: Some(content), ..TaskOutput::of(task) };
    Ok(Measured { output, metrics: profile.metrics().into_iter().collect() })
}

/// Measures the rows of some slices of a dataset as one table, with what a model version found in them.
pub fn measure(
    context: &Context,
    dataset: &Dataset,
    of: &[Slice],
    model: &ModelRef,
    subject: &str,
    report: &Report<'_>,
) -> Result<Profile> {
    let scan = |place: fn(&Slice) -> Place| -> Result<Option<LazyFrame>> {
        let frames = of.iter().map(|slice| slices::scan(context, place(slice)));
        union(frames.filter_map(Result::transpose).collect::<Result<_>>()?)
    };
    let mut total = Some(0);
    for slice in of {
        let (table, partition) = slices::silver(slice);
        total = total.zip(context.lake.partition_rows(&table, &partition)?).map(|(total, rows)| total + rows);
    }
    let annotations =
        of.iter().filter(|_| !model.is_none()).map(|slice| slices::scan(context, slices::annotations(slice, model)));
    let labels = context.journal.read(|snapshot| snapshot.model(model))?.map(|version| version.labels);
    let silver = scan(slices::silver)?.unwrap_or_else(|| refine::empty_silver(dataset));
    let input = profile::Input {
        labels: labels.as_deref().unwrap_or_default(),
        subject,
        model,
        schema: &dataset.schema,
        is_typed: true,
        key: &dataset.key,
        rows: profile::rows_of(silver, &dataset.schema, &context.cancel)?,
        rejects: scan(slices::rejects)?,
        annotations: union(annotations.filter_map(Result::transpose).collect::<Result<_>>()?)?,
    };
    profile::measure(input, &|rows| report.rows(rows, total), &context.cancel)
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
