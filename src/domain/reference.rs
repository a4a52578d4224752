//! Reference tables: what the rows of a dataset are looked up in.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Field;
use super::unit::DecimalMark;
use crate::base::Digest;

/// A table that silver is joined with: codes and their names, days and their rates. What it is comes from its newest
/// revision, for all periods.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reference {
    /// Its name, and that of its folder in the inbox.
    pub name: String,
    /// The fields by which a row of the dataset finds its row here: they have the same names there. No two rows have the
    /// same.
    pub key: Vec<String>,
    /// Its columns, the key among them.
    pub schema: Vec<Field>,
    /// Which files in its folder are it.
    pub pattern: String,
    /// The encoding of files that are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Column to the names that files give it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, Vec<String>>,
    /// How files write dates: strftime patterns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<String>,
    /// What files write before decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal_mark: Option<DecimalMark>,
    /// What files write where there is nothing, beside what everybody does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nulls: Vec<String>,
    /// Whether a row that is not in it is refused; else it gets nothing.
    #[serde(default = "always", skip_serializing_if = "Clone::clone")]
    pub required: bool,
    /// What it is now; none: it never came.
    #[serde(skip)]
    pub current: Option<Revision>,
}

fn always() -> bool {
    true
}

impl Reference {
    /// The columns that rows get from it.
    pub fn gives(&self) -> impl Iterator<Item = &Field> {
        self.schema.iter().filter(|field| !self.key.contains(&field.name))
    }
}

/// One revision of a reference table. Revisions are immutable; the newest counts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Revision {
    /// The dataset.
    pub dataset: String,
    /// The table.
    pub reference: String,
    /// Counts from 1.
    pub revision: u32,
    /// The digest of the file, under which it is kept verbatim.
    pub content: Digest,
    /// The extension that the file is kept with.
    pub extension: String,
    /// The file's name as delivered.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// The place of its entry in the journal.
    pub seq: u64,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Who took it in.
    pub by: String,
}

/// A reference table, and what it is now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Referred {
    /// The dataset.
    pub dataset: String,
    /// Its name.
    pub reference: String,
    /// By which fields rows are looked up.
    pub key: Vec<String>,
    /// The fields that they get.
    pub gives: Vec<String>,
    /// Its newest revision; none: it never came.
    pub current: Option<Revision>,
}
