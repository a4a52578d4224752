//! `assay log`.

use clap::Subcommand;

/// What can be done to the journal as a whole.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Check the chain of hashes; name the first bad entry.
    Verify {
        /// The hash of the newest entry that you know: finds a cut tail.
        #[arg(long)]
        head: Option<String>,
    },
    /// Replay all events into fresh tables.
    Rebuild,
}
