//! `assay` alone: the workbench on the screen.

use super::open;
use crate::base::Result;
use crate::cli::arguments::Arguments;
use crate::cli::logging;
use crate::domain::Via;
use crate::ops::Workspace;

/// Opens the screen on the workspace that is meant.
pub fn open_screen(workspace: Workspace, name: Option<&str>) -> Result<()> {
    let _traces = logging::start(workspace.root());
    let session = workspace.session(name, Via::Tui)?;
    crate::tui::run(workspace, session)
}

/// The same for the workspace of the command line.
pub fn from_arguments(arguments: &Arguments) -> Result<()> {
    open_screen(open(arguments)?, arguments.name.as_deref())
}
