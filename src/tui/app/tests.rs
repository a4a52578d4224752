//! Stories of people at the keyboard. Each key goes through the real keymap.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod catalogue;
mod changes;
mod lists;
mod models;
mod reasons;
mod stories;
mod typing;
