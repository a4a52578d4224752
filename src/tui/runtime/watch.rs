//! What is watched beside the keyboard: other processes that write, and signals.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::sleep;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::adapter::Desk;
use super::thread::spawn;
use crate::base::{Result, ResultExt};
use crate::tui::app::Msg;

/// How often we look whether somebody wrote.
const INTERVAL: Duration = Duration::from_secs(1);

/// Every how many looks the folders are looked at too: files come by the hour, not by the second.
const FOLDERS: u32 = 3;

/// Tells the loop when somebody wrote to the workspace, to an inbox or to assay.toml, and once when that can't be told
/// any more.
pub fn workspace(desk: Arc<Desk>, sender: SyncSender<Msg>) -> Result<()> {
    // Before the first question is asked: what comes after its answer is then a change.
    let mut known = desk.data_version().ok();
    let mut around = desk.surroundings();
    spawn("workspace-watch", move || {
        let mut failing = false;
        for look in 1_u32.. {
            sleep(INTERVAL);
            if look.is_multiple_of(FOLDERS) {
                let now = desk.surroundings();
                if std::mem::replace(&mut around, now.clone()) != now && sender.send(Msg::Changed).is_err() {
                    return;
                }
            }
            let msg = match desk.data_version() {
                Ok(version) => {
                    failing = false;
                    (known.replace(version) != Some(version)).then_some(Msg::Changed)
                }
                Err(_) if failing => None,
                Err(error) => {
                    failing = true;
                    Some(Msg::Unwatched(error))
                }
            };
            if msg.is_some_and(|msg| sender.send(msg).is_err()) {
                return;
            }
        }
    })
}

/// Tells the loop when the system asks the program to end, so that the terminal is given back. Heard from here on.
pub fn signals(sender: SyncSender<Msg>) -> Result<()> {
    let listening = || "listening for signals";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().with_context(listening)?;
    let entered = runtime.enter();
    let mut terminate = signal(SignalKind::terminate()).with_context(listening)?;
    let mut hang_up = signal(SignalKind::hangup()).with_context(listening)?;
    let mut interrupt = signal(SignalKind::interrupt()).with_context(listening)?;
    drop(entered);
    spawn("signals", move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        let _ = sender.send(Msg::Terminated);
    })
}
