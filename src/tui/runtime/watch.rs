//! What is watched beside the keyboard: other processes that write, and signals.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::sleep;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use super::adapter::Desk;
use super::workers::spawn;
use crate::base::{Result, ResultExt};
use crate::tui::app::Msg;

/// How often we look whether somebody wrote.
const INTERVAL: Duration = Duration::from_secs(1);

/// Tells the loop when somebody wrote to the workspace, and once when that can't be told any more.
pub fn workspace(desk: Arc<Desk>, sender: SyncSender<Msg>) -> Result<()> {
    spawn("workspace-watch", move || {
        let mut known = desk.data_version().ok();
        let mut failing = false;
        loop {
            sleep(INTERVAL);
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

/// Tells the loop when the system asks the program to end, so that the terminal is given back.
pub fn signals(sender: SyncSender<Msg>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().context("listening for signals")?;
    spawn("signals", move || {
        let heard = runtime.block_on(async {
            let mut terminate = signal(SignalKind::terminate())?;
            let mut hang_up = signal(SignalKind::hangup())?;
            let mut interrupt = signal(SignalKind::interrupt())?;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::io::Result::Ok(())
        });
        if heard.is_ok() {
            let _ = sender.send(Msg::Terminated);
        }
    })
}
