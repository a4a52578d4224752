//! `update`: what a message does to the state, and what the runtime is to do next.

use super::answer;
use super::catalogue::COMMANDS;
use super::command::{Id, Scope};
use super::filter::Filter;
use super::heard::{footer_scope, is_heard};
use super::key::Key;
use super::layout::{follow_column, layout};
use super::message::{Effect, Msg};
use super::mouse;
use super::overlay::Overlay;
use super::run::run;
use super::state::State;
use super::words::Tone;

/// What to fetch first, after the first frame was drawn.
pub fn start(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    settle(state, &mut effects);
    effects
}

/// Applies a message. Sets [`State::changed`] where the screen has to be drawn again.
pub fn update(state: &mut State, msg: Msg) -> Vec<Effect> {
    let mut effects = Vec::new();
    let changed = match msg {
        Msg::Key(key) => pressed(state, &key, &mut effects),
        Msg::Paste(text) => pasted(state, &text),
        Msg::Mouse { pointer, x, y } => mouse::pointed(state, pointer, x, y, &mut effects),
        Msg::Resized { width, height } => {
            let changed = (state.width, state.height) != (width, height);
            (state.width, state.height) = (width, height);
            changed
        }
        Msg::Tick => {
            state.board.frame = state.board.frame.wrapping_add(1);
            state.is_busy()
        }
        Msg::Terminated => {
            effects.push(Effect::Quit);
            false
        }
        answer => answer::answered(state, answer, &mut effects),
    };
    state.changed |= changed;
    settle(state, &mut effects);
    effects
}

/// Keeps the selection on the screen and asks for what is wanted.
fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    let rows = layout(state).rows;
    state.lists.of_mut(state.pane).follow(u64::from(rows.height));
    select_provider(state);
    let columns = state.lists.periods.selected().map_or(0, |row| row.cells.len());
    state.first_column = follow_column(state.first_column, rows.width, state.column, columns);
    if std::mem::take(&mut state.freshness.wanted) {
        let generation = state.next_generation();
        state.freshness.awaited = Some(generation);
        effects.push(Effect::Load { generation, load: super::message::Load::Overview });
    }
    if state.list().wants() {
        let generation = state.next_generation();
        let load = state.lists.of_mut(state.pane).issue(generation);
        effects.extend(load.map(|load| Effect::Load { generation, load }));
    }
    if state.detail.as_ref().is_some_and(super::detail::Detail::wants) {
        let generation = state.next_generation();
        let load = state.detail.as_mut().and_then(|detail| detail.issue(generation));
        effects.extend(load.map(|load| Effect::Load { generation, load }));
    }
}

fn select_provider(state: &mut State) {
    let Some(row) = state.lists.periods.selected() else { return };
    if let Some(wanted) = &state.provider_wanted
        && let Some(column) = row.cells.iter().position(|cell| cell.provider == *wanted)
    {
        state.column = column;
        if !state.lists.of(super::pane::Pane::Completeness).wants() {
            state.provider_wanted = None;
        }
    }
    state.column = state.column.min(row.cells.len().saturating_sub(1));
}

/// The command whose key this is, among those heard now.
fn command_of(scope: Scope, key: &Key) -> Option<Id> {
    let heard = COMMANDS.iter().find(|command| is_heard(command, scope) && command.keys.contains(&key.name()));
    heard.map(|command| command.id)
}

fn pressed(state: &mut State, key: &Key, effects: &mut Vec<Effect>) -> bool {
    if let Some(id) = command_of(footer_scope(state), key) {
        run(state, id, effects);
        return true;
    }
    match &mut state.overlay {
        None => {
            state.say(format!("{key} does nothing here; ? shows what does"), Tone::Quiet);
            true
        }
        Some(Overlay::Filter(field)) => {
            let edited = field.edit(key);
            apply_filter(state);
            edited
        }
        Some(Overlay::Choice(choice)) => {
            choice.cursor = 0;
            choice.input.edit(key)
        }
        Some(Overlay::Dialog(dialog)) => dialog.edit(key),
    }
}

fn pasted(state: &mut State, text: &str) -> bool {
    match &mut state.overlay {
        None => return false,
        Some(Overlay::Filter(field)) => {
            field.insert(text);
            apply_filter(state);
        }
        Some(Overlay::Choice(choice)) => choice.input.insert(text),
        Some(Overlay::Dialog(dialog)) => return dialog.paste(text),
    }
    true
}

fn apply_filter(state: &mut State) {
    if let Some(Overlay::Filter(field)) = &state.overlay {
        let filter = Filter::parse(field.text());
        state.lists.of_mut(state.pane).set_filter(filter);
    }
}
