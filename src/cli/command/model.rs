//! `assay model`.

use serde_json::json;

use super::{Call, comparison};
use crate::base::clock::minute;
use crate::base::{Digest, Result, text};
use crate::cli::arguments::ModelCommand;
use crate::domain::coverage::Part;
use crate::domain::listing::{ModelRow, Query};
use crate::domain::model::{AliasGiven, Confusion, Measured, ModelMetrics};
use crate::domain::{BatchId, ModelRef, Request, Slice, TaskState};

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
        ModelCommand::Train { data, labels_from_verdicts, lexicon, silver, name, kind: _, test, seed, note } => call
            .change(Request::TrainModel {
                name: name.clone(),
                data: data.clone(),
                verdicts: *labels_from_verdicts,
                lexicons: lexicon.clone(),
                silver: *silver,
                test: test.clone(),
                seed: *seed,
                note: note.clone(),
            }),
        ModelCommand::Evaluate { model, data } => {
            let evaluation = call.workspace.evaluate_model(model, data, &|_, _| {}, call.cancel)?;
            if call.output.is_json() {
                let mut document = serde_json::to_value(&evaluation)?;
                // Where nothing was found there is none.
                document["calibration_error"] = json!(evaluation.measured.metrics.calibration_error);
                return call.output.document(&document);
            }
            scores(call, &evaluation.measured.metrics)?;
            mistakes(call, &evaluation.measured)?;
            if !evaluation.unknown_labels.is_empty() {
                call.output.say(&format!(
                    "{model} finds no {}: it never learned of them",
                    evaluation.unknown_labels.join(", ")
                ));
            }
            call.output.line(&format!("{:.0} tokens/s", evaluation.tokens_per_second))
        }
        ModelCommand::Compare { before, after, dataset, period, provider } => {
            let (dataset, provider) = (dataset.dataset.clone(), provider.clone());
            let part = Part { model: None, dataset, period: *period, provider };
            comparison::print(call, &call.workspace.compare_models(before, after, &part, call.cancel)?)
        }
        ModelCommand::Assess { before, after, batch, row, right, digest, overrule, note } => {
            call.change(Request::AssessReading {
                before: before.clone(),
                after: after.clone(),
                batch: BatchId::from_text(batch.clone()),
                row: *row,
                right: *right,
                digest: digest.as_ref().map(Digest::from_hex),
                overrule: *overrule,
                note: note.clone(),
            })
        }
        ModelCommand::Sync => call.change(Request::SyncModels),
        ModelCommand::Registry => registry(call),
        ModelCommand::Promote { model, waive, reason } => {
            call.change(Request::PromoteModel { model: model.clone(), waive: *waive, reason: reason.clone() })
        }
        ModelCommand::Alias { model, alias } => {
            call.change(Request::AliasModel { model: model.clone(), alias: alias.clone() })
        }
        ModelCommand::Production { at } => production(call, at.as_deref()),
        ModelCommand::Coverage { model, dataset, period, provider } => {
            let (model, dataset, provider) = (model.clone(), dataset.dataset.clone(), provider.clone());
            coverage(call, &Part { model, dataset, period: *period, provider })
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
            if row.archived { "archived".to_owned() } else { row.aliases.join(", ") },
            row.f1.map(|f1| format!("{f1:.3}")).unwrap_or_default(),
            format!("{} of {}", row.coverage.0, row.coverage.1),
            row.labels.join(", "),
        ]
    })
}

fn registry(call: &Call<'_>) -> Result<()> {
    let rows = call.workspace.remote_versions()?;
    if rows.is_empty() {
        call.output.say("nothing is mirrored yet: assay model sync");
    }
    call.list(&rows, &["model", "version", "status", "aliases", "metrics", "tags", "here"], |row| {
        let named = |pairs: Vec<String>| text::safe(&pairs.join(", ")).into_owned();
        let metrics = row.version.metrics.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let tags = row.version.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let here = row.here.as_ref().map(ToString::to_string).unwrap_or_default();
        let name = text::safe(&row.name).into_owned();
        let (version, status) = (row.version.version.to_string(), text::safe(&row.version.status).into_owned());
        vec![name, version, status, named(row.aliases.clone()), named(metrics), named(tags), here]
    })
}

fn production(call: &Call<'_>, at: Option<&str>) -> Result<()> {
    let rows = call.workspace.production(at)?;
    if rows.is_empty() {
        call.output.say("no model version was in production");
    }
    call.list(&rows, &["model", "since", "by", "reason"], |row| {
        let reason = row.reason.clone().unwrap_or_default();
        vec![row.model.to_string(), minute(row.since), row.by.clone(), reason]
    })
}

fn coverage(call: &Call<'_>, part: &Part) -> Result<()> {
    let rows = call.workspace.coverage(part)?;
    call.list(&rows, &["model", "dataset", "period", "provider", "state", "why"], |row| {
        let why = match &row.state {
            TaskState::Stale { cause } => cause.clone(),
            TaskState::Failed { error } => error.clone(),
            TaskState::Done | TaskState::Missing | TaskState::Running => String::new(),
        };
        let Slice { dataset, period, provider } = row.slice.clone();
        vec![row.model.to_string(), dataset, period.to_string(), provider, row.state.as_str().to_owned(), why]
    })
}

fn show(call: &Call<'_>, model: &ModelRef) -> Result<()> {
    let detail = call.workspace.model(model)?;
    if call.output.is_json() {
        return call.output.document(&detail);
    }
    let (out, row) = (call.output, &detail.row);
    out.line(&format!("{model} is a {} by {}, {}", row.kind.as_str(), row.by, minute(row.at)))?;
    if row.archived {
        out.line("  archived: no longer offered")?;
    }
    if let Some(note) = &row.note {
        out.line(&format!("  {note}"))?;
    }
    out.line(&format!("  finds {}", row.labels.join(", ")))?;
    let origin = &detail.origin;
    if let Some(parent) = &origin.parent {
        out.line(&format!("  after {parent}"))?;
    }
    if let Some(from) = &origin.mirrored {
        out.line(&format!("  taken from {}/{} of {}", text::safe(&from.name), from.version, from.registry))?;
    }
    if let Some(on) = &origin.trained_on {
        out.line(&format!("  trained on {on}; seed {}", on.seed))?;
    }
    if let Some(command) = &origin.command {
        out.line(&format!("  made by: {command}"))?;
    }
    if let Some(digest) = &origin.training_data {
        out.line(&format!("  data digest {digest}"))?;
    }
    for AliasGiven { alias, since, until, by } in &detail.alias_history {
        let until = until.map_or_else(|| "now".to_owned(), minute);
        out.line(&format!("  {alias} from {} to {until}, by {by}", minute(*since)))?;
    }
    out.line(&format!("  {} of {} slices processed", text::grouped(row.coverage.0), text::grouped(row.coverage.1)))?;
    row.metrics.as_ref().map_or(Ok(()), |metrics| scores(call, metrics))?;
    detail.measured.as_ref().map_or(Ok(()), |measured| mistakes(call, measured))
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

/// What was taken for what, and the most frequent mistakes.
fn mistakes(call: &Call<'_>, measured: &Measured) -> Result<()> {
    let Measured { metrics, confusion, mistakes, .. } = measured;
    call.output.line(&metrics.summary())?;
    measured.fifths().iter().try_for_each(|fifths| call.output.line(fifths))?;
    mistakes.iter().try_for_each(|mistake| call.output.line(&mistake.to_string()))?;
    let label = |label: &Option<String>| label.clone().unwrap_or_else(|| "nothing".to_owned());
    let number = |count: u64| text::grouped(count);
    let row = |one: &Confusion| vec![label(&one.truth), label(&one.found), number(one.count), number(one.moved)];
    let rows: Vec<Vec<String>> = confusion.iter().map(row).collect();
    call.output.table(&["truth", "found", "entities", "other edges"], &rows)
}
