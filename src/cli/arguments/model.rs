//! `assay model`.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use super::ReasonOption;
use crate::domain::ModelRef;

/// What can be done to models.
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
        /// A labelled file to measure it on.
        #[arg(long, value_hint = ValueHint::FilePath)]
        test: Option<PathBuf>,
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
