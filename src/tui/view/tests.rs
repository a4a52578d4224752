//! What is on the screen: every pane in every state at three sizes, hostile text, and any size of terminal.
#![allow(clippy::unwrap_used, reason = "tests")]

mod hostile;
mod look;
mod screens;
