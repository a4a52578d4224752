//! `assay model`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Subcommand, ValueHint};

use super::{DatasetOption, ReasonOption};
use crate::domain::model_change::RightReading;
use crate::domain::{ModelRef, Period};

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
        #[arg(long, required_unless_present = "labels_from_verdicts", num_args = 1.., value_hint = ValueHint::FilePath)]
        data: Vec<PathBuf>,
        /// Learn also from the rows in which assessors found right what a version of this model had found.
        #[arg(long)]
        labels_from_verdicts: bool,
        /// A registered lexicon whose hits the tagger sees, as name/version; several where it is repeated.
        #[arg(long)]
        lexicon: Vec<ModelRef>,
        /// Learn classes of words from the workspace's silver text too.
        #[arg(long)]
        silver: bool,
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
    /// What one version finds otherwise than another in the same rows.
    Compare {
        /// The version to compare with, as name/version.
        before: ModelRef,
        /// The other.
        after: ModelRef,
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
    },
    /// Say which of two versions has read a row right, of those that `model compare` shows. The next training learns from it.
    Assess {
        /// The version that was compared with, as name/version.
        before: ModelRef,
        /// The other.
        after: ModelRef,
        /// The batch of the row, or the start of its id.
        #[arg(long)]
        batch: String,
        /// The record number of the row in its batch.
        #[arg(long)]
        row: u64,
        /// Which one is right.
        #[arg(long, value_parser = right_reading())]
        right: RightReading,
        /// Only if the digest of the texts and the entities said to be right starts like this.
        #[arg(long)]
        digest: Option<String>,
        /// Put this verdict in the place of somebody else's.
        #[arg(long)]
        overrule: bool,
        /// What there is to say about it.
        #[arg(long)]
        note: Option<String>,
    },
    /// Mirror the model registry that assay.toml names, and register its versions that are lists or taggers.
    Sync,
    /// What the mirrored registry holds: models, versions, aliases, tags and metrics as they were seen last.
    Registry,
    /// Put a version into production.
    Promote {
        /// The version, as name/version.
        model: ModelRef,
        /// Even where labels are found worse than by the version in production.
        #[arg(long, requires = "reason")]
        waive: bool,
        /// Why; it goes on record.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Point an alias, for example `candidate`, to a version.
    Alias {
        /// The version, as name/version.
        model: ModelRef,
        /// The alias.
        alias: String,
    },
    /// Which versions are in production, since when, by whom and why.
    Production {
        /// At that time instead of now: a day (its end), or day and time, by the workspace's clock.
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Which versions have read which rows: model version by period by provider.
    Coverage {
        /// Only this model, or this version of it.
        #[arg(long)]
        model: Option<String>,
        #[command(flatten)]
        dataset: DatasetOption,
        /// Only this period.
        #[arg(long)]
        period: Option<Period>,
        /// Only this provider.
        #[arg(long)]
        provider: Option<String>,
    },
    /// No longer offer a version.
    Archive {
        /// The version, as name/version.
        model: ModelRef,
        #[command(flatten)]
        reason: ReasonOption,
    },
}

/// One of the names of readings, which the help lists.
fn right_reading() -> impl TypedValueParser<Value = RightReading> {
    let names = PossibleValuesParser::new(RightReading::ALL.map(RightReading::as_str));
    names.try_map(|name| {
        RightReading::ALL.into_iter().find(|one| one.as_str() == name).ok_or("there is no such reading")
    })
}
