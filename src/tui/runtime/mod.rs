//! Owns the terminal and the event loop, and turns effects into calls of `ops` on worker threads.

mod adapter;
mod changes;
mod clipboard;
mod events;
mod queue;
mod screen;
mod thread;
mod watch;
mod workers;

#[cfg(test)]
mod tests;

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use self::adapter::Desk;
use self::screen::Screen;
use self::workers::Workers;
use super::app::{Effect, Identity, Msg, State, start, update};
use crate::base::{Error, Result};
use crate::ops::{Session, Workspace};

/// How often the strip of running tasks moves, while there is one.
const FRAME: Duration = Duration::from_millis(100);
/// Messages that may wait before whoever sends them has to.
const INBOX: usize = 1024;

/// Shows the workbench until the person leaves it. A `stranger` is not in [people] and only looks.
/// What is left to be `prepared` in the workspace is done once the first frame stands, before anything is asked.
///
/// # Errors
/// Those of `prepared`, and where there is no terminal, where it goes away, and
/// [`crate::base::ErrorKind::Cancelled`] where a signal ended it.
pub fn run(
    workspace: Workspace,
    session: Session,
    stranger: bool,
    prepared: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let demo = workspace.is_demo();
    let (sender, inbox) = sync_channel(INBOX);
    watch::signals(sender.clone())?;
    let mut screen = Screen::open()?;
    let (width, height) = screen.size()?;
    let identity = Identity {
        actor: session.actor.clone(),
        folder: workspace.root().display().to_string(),
        demo,
        stranger,
        colour: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let mut state = State::new(identity, width, height);
    // The first frame comes before the first question, so that nobody waits for a slow disk to see something.
    screen.draw(&mut state)?;
    prepared()?;
    events::listen(sender.clone())?;
    let workers = Workers::start(Desk::new(workspace, session), sender)?;
    let ended = show(&mut screen, &mut state, &workers, &inbox);
    workers.stop();
    ended
}

/// Draws, waits, drains, updates; until somebody leaves.
fn show(screen: &mut Screen, state: &mut State, workers: &Workers, inbox: &Receiver<Msg>) -> Result<()> {
    let mut effects = start(state);
    loop {
        for effect in effects.drain(..) {
            match effect {
                Effect::Quit => return Ok(()),
                Effect::Copy(text) => Screen::copy(&text)?,
                Effect::CaptureMouse(capture) => Screen::capture_mouse(capture)?,
                other => workers.take(other),
            }
        }
        if state.changed {
            // A terminal that changed its size before anybody listened has told nobody.
            let (width, height) = screen.size()?;
            if (width, height) != (state.width, state.height) {
                effects.extend(update(state, Msg::Resized { width, height }));
            }
            screen.draw(state)?;
        }
        for msg in next(state.is_busy(), inbox, workers)? {
            if matches!(msg, Msg::Terminated) {
                return Err(Error::cancelled().because("the system asked assay to end"));
            }
            effects.extend(update(state, msg));
        }
    }
}

/// Waits for something to happen, then takes all that is there. Progress comes before the outcomes that followed it.
fn next(busy: bool, inbox: &Receiver<Msg>, workers: &Workers) -> Result<Vec<Msg>> {
    let gone = || Error::internal("nobody listens to the keyboard any more");
    let first = if busy {
        match inbox.recv_timeout(FRAME) {
            Ok(msg) => msg,
            Err(RecvTimeoutError::Timeout) => Msg::Tick,
            Err(RecvTimeoutError::Disconnected) => return Err(gone()),
        }
    } else {
        inbox.recv().map_err(|_| gone())?
    };
    let mut rest: Vec<Msg> = inbox.try_iter().take(INBOX).collect();
    let mut all = Vec::with_capacity(rest.len() + 2);
    let facts = workers.progress();
    if !facts.is_empty() {
        all.push(Msg::Progressed(facts));
    }
    all.push(first);
    all.append(&mut rest);
    Ok(all)
}
