//! What can be said on the command line. The doc comments are the help.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueHint};
use clap_complete::Shell;

use crate::domain::{ModelRef, Period, ReleaseName};

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
    /// Act as this person of [people].
    #[arg(id = "as", long = "as", global = true, env = "ASSAY_AS", value_name = "NAME")]
    pub name: Option<String>,
    /// Say what would be done, and do nothing.
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
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
    /// Take in what lies in the inboxes.
    Ingest {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
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
    /// What a person has to settle.
    #[command(subcommand)]
    Anomaly(AnomalyCommand),
    /// Judge a sample of an anomaly, or list those that wait.
    Assess {
        /// The anomaly.
        anomaly: String,
        /// The batch of the sample.
        #[arg(long, requires = "row")]
        batch: Option<String>,
        /// The record number of the sample in its batch.
        #[arg(long)]
        row: Option<u64>,
        /// The row is right as it stands.
        #[arg(long, conflicts_with = "reject", requires = "row")]
        accept: bool,
        /// The row is wrong.
        #[arg(long, requires = "row")]
        reject: bool,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// The release queue.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// What clients see.
    #[command(subcommand)]
    Channel(ChannelCommand),
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

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    #[command(subcommand)]
    pub command: Option<DemoCommand>,
    /// Where to put the copy; by default a new temporary folder.
    #[arg(long, value_hint = ValueHint::DirPath)]
    pub into: Option<PathBuf>,
    /// Make the copy and do not open the screen.
    #[arg(long)]
    pub no_screen: bool,
}

/// What can be done to demos.
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// Make the sample workspace from its raw files, by the real pipeline.
    Build {
        /// The folder to make.
        folder: PathBuf,
        /// The seed of the sample data.
        #[arg(long, default_value_t = crate::demo::SEED)]
        seed: u64,
    },
    /// Drop the deliveries that are late, or corrected, into their inboxes, in the demo workspace of --workspace.
    Deliver {
        /// Only this provider's.
        #[arg(long)]
        provider: Option<String>,
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

#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// List the tasks of the open releases, those that are not done first.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this state: done, missing, stale, failed, running.
        #[arg(long)]
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
        /// Only this state: landed, quarantined, superseded, withdrawn.
        #[arg(long)]
        state: Option<String>,
    },
    /// Show one batch: its mapping, its first rows and what was refused.
    Show {
        /// Its id, or the start of it.
        batch: String,
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
    /// Take a batch back; its slice stands on the revision before.
    Withdraw {
        /// Its id, or the start of it.
        batch: String,
        #[command(flatten)]
        reason: ReasonOption,
    },
}

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

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// List model versions.
    List,
    /// Show one version.
    Show {
        /// The version, as name/version.
        model: ModelRef,
    },
    /// Register a model file (a lexicon in TOML or CSV, or a trained tagger) as the next version.
    Register {
        /// The file.
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// The model's name.
        #[arg(long)]
        name: String,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Train a tagger on labelled files (CoNLL columns, or JSON lines with spans) and register it.
    Train {
        /// Labelled files.
        #[arg(long, required = true, num_args = 1.., value_hint = ValueHint::FilePath)]
        data: Vec<PathBuf>,
        /// The model's name.
        #[arg(long)]
        name: String,
        /// What runs it.
        #[arg(long, default_value = "crf", value_parser = ["crf"])]
        kind: String,
        /// A labelled file to measure it on; by default what is held out of the data.
        #[arg(long, value_hint = ValueHint::FilePath)]
        test: Option<PathBuf>,
        /// The same data and seed give the same model.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Measure a version on labelled files: strict precision, recall and F1 per label.
    Evaluate {
        /// The version, as name/version.
        model: ModelRef,
        /// Labelled files.
        #[arg(long, required = true, num_args = 1.., value_hint = ValueHint::FilePath)]
        data: Vec<PathBuf>,
    },
    /// Put a version into production.
    Promote {
        /// The version, as name/version.
        model: ModelRef,
        /// Why; it goes on record.
        #[arg(long)]
        reason: Option<String>,
    },
    /// No longer offer a version.
    Archive {
        /// The version, as name/version.
        model: ModelRef,
        #[command(flatten)]
        reason: ReasonOption,
    },
}

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
        /// Only this state: open, confirmed, waived, fixed.
        #[arg(long)]
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
        /// The last period that this covers.
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

#[derive(Debug, Subcommand)]
pub enum ReleaseCommand {
    /// List releases, newest period first, with what keeps them back.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this state.
        #[arg(long)]
        state: Option<String>,
    },
    /// Show one release and what it changes.
    Show {
        /// The release, as dataset/period.n.
        release: ReleaseName,
    },
    /// Print every reason why it can't be published, and the command that clears it.
    Why {
        /// The release, as dataset/period.n.
        release: ReleaseName,
    },
    /// Approve exactly its present content.
    Approve {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        /// Only if its release digest starts like this.
        #[arg(long)]
        digest: Option<String>,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Take your approval back.
    Revoke {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Turn it down.
    Reject {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Publish it.
    Publish {
        /// The release, as dataset/period.n.
        release: ReleaseName,
    },
    /// Bring back what was live before it.
    Rollback {
        /// The release that is live, as dataset/period.n.
        release: ReleaseName,
        /// The release to bring back; by default the one before.
        #[arg(long)]
        to: Option<ReleaseName>,
        #[command(flatten)]
        reason: ReasonOption,
    },
    /// Take it away from clients.
    Withdraw {
        /// The release, as dataset/period.n.
        release: ReleaseName,
        #[command(flatten)]
        reason: ReasonOption,
    },
}

#[derive(Debug, Subcommand)]
pub enum ChannelCommand {
    /// Print which release each period shows.
    List {
        #[command(flatten)]
        dataset: DatasetOption,
    },
    /// Print every change, newest first.
    History {
        #[command(flatten)]
        dataset: DatasetOption,
    },
}

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
