//! NER models, their versions, and the entities they find.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use crate::base::{Digest, Error, Result};

/// A model version, written `name/version`; `none` for datasets without text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelRef {
    /// The model's name.
    pub name: String,
    /// The version, from 1; 0 only for `none`.
    pub version: u32,
}

impl ModelRef {
    /// A version of a model.
    pub fn new(name: impl Into<String>, version: u32) -> Self {
        Self { name: name.into(), version }
    }

    /// The model of a dataset without text fields.
    #[must_use]
    pub fn none() -> Self {
        Self::new("none", 0)
    }

    /// Whether this is [`ModelRef::none`].
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.version == 0
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.pad("none") } else { f.pad(&format!("{}/{}", self.name, self.version)) }
    }
}

impl FromStr for ModelRef {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "none" {
            return Ok(Self::none());
        }
        text.rsplit_once('/')
            .and_then(|(name, version)| Some((name, version.strip_prefix('v').unwrap_or(version).parse().ok()?)))
            .filter(|(name, version)| !name.is_empty() && *version > 0)
            .map(|(name, version)| Self::new(name, version))
            .ok_or_else(|| {
                Error::usage(format!("`{text}` is not a model version")).hint("write name/version, for example slips/3")
            })
    }
}

/// The alias of the model version that releases are made with.
pub const PRODUCTION: &str = "production";

/// What runs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// Terms and regular expressions.
    Lexicon,
    /// A linear-chain tagger.
    Crf,
}

impl ModelKind {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexicon => "lexicon",
            Self::Crf => "crf",
        }
    }
}

/// Precision, recall and F1 of one label or of all, by strict entity match (seqeval's convention).
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Score {
    /// Found entities that are right, in 0..1; 0 where nothing was found.
    pub precision: f64,
    /// True entities that were found, in 0..1; 0 where there are none.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// True entities.
    pub support: u64,
}

/// How a model did on labelled data.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct ModelMetrics {
    /// Micro-averaged over all labels.
    #[serde(flatten)]
    pub overall: Score,
    /// Label by label.
    pub labels: BTreeMap<String, Score>,
    /// Sentences read.
    pub sentences: u64,
    /// Tokens read.
    pub tokens: u64,
}

/// A registered model version.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ModelVersion {
    /// Name and version.
    pub model: ModelRef,
    /// What runs it.
    pub kind: ModelKind,
    /// The digest of its file: what tasks depend on.
    pub digest: Digest,
    /// The labels it can find, sorted.
    pub labels: Vec<String>,
    /// On held-out or test data, where it was measured.
    pub metrics: Option<ModelMetrics>,
    /// The digest of the data it was trained on, where it was trained here.
    pub training_data: Option<Digest>,
    /// When it was registered.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// What the person said about it.
    pub note: Option<String>,
    /// Whether it was archived: no longer offered, never deleted while a release needs it.
    pub archived: bool,
}

/// Something a model found in a text field.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Entity {
    /// The canonical field whose text this is.
    pub field: String,
    /// Its label.
    pub label: String,
    /// The text, exactly as in the field.
    pub text: String,
    /// The first character, counted in Unicode scalar values from 0.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
    /// How sure the model is, in 0..1.
    pub score: f64,
}
