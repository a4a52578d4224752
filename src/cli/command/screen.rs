//! `assay` alone: the workbench on the screen.

use super::open;
use crate::base::{ErrorKind, Result};
use crate::cli::arguments::Arguments;
use crate::cli::logging;
use crate::domain::Via;
use crate::ops::{Session, Workspace};

/// Opens the screen on the workspace that is meant. What is left to be `prepared` in it is done under the first frame.
pub fn open_screen(workspace: Workspace, name: Option<&str>, prepared: impl FnOnce() -> Result<()>) -> Result<()> {
    let _traces = logging::start(workspace.root());
    // Whoever is not in [people] may look, as `assay status` lets them; a name that was typed has to be right.
    let (session, stranger) = match workspace.session(name, Via::Tui) {
        Err(error) if name.is_none() && error.kind() == ErrorKind::Refused => (Session::stranger(Via::Tui), true),
        session => (session?, false),
    };
    crate::tui::run(workspace, session, stranger, prepared)
}

/// The same for the workspace of the command line.
pub fn from_arguments(arguments: &Arguments) -> Result<()> {
    open_screen(open(arguments)?, arguments.name.as_deref(), || Ok(()))
}
