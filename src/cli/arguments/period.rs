//! `assay period`.

use clap::Subcommand;

use super::{DatasetOption, ReasonOption};
use crate::domain::Period;

/// What can be done to periods.
#[derive(Debug, Subcommand)]
pub enum PeriodCommand {
    /// List periods, newest first, provider by provider.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
    },
    /// Show one period.
    Show {
        /// The period.
        period: Period,
        #[command(flatten)]
        dataset: DatasetOption,
    },
    /// Accept a period as the baseline of history-based checks.
    Baseline {
        /// The period.
        period: Period,
        #[command(flatten)]
        dataset: DatasetOption,
        #[command(flatten)]
        reason: ReasonOption,
    },
}
