//! `Enter`: into the selected thing, along a link, and from a reason to the place that clears it.

use super::ask::Ask;
use super::change::{self, open_dialog};
use super::command::Id;
use super::detail::Detail;
use super::enabled::lacks;
use super::items::Link;
use super::message::Effect;
use super::navigate::{leave_for, leave_for_place, selected_place};
use super::pane::Pane;
use super::place::{DetailContent, Place};
use super::state::State;
use super::words::Tone;
use crate::domain::anomaly::AnomalyId;
use crate::domain::completeness::CellState;
use crate::domain::listing::PeriodKey;
use crate::domain::{BatchId, Reason, ReasonCode, ReleaseName};

/// Opens what is selected.
pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(detail) = &state.detail {
        match detail.selected().and_then(|item| item.link) {
            Some(link) => follow(state, link, effects),
            None => state.say("nothing to open here", Tone::Quiet),
        }
    } else if state.pane == Pane::Completeness {
        open_cell(state, effects);
    } else if let Some(place) = selected_place(state) {
        state.notice = None;
        state.detail = Some(Detail::of(place));
    } else {
        state.say(format!("no {} to open", state.pane.noun()), Tone::Quiet);
    }
}

fn follow(state: &mut State, link: Link, effects: &mut Vec<Effect>) {
    match link {
        Link::To(place) => leave_for_place(state, place),
        Link::Read { model, dataset, period } => {
            dialog(state, Ask::Run { dataset: Some(dataset), period: Some(period), model: Some(model) }, effects);
        }
        Link::Cell { dataset, period, provider } => to_cell(state, (dataset, period), provider),
        Link::Clear(release, reason) => clear(state, &release, &reason, effects),
    }
}

/// A cell of the map leads to its batch, or to a dialog that takes the missing file in.
fn open_cell(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(row) = state.period() else { return };
    let Some(cell) = row.cells.get(state.column).cloned() else { return };
    match (cell.batch, cell.state) {
        (Some(batch), _) => leave_for_place(state, Place::Batch(batch)),
        (None, CellState::NotOwed) => {
            state.say(format!("{} owes nothing for this period", cell.provider), Tone::Quiet);
        }
        (None, _) => change::begin(state, Id::AddBatch, effects),
    }
}

fn to_cell(state: &mut State, key: PeriodKey, provider: String) {
    leave_for(state, Pane::Completeness);
    state.lists.periods.go_to(key);
    state.provider_wanted = Some(provider);
}

/// From a reason to the place that clears it.
fn clear(state: &mut State, release: &ReleaseName, reason: &Reason, effects: &mut Vec<Effect>) {
    let (dataset, period) = (release.dataset.clone(), release.period);
    match reason.code {
        // Time clears it: what came early, and what is still to come, is seen there.
        ReasonCode::PeriodNotOver => {
            leave_for(state, Pane::Completeness);
            state.lists.periods.go_to((dataset, period));
            state.say(told(reason), Tone::Warning);
        }
        ReasonCode::ProviderMissing | ReasonCode::ProviderLate => {
            to_cell(state, (dataset, period), reason.subject.clone());
        }
        ReasonCode::BatchNotLanded => match batch_of(state, &reason.subject) {
            Some(batch) if reason.fix.contains(batch.as_str()) => dialog(state, Ask::AcceptBatch(batch), effects),
            _ => dialog(state, Ask::Run { dataset: Some(dataset), period: Some(period), model: None }, effects),
        },
        ReasonCode::BatchQuarantined => match batch_of(state, &reason.subject) {
            Some(batch) => leave_for_place(state, Place::Batch(batch)),
            None => to_cell(state, (dataset, period), reason.subject.clone()),
        },
        ReasonCode::ContractDiffers => match state.overview.as_ref().and_then(|one| one.contract_error.clone()) {
            Some(error) => state.say(error, Tone::Warning),
            None => dialog(state, Ask::ApplyContract, effects),
        },
        // Which of several models it is, is said in the contract.
        ReasonCode::ModelMissing if !reason.fix.contains("assay model") => state.say(told(reason), Tone::Warning),
        ReasonCode::ModelMissing | ReasonCode::RowsUnprocessed => to_models(state),
        ReasonCode::TaskFailed => {
            leave_for(state, Pane::Tasks);
            state.lists.tasks.go_to(reason.subject.clone());
        }
        ReasonCode::TaskMissing | ReasonCode::TaskStale | ReasonCode::NotEvaluated | ReasonCode::EvaluationFailed => {
            dialog(state, Ask::Run { dataset: Some(dataset), period: Some(period), model: None }, effects);
        }
        ReasonCode::EvaluationUnknown => clear_unknown(state, (dataset, period), reason, effects),
        ReasonCode::AnomalyOpen | ReasonCode::AnomalyConfirmed | ReasonCode::SamplesUnassessed => {
            leave_for_place(state, Place::Anomaly(AnomalyId::from_text(reason.subject.clone())));
        }
        // Where nobody is left who may, it takes another contract.
        ReasonCode::ApprovalsMissing if !reason.fix.contains("release approve") => {
            state.say(told(reason), Tone::Warning);
        }
        ReasonCode::ApprovalsMissing => change::begin(state, Id::Approve, effects),
        ReasonCode::LaterReleaseLive => dialog(state, Ask::RejectRelease(release.clone()), effects),
    }
}

/// Why nothing could be judged is told by what clears it: history, a run, a model version, or the check itself.
fn clear_unknown(state: &mut State, (dataset, period): PeriodKey, reason: &Reason, effects: &mut Vec<Effect>) {
    let edited = state.overview.as_ref().is_some_and(|overview| overview.contract_differs);
    match reason.fix.as_str() {
        fix if fix.starts_with("assay period baseline") => dialog(state, Ask::Baseline { dataset, period }, effects),
        fix if fix.starts_with("assay run") => {
            dialog(state, Ask::Run { dataset: Some(dataset), period: Some(period), model: None }, effects);
        }
        fix if fix.contains("assay model promote") => to_models(state),
        _ if edited => dialog(state, Ask::ApplyContract, effects),
        // A check is corrected in an editor first; what to write there is all that can be said.
        _ => state.say(told(reason), Tone::Warning),
    }
}

/// To the versions, one of which has to go into production.
fn to_models(state: &mut State) {
    leave_for(state, Pane::Models);
    state.say("p puts the selected version into production; n registers one, T trains one", Tone::Quiet);
}

fn told(reason: &Reason) -> String {
    format!("{}: {}", reason.text, reason.fix)
}

fn dialog(state: &mut State, ask: Ask, effects: &mut Vec<Effect>) {
    match lacks(state, ask.role()) {
        Some(reason) => state.say(format!("{}: {reason}", ask.title()), Tone::Warning),
        None => open_dialog(state, ask, effects),
    }
}

fn batch_of(state: &State, provider: &str) -> Option<BatchId> {
    let Some(DetailContent::Release(release)) = &state.detail.as_ref()?.content else { return None };
    release.cells.iter().find(|cell| cell.provider == provider)?.batch.clone()
}
