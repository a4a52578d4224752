//! Which commands are heard, and which the footer and the help show.

use super::catalogue::COMMANDS;
use super::command::{Command, Group, Scope};
use super::enabled::why_not;
use super::overlay::Overlay;
use super::pane::Pane;
use super::state::State;
use crate::base::Error;

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

/// What went wrong and what to do next, on one line.
#[must_use]
pub fn said(error: &Error, pane: Pane) -> String {
    error.hints().iter().fold(error.one_line(), |line, hint| format!("{line}; {}", with_key(hint, pane)))
}

/// A sentence with a command line in it, and the key that does the same in this pane.
#[must_use]
pub fn with_key(sentence: &str, pane: Pane) -> String {
    key_for(sentence, pane).map_or_else(|| sentence.to_owned(), |key| format!("{sentence} (here: {key})"))
}

/// Of several commands the one with most of the sentence's words, and rather one that is heard everywhere.
fn key_for(sentence: &str, pane: Pane) -> Option<&'static str> {
    let (_, line) = sentence.split_once("assay ")?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let agreeing = |command: &Command| {
        let (options, verbs): (Vec<&str>, Vec<&str>) =
            command.cli?.split(' ').skip(1).partition(|word| word.starts_with("--"));
        let agrees = words.starts_with(&verbs) && options.iter().all(|option| words.contains(option));
        agrees.then_some(verbs.len() + options.len())
    };
    let heard = COMMANDS.iter().filter(|command| is_heard(command, Scope::Pane(pane)));
    let (_, command) = heard
        .filter_map(|command| Some((agreeing(command)?, command)))
        .max_by_key(|(words, command)| (*words, command.scope == Scope::Everywhere))?;
    command.keys.first().copied()
}
