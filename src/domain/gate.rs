//! The gate: the pure rule that says whether a release may be published, and every reason why not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::approval::Rules;
use super::completeness::{Cell, CellState};
use super::{Anomaly, AnomalyState, Check, CheckRule, Evaluation, Outcome, Release, Severity, Task, TaskState};
use crate::base::{Digest, text};

/// What kind of reason keeps a release back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The period is not over: early deliveries are provisional.
    PeriodNotOver,
    /// A provider has not delivered; it is not due yet.
    ProviderMissing,
    /// A provider has not delivered and is overdue.
    ProviderLate,
    /// What a provider delivered can't be used as it is.
    BatchQuarantined,
    /// assay.toml differs from the contract in force.
    ContractDiffers,
    /// The dataset has text, and no model version is in production.
    ModelMissing,
    /// A task was not run yet.
    TaskMissing,
    /// A task failed.
    TaskFailed,
    /// A task's output rests on other inputs.
    TaskStale,
    /// Some rows were not processed by the model.
    RowsUnprocessed,
    /// The checks have not judged these inputs.
    NotEvaluated,
    /// A blocking check could not be judged.
    EvaluationUnknown,
    /// A blocking anomaly is open.
    AnomalyOpen,
    /// A blocking anomaly is confirmed and not fixed.
    AnomalyConfirmed,
    /// Samples wait for an assessor.
    SamplesUnassessed,
    /// Approvals are missing.
    ApprovalsMissing,
    /// A later release of the period is live.
    LaterReleaseLive,
}

/// One reason why a release may not be published.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reason {
    /// Its kind.
    pub code: ReasonCode,
    /// What it is about: a provider, a task, a check, an anomaly.
    pub subject: String,
    /// The reason in a sentence.
    pub text: String,
    /// The command that would clear it.
    pub fix: String,
}

/// What the gate looks at. All of it is read in one transaction.
#[derive(Debug)]
pub struct GateFacts<'a> {
    /// The release.
    pub release: &'a Release,
    /// The policy in force, the people, and who had a hand in what the release stands on.
    pub rules: Rules<'a>,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// When the period is over.
    pub period_ends: DateTime<Utc>,
    /// The completeness of the period.
    pub cells: &'a [Cell],
    /// Whether assay.toml differs from the contract in force.
    pub contract_differs: bool,
    /// Whether the dataset has text and the release no model.
    pub model_missing: bool,
    /// The release's tasks up to and including `assemble`, and where they stand.
    pub tasks: &'a [(Task, TaskState)],
    /// Per provider: rows that the model failed on.
    pub unprocessed: &'a BTreeMap<String, u64>,
    /// The input digest that the evaluations below judged; none where there are none.
    pub evaluated_inputs: Option<&'a Digest>,
    /// The evaluations.
    pub evaluations: &'a [Evaluation],
    /// The checks of the contract in force.
    pub checks: &'a [Check],
    /// The anomalies of the period that concern the release's data or model.
    pub anomalies: &'a [Anomaly],
    /// Anomaly id to how many of the rows that it now shows have a verdict.
    pub assessed: &'a BTreeMap<String, u64>,
    /// The number of the release of this period that is live, if any.
    pub live: Option<u32>,
}

/// Every reason why the release may not be published; none: it may.
#[must_use]
pub fn reasons(facts: &GateFacts<'_>) -> Vec<Reason> {
    let mut reasons = readiness(facts);
    reasons.extend(approvals_missing(facts));
    reasons
}

/// The reasons that have to be gone before anybody may approve: all but the approvals themselves.
#[must_use]
pub fn readiness(facts: &GateFacts<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    reasons.extend(later_release_live(facts));
    reasons.extend(period_not_over(facts));
    reasons.extend(contract_differs(facts));
    reasons.extend(facts.cells.iter().filter_map(|cell| incomplete(facts, cell)));
    reasons.extend(model_missing(facts));
    reasons.extend(facts.tasks.iter().filter_map(|(task, state)| not_done(facts, task, state)));
    reasons.extend(facts.unprocessed.iter().filter_map(|(provider, rows)| rows_unprocessed(facts, provider, *rows)));
    reasons.extend(unknown(facts));
    reasons.extend(facts.anomalies.iter().filter_map(|anomaly| unsettled(facts, anomaly)));
    reasons
}

fn run_command(facts: &GateFacts<'_>) -> String {
    let name = &facts.release.name;
    format!("assay run --dataset {} --period {}", name.dataset, name.period)
}

fn later_release_live(facts: &GateFacts<'_>) -> Option<Reason> {
    let name = &facts.release.name;
    let live = facts.live.filter(|live| *live > name.n)?;
    Some(Reason {
        code: ReasonCode::LaterReleaseLive,
        subject: name.to_string(),
        text: format!(
            "{}/{}.{live} is live already; publishing an earlier one would take clients back",
            name.dataset, name.period
        ),
        fix: format!("assay release reject {name} --reason \"superseded\""),
    })
}

fn period_not_over(facts: &GateFacts<'_>) -> Option<Reason> {
    (facts.now < facts.period_ends).then(|| Reason {
        code: ReasonCode::PeriodNotOver,
        subject: facts.release.name.period.to_string(),
        text: format!(
            "{} is not over until {}; what came early is provisional",
            facts.release.name.period,
            facts.period_ends.format("%Y-%m-%d %H:%M UTC")
        ),
        fix: "wait until the period is over".to_owned(),
    })
}

fn contract_differs(facts: &GateFacts<'_>) -> Option<Reason> {
    facts.contract_differs.then(|| Reason {
        code: ReasonCode::ContractDiffers,
        subject: "assay.toml".to_owned(),
        text: "assay.toml differs from the contract in force".to_owned(),
        fix: "assay contract diff, then assay contract apply --reason \"...\"".to_owned(),
    })
}

fn incomplete(facts: &GateFacts<'_>, cell: &Cell) -> Option<Reason> {
    let name = &facts.release.name;
    let due = cell.due.map(|due| due.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
    let add = format!(
        "assay batch add FILE --dataset {} --provider {} --period {}",
        name.dataset, cell.provider, name.period
    );
    let (code, text, fix) = match cell.state {
        CellState::NotOwed | CellState::Delivered | CellState::Corrected => return None,
        CellState::Expected => (
            ReasonCode::ProviderMissing,
            format!("{} has not delivered {}; due {due}", cell.provider, name.period),
            add,
        ),
        CellState::Late => {
            (ReasonCode::ProviderLate, format!("{} is late with {}; it was due {due}", cell.provider, name.period), add)
        }
        CellState::Quarantined => {
            let batch = cell.batch.as_ref().map(ToString::to_string).unwrap_or_default();
            (
                ReasonCode::BatchQuarantined,
                format!("the delivery of {} for {} is quarantined (batch {batch})", cell.provider, name.period),
                format!("assay batch show {batch}"),
            )
        }
    };
    Some(Reason { code, subject: cell.provider.clone(), text, fix })
}

fn model_missing(facts: &GateFacts<'_>) -> Option<Reason> {
    facts.model_missing.then(|| Reason {
        code: ReasonCode::ModelMissing,
        subject: facts.release.name.dataset.clone(),
        text: format!("{} has text to read and no model version is in production", facts.release.name.dataset),
        fix: "assay model list, then assay model promote MODEL/VERSION".to_owned(),
    })
}

fn not_done(facts: &GateFacts<'_>, task: &Task, state: &TaskState) -> Option<Reason> {
    let (code, text) = match state {
        TaskState::Done => return None,
        TaskState::Missing => (ReasonCode::TaskMissing, "has not run".to_owned()),
        TaskState::Running => (ReasonCode::TaskMissing, "is running".to_owned()),
        TaskState::Stale { cause } => (ReasonCode::TaskStale, format!("is stale: {cause}")),
        TaskState::Failed { error } => (ReasonCode::TaskFailed, format!("failed: {error}")),
    };
    let fix = match state {
        TaskState::Failed { .. } => format!("assay task retry {}", task.key.short()),
        _ => run_command(facts),
    };
    Some(Reason { code, subject: task.slot(), text: format!("{} {text}", task.slot()), fix })
}

fn rows_unprocessed(facts: &GateFacts<'_>, provider: &str, rows: u64) -> Option<Reason> {
    (rows > 0).then(|| Reason {
        code: ReasonCode::RowsUnprocessed,
        subject: provider.to_owned(),
        // The same version fails on the same rows again.
        text: format!(
            "{} failed on {} of {provider}; a version that reads them has to go into production",
            facts.release.model,
            text::counted(rows, "row")
        ),
        fix: "assay model promote MODEL/VERSION --reason \"...\"".to_owned(),
    })
}

fn unknown(facts: &GateFacts<'_>) -> Vec<Reason> {
    let current = facts.evaluated_inputs == Some(&facts.release.input_digest);
    if !current {
        return vec![Reason {
            code: ReasonCode::NotEvaluated,
            subject: facts.release.name.to_string(),
            text: match facts.evaluated_inputs {
                None => "the checks have not run".to_owned(),
                Some(_) => "the checks judged other inputs than the present ones".to_owned(),
            },
            fix: run_command(facts),
        }];
    }
    let unknown =
        |evaluation: &&Evaluation| evaluation.outcome == Outcome::Unknown && evaluation.severity == Severity::Blocking;
    facts
        .evaluations
        .iter()
        .filter(unknown)
        .map(|evaluation| Reason {
            code: ReasonCode::EvaluationUnknown,
            subject: format!("{} {}", evaluation.check, evaluation.subject),
            text: format!("{} of {} is unknown: {}", evaluation.check, evaluation.subject, evaluation.explanation),
            fix: fix_of_unknown(facts, evaluation),
        })
        .collect()
}

/// What clears an unknown depends on why nothing could be judged: only too little history is cleared by a baseline.
fn fix_of_unknown(facts: &GateFacts<'_>, evaluation: &Evaluation) -> String {
    let name = &facts.release.name;
    let check = facts.checks.iter().find(|check| check.name == evaluation.check);
    let change =
        |what: &str| format!("{what} `{}` in assay.toml, then assay contract apply --reason \"...\"", evaluation.check);
    match check.map(|check| &check.rule) {
        None => run_command(facts),
        Some(_) if check.is_some_and(|check| check.off) => change("remove `off` from the check"),
        Some(CheckRule::Sql { .. }) => change("correct the query of the check"),
        // Something was measured, and there was too little to compare it with.
        Some(_) if evaluation.metric.is_some() => {
            format!("assay period baseline {} --dataset {} --reason \"...\"", name.period, name.dataset)
        }
        Some(CheckRule::LabelRate { .. }) => {
            "register a model version that names its labels, then assay model promote MODEL/VERSION".to_owned()
        }
        Some(_) => change("correct the check"),
    }
}

fn unsettled(facts: &GateFacts<'_>, anomaly: &Anomaly) -> Option<Reason> {
    if anomaly.severity != Severity::Blocking {
        return None;
    }
    let subject = anomaly.id.to_string();
    let assessed = facts.assessed.get(anomaly.id.as_str()).copied().unwrap_or(0);
    let wanted = u64::from(facts.rules.policy.assess).min(anomaly.rows.len() as u64);
    match anomaly.state {
        AnomalyState::Fixed => None,
        AnomalyState::Open => Some(Reason {
            code: ReasonCode::AnomalyOpen,
            text: format!("{} of {} is open: {}", anomaly.check, anomaly.subject, anomaly.explanation),
            fix: format!("assay anomaly show {subject}"),
            subject,
        }),
        AnomalyState::Confirmed => Some(Reason {
            code: ReasonCode::AnomalyConfirmed,
            text: format!(
                "{} of {} is confirmed and not fixed: {}",
                anomaly.check, anomaly.subject, anomaly.explanation
            ),
            fix: format!("deliver corrected data, or assay anomaly waive {subject} --reason \"...\""),
            subject,
        }),
        AnomalyState::Waived => (assessed < wanted).then(|| Reason {
            code: ReasonCode::SamplesUnassessed,
            text: format!("{assessed} of {wanted} samples of {} {} are assessed", anomaly.check, anomaly.subject),
            fix: format!("assay assess {subject}"),
            subject,
        }),
    }
}

fn approvals_missing(facts: &GateFacts<'_>) -> Option<Reason> {
    let count = facts.rules.count(facts.release);
    if facts.rules.are_enough(&count) {
        return None;
    }
    let name = &facts.release.name;
    let wanted = text::counted(facts.rules.wanted().into(), "approval");
    let void = count.void.iter().map(|(by, why)| format!("; that of {by} does not count: {by} {why}"));
    let left = facts.rules.left(&count);
    let missing = (facts.rules.wanted() as usize).saturating_sub(count.valid.len());
    let out_of_reach = left.filter(|left| left.len() < missing).map(|left| match left.join(", ") {
        nobody if nobody.is_empty() => "; nobody is left who may".to_owned(),
        names => format!("; only {names} may still, and {missing} are missing"),
    });
    Some(Reason {
        code: ReasonCode::ApprovalsMissing,
        subject: name.to_string(),
        text: void
            .chain(out_of_reach)
            .fold(format!("{} of {wanted} given", count.valid.len()), |text, more| text + &more),
        fix: format!("assay release approve {name}"),
    })
}

#[cfg(test)]
pub(crate) mod tests;
