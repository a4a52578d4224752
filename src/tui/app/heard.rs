//! Which commands are heard, and which the footer and the help show.

use super::catalogue::COMMANDS;
use super::command::{Command, Group, Scope};
use super::enabled::why_not;
use super::overlay::Overlay;
use super::state::State;

/// The scope whose commands the footer shows, and to which keys go first.
#[must_use]
pub fn footer_scope(state: &State) -> Scope {
    match &state.overlay {
        None => Scope::Pane(state.pane),
        Some(Overlay::Filter(_)) => Scope::Filter,
        Some(Overlay::Choice(_)) => Scope::Choice,
        Some(Overlay::Dialog(_)) => Scope::Dialog,
    }
}

/// Whether a command's keys are heard in `scope`.
#[must_use]
pub fn is_heard(command: &Command, scope: Scope) -> bool {
    match command.scope {
        Scope::Always => true,
        Scope::Everywhere => matches!(scope, Scope::Pane(_)),
        own => own == scope,
    }
}

/// The commands heard in the pane at hand, what belongs to it first, each with why it can't run, if it can't.
#[must_use]
pub fn help_lines(state: &State) -> Vec<(&'static Command, Option<String>)> {
    let scope = Scope::Pane(state.pane);
    let mut lines: Vec<_> = COMMANDS
        .iter()
        .filter(|command| command.group != Group::Top && is_heard(command, scope))
        .map(|command| (command, why_not(state, command.id)))
        .collect();
    lines.sort_by_key(|(command, _)| command.group);
    lines
}
