//! `Enter`: into the selected thing, along a link, and from a reason to the place that clears it.

use super::ask::Ask;
use super::command::Id;
use super::detail::{Detail, DetailContent, Place};
use super::enabled::lacks;
use super::items::Link;
use super::message::Effect;
use super::navigate::{leave_for, leave_for_place, selected_place};
use super::pane::Pane;
use super::state::State;
use super::update::{open_dialog, run};
use super::words::Tone;
use crate::domain::anomaly::AnomalyId;
use crate::domain::completeness::CellState;
use crate::domain::listing::PeriodKey;
use crate::domain::{BatchId, Reason, ReasonCode, ReleaseName};

/// Opens what is selected.
pub(super) fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(detail) = &state.detail {
        let link = detail.items().into_iter().nth(detail.cursor).and_then(|item| item.link);
        match link {
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
        Link::Cell { dataset, period, provider } => to_cell(state, (dataset, period), provider),
        Link::Fold(group) => {
            if let Some(detail) = &mut state.detail {
                detail.fold(group);
            }
        }
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
        (None, _) => run(state, Id::AddBatch, effects),
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
        ReasonCode::PeriodNotOver => state.say(format!("{}: {}", reason.text, reason.fix), Tone::Warning),
        ReasonCode::ProviderMissing | ReasonCode::ProviderLate => {
            to_cell(state, (dataset, period), reason.subject.clone());
        }
        ReasonCode::BatchQuarantined => match quarantined_batch(state, &reason.subject) {
            Some(batch) => leave_for_place(state, Place::Batch(batch)),
            None => to_cell(state, (dataset, period), reason.subject.clone()),
        },
        ReasonCode::ContractDiffers => dialog(state, Ask::ApplyContract, effects),
        ReasonCode::ModelMissing => leave_for(state, Pane::Models),
        ReasonCode::TaskFailed => {
            leave_for(state, Pane::Tasks);
            state.lists.tasks.go_to(reason.subject.clone());
        }
        ReasonCode::TaskMissing | ReasonCode::TaskStale | ReasonCode::RowsUnprocessed | ReasonCode::NotEvaluated => {
            dialog(state, Ask::Run { dataset: Some(dataset), period: Some(period) }, effects);
        }
        // Only too little history is cleared by a baseline; what else clears an unknown is done in assay.toml.
        ReasonCode::EvaluationUnknown => {
            if reason.fix.starts_with("assay period baseline") {
                dialog(state, Ask::Baseline { dataset, period }, effects);
            } else {
                state.say(format!("{}: {}", reason.text, reason.fix), Tone::Warning);
            }
        }
        ReasonCode::AnomalyOpen | ReasonCode::AnomalyConfirmed | ReasonCode::SamplesUnassessed => {
            leave_for_place(state, Place::Anomaly(AnomalyId::from_text(reason.subject.clone())));
        }
        ReasonCode::ApprovalsMissing => run(state, Id::Approve, effects),
        ReasonCode::LaterReleaseLive => dialog(state, Ask::RejectRelease(release.clone()), effects),
    }
}

fn dialog(state: &mut State, ask: Ask, effects: &mut Vec<Effect>) {
    match lacks(state, ask.role()) {
        Some(reason) => state.say(format!("{}: {reason}", ask.title()), Tone::Warning),
        None => open_dialog(state, ask, effects),
    }
}

fn quarantined_batch(state: &State, provider: &str) -> Option<BatchId> {
    let Some(DetailContent::Release(release)) = &state.detail.as_ref()?.content else { return None };
    release.cells.iter().find(|cell| cell.provider == provider)?.batch.clone()
}
