//! `assay profile`.

use clap::{Subcommand, ValueHint};

use crate::domain::ModelRef;

/// What can be asked about what is in the data.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Print what is measured of a file, a slice, a period or a release.
    Show {
        /// Any file that could be delivered, inside of a workspace or outside of any; or, for example, slips/2026-10/northgate,
        /// slips/2026-10 or slips/2026-10.1.
        #[arg(value_hint = ValueHint::FilePath)]
        target: String,
        /// Measure what this model version found.
        #[arg(long)]
        model: Option<ModelRef>,
        /// Only this column or label, with all that is known of it.
        #[arg(long, value_name = "NAME")]
        column: Option<String>,
    },
    /// Print what differs between two of them: a later one beside an earlier one.
    Diff {
        /// What it is compared with.
        #[arg(value_hint = ValueHint::FilePath)]
        before: String,
        /// What is compared.
        #[arg(value_hint = ValueHint::FilePath)]
        after: String,
        /// Measure what this model version found.
        #[arg(long)]
        model: Option<ModelRef>,
        /// Only what has moved by more than chance.
        #[arg(long)]
        changed: bool,
    },
}
