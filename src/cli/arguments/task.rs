//! `assay task`.

use clap::Subcommand;

use super::DatasetOption;
use crate::domain::{Period, TaskState};

/// What can be done to tasks.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// List the tasks of the open releases, those that are not done first.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this state.
        #[arg(long, value_parser = TaskState::NAMES)]
        state: Option<String>,
    },
    /// Print the tasks that would run, in an order in which they can.
    Plan {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
    },
    /// Stop a running task.
    Cancel {
        /// Its key, or the start of it.
        key: String,
    },
    /// Run one task again.
    Retry {
        /// Its key, or the start of it.
        key: String,
    },
}
