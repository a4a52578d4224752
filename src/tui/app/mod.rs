//! The pure core of the terminal face: state, messages, update, and the catalogue of commands.

mod act;
mod answer;
mod ask;
mod catalogue;
mod change;
mod choose;
mod command;
mod detail;
mod dialog;
mod enabled;
mod filter;
mod items;
mod judging;
mod jump;
mod key;
mod layout;
mod list;
mod lists;
mod markdown;
mod message;
mod mouse;
mod navigate;
mod overlay;
mod pane;
mod speech;
mod state;
mod tasks;
mod text_field;
mod update;
mod window;
mod words;

#[cfg(test)]
mod tests;

pub use act::may_approve;
pub use ask::{Ask, PLACEHOLDER};
pub use catalogue::COMMANDS;
pub use choose::{Choice, Line, Topic, choices};
pub use command::{Command, Group, Id, Risk, Scope};
pub use detail::{Detail, DetailContent, Place};
pub use dialog::{Dialog, Fetched, Field, FieldKind};
pub use enabled::why_not;
#[cfg(test)]
pub use filter::Filter;
pub use items::{Body, Item, Link, number, release_changes};
pub use judging::Said;
pub use key::Key;
pub use layout::{Area, CELL, Layout, PERIOD, layout, tabs};
pub use list::AnyList;
pub use lists::Lists;
pub use markdown::catalogue_markdown;
pub use message::{Answer, Effect, Load, Msg, Pointer};
pub use overlay::{Overlay, footer_scope, is_heard};
pub use pane::Pane;
pub use speech::{Outcome, Spoken};
pub use state::{Identity, State};
pub use tasks::TaskBoard;
pub use text_field::TextField;
pub use update::{start, update};
pub use window::{Status, Window};
pub use words::{Piece, Tone, Word};
