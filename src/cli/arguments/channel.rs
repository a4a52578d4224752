//! `assay channel`.

use clap::Subcommand;

use super::DatasetOption;

/// What can be asked about channels.
#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Print which release each period shows.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
    },
    /// Print every change, newest first.
    History {
        #[command(flatten)]
        dataset: DatasetOption,
    },
}
