//! The cancel token that every loop over rows, files or tasks polls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Error, Result};

/// Shared by whoever may stop a piece of work and the work itself. Clones are the same token.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    stopped: Arc<AtomicBool>,
    parent: Option<Arc<Cancel>>,
}

impl Cancel {
    /// A token that stops with this one, and can be stopped without it.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { stopped: Arc::default(), parent: Some(Arc::new(self.clone())) }
    }

    /// Asks the work to stop. It cannot be taken back.
    pub fn cancel(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.parent.as_ref().is_some_and(|parent| parent.is_cancelled())
    }

    /// Ends the work with [`super::ErrorKind::Cancelled`] once somebody asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
}
