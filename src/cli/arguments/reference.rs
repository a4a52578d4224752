//! `assay reference`.

use clap::Subcommand;

use super::DatasetOption;

/// What can be asked about reference tables.
#[derive(Debug, Subcommand)]
pub enum ReferenceCommand {
    /// Print the tables that rows are looked up in, and what each is now.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
    },
    /// Print every revision of them, newest first.
    History {
        /// Only of this table.
        reference: Option<String>,
        #[command(flatten)]
        dataset: DatasetOption,
    },
}
