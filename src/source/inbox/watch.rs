//! Inboxes being watched: whoever waits for a delivery is told as soon as something happens there.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::base::{Cancel, Result};

/// How often it is looked whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(100);

/// How long nothing may happen before a delivery is looked at: whoever writes it is done then.
const CALM: Duration = Duration::from_millis(700);

/// What happens in the inboxes. Where the system can't tell, nothing ever seems to.
pub struct Watch {
    _watcher: Option<RecommendedWatcher>,
    happened: Receiver<()>,
}

impl Watch {
    /// Watches the folder of all inboxes, which is made if it is not there.
    pub fn new(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let (sender, happened) = channel();
        let below = folder.clone();
        let told = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| is_delivery(&event, &below)) {
                let _ = sender.send(());
            }
        };
        let watcher = notify::recommended_watcher(told).and_then(|mut watcher| {
            watcher.watch(&folder, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        if let Err(error) = &watcher {
            tracing::warn!("the inboxes can't be watched, and are looked into at their interval alone: {error}");
        }
        Ok(Self { _watcher: watcher.ok(), happened })
    }

    /// Waits until `end`, or until something happened and it is calm again. Whether something did.
    pub fn wait(&self, end: Instant, cancel: &Cancel) -> Result<bool> {
        let mut calm_at: Option<Instant> = None;
        loop {
            cancel.check()?;
            let until = calm_at.map_or(end, |calm| calm.min(end));
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(calm_at.is_some());
            }
            match self.happened.recv_timeout(left.min(LOOK)) {
                Ok(()) => calm_at = Some(Instant::now() + CALM),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(left.min(LOOK)),
            }
        }
    }
}

/// Whether something came or changed that may be a delivery: what is moved aside on its way in is none.
fn is_delivery(event: &Event, folder: &Path) -> bool {
    let came = match event.kind {
        EventKind::Create(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        _ => false,
    };
    let is_visible = |path: &PathBuf| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        !below.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.'))
    };
    came && event.paths.iter().any(is_visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_told_when_it_is_calm_and_what_is_moved_aside_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::new(&folder.path().join("inbox")).unwrap();
        let (cancel, soon) = (Cancel::default(), || Instant::now() + Duration::from_millis(1_500));
        assert!(!watch.wait(Instant::now(), &cancel).unwrap());
        std::fs::create_dir(folder.path().join("inbox/north")).unwrap();
        std::fs::write(folder.path().join("inbox/north/2026-10.csv"), "a,b\n").unwrap();
        assert!(watch.wait(Instant::now() + Duration::from_secs(20), &cancel).unwrap());
        assert!(!watch.wait(soon(), &cancel).unwrap(), "told once");
        std::fs::create_dir(folder.path().join("inbox/north/.taken")).unwrap();
        std::fs::rename(
            folder.path().join("inbox/north/2026-10.csv"),
            folder.path().join("inbox/north/.taken/2026-10.csv"),
        )
        .unwrap();
        cancel.cancel();
        assert!(watch.wait(soon(), &cancel).is_err());
    }
}
