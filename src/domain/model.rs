//! NER models, their versions, and the entities they find.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::registry::Mirrored;
use crate::base::text::counted;
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
    /// A program.
    Command,
    /// A server.
    Http,
}

impl ModelKind {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lexicon => "lexicon",
            Self::Crf => "crf",
            Self::Command => "command",
            Self::Http => "http",
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
    /// F1 where an entity is right as soon as it overlaps a true one of its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial_f1: Option<f64>,
    /// Expected calibration error of the scores, in 0..1: in each tenth of the range of scores the difference between the mean score and
    /// the share that is right, weighted by how many entities fall into it (Naeini et al. 2015). None where nothing was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration_error: Option<f64>,
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { precision, recall, f1, support } = self;
        let entities = counted(*support, "entity");
        write!(f, "precision {precision:.3}, recall {recall:.3}, F1 {f1:.3} over {entities}")
    }
}

impl ModelMetrics {
    /// All of it that is about no single label, in one sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let said = std::iter::once(self.overall.to_string()).chain(self.leniently());
        said.collect::<Vec<_>>().join("; ")
    }

    /// What is measured beside strict scores, in words.
    pub fn leniently(&self) -> impl Iterator<Item = String> {
        let partial = self.partial_f1.map(|f1| format!("F1 {f1:.3} where overlapping is right too"));
        let calibration = self.calibration_error.map(|error| format!("scores are off by {error:.3}"));
        partial.into_iter().chain(calibration)
    }
}

/// How often entities of one label were taken for those of another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Confusion {
    /// The true label; none where something was found that is no entity.
    pub truth: Option<String>,
    /// The label found; none where an entity was missed.
    pub found: Option<String>,
    /// How many.
    pub count: u64,
    /// Of these, how many were found with other edges.
    pub moved: u64,
}

impl Confusion {
    /// How many of them are wrong.
    #[must_use]
    pub fn errors(&self) -> u64 {
        if self.truth == self.found { self.moved } else { self.count }
    }
}

impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { truth, found, count, moved } = self;
        match (truth, found) {
            (Some(truth), Some(found)) if truth == found => write!(f, "{truth} with other edges: {moved}"),
            (Some(truth), Some(found)) => write!(f, "{truth} taken for {found}: {count}"),
            (Some(truth), None) => write!(f, "{truth} missed: {count}"),
            (None, Some(found)) => write!(f, "{found} found where there is nothing: {count}"),
            (None, None) => Ok(()),
        }
    }
}

/// A mistake that a model makes again and again.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mistake {
    /// The true entity with its label; none where there is none.
    pub truth: Option<(String, String)>,
    /// What was found with its label; none where it was missed.
    pub found: Option<(String, String)>,
    /// How often.
    pub count: u64,
    /// A text in which it was made, shortened around the place.
    pub example: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { truth, found, count, example } = self;
        match (truth, found) {
            (Some((text, label)), None) => write!(f, "{label} `{text}` missed")?,
            (Some((text, label)), Some((other, wrong))) => write!(f, "{label} `{text}` found as {wrong} `{other}`")?,
            (None, Some((text, label))) => write!(f, "`{text}` wrongly found as {label}")?,
            (None, None) => {}
        }
        write!(f, ", {}, for example in `{example}`", counted(*count, "time"))
    }
}

/// How a model did on labelled data, in numbers and by its mistakes. The texts of mistakes stay out of the journal.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Measured {
    /// The numbers.
    #[serde(flatten)]
    pub metrics: ModelMetrics,
    /// The share of right ones among the entities found in each fifth of them by their scores, the lowest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision_by_fifth: Option<[f64; 5]>,
    /// What was taken for what, the most frequent first; right ones too.
    pub confusion: Vec<Confusion>,
    /// The most frequent mistakes, the most frequent first.
    pub mistakes: Vec<Mistake>,
}

impl Measured {
    /// What was wrongly taken for what, the most frequent first.
    #[must_use]
    pub fn confused(&self) -> Vec<&Confusion> {
        let mut wrong: Vec<&Confusion> = self.confusion.iter().filter(|one| one.errors() > 0).collect();
        wrong.sort_by_key(|one| std::cmp::Reverse(one.errors()));
        wrong
    }

    /// Whether scores tell the sure from the unsure, in one line.
    #[must_use]
    pub fn fifths(&self) -> Option<String> {
        let fifths = self.precision_by_fifth?.map(|share| format!("{share:.2}"));
        Some(format!("right by fifths of the scores, the lowest first: {}", fifths.join(" ")))
    }
}

/// How a model did on labelled data just now.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Evaluation {
    /// How well.
    #[serde(flatten)]
    pub measured: Measured,
    /// How fast, the comparison with the truth included.
    pub tokens_per_second: f64,
    /// The labels of the data that the model does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_labels: Vec<String>,
}

impl Evaluation {
    /// From what was measured of a model with these labels, and how long it took.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of tokens stay far below 2^52")]
    pub fn new(measured: Measured, labels: &[String], took: std::time::Duration) -> Self {
        let tokens_per_second = (measured.metrics.tokens as f64 / took.as_secs_f64().max(1e-6)).round();
        let marked = measured.metrics.labels.iter().filter(|(_, score)| score.support > 0);
        let unknown = marked.map(|(label, _)| label).filter(|label| !labels.contains(label)).cloned().collect();
        Self { measured, tokens_per_second, unknown_labels: unknown }
    }
}

/// What a version learned from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TrainedOn {
    /// Labelled documents of files.
    pub documents: u64,
    /// Texts whose entities assessors found right.
    pub verdicts: u64,
    /// Lexicons whose hits it sees.
    pub lexicons: Vec<ModelRef>,
    /// Texts of silver that nobody labelled.
    pub unlabelled: u64,
    /// What made it come out this way and no other.
    pub seed: u64,
}

impl fmt::Display for TrainedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", counted(self.documents, "document"))?;
        if self.verdicts > 0 {
            write!(f, ", {} found right by assessors", counted(self.verdicts, "text"))?;
        }
        for lexicon in &self.lexicons {
            write!(f, ", the hits of {lexicon}")?;
        }
        if self.unlabelled > 0 {
            write!(f, ", the words of {} of silver", counted(self.unlabelled, "text"))?;
        }
        Ok(())
    }
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
    /// The version of its name that was in production when it came: what it was made to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ModelRef>,
    /// The command line that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The version of a registry elsewhere that it is, where it was taken from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirrored: Option<Mirrored>,
    /// What it learned from, where it was trained here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_on: Option<TrainedOn>,
    /// Whether it was archived: no longer offered, never deleted while a release needs it.
    pub archived: bool,
}

/// A time in which an alias pointed to a version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AliasGiven {
    /// The alias.
    pub alias: String,
    /// When it was pointed to the version.
    pub since: DateTime<Utc>,
    /// When it was pointed to another; none where it still points here.
    pub until: Option<DateTime<Utc>>,
    /// Who pointed it to the version.
    pub by: String,
}

/// A version that was in production at some time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InProduction {
    /// The version.
    pub model: ModelRef,
    /// When it came into production.
    pub since: DateTime<Utc>,
    /// Who put it there.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
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

impl Entity {
    /// Whether the other is the same but for how sure the model is.
    #[must_use]
    pub fn is_where(&self, other: &Self) -> bool {
        (self.start, self.end, &self.label, &self.field) == (other.start, other.end, &other.label, &other.field)
    }
}
