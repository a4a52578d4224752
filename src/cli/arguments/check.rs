//! `assay check`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

/// What can be asked about what is wrong with the data.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Look for wrong cells in any file, inside of a workspace or outside of any.
    Scan {
        /// Any file that could be delivered.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// What must hold, as `[[rule]]` with kind = functional, type, allowed, pattern, range, unique or sql.
        #[arg(long, value_hint = ValueHint::FilePath)]
        rules: Option<PathBuf>,
        /// How many cells to print; --json lists all.
        #[arg(long, default_value_t = 40)]
        rows: usize,
    },
}
