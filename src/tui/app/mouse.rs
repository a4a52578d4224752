//! The mouse: a tab, a row, the wheel. A second click on the selected row opens it.

use super::command::Id;
use super::layout::{CELL, PERIOD, layout, tabs};
use super::message::{Effect, Pointer};
use super::navigate;
use super::overlay::Overlay;
use super::pane::Pane;
use super::run::run;
use super::state::State;

/// Lines that a notch of the wheel moves.
const NOTCH: i64 = 3;

/// Takes what the mouse did; false where it means nothing.
pub(super) fn pointed(state: &mut State, pointer: Pointer, x: u16, y: u16, effects: &mut Vec<Effect>) -> bool {
    match (&state.overlay, pointer) {
        (Some(Overlay::Choice(_)), Pointer::WheelUp) => run(state, Id::ChoiceUp, effects),
        (Some(Overlay::Choice(_)), Pointer::WheelDown) => run(state, Id::ChoiceDown, effects),
        (Some(_), _) => return false,
        (None, Pointer::WheelUp) => navigate::step(state, -NOTCH),
        (None, Pointer::WheelDown) => navigate::step(state, NOTCH),
        (None, Pointer::Click) => return clicked(state, x, y, effects),
    }
    true
}

fn clicked(state: &mut State, x: u16, y: u16, effects: &mut Vec<Effect>) -> bool {
    let layout = layout(state);
    if layout.tabs.holds(x, y) {
        let Some(tab) = tabs(state).into_iter().rfind(|tab| tab.x <= x) else { return false };
        navigate::go(state, tab.pane);
        return true;
    }
    if !layout.rows.holds(x, y) {
        return false;
    }
    let list = state.list();
    let place = list.top() + u64::from(y - layout.rows.y);
    if place >= list.total() {
        return false;
    }
    let column = (state.pane == Pane::Completeness && x >= layout.rows.x + PERIOD)
        .then(|| state.first_column + usize::from((x - layout.rows.x - PERIOD) / CELL));
    let again = place == list.cursor() && column.is_none_or(|column| column == state.column);
    state.detail = None;
    state.lists.of_mut(state.pane).select(place);
    state.column = column.unwrap_or(state.column);
    if again {
        run(state, Id::Open, effects);
    }
    true
}
