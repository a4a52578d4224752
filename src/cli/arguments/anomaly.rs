//! `assay anomaly`.

use clap::Subcommand;

use super::{DatasetOption, ReasonOption};
use crate::domain::{AnomalyState, Period};

/// What can be done to anomalies.
#[derive(Debug, Subcommand)]
pub enum AnomalyCommand {
    /// List anomalies, open ones first.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
        /// Only this state.
        #[arg(long, value_parser = AnomalyState::ALL.map(AnomalyState::as_str))]
        state: Option<String>,
    },
    /// Show one anomaly with its history and samples.
    Show {
        /// Its id, or the start of it.
        anomaly: String,
    },
    /// Say that it is real.
    Confirm {
        /// Its id, or the start of it.
        anomaly: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Let it pass.
    Waive {
        /// Its id, or the start of it.
        anomaly: String,
        /// The last period that this covers: the same finding of a later period, up to this one, passes as well.
        #[arg(long)]
        until: Option<Period>,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Take a decision back.
    Reopen {
        /// Its id, or the start of it.
        anomaly: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
}
