//! What is owed and has not come.

use super::{GateFacts, Reason, ReasonCode};
use crate::base::clock::minute;
use crate::domain::completeness::{Cell, CellState};

pub(super) fn incomplete(facts: &GateFacts<'_>, cell: &Cell) -> Option<Reason> {
    let name = &facts.release.name;
    let due = cell.due.map(minute).unwrap_or_default();
    let lacks = cell.lacks().map(|lacks| format!("; it {lacks}")).unwrap_or_default();
    let add = format!(
        "assay batch add FILE --dataset {} --provider {} --period {}",
        name.dataset, cell.provider, name.period
    );
    let (code, text, fix) = match cell.state {
        CellState::NotOwed | CellState::Delivered | CellState::Corrected => return None,
        CellState::Partial => (
            ReasonCode::ProviderMissing,
            format!("{} has delivered a part of {}; due {due}{lacks}", cell.provider, name.period),
            add,
        ),
        CellState::Expected | CellState::NeverSeen => (
            ReasonCode::ProviderMissing,
            format!("{} has not delivered {}; due {due}", cell.provider, name.period),
            add,
        ),
        CellState::Late => {
            let text = format!("{} is late with {}; it was due {due}{lacks}", cell.provider, name.period);
            (ReasonCode::ProviderLate, text, add)
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

/// Nobody owes anything, and nothing stands.
pub(super) fn empty(facts: &GateFacts<'_>) -> Reason {
    let name = &facts.release.name;
    Reason {
        code: ReasonCode::ProviderMissing,
        subject: name.dataset.clone(),
        text: format!("no delivery for {} stands: there is nothing to release", name.period),
        fix: format!("assay batch add FILE --dataset {} --period {}", name.dataset, name.period),
    }
}
