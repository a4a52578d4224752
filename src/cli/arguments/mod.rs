//! What can be said on the command line. The doc comments are the help.

mod anomaly;
mod batch;
mod channel;
mod check;
mod contract;
mod demo;
mod log;
mod model;
mod period;
mod profile;
mod reference;
mod release;
mod task;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::domain::{ModelRef, Period};
pub use anomaly::{AnomalyCommand, AssessArguments};
pub use batch::BatchCommand;
pub use channel::ChannelCommand;
pub use check::CheckCommand;
pub use contract::ContractCommand;
pub use demo::{DemoArguments, DemoCommand};
pub use log::LogCommand;
pub use model::ModelCommand;
pub use period::PeriodCommand;
pub use profile::ProfileCommand;
pub use reference::ReferenceCommand;
pub use release::ReleaseCommand;
pub use task::TaskCommand;

/// Decide when data may be released: complete, processed, sound, and on the record.
///
/// Without a command, assay opens the workbench on the screen.
#[derive(Debug, Parser)]
#[command(name = "assay", version, arg_required_else_help = false)]
pub struct Arguments {
    /// The workspace folder; by default the one that the present folder lies in.
    #[arg(long, global = true, env = "ASSAY_WORKSPACE", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub workspace: Option<PathBuf>,
    /// Answer with one JSON document on stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but the data that was asked for.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Act as this person, in a demo workspace or where nobody is listed.
    #[arg(id = "as", long = "as", global = true, env = "ASSAY_AS", value_name = "NAME")]
    pub name: Option<String>,
    /// Say what would be done, and do nothing.
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Arguments {
    /// Whether it goes on until it is interrupted.
    pub fn follows(&self) -> bool {
        matches!(self.command, Some(Command::Log { command: None, follow: true, .. }))
    }
}

/// Nouns and verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything on a copy of the bundled sample workspace.
    Demo(DemoArguments),
    /// Make a folder a workspace, with a commented assay.toml to fill in.
    Init {
        /// The name of the workspace.
        #[arg(long, default_value = "My data")]
        name: String,
    },
    /// Show where things stand, and what waits for a decision.
    Status,
    /// Print the completions of a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// The contract in force and the file beside it.
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Take in what lies in the inboxes, and what is new in the other sources.
    Ingest {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
        /// Read all rows of databases again: that finds the ones that are gone.
        #[arg(long)]
        full: bool,
        /// Go on asking each source at its interval, until stopped.
        #[arg(long, conflicts_with_all = ["full", "dry_run"])]
        watch: bool,
    },
    /// Bring everything up to date.
    Run {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Run this model version as well.
        #[arg(long)]
        model: Option<ModelRef>,
    },
    /// The pieces of pipeline work.
    #[command(subcommand)]
    Task(TaskCommand),
    /// Deliveries as landed.
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Completeness by period.
    #[command(subcommand)]
    Period(PeriodCommand),
    /// NER models and their versions.
    #[command(subcommand)]
    Model(ModelCommand),
    /// What is in the data.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// What is wrong with the data.
    #[command(subcommand)]
    Check(CheckCommand),
    /// What a person has to settle.
    #[command(subcommand)]
    Anomaly(AnomalyCommand),
    /// Judge a sample of an anomaly, or list those that wait.
    Assess(AssessArguments),
    /// The release queue.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// What clients see.
    #[command(subcommand)]
    Channel(ChannelCommand),
    /// The tables that rows are looked up in.
    #[command(subcommand)]
    Reference(ReferenceCommand),
    /// The journal: who did what, when and why.
    Log {
        #[command(subcommand)]
        command: Option<LogCommand>,
        /// Go on printing as new events come in.
        #[arg(long)]
        follow: bool,
        /// Only events that hold this text.
        #[arg(long)]
        text: Option<String>,
    },
}

/// The dataset, where there are several.
#[derive(Debug, Clone, clap::Args)]
pub struct DatasetOption {
    /// The dataset; may be left out where there is only one.
    #[arg(long)]
    pub dataset: Option<String>,
}

/// Why something is decided.
#[derive(Debug, Clone, clap::Args)]
pub struct ReasonOption {
    /// Why; it goes on record.
    #[arg(long)]
    pub reason: String,
}

#[cfg(test)]
mod tests;
