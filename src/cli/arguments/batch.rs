//! `assay batch`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use super::{DatasetOption, ReasonOption};
use crate::domain::mapping::MappingId;
use crate::domain::{BatchState, Period};

/// What can be done to batches.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// List batches, newest first.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this state.
        #[arg(long, value_parser = BatchState::ALL.map(BatchState::as_str))]
        state: Option<String>,
    },
    /// Show one batch: its mapping, its first rows and what was refused.
    Show {
        /// Its id, or the start of it.
        batch: String,
    },
    /// How well providers deliver; of one, as a text that can be sent to it.
    Scorecard {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
    },
    /// Read a file without taking it in: what is understood of it, its rows, and what is wrong with it.
    Preview {
        /// The file.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        dataset: DatasetOption,
        /// Whose delivery it is; by default read from its name.
        #[arg(long)]
        provider: Option<String>,
        /// How many rows are shown: a number, or all.
        #[arg(long, default_value = "10", value_parser = rows)]
        rows: usize,
    },
    /// Take in one file.
    Add {
        /// The file.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        #[command(flatten)]
        dataset: DatasetOption,
        /// Whose delivery it is; by default read from its name.
        #[arg(long)]
        provider: Option<String>,
        /// For which period; by default read from its name.
        #[arg(long)]
        period: Option<Period>,
    },
    /// Put on record that a provider has nothing to deliver for a period: a nil return.
    Nil {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Who has nothing to deliver.
        #[arg(long)]
        provider: String,
        /// For which period.
        #[arg(long)]
        period: Period,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Try a quarantined batch again.
    Accept {
        /// Its id, or the start of it.
        batch: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Turn a quarantined batch down.
    Reject {
        /// Its id, or the start of it.
        batch: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// List what people decided about the columns of deliveries, beside assay.toml.
    Mappings {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
    },
    /// Take such a decision back.
    Unmap {
        /// Its id, as `assay batch mappings` lists it.
        mapping: MappingId,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Take a batch back; its slice stands on the revision before.
    Withdraw {
        /// Its id, or the start of it.
        batch: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
}

/// A number of rows, or all.
fn rows(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        number => number.parse().map_err(|_| format!("`{number}` is neither a number nor `all`")),
    }
}
