//! What one model version finds otherwise than another in the same texts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::coverage::Covered;
use super::{BatchId, Entity, ModelRef, Slice};
use crate::base::{Digest, KeyHasher};

/// Two versions on the same rows.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ModelComparison {
    /// The one that is compared with.
    pub before: ModelRef,
    /// The other.
    pub after: ModelRef,
    /// The rows that both have read as they are now.
    pub slices: Vec<Slice>,
    /// What is left out because one of them has not read it as it is now.
    pub unread: Vec<Covered>,
    /// How many rows were compared.
    pub rows: u64,
    /// How many more were not, because one of the two could not read them.
    pub failed_rows: u64,
    /// In how many of those compared something is found otherwise.
    pub changed_rows: u64,
    /// Label by label.
    pub labels: BTreeMap<String, LabelChange>,
    /// Which labels became which, the most frequent first.
    pub relabelled: Vec<Relabelled>,
    /// What is most often found otherwise, the most frequent first.
    pub surfaces: Vec<SurfaceChange>,
    /// Some of the rows, of every sort of change, to be looked at.
    pub samples: Vec<ChangedRow>,
}

/// How the entities of one label differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LabelChange {
    /// Entities that the first finds.
    pub before: u64,
    /// Entities that the second finds.
    pub after: u64,
    /// Found by both with the same edges.
    pub same: u64,
    /// Found by both with other edges.
    pub moved: u64,
    /// Of the first, those that have another label in the second.
    pub relabelled: u64,
    /// Of the second, those where the first finds nothing.
    pub gained: u64,
    /// Of the first, those where the second finds nothing.
    pub lost: u64,
}

impl LabelChange {
    /// How far both agree, in 0..1: the F1 of one measured on the other, label, start and end right. None where neither finds any.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of entities stay far below 2^52")]
    pub fn agreement(&self) -> Option<f64> {
        let all = self.before + self.after;
        (all > 0).then(|| (2 * self.same) as f64 / all as f64)
    }
}

/// How many entities of one label have another now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Relabelled {
    /// The label that the first gives.
    pub from: String,
    /// The label that the second gives.
    pub to: String,
    /// How many.
    pub count: u64,
}

/// A text that is found otherwise, and how often.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SurfaceChange {
    /// What the first finds, with its label.
    pub before: Option<(String, String)>,
    /// What the second finds in its place.
    pub after: Option<(String, String)>,
    /// How often.
    pub count: u64,
}

impl std::fmt::Display for SurfaceChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { before, after, count } = self;
        match (before, after) {
            (Some((text, label)), None) => write!(f, "lost: `{text}` {label}")?,
            (None, Some((text, label))) => write!(f, "gained: `{text}` {label}")?,
            (Some((text, label)), Some((other, now))) if label == now => {
                write!(f, "moved: {label} `{text}` -> `{other}`")?;
            }
            (Some((text, label)), Some((other, now))) => write!(f, "relabelled: `{text}` {label} -> `{other}` {now}")?,
            (None, None) => {}
        }
        write!(f, ", {count} times")
    }
}

/// A row in which something is found otherwise.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ChangedRow {
    /// Where it is.
    #[serde(flatten)]
    pub slice: Slice,
    /// The batch.
    pub batch: BatchId,
    /// The 1-based record number in it.
    pub row: u64,
    /// What is otherwise.
    pub why: String,
    /// The texts that models read, by field.
    pub texts: BTreeMap<String, String>,
    /// What the first finds.
    pub before: Vec<Entity>,
    /// What the second finds.
    pub after: Vec<Entity>,
    /// What an assessor said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ReadingVerdict>,
}

impl ChangedRow {
    /// What a verdict stands for: the texts, and the entities said to be right in them. Of other texts or entities nothing was said.
    #[must_use]
    pub fn judged(&self, right: RightReading) -> Digest {
        let entities = match right {
            RightReading::Before => self.before.as_slice(),
            RightReading::After => self.after.as_slice(),
            RightReading::Neither => &[],
        };
        judged_reading(&self.texts, entities)
    }
}

/// Entities in one line, each as its label and text.
#[must_use]
pub fn listed(entities: &[Entity]) -> String {
    if entities.is_empty() {
        return "nothing".to_owned();
    }
    entities.iter().map(|entity| format!("{} `{}`", entity.label, entity.text)).collect::<Vec<_>>().join(", ")
}

/// The digest of texts by field with what was found in them, scores aside.
#[must_use]
pub fn judged_reading(texts: &BTreeMap<String, String>, entities: &[Entity]) -> Digest {
    let hasher = KeyHasher::new("judged reading/1");
    let hasher = texts.iter().fold(hasher, |hasher, (field, text)| hasher.part("field", field).part("text", text));
    let found = entities.iter().fold(hasher, |hasher, Entity { field, label, start, end, .. }| {
        hasher.part("entity", format!("{start} {end} {label} {field}"))
    });
    found.finish()
}

/// Which of two versions has read a row right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RightReading {
    /// The one that is compared with.
    Before,
    /// The other.
    After,
    /// Neither of them.
    Neither,
}

impl RightReading {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Before, Self::After, Self::Neither];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
            Self::Neither => "neither",
        }
    }
}

impl std::fmt::Display for RightReading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a person said about a row that two versions read differently.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReadingVerdict {
    /// Which of the two is right.
    pub right: RightReading,
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What they said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it stands for: see [`ChangedRow::judged`].
    pub judged: Digest,
}

impl ReadingVerdict {
    /// The same of the two versions the other way round.
    #[must_use]
    pub fn turned(self) -> Self {
        let right = match self.right {
            RightReading::Before => RightReading::After,
            RightReading::After => RightReading::Before,
            RightReading::Neither => RightReading::Neither,
        };
        Self { right, ..self }
    }
}

impl std::fmt::Display for ReadingVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { right, by, note, .. } = self;
        match right {
            RightReading::Neither => write!(f, "{by} said that neither is right")?,
            right => write!(f, "{by} said that the one {right} is right")?,
        }
        note.iter().try_for_each(|note| write!(f, ": {note}"))
    }
}
