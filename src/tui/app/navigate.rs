//! Getting around: panes, rows, details, and back.

use super::command::Id;
use super::detail::Detail;
use super::layout::layout;
use super::pane::Pane;
use super::place::Place;
use super::state::State;
use super::words::Tone;
use crate::domain::ModelRef;

/// How many steps back are remembered.
const REMEMBERED: usize = 50;

/// Moves by a command that changes nothing but the place; false where `id` is no such command.
pub(super) fn moved(state: &mut State, id: Id) -> bool {
    let page = i64::from(page_height(state));
    match id {
        Id::Up => step(state, -1),
        Id::Down => step(state, 1),
        Id::PageUp => step(state, -page),
        Id::PageDown => step(state, page),
        Id::HalfUp => step(state, -(page / 2).max(1)),
        Id::HalfDown => step(state, (page / 2).max(1)),
        Id::First => to_end(state, false),
        Id::Last => to_end(state, true),
        Id::Left if in_map(state) => state.column = state.column.saturating_sub(1),
        Id::Right if in_map(state) => state.column = state.column.saturating_add(1),
        Id::Left | Id::Back => back(state),
        Id::Fold => fold(state),
        Id::PreviousDetail => neighbour(state, -1),
        Id::NextDetail => neighbour(state, 1),
        Id::Go(pane) => go(state, pane),
        Id::NextPane => go(state, state.pane.stepped(1)),
        Id::PreviousPane => go(state, state.pane.stepped(-1)),
        _ => return false,
    }
    true
}

fn in_map(state: &State) -> bool {
    state.pane == Pane::Completeness && state.detail.is_none()
}

fn page_height(state: &State) -> u16 {
    let layout = layout(state);
    let height = if state.detail.is_some() { layout.detail.height / 2 } else { layout.rows.height };
    height.saturating_sub(1).max(1)
}

/// Moves the selection of what has the focus: the details where something is open, else the list.
pub(super) fn step(state: &mut State, by: i64) {
    match &mut state.detail {
        Some(detail) => detail.step(by),
        None => state.lists.of_mut(state.pane).step(by),
    }
}

fn to_end(state: &mut State, last: bool) {
    match (&mut state.detail, last) {
        (Some(detail), false) => detail.step(i64::MIN),
        (Some(detail), true) => detail.step(i64::MAX),
        (None, false) => state.lists.of_mut(state.pane).to_first(),
        (None, true) => state.lists.of_mut(state.pane).to_last(),
    }
}

/// Shows another pane from its list on.
pub(super) fn go(state: &mut State, pane: Pane) {
    state.trail.clear();
    state.detail = None;
    show(state, pane);
}

fn show(state: &mut State, pane: Pane) {
    state.pane = pane;
    state.notice = None;
    if !state.lists.of(pane).wants() {
        state.lists.of_mut(pane).refresh();
    }
}

/// Goes to another pane and remembers the way back.
pub(super) fn leave_for(state: &mut State, pane: Pane) {
    if state.trail.len() >= REMEMBERED {
        state.trail.remove(0);
    }
    let detail = state.detail.take();
    state.trail.push((state.pane, detail));
    show(state, pane);
}

/// Opens a thing of another pane, with its row selected behind it, and remembers the way back.
pub(super) fn leave_for_place(state: &mut State, place: Place) {
    leave_for(state, place.pane());
    match &place {
        Place::Batch(id) => state.lists.batches.go_to(id.clone()),
        Place::Model(model) | Place::Comparison(model) => state.lists.models.go_to(model.clone()),
        Place::Anomaly(id) => state.lists.anomalies.go_to(id.clone()),
        Place::Release(name) => state.lists.releases.go_to(name.clone()),
        Place::Event(seq) => state.lists.log.go_to(*seq),
        Place::Task(_) => {}
    }
    state.detail = Some(Detail::of(place));
}

/// Out of the details, then back on the trail, then out of the filter.
pub(super) fn back(state: &mut State) {
    let was_open = state.detail.take().is_some();
    let was_told = state.notice.take().is_some();
    if let Some((pane, detail)) = state.trail.pop() {
        show(state, pane);
        state.detail = detail;
        if let Some(detail) = &mut state.detail {
            detail.refresh();
        }
    } else if !was_open && !was_told {
        state.lists.of_mut(state.pane).set_filter(super::filter::Filter::default());
    }
}

/// The details of the row before or behind.
fn neighbour(state: &mut State, by: i64) {
    // Where the open thing was settled and moved away, the next one stands at its place already.
    let moved_away = selected_place(state) != state.detail.as_ref().map(|detail| detail.place.clone());
    if by < 0 || !moved_away {
        state.lists.of_mut(state.pane).step(by);
    }
    if let Some(place) = selected_place(state) {
        state.detail = Some(Detail::of(place));
    }
}

/// Shows what was folded into the selected line, or folds it again.
fn fold(state: &mut State) {
    if !state.detail.as_mut().is_some_and(Detail::fold) {
        state.say("nothing is folded here", Tone::Quiet);
    }
}

/// What the selected row of the list stands for.
pub(super) fn selected_place(state: &State) -> Option<Place> {
    let lists = &state.lists;
    match state.pane {
        Pane::Batches => lists.batches.selected().map(|row| Place::Batch(row.id.clone())),
        Pane::Completeness => None,
        Pane::Models => lists.models.selected().map(|row| Place::Model(ModelRef::new(row.name.clone(), row.version))),
        Pane::Anomalies => lists.anomalies.selected().map(|row| Place::Anomaly(row.id.clone())),
        Pane::Releases => lists.releases.selected().map(|row| Place::Release(row.name.clone())),
        Pane::Log => lists.log.selected().map(|row| Place::Event(row.seq)),
        Pane::Tasks => lists.tasks.selected().map(|row| Place::Task(Box::new(row.clone()))),
    }
}
