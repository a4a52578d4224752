//! `assay model`.

use super::Call;
use crate::base::clock::minute;
use crate::base::{Result, text};
use crate::cli::arguments::ModelCommand;
use crate::domain::listing::{ModelRow, Query};
use crate::domain::model::ModelMetrics;
use crate::domain::{ModelRef, Request};

pub fn run(call: &Call<'_>, command: &ModelCommand) -> Result<()> {
    match command {
        ModelCommand::List => list(call),
        ModelCommand::Show { model } => show(call, model),
        ModelCommand::Register { file, name, test, note } => call.change(Request::RegisterModel {
            name: name.clone(),
            file: file.clone(),
            test: test.clone(),
            note: note.clone(),
        }),
        ModelCommand::Train { data, name, kind: _, test, seed, note } => call.change(Request::TrainModel {
            name: name.clone(),
            data: data.clone(),
            test: test.clone(),
            seed: *seed,
            note: note.clone(),
        }),
        ModelCommand::Evaluate { model, data } => {
            let evaluation = call.workspace.evaluate_model(model, data, &|_, _| {}, call.cancel)?;
            if call.output.is_json() {
                return call.output.document(&evaluation);
            }
            scores(call, &evaluation.measured.metrics)
        }
        ModelCommand::Promote { model, reason } => {
            call.change(Request::PromoteModel { model: model.clone(), reason: reason.clone() })
        }
        ModelCommand::Archive { model, reason } => {
            call.change(Request::ArchiveModel { model: model.clone(), reason: reason.reason.clone() })
        }
    }
}

fn list(call: &Call<'_>) -> Result<()> {
    let key = |row: &ModelRow| ModelRef::new(&row.name, row.version);
    let rows = call.all(Query::default(), key, |query| call.workspace.models(query))?;
    if rows.is_empty() {
        call.output.say("there is no model yet: assay model register FILE --name NAME, or assay model train");
    }
    call.list(&rows, &["model", "kind", "aliases", "f1", "coverage", "labels"], |row| {
        vec![
            key(row).to_string(),
            row.kind.as_str().to_owned(),
            row.aliases.join(", "),
            row.f1.map(|f1| format!("{f1:.3}")).unwrap_or_default(),
            format!("{} of {}", row.coverage.0, row.coverage.1),
            row.labels.join(", "),
        ]
    })
}

fn show(call: &Call<'_>, model: &ModelRef) -> Result<()> {
    let detail = call.workspace.model(model)?;
    if call.output.is_json() {
        return call.output.document(&detail);
    }
    let (out, row) = (call.output, &detail.row);
    out.line(&format!("{model} is a {} by {}, {}", row.kind.as_str(), row.by, minute(row.at)))?;
    if let Some(note) = &row.note {
        out.line(&format!("  {note}"))?;
    }
    for (at, alias, by) in &detail.alias_history {
        out.line(&format!("  {alias} since {} by {by}", minute(*at)))?;
    }
    out.line(&format!("  {} of {} slices processed", text::grouped(row.coverage.0), text::grouped(row.coverage.1)))?;
    row.metrics.as_ref().map_or(Ok(()), |metrics| scores(call, metrics))
}

fn scores(call: &Call<'_>, metrics: &ModelMetrics) -> Result<()> {
    let all = ("all".to_owned(), metrics.overall);
    let labels = metrics.labels.iter().map(|(label, score)| (label.clone(), *score));
    let rows: Vec<Vec<String>> = labels
        .chain([all])
        .map(|(label, score)| {
            let share = |value: f64| format!("{value:.3}");
            vec![label, share(score.precision), share(score.recall), share(score.f1), text::grouped(score.support)]
        })
        .collect();
    call.output.table(&["label", "precision", "recall", "f1", "entities"], &rows)
}
