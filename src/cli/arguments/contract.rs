//! `assay contract`.

use clap::Subcommand;

use super::ReasonOption;

/// What can be done to the contract.
#[derive(Debug, Subcommand)]
pub enum ContractCommand {
    /// Print the contract in force.
    Show,
    /// Print what assay.toml would change.
    Diff,
    /// Take assay.toml into force as a new version.
    Apply {
        #[command(flatten)]
        reason: ReasonOption,
    },
}
