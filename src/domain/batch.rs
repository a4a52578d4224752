//! Batches: deliveries as landed.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Span;
use super::note::Noted;
use super::slice::covered;
use super::source::Retrieval;
use super::{Destination, Period, Slice};
use crate::base::{Digest, KeyHasher};

/// Identifies a batch: the first sixteen hex digits of the hash of what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct BatchId(String);

impl BatchId {
    /// The id of a delivery with this content as this revision of a slice.
    #[must_use]
    pub fn of(slice: &Slice, revision: u32, content: &Digest) -> Self {
        let digest = KeyHasher::new("batch/1")
            .part("dataset", &slice.dataset)
            .part("provider", &slice.provider)
            .part("period", slice.period.to_string())
            .part("revision", revision.to_string())
            .part("content", content.as_str())
            .finish();
        Self(digest.as_str().chars().take(16).collect())
    }

    /// An id that was printed before.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// In bronze, and what its slice stands on.
    Landed,
    /// Kept in raw, not in bronze: it could not be read, or waits for a person.
    Quarantined,
    /// A later revision took its place.
    Superseded,
    /// A person took it back.
    Withdrawn,
}

impl BatchState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Landed, Self::Quarantined, Self::Superseded, Self::Withdrawn];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Quarantined => "quarantined",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A delivery as it came in: all that is known before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Delivery {
    /// The batch it becomes.
    pub batch: BatchId,
    /// For whom and when.
    pub slice: Slice,
    /// 1 for the first delivery of a slice, then counting.
    pub revision: u32,
    /// The digest of the bytes: their name in `lake/raw`.
    pub content: Digest,
    /// The extension in `lake/raw`, without the dot, lower case (`csv`, `jsonl`, `parquet`).
    pub extension: String,
    /// The file name as delivered.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The dates that it is for, where they are not exactly those of the slice's period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Span>,
    /// What this part is called, where deliveries add up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Where it has rows of several periods, and this is not the first of them: the batch that holds them all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Holder>,
    /// How it was got, where nobody put it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<Retrieval>,
}

/// The batch in whose bronze the rows of a delivery lie that has rows of several periods.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Holder {
    /// The batch.
    pub batch: BatchId,
    /// Its period.
    pub period: Period,
}

impl Delivery {
    /// The days of its period that it covers.
    #[must_use]
    pub fn covered(&self) -> (NaiveDate, NaiveDate) {
        covered(self.slice.period, self.covers.as_ref())
    }

    /// What it is for.
    #[must_use]
    pub fn destination(&self) -> Destination {
        Destination { slice: self.slice.clone(), covers: self.covers.clone(), part: self.part.clone() }
    }

    /// Whether it takes the place of another one of its slice: of the same days or some of them, and where it is a part, of
    /// the part of the same name.
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        let ((first, last), (from, to)) = (self.covered(), other.covered());
        first <= from && to <= last && (self.part.is_none() || self.part == other.part)
    }

    /// Whether both can't stand: of a day in common, and no parts that add up.
    #[must_use]
    pub fn clashes(&self, other: &Self) -> bool {
        let ((first, last), (from, to)) = (self.covered(), other.covered());
        first <= to && from <= last && (self.part.is_none() || other.part.is_none() || self.part == other.part)
    }

    /// The batch that holds its rows: itself, or that of the first of its periods.
    #[must_use]
    pub fn holder(&self) -> &BatchId {
        self.held_by.as_ref().map_or(&self.batch, |holder| &holder.batch)
    }
}

/// A column of bronze.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BronzeColumn {
    /// Its safe, unique name in bronze.
    pub name: String,
    /// The header as delivered.
    pub delivered: String,
    /// Whether dates and instants in it may have a type of their own in the file: bronze has those in ISO 8601, however the
    /// provider writes dates elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub iso_dates: bool,
    /// Which numbers in it have a type of their own in the file: bronze has those with a point before decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_numbers: Option<Typed>,
}

/// Which values of a column have a type of their own in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed {
    /// All of them.
    All,
    /// Some may: others may be texts.
    Some,
}

/// What came of reading a delivered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bronze {
    /// Its columns, in its order.
    pub columns: Vec<BronzeColumn>,
    /// Its records, the bad ones included.
    pub rows: u64,
    /// The encoding that it was read in, where that is not UTF-8.
    pub encoding: Option<String>,
    /// What was understood of it.
    pub noted: Noted,
}

/// A batch with all that the journal knows of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Batch {
    /// What came in.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// Where it stands.
    pub state: BatchState,
    /// The columns that it has in bronze, in the file's order.
    pub columns: Vec<BronzeColumn>,
    /// The encoding that it was read in, where that is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Records in the file, the bad ones included.
    pub rows: u64,
    /// Records refused when the slice was refined.
    pub rejected: u64,
    /// When it landed or was quarantined.
    pub at: DateTime<Utc>,
    /// Who brought it in.
    pub by: String,
    /// Why it is quarantined or withdrawn.
    pub note: Option<String>,
    /// What was understood of it when it landed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landing: Option<Noted>,
    /// What was understood of it when its slice was refined last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refining: Option<Noted>,
    /// Whether too much of it was refused once, so that it waited for a person.
    #[serde(default)]
    pub doubted: bool,
}
