//! The gate: the pure rule that says whether a release may be published, and every reason why not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::approval::Rules;
use super::batch::Delivery;
use super::completeness::Cell;
use super::{
    Anomaly, AnomalyState, Batch, Check, CheckRule, Evaluation, ModelRef, Outcome, Release, Severity, Task, TaskKind,
    TaskState,
};
use crate::base::clock::minute;
use crate::base::{Digest, text};

mod owed;
mod reason;

pub use reason::{Reason, ReasonCode};

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
    /// How many batches stand behind the release.
    pub batches: usize,
    /// Whether assay.toml differs from the contract in force.
    pub contract_differs: bool,
    /// Deliveries of the period whose landing was begun and has not ended.
    pub landing: &'a [Delivery],
    /// Batches that the release stands on, read in another encoding than the contract now names.
    pub misread: &'a [Batch],
    /// Where another model version reads the dataset than the release is made with, or none does: why.
    pub model_missing: Option<ModelMissing<'a>>,
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

/// Why a release whose dataset has text is not made with the model version that reads it.
#[derive(Debug, Clone, Copy)]
pub enum ModelMissing<'a> {
    /// No model version is in production.
    NoneInProduction,
    /// No version of the model that the contract names is.
    Named(&'a str),
    /// Several models are, and the contract does not say which reads the dataset.
    Several(&'a [ModelRef]),
    /// This version is in production by now.
    Other(&'a ModelRef),
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
    let incomplete: Vec<Reason> = facts.cells.iter().filter_map(|cell| owed::incomplete(facts, cell)).collect();
    reasons.extend((facts.batches == 0 && incomplete.is_empty()).then(|| owed::empty(facts)));
    reasons.extend(incomplete);
    reasons.extend(facts.landing.iter().map(|delivery| landing(facts, delivery)));
    reasons.extend(facts.misread.iter().map(misread));
    reasons.extend(model_missing(facts));
    reasons.extend(facts.tasks.iter().filter_map(|(task, state)| not_done(facts, task, state)));
    reasons.extend(facts.unprocessed.iter().filter_map(|(provider, rows)| rows_unprocessed(facts, provider, *rows)));
    reasons.extend(unknown(facts));
    reasons.extend(facts.evaluations.iter().filter_map(|evaluation| unanswered(facts, evaluation)));
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
            minute(facts.period_ends)
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

fn landing(facts: &GateFacts<'_>, delivery: &Delivery) -> Reason {
    let Delivery { slice, revision, file, .. } = delivery;
    Reason {
        code: ReasonCode::BatchNotLanded,
        subject: slice.provider.clone(),
        text: format!("{file}, revision {revision} of {} for {}, is being landed", slice.provider, slice.period),
        fix: run_command(facts),
    }
}

fn misread(batch: &Batch) -> Reason {
    let Delivery { batch: id, slice, .. } = &batch.delivery;
    Reason {
        code: ReasonCode::BatchNotLanded,
        subject: slice.provider.clone(),
        text: format!(
            "the delivery of {} for {} (batch {id}) was read as {}; the contract says otherwise now, so that it has to be read again",
            slice.provider,
            slice.period,
            batch.encoding.as_deref().unwrap_or("UTF-8")
        ),
        fix: format!("assay batch accept {id} --reason \"...\""),
    }
}

fn model_missing(facts: &GateFacts<'_>) -> Option<Reason> {
    let dataset = &facts.release.name.dataset;
    let promote = "assay model list, then assay model promote MODEL/VERSION".to_owned();
    let (text, fix) = match facts.model_missing? {
        ModelMissing::NoneInProduction => {
            (format!("{dataset} has text to read and no model version is in production"), promote)
        }
        ModelMissing::Named(model) => {
            (format!("{dataset} is read by {model}, and no version of it is in production"), promote)
        }
        ModelMissing::Other(model) => (
            format!("{dataset} is read by {model}; the release is made with {}", facts.release.model),
            run_command(facts),
        ),
        ModelMissing::Several(models) => (
            format!(
                "{dataset} has text to read, and of {} in production the contract does not say which reads it",
                models.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
            ),
            "write model = \"...\" under the dataset in assay.toml, then assay contract apply --reason \"...\""
                .to_owned(),
        ),
    };
    Some(Reason { code: ReasonCode::ModelMissing, subject: dataset.clone(), text, fix })
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
    if facts.evaluated_inputs != Some(&facts.release.input_digest) {
        // Where the checks have yet to run, that is said of their task.
        let yet_to_run =
            |(task, state): &(Task, TaskState)| task.kind == TaskKind::Evaluate && *state != TaskState::Done;
        let not_evaluated = || Reason {
            code: ReasonCode::NotEvaluated,
            subject: facts.release.name.to_string(),
            text: "the checks have not judged the present inputs".to_owned(),
            fix: run_command(facts),
        };
        return if facts.tasks.iter().any(yet_to_run) { Vec::new() } else { vec![not_evaluated()] };
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

/// A failed check has an anomaly that is open, confirmed or waived. Without one nobody could have settled it.
fn unanswered(facts: &GateFacts<'_>, failed: &Evaluation) -> Option<Reason> {
    let Evaluation { check, subject, explanation, .. } = failed;
    let of_this = |anomaly: &&Anomaly| (&anomaly.check, &anomaly.subject) == (check, subject);
    let answers = |anomaly: &Anomaly| anomaly.severity == Severity::Blocking && anomaly.state != AnomalyState::Fixed;
    let blocks = (failed.outcome, failed.severity) == (Outcome::Failed, Severity::Blocking);
    (blocks && !facts.anomalies.iter().filter(of_this).any(answers)).then(|| Reason {
        code: ReasonCode::EvaluationFailed,
        subject: format!("{check} {subject}"),
        text: format!("{check} of {subject} failed: {explanation}"),
        fix: run_command(facts),
    })
}

fn unsettled(facts: &GateFacts<'_>, anomaly: &Anomaly) -> Option<Reason> {
    if anomaly.severity != Severity::Blocking {
        return None;
    }
    let subject = anomaly.id.to_string();
    let assessed = facts.assessed.get(anomaly.id.as_str()).copied().unwrap_or(0);
    let wanted = u64::from(facts.rules.samples()).min(anomaly.rows.len() as u64);
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
    let asked = (facts.rules.wanted() > facts.rules.policy.approvals.max(1)).then(|| {
        format!("; as many were wanted when it was put up for approval, {} by now", facts.rules.policy.approvals)
    });
    let void = count.void.iter().map(|(by, why)| format!("; that of {by} does not count: {by} {why}"));
    let left = facts.rules.left(&count);
    let missing = (facts.rules.wanted() as usize).saturating_sub(count.valid.len());
    let out_of_reach = left.as_ref().filter(|left| left.len() < missing).map(|left| match left.join(", ") {
        nobody if nobody.is_empty() => "; nobody is left who may".to_owned(),
        names => format!("; only {names} may still, and {missing} are missing"),
    });
    Some(Reason {
        code: ReasonCode::ApprovalsMissing,
        subject: name.to_string(),
        text: void
            .chain(asked)
            .chain(out_of_reach)
            .fold(format!("{} of {wanted} given", count.valid.len()), |text, more| text + &more),
        fix: if left.is_some_and(|left| left.len() < missing) {
            "make one more person manager under [people] in assay.toml, then assay contract apply --reason \"...\""
                .to_owned()
        } else {
            format!("assay release approve {name}")
        },
    })
}

#[cfg(test)]
pub(crate) mod tests;
