//! `assay anomaly` and `assay assess`.

use super::{Call, number};
use crate::base::{Error, Result};
use crate::cli::arguments::{AnomalyCommand, AssessArguments};
use crate::domain::anomaly::{AnomalyId, Sample};
use crate::domain::listing::{AnomalyRow, Query};
use crate::domain::{Anomaly, AnomalyState, BatchId, Request, Severity};
use crate::ops::AnomalyDetail;

pub fn run(call: &Call<'_>, command: &AnomalyCommand) -> Result<()> {
    match command {
        AnomalyCommand::List { dataset, period, provider, state } => list(
            call,
            Query {
                dataset: dataset.dataset.clone(),
                period: *period,
                provider: provider.clone(),
                state: state.clone(),
                ..Query::default()
            },
        ),
        AnomalyCommand::Show { anomaly } => show(call, anomaly),
        AnomalyCommand::Confirm { anomaly, reason } => {
            call.change(Request::ConfirmAnomaly { id: id(call, anomaly)?, reason: reason.reason.clone() })
        }
        AnomalyCommand::Waive { anomaly, until, reason } => {
            call.change(Request::WaiveAnomaly { id: id(call, anomaly)?, reason: reason.reason.clone(), until: *until })
        }
        AnomalyCommand::Accept { anomaly, map, reason } => call.change(Request::AcceptMapping {
            id: id(call, anomaly)?,
            columns: map.iter().cloned().collect(),
            reason: reason.reason.clone(),
        }),
        AnomalyCommand::Reopen { anomaly, reason } => {
            call.change(Request::ReopenAnomaly { id: id(call, anomaly)?, reason: reason.reason.clone() })
        }
    }
}

/// With a verdict: judges a sample. Without: lists the samples.
pub fn assess(call: &Call<'_>, said: &AssessArguments) -> Result<()> {
    let Some(row) = said.row.filter(|_| said.accept || said.reject) else { return show(call, &said.anomaly) };
    let anomaly = call.workspace.anomaly(&said.anomaly)?.anomaly;
    let meant = |batch: &BatchId| said.batch.as_ref().is_none_or(|start| batch.as_str().starts_with(start));
    let samples = anomaly.rows.iter().filter(|sample| sample.row == row && meant(&sample.batch));
    let sample = match samples.collect::<Vec<_>>()[..] {
        [sample] => sample,
        [] => {
            return Err(Error::not_found(format!("row {row} is not a sample of {}", anomaly.id))
                .hint(format!("assay anomaly show {}", anomaly.id)));
        }
        _ => {
            return Err(Error::usage(format!("row {row} is a sample of {} in several batches", anomaly.id))
                .hint(format!("say which one with --batch; assay anomaly show {}", anomaly.id)));
        }
    };
    call.change(Request::Assess {
        batch: sample.batch.clone(),
        id: anomaly.id,
        row,
        accepted: said.accept,
        overrule: said.overrule,
        note: said.note.clone(),
    })
}

fn id(call: &Call<'_>, text: &str) -> Result<AnomalyId> {
    Ok(call.workspace.anomaly(text)?.anomaly.id)
}

fn list(call: &Call<'_>, query: Query<AnomalyId>) -> Result<()> {
    let rows = call.all(query, |row: &AnomalyRow| row.id.clone(), |query| call.workspace.anomalies(query))?;
    call.list(&rows, &["anomaly", "state", "severity", "period", "check", "subject", "observed", "expected"], |row| {
        vec![
            row.id.to_string(),
            row.state.as_str().to_owned(),
            row.severity.as_str().to_owned(),
            row.period.to_string(),
            row.check.clone(),
            row.subject.clone(),
            row.observed.map(number).unwrap_or_default(),
            row.expected.map(|bounds| bounds.to_string()).unwrap_or_default(),
        ]
    })
}

fn show(call: &Call<'_>, anomaly: &str) -> Result<()> {
    let detail = call.workspace.anomaly(anomaly)?;
    if call.output.is_json() {
        return call.output.document(&detail);
    }
    let (out, anomaly) = (call.output, &detail.anomaly);
    out.line(&format!("{} is {}, {}", anomaly.id, anomaly.state.as_str(), anomaly.severity.as_str()))?;
    out.line(&format!("  {} of {}, {}/{}", anomaly.check, anomaly.subject, anomaly.dataset, anomaly.period))?;
    let was = if anomaly.state == AnomalyState::Fixed { "it was: " } else { "" };
    out.line(&format!("  {was}{}", anomaly.explanation))?;
    if let Some(settled) = &anomaly.settled {
        out.line(&format!("  {} by {settled}", anomaly.state.as_str()))?;
    }
    for difference in anomaly.drift.iter().flat_map(|drift| drift.sentences()) {
        out.line(&format!("  - {difference}"))?;
    }
    for point in &detail.history {
        let mark = if point.in_baseline { "baseline" } else { "" };
        out.line(&format!("  {} {} {mark}", point.period, number(point.value)))?;
    }
    detail.samples.iter().try_for_each(|sample| out.line(&said(sample)))?;
    for next in next_steps(&detail) {
        out.say(&format!("  -> {next}"));
    }
    Ok(())
}

/// What can be done about it.
fn next_steps(detail: &AnomalyDetail) -> Vec<String> {
    let Anomaly { id, state, severity, .. } = &detail.anomaly;
    let mut steps = Vec::new();
    if let Some(sample) = detail.samples.iter().find(|sample| sample.verdict.is_none()) {
        steps.push(format!("assay assess {id} --batch {} --row {} --accept (or --reject)", sample.batch, sample.row));
    }
    let confirmed = match severity {
        Severity::Blocking => "it is real: it blocks until the data is right",
        Severity::Warning => "it is real: it stays on the record, and blocks nothing",
    };
    if detail.anomaly.drift.is_some() && *state != AnomalyState::Fixed {
        let proposal = detail.anomaly.drift.iter().flat_map(|drift| drift.proposal());
        let pairs: Vec<String> = proposal.map(|(field, column)| format!("{field} is read from `{column}`")).collect();
        let means = if pairs.is_empty() { "the columns are right as they came".to_owned() } else { pairs.join(", ") };
        let open = detail.anomaly.drift.iter().flat_map(|drift| &drift.missing);
        let open = open.filter(|missing| missing.proposed.is_none());
        let map = open.fold(String::new(), |map, missing| map + " --map " + &missing.field + "=COLUMN");
        steps.push(format!("assay anomaly accept {id}{map} --reason \"...\" ({means})"));
    }
    let ways = [(AnomalyState::Confirmed, "confirm", confirmed), (AnomalyState::Waived, "waive", "it may pass")];
    let open = ways.into_iter().filter(|(next, ..)| state.allow(*next).is_ok());
    steps.extend(open.map(|(_, verb, what)| format!("assay anomaly {verb} {id} --reason \"...\" ({what})")));
    steps
}

fn said(sample: &Sample) -> String {
    let cells: Vec<String> =
        sample.cells.iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("null"))).collect();
    let entities: Vec<String> =
        sample.entities.iter().map(|entity| format!("[{} {}]", entity.label, entity.text)).collect();
    let verdict = match &sample.verdict {
        None => "not assessed".to_owned(),
        Some(verdict) => {
            format!("{} by {}", if verdict.accepted { "accepted" } else { "rejected" }, verdict.by)
        }
    };
    format!(
        "  batch {} row {} ({verdict}; {}): {} {}",
        sample.batch,
        sample.row,
        sample.why,
        cells.join(" "),
        entities.join(" ")
    )
}
