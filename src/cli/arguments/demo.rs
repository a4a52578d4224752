//! `assay demo`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use crate::domain::Period;

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    #[command(subcommand)]
    pub command: Option<DemoCommand>,
    /// Where to put the copy; by default a new temporary folder.
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub into: Option<PathBuf>,
    /// Make the copy and do not open the screen.
    #[arg(long)]
    pub no_screen: bool,
}

/// What can be done to demos.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Make the sample workspace from its raw files, by the real pipeline.
    Build {
        /// The folder to make.
        folder: PathBuf,
        /// The seed of the sample data.
        #[arg(long, default_value_t = crate::demo::SEED)]
        seed: u64,
    },
    /// Let the shop sell whose database is copied, in the demo workspace of --workspace: on the days of a period, up to today.
    /// Days that were sold before are put right here and there.
    Inject {
        /// The period: a month, a week or a day.
        period: Period,
    },
    /// Drop the deliveries that are late, or corrected, into their inboxes, in the demo workspace of --workspace.
    Deliver {
        /// Only this provider's.
        #[arg(long)]
        provider: Option<String>,
    },
}
