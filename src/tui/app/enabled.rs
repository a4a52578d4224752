//! Whether a command can run now, and why not.

use super::act::ask_for;
use super::command::Id;
use super::overlay::Overlay;
use super::pane::Pane;
use super::state::State;
use crate::domain::Role;

/// Why a command can't run now; `None` when it can.
#[must_use]
pub fn why_not(state: &State, id: Id) -> Option<String> {
    match id {
        Id::Stop => (!state.is_busy()).then(|| "nothing is running".to_owned()),
        Id::ActAs if !state.me.demo => Some("only in a demo workspace; elsewhere people log in".to_owned()),
        Id::ActAs => state.overview.is_none().then(|| "the people are still being loaded".to_owned()),
        Id::Back => can_go_back(state),
        Id::PreviousDetail | Id::NextDetail => {
            state.detail.is_none().then(|| "nothing is open; Enter opens the row".to_owned())
        }
        Id::Open => match &state.detail {
            None => (state.list().total() == 0).then(|| "the list is empty".to_owned()),
            Some(detail) => {
                let leads = detail.selected().is_some_and(|item| item.link.is_some());
                (!leads).then(|| "the selected line leads nowhere".to_owned())
            }
        },
        Id::CompareModel => state.model().is_none().then(|| "no model version is selected".to_owned()),
        Id::Fold => {
            let item = state.detail.as_ref().and_then(super::detail::Detail::selected);
            item.and_then(|item| item.fold).is_none().then(|| "nothing is folded here".to_owned())
        }
        Id::Copy => (state.detail.is_none() && state.list().total() == 0).then(|| "nothing is selected".to_owned()),
        _ if changes_something(id) => match ask_for(state, id) {
            Err(reason) => Some(reason),
            Ok(ask) => lacks(state, ask.role()),
        },
        _ => None,
    }
}

/// What the person lacks to do something that takes `role`.
#[must_use]
pub fn lacks(state: &State, role: Role) -> Option<String> {
    let own = state.me.actor.role;
    (own < role).then(|| format!("takes the role {role}; {} is {own}", state.me.actor.name))
}

/// Whether a command ends in a request.
#[must_use]
pub fn changes_something(id: Id) -> bool {
    super::catalogue::COMMANDS.iter().any(|command| command.id == id && command.cli.is_some())
}

fn can_go_back(state: &State) -> Option<String> {
    let somewhere = state.detail.is_some()
        || !state.trail.is_empty()
        || state.notice.is_some()
        || !state.list().filter().is_empty()
        || matches!(state.overlay, Some(Overlay::Filter(_)));
    (!somewhere).then(|| format!("this is the list of {}; q leaves the program", noun(state.pane)))
}

fn noun(pane: Pane) -> &'static str {
    pane.noun()
}
