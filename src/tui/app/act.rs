//! From a command and what is at hand to the change it stands for, or the reason why there is none.

use super::ask::Ask;
use super::command::Id;
use super::items::Body;
use super::pane::Pane;
use super::place::DetailContent;
use super::state::State;
use crate::base::text::counted;
use crate::domain::actor::same_person;
use crate::domain::listing::{AnomalyRow, BatchRow, ReleaseRow};
use crate::domain::model_change::{ChangedRow, ModelComparison, RightReading};
use crate::domain::{AnomalyState, BatchState, ModelRef, ReasonCode, ReleaseState, Sample, TaskState};
use crate::ops::Overview;

/// Characters of a reason that a refusal repeats.
const LONGEST: usize = 400;

/// What `id` would ask for now; an error says in words why it can't.
pub fn ask_for(state: &State, id: Id) -> Result<Ask, String> {
    match id {
        Id::Ingest => Ok(Ask::Ingest),
        Id::Run => runnable(state, Ask::Run { dataset: None, period: None, model: None }),
        Id::RunPeriod => run_period(state),
        Id::ApplyContract => apply_contract(state),
        Id::AddBatch => Ok(add_batch(state)),
        Id::NilReturn => nil_return(state),
        Id::Baseline => {
            let row = state.period().ok_or("no period is selected")?;
            if row.baseline {
                return Err(format!("{} is a baseline already", row.period));
            }
            Ok(Ask::Baseline { dataset: row.dataset.clone(), period: row.period })
        }
        Id::AcceptBatch | Id::RejectBatch | Id::WithdrawBatch => {
            batch(state.batch().ok_or("no batch is selected")?, id)
        }
        Id::RegisterModel => Ok(Ask::RegisterModel { name: model_name(state) }),
        Id::TrainModel => Ok(Ask::TrainModel { name: model_name(state) }),
        Id::SyncModels => Ok(Ask::SyncModels),
        Id::PromoteModel | Id::PromoteWorse | Id::AliasModel | Id::RunModel | Id::ArchiveModel => model(state, id),
        Id::BeforeIsRight => reading_verdict(state, RightReading::Before),
        Id::AfterIsRight => reading_verdict(state, RightReading::After),
        Id::NeitherIsRight => reading_verdict(state, RightReading::Neither),
        Id::AcceptSample | Id::AcceptSampleWithNote => sample_verdict(state, true),
        Id::RejectSample | Id::RejectSampleWithNote => sample_verdict(state, false),
        Id::AcceptMapping => mapping(state.anomaly().ok_or("no anomaly is selected")?),
        Id::ConfirmAnomaly | Id::WaiveAnomaly | Id::ReopenAnomaly => {
            anomaly(state.anomaly().ok_or("no anomaly is selected")?, id)
        }
        Id::Approve | Id::Revoke | Id::RejectRelease | Id::Publish | Id::Rollback | Id::WithdrawRelease => {
            release(state, state.release().ok_or("no release is selected")?, id)
        }
        Id::RetryTask | Id::CancelTask => task(state, id),
        _ => Err("this changes nothing".to_owned()),
    }
}

fn runnable(state: &State, ask: Ask) -> Result<Ask, String> {
    let running = state.speech.running().any(|spoken| spoken.line.starts_with("assay run"));
    if running { Err("a run is going on; X stops it".to_owned()) } else { Ok(ask) }
}

fn run_period(state: &State) -> Result<Ask, String> {
    let (dataset, period) = match (state.period(), state.release()) {
        (Some(row), _) => (row.dataset.clone(), row.period),
        (None, Some(row)) => match &row.live {
            Some(live) if matches!(row.state, ReleaseState::Published | ReleaseState::Superseded) => {
                return Err(format!("clients see {live}; what changes for {} comes as another release", row.period));
            }
            _ => (row.dataset.clone(), row.period),
        },
        (None, None) => return Err("no period is selected".to_owned()),
    };
    runnable(state, Ask::Run { dataset: Some(dataset), period: Some(period), model: None })
}

fn apply_contract(state: &State) -> Result<Ask, String> {
    match &state.overview {
        None => Err("the contract is still being loaded".to_owned()),
        // What is wrong with it may be mended by now: the dialog reads it again, and says what it finds.
        Some(Overview { contract_error: Some(_), .. } | Overview { contract_differs: true, .. }) => {
            Ok(Ask::ApplyContract)
        }
        Some(Overview { contract_version: 0, .. }) => Ok(Ask::ApplyContract),
        Some(overview) => Err(format!("assay.toml is the contract in force (version {})", overview.contract_version)),
    }
}

fn add_batch(state: &State) -> Ask {
    let Some(row) = state.period() else { return Ask::AddBatch { dataset: None, provider: None, period: None } };
    let provider = row.cells.get(state.column).map(|cell| cell.provider.clone());
    Ask::AddBatch { dataset: Some(row.dataset.clone()), provider, period: Some(row.period) }
}

fn nil_return(state: &State) -> Result<Ask, String> {
    let row = state.period().ok_or("no period is selected")?;
    let cell = row.cells.get(state.column).ok_or("no provider is selected")?;
    match &cell.batch {
        Some(batch) => Err(format!("{} has delivered {}: batch {batch}", cell.provider, row.period)),
        None => {
            Ok(Ask::NilReturn { dataset: row.dataset.clone(), provider: cell.provider.clone(), period: row.period })
        }
    }
}

fn batch(row: &BatchRow, id: Id) -> Result<Ask, String> {
    let batch = row.id.clone();
    let refusal = |wanted: &str| Err(format!("this batch is {}; only {wanted} can be", row.state.as_str()));
    match (id, row.state) {
        (Id::AcceptBatch, BatchState::Quarantined) => Ok(Ask::AcceptBatch(batch)),
        (Id::AcceptBatch, BatchState::Landed) if row.misread.is_some() => Ok(Ask::AcceptBatch(batch)),
        (Id::RejectBatch, BatchState::Quarantined) => Ok(Ask::RejectBatch(batch)),
        (Id::WithdrawBatch, BatchState::Landed) => Ok(Ask::WithdrawBatch(batch)),
        (Id::WithdrawBatch, _) => refusal("a landed one"),
        _ => refusal("a quarantined one"),
    }
}

fn model(state: &State, id: Id) -> Result<Ask, String> {
    let row = state.model().ok_or("no model version is selected")?;
    let model = ModelRef::new(row.name.clone(), row.version);
    let in_production = row.aliases.iter().any(|alias| alias == "production");
    match id {
        _ if row.archived => Err(format!("{model} is archived")),
        Id::RunModel => runnable(state, Ask::Run { dataset: None, period: None, model: Some(model) }),
        Id::AliasModel => Ok(Ask::AliasModel(model)),
        Id::PromoteModel | Id::PromoteWorse if in_production => Err(format!("{model} is in production already")),
        Id::PromoteModel => Ok(Ask::PromoteModel { model, waive: false }),
        Id::PromoteWorse => Ok(Ask::PromoteModel { model, waive: true }),
        _ if in_production => Err(format!("{model} is in production; promote another version first")),
        _ => Ok(Ask::ArchiveModel(model)),
    }
}

/// The sample under the cursor of an open anomaly.
pub fn selected_sample(state: &State) -> Option<(&AnomalyRow, &Sample)> {
    let detail = state.detail.as_ref()?;
    let Some(DetailContent::Anomaly(anomaly)) = &detail.content else { return None };
    match detail.selected()?.body {
        Body::Sample(index) => Some((&anomaly.row, anomaly.samples.get(index)?)),
        _ => None,
    }
}

fn sample_verdict(state: &State, accepted: bool) -> Result<Ask, String> {
    if state.pane != Pane::Anomalies || state.detail.is_none() {
        return Err("open the anomaly first: Enter".to_owned());
    }
    let (row, sample) = selected_sample(state).ok_or("no sample row is selected")?;
    let overrule = sample.verdict.as_ref().is_some_and(|verdict| verdict.by != state.me.actor.name);
    Ok(Ask::Assess { id: row.id.clone(), batch: sample.batch.clone(), row: sample.row, accepted, overrule })
}

/// The row under the cursor that two versions have read differently.
pub fn selected_change(state: &State) -> Option<(&ModelComparison, &ChangedRow)> {
    let detail = state.detail.as_ref()?;
    let Some(DetailContent::Comparison(comparison)) = &detail.content else { return None };
    match detail.selected()?.body {
        Body::Changed(index) => Some((comparison, comparison.samples.get(index)?)),
        _ => None,
    }
}

/// Whoever brings a version most likely means the model at hand.
fn model_name(state: &State) -> String {
    state.model().map(|row| row.name.clone()).unwrap_or_default()
}

fn reading_verdict(state: &State, right: RightReading) -> Result<Ask, String> {
    let (comparison, changed) = selected_change(state).ok_or("select a row of a comparison (c)")?;
    Ok(Ask::AssessReading {
        before: comparison.before.clone(),
        after: comparison.after.clone(),
        batch: changed.batch.clone(),
        row: changed.row,
        right,
        shown: changed.judged(right),
        overrule: changed.verdict.as_ref().is_some_and(|verdict| verdict.by != state.me.actor.name),
    })
}

fn mapping(row: &AnomalyRow) -> Result<Ask, String> {
    match row.state {
        _ if !row.is_drift => Err(format!("this is a finding of {}; only columns that differ are accepted", row.check)),
        AnomalyState::Fixed => Err("it is fixed: nothing is left to accept".to_owned()),
        _ => Ok(Ask::AcceptMapping(row.id.clone())),
    }
}

fn anomaly(row: &AnomalyRow, id: Id) -> Result<Ask, String> {
    let (next, ask) = match id {
        Id::ConfirmAnomaly => (AnomalyState::Confirmed, Ask::ConfirmAnomaly(row.id.clone())),
        Id::WaiveAnomaly => (AnomalyState::Waived, Ask::WaiveAnomaly(row.id.clone())),
        _ => (AnomalyState::Open, Ask::ReopenAnomaly(row.id.clone())),
    };
    row.state.allow(next).map_err(|error| error.message().to_owned())?;
    Ok(ask)
}

fn release(state: &State, row: &ReleaseRow, id: Id) -> Result<Ask, String> {
    let name = row.name.clone();
    let excluded = excluded(state, row);
    let approved_by_me = row.approvals.iter().any(|by| same_person(by, &state.me.actor.name));
    let is = |next: ReleaseState| row.state.allow(next).map_err(|error| error.message().to_owned());
    match id {
        Id::Approve if !row.state.is_open() => Err(format!("it is {}; only an open release is approved", row.state)),
        Id::Approve if excluded.is_some() => Err(excluded.unwrap_or_default()),
        Id::Approve if approved_by_me => Err("you approved exactly this content already".to_owned()),
        Id::Approve => match not_ready(row) {
            Some(reason) => Err(reason),
            None if row.release_digest.is_none() => {
                Err("its content is not assembled yet; r runs the pipeline".to_owned())
            }
            None => Ok(Ask::Approve(name)),
        },
        Id::Revoke if !row.state.is_open() => Err(format!("it is {} already", row.state)),
        Id::Revoke if !approved_by_me => Err("you have not approved it".to_owned()),
        Id::Revoke => Ok(Ask::Revoke(name)),
        Id::RejectRelease => is(ReleaseState::Rejected).map(|()| Ask::RejectRelease(name)),
        Id::Publish if row.state.is_open() && !row.blocked_by.is_empty() => Err(blocked(row)),
        Id::Publish if row.state == ReleaseState::Superseded => {
            Err("it is superseded, so clients saw it before; B brings it back".to_owned())
        }
        Id::Publish => is(ReleaseState::Publishing).map(|()| Ask::Publish(name)),
        Id::Rollback if row.state == ReleaseState::Superseded => match &row.live {
            Some(live) => Ok(Ask::Rollback { release: live.clone(), to: Some(name) }),
            None => Err(format!("clients see nothing for {}, so nothing can be rolled back to it", row.period)),
        },
        _ if row.state != ReleaseState::Published => {
            Err(format!("it is {}; only what clients see can be taken from them", row.state))
        }
        Id::Rollback if row.predecessor.is_none() => {
            Err(format!("clients saw nothing for {} before it; W takes it from them", row.period))
        }
        Id::Rollback => Ok(Ask::Rollback { release: name, to: None }),
        _ => Ok(Ask::WithdrawRelease(name)),
    }
}

/// Why the person may not approve a release, if the policy keeps them out.
fn excluded(state: &State, row: &ReleaseRow) -> Option<String> {
    let (name, why) = row.excluded.iter().find(|(name, _)| same_person(name, &state.me.actor.name))?;
    let others =
        row.may_approve.iter().filter(|names| !names.is_empty()).map(|names| format!("; {} may", names.join(", ")));
    Some(format!("{name} {why}{}", others.collect::<String>()))
}

/// The reasons that keep a release from being approved: all but the approvals themselves.
fn not_ready(row: &ReleaseRow) -> Option<String> {
    row.blocked_by.iter().any(|reason| reason.code != ReasonCode::ApprovalsMissing).then(|| blocked(row))
}

fn blocked(row: &ReleaseRow) -> String {
    let first: String =
        row.blocked_by.first().map(|reason| reason.text.chars().take(LONGEST).collect()).unwrap_or_default();
    format!("blocked by {}: {first}", counted(row.blocked_by.len() as u64, "reason"))
}

fn task(state: &State, id: Id) -> Result<Ask, String> {
    let row = match (&state.detail, state.pane) {
        (Some(detail), _) => match &detail.content {
            Some(DetailContent::Task(row)) => Some(row),
            _ => None,
        },
        (None, Pane::Tasks) => state.lists.tasks.selected(),
        _ => None,
    };
    let row = row.ok_or("no task is selected")?;
    match (id, &row.state) {
        (Id::RetryTask, TaskState::Failed { .. }) => Ok(Ask::RetryTask(row.key.clone())),
        (Id::RetryTask, _) => Err("only a failed task is retried; r runs what is stale or missing".to_owned()),
        (_, TaskState::Running) => Ok(Ask::CancelTask(row.key.clone())),
        _ => Err("it is not running".to_owned()),
    }
}
