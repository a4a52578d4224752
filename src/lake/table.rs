//! Which tables there are, where they lie, how they are partitioned, and what a commit to one says.

use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::Lake;
use crate::base::{Error, Result};
use crate::domain::lineage::{BATCH, MODEL, PERIOD, PROVIDER};

/// A Delta table of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Rows as delivered by one provider. Each batch has a partition of its own, so that a revision leaves the
    /// earlier ones readable and deliveries in parts lie side by side.
    Bronze {
        /// The dataset.
        dataset: String,
        /// The provider.
        provider: String,
    },
    /// Canonical rows.
    Silver {
        /// The dataset.
        dataset: String,
    },
    /// Rows refused.
    Rejects {
        /// The dataset.
        dataset: String,
    },
    /// What model versions found.
    Annotations {
        /// The dataset.
        dataset: String,
    },
    /// What channel `latest` serves.
    Gold {
        /// The dataset.
        dataset: String,
    },
}

impl Table {
    /// The partition columns, in order. They are strings, stand in the log only, and come back with every scan.
    #[must_use]
    pub fn partition_columns(&self) -> &'static [&'static str] {
        match self {
            Self::Bronze { .. } => &[PERIOD, BATCH],
            Self::Silver { .. } | Self::Rejects { .. } => &[PERIOD, PROVIDER],
            Self::Annotations { .. } => &[MODEL, PERIOD, PROVIDER],
            Self::Gold { .. } => &[PERIOD],
        }
    }

    /// The table's folder below the workspace's.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        Path::new("lake").join(self.to_string())
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Bronze { dataset, provider } => vec![dataset, provider],
            Self::Silver { dataset }
            | Self::Rejects { dataset }
            | Self::Annotations { dataset }
            | Self::Gold { dataset } => vec![dataset],
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bronze { dataset, provider } => write!(f, "bronze/{dataset}/{provider}"),
            Self::Silver { dataset } => write!(f, "silver/{dataset}"),
            Self::Rejects { dataset } => write!(f, "rejects/{dataset}"),
            Self::Annotations { dataset } => write!(f, "annotations/{dataset}"),
            Self::Gold { dataset } => write!(f, "gold/{dataset}"),
        }
    }
}

/// What one commit is about.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The partition it replaces: every partition column of the table, in order, with its value.
    pub partition: Vec<(String, String)>,
    /// The journal sequence of the intent. The same one again is recognised and not redone.
    pub seq: u64,
    /// What is done, for the table's history: `land`, `refine`, `publish`, `rollback`.
    pub operation: String,
    /// The batch, task or release that it is done for.
    pub subject: String,
    /// When, for the table's history.
    pub at: DateTime<Utc>,
}

impl Commit {
    /// What `operation` does for `subject` to one partition.
    #[must_use]
    pub fn new(
        partition: Vec<(String, String)>,
        seq: u64,
        operation: &str,
        subject: String,
        at: DateTime<Utc>,
    ) -> Self {
        Self { partition, seq, operation: operation.to_owned(), subject, at }
    }
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The version of the table that it made.
    pub version: u64,
    /// The rows that the partition holds at that version.
    pub rows: u64,
    /// Whether it had been made before and was only recognised now.
    pub repeated: bool,
}

/// A Parquet file that a version of a table consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The partition whose rows it holds.
    pub partition: Vec<(String, String)>,
    /// Its rows.
    pub rows: u64,
    /// Its size in bytes.
    pub bytes: u64,
}

impl DataFile {
    /// The digits of the digest of its content, which its name ends in.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.path.file_stem()?.to_str()?.rsplit_once('-').map(|(_, digest)| digest)
    }
}

impl Lake {
    /// The folder of a table, refused where a name in it would lead elsewhere.
    pub(super) fn folder(&self, table: &Table) -> Result<PathBuf> {
        for name in table.names() {
            plain_name(name)?;
        }
        Ok(self.root().join(table.path()))
    }
}

/// Refuses names that are not one plain step below a folder.
pub(super) fn plain_name(name: &str) -> Result<()> {
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if plain { Ok(()) } else { Err(Error::usage(format!("`{name}` can't be the name of a folder"))) }
}

/// The partition as folders, `_period=2026-10/_provider=northgate`: also the application id of its transactions.
pub(super) fn partition_folder(partition: &[(String, String)]) -> String {
    let steps: Vec<String> = partition.iter().map(|(column, value)| format!("{column}={}", escaped(value))).collect();
    steps.join("/")
}

/// Refuses a partition that is not made of exactly the table's partition columns, each with a value.
pub(super) fn check_partition(table: &Table, partition: &[(String, String)]) -> Result<()> {
    let named = partition.iter().map(|(column, _)| column.as_str());
    if named.eq(table.partition_columns().iter().copied()) && partition.iter().all(|(_, value)| !value.is_empty()) {
        return Ok(());
    }
    Err(Error::internal(format!("{partition:?} is not a partition of {table}"))
        .because(format!("it needs a value for each of {}, in this order", table.partition_columns().join(", "))))
}

/// A partition value as a folder name: what is not plain is percent-encoded, as Hive and Spark do.
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
