//! `assay anomaly`.

use clap::{Args, Subcommand};

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
    /// Accept the columns of a delivery that differ from those before, as they came. Fields that are missing are read from
    /// the proposed columns.
    Accept {
        /// Its id, or the start of it.
        anomaly: String,
        /// Read this field from this column in the place of the proposed one.
        #[arg(long, value_name = "FIELD=COLUMN", value_parser = pair)]
        map: Vec<(String, String)>,
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

/// A field and a column.
fn pair(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(field, column)| !field.is_empty() && !column.is_empty());
    let (field, column) = parts.ok_or_else(|| format!("`{text}` is not FIELD=COLUMN"))?;
    Ok((field.to_owned(), column.to_owned()))
}

/// A verdict on a sample.
#[derive(Debug, Args)]
pub struct AssessArguments {
    /// The anomaly.
    pub anomaly: String,
    /// The batch of the sample.
    #[arg(long, requires = "row")]
    pub batch: Option<String>,
    /// The record number of the sample in its batch.
    #[arg(long)]
    pub row: Option<u64>,
    /// The row is right as it stands.
    #[arg(long, conflicts_with = "reject", requires = "row")]
    pub accept: bool,
    /// The row is wrong.
    #[arg(long, requires = "row")]
    pub reject: bool,
    /// Put this verdict in the place of somebody else's.
    #[arg(long, requires = "row")]
    pub overrule: bool,
    /// What there is to say about it.
    #[arg(long)]
    pub note: Option<String>,
}
