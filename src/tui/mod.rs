//! Floor 6: the terminal workbench, a face of [`crate::ops`] beside the command line.
//!
//! # Who sits in front of it, and what they want to know
//!
//! **A release manager**, in her words: "Is October complete? Who hasn't delivered, and is that late or just not due?
//! Which release can go out today, and what exactly keeps the others back? What will clients see that they don't see
//! now? I sign for this, so show me what I sign." She comes from lazygit and k9s and first tries `Enter` to look
//! inside, `Esc` to get out, `a` to approve, `p` to publish, `r` to run, `/` to find, `:` when she doesn't know the key and
//! `?` when she doesn't know anything. She presses `Enter` twice without reading; so what clients would notice
//! (publish, roll back, withdraw) wants the name typed.
//!
//! **An assessor**: "Which rows do you want me to look at, and why those? What did the model think it saw? Let me say yes
//! or no with one key, say why when it matters, and give me the next one." He tries `j`/`k`, `a` and `x`, and `]` for the
//! next anomaly. He does this three hundred times a day: one key per decision.
//!
//! **Both**: "What is running right now, and may I go on typing? Who did that, and when? What is the command for a script?"
//!
//! So: six panes in the order of the work (Batches, Completeness, Models, Anomalies, Releases, Log), one more for the
//! tasks, a strip of running tasks below, and from every reason that blocks a release one key to the place that clears it.
//!
//! # The rooms
//!
//! - `app`: the pure core. [`app::State`], [`app::Msg`], `update(&mut State, Msg) -> Vec<Effect>`, the command catalogue
//!   (one const table from which routing, footer, help, palette and the README's key table come). It knows no ratatui,
//!   no thread, no file and no clock, so that every key can be tested as a story.
//! - `view`: draws `&State`. It can't fail and can't block: nothing in it asks anybody for anything.
//! - `widgets`: the parts that views share: table, chart, entity-marked text, page of items.
//! - `runtime`: owns the terminal and the event loop, and turns effects into calls of `ops` on worker threads.
//!
//! # The loop
//!
//! All pending messages are drained, each is applied, then the screen is drawn once, and only if something changed. There is no
//! tick unless something moves. Every load carries a generation; an answer to a question nobody asks any more is
//! dropped. Lists hold a window of rows over keyset pages, never the whole list.

pub mod app;
mod runtime;
mod view;
mod widgets;

#[cfg(test)]
mod testing;

pub use app::catalogue_markdown;
pub use runtime::run;
