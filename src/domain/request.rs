//! Requests: every change that a person can ask for, with the command line that asks for the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::anomaly::AnomalyId;
use super::mapping::MappingId;
use super::model_change::RightReading;
use super::{BatchId, ModelRef, Period, ReleaseName, Role, TaskKey};
use crate::base::{Digest, Error, Result};

/// A change that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "each request is documented; its fields are named for the words of the vocabulary")]
pub enum Request {
    /// Takes in what lies in the inboxes, and what is new in the other sources; of databases, where it is to be `full`,
    /// whatever differs.
    Ingest { dataset: Option<String>, provider: Option<String>, full: bool },
    /// Takes in one file.
    AddBatch { file: PathBuf, dataset: Option<String>, provider: Option<String>, period: Option<Period> },
    /// Puts on record that a provider has nothing to deliver for a period.
    NilReturn { dataset: Option<String>, provider: String, period: Period, reason: String },
    /// Takes a quarantined batch in after all.
    AcceptBatch { batch: BatchId, reason: String },
    /// Turns a quarantined batch down.
    RejectBatch { batch: BatchId, reason: String },
    /// Takes a batch back; its slice stands on what was there before.
    WithdrawBatch { batch: BatchId, reason: String },
    /// Brings everything up to date.
    Run { dataset: Option<String>, period: Option<Period>, model: Option<ModelRef> },
    /// Stops a running task.
    CancelTask { task: TaskKey },
    /// Lets a failed task run again.
    RetryTask { task: TaskKey },
    /// Accepts a period as the baseline of history-based checks.
    Baseline { dataset: Option<String>, period: Period, reason: String },
    /// Registers a model file as the next version, measured on the test file if there is one.
    RegisterModel { name: String, file: PathBuf, test: Option<PathBuf>, note: Option<String> },
    /// Trains a model and registers it as the next version, measured on the test file, or on what was held out: on labelled files, on what
    /// assessors found right, with the hits of lexicons, and with classes of words learned from silver.
    TrainModel {
        name: String,
        data: Vec<PathBuf>,
        verdicts: bool,
        lexicons: Vec<ModelRef>,
        silver: bool,
        test: Option<PathBuf>,
        seed: u64,
        note: Option<String>,
    },
    /// Points `production` to a version; with `waive` even where labels are found worse than before.
    PromoteModel { model: ModelRef, waive: bool, reason: Option<String> },
    /// Points another alias to a version.
    AliasModel { model: ModelRef, alias: String },
    /// Mirrors the model registry that the contract names, and registers its versions that are run here.
    SyncModels,
    /// Says which of two versions has read a row right; in the place of somebody else's verdict only with `overrule`, and with a digest only
    /// of exactly what was shown.
    AssessReading {
        before: ModelRef,
        after: ModelRef,
        batch: BatchId,
        row: u64,
        right: RightReading,
        digest: Option<Digest>,
        overrule: bool,
        note: Option<String>,
    },
    /// No longer offers a version.
    ArchiveModel { model: ModelRef, reason: String },
    /// Says that an anomaly is real.
    ConfirmAnomaly { id: AnomalyId, reason: String },
    /// Lets an anomaly pass.
    WaiveAnomaly { id: AnomalyId, reason: String, until: Option<Period> },
    /// Accepts the columns that an anomaly is about as they came; fields are read from these columns, or else from the
    /// proposed ones.
    AcceptMapping { id: AnomalyId, columns: BTreeMap<String, String>, reason: String },
    /// Takes such a decision back.
    TakeMappingBack { mapping: MappingId, reason: String },
    /// Opens a settled anomaly again.
    ReopenAnomaly { id: AnomalyId, reason: String },
    /// Judges a sample; in the place of somebody else's verdict only with `overrule`.
    Assess { id: AnomalyId, batch: BatchId, row: u64, accepted: bool, overrule: bool, note: Option<String> },
    /// Approves a release; with a digest, only exactly that content.
    Approve { release: ReleaseName, digest: Option<Digest>, note: Option<String> },
    /// Takes one's own approval back.
    RevokeApproval { release: ReleaseName, reason: String },
    /// Turns a release down.
    RejectRelease { release: ReleaseName, reason: String },
    /// Publishes an approved release.
    Publish { release: ReleaseName },
    /// Brings back the release that was live before, or the one named.
    Rollback { release: ReleaseName, to: Option<ReleaseName>, reason: String },
    /// Takes a release away from clients.
    WithdrawRelease { release: ReleaseName, reason: String },
    /// Takes a changed assay.toml into force.
    ApplyContract { reason: String },
}

impl Request {
    /// The weakest role that may ask for it.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Assess { .. } | Self::AssessReading { .. } => Role::Assessor,
            Self::ApplyContract { .. } => Role::Owner,
            _ => Role::Manager,
        }
    }

    /// The same with every file that it names in the place that `place` says.
    #[must_use]
    pub fn with_files(mut self, place: impl Fn(&Path) -> PathBuf) -> Self {
        match &mut self {
            Self::AddBatch { file, .. } => *file = place(file),
            Self::RegisterModel { file, test, .. } => {
                std::iter::once(file).chain(test).for_each(|file| *file = place(file));
            }
            Self::TrainModel { data, test, .. } => data.iter_mut().chain(test).for_each(|file| *file = place(file)),
            _ => {}
        }
        self
    }

    /// Whether it works on files and rows, or waits for whoever does: it may take hours, and reports how far it is. The
    /// others only put a decision on record.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        matches!(
            self,
            Self::Ingest { .. }
                | Self::AddBatch { .. }
                | Self::NilReturn { .. }
                | Self::AcceptBatch { .. }
                | Self::RejectBatch { .. }
                | Self::WithdrawBatch { .. }
                | Self::Run { .. }
                | Self::RetryTask { .. }
                | Self::RegisterModel { test: Some(_), .. }
                | Self::TrainModel { .. }
                | Self::PromoteModel { .. }
                | Self::SyncModels
                | Self::Publish { .. }
                | Self::Rollback { .. }
                | Self::WithdrawRelease { .. }
        )
    }

    /// Why, where the person said so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::NilReturn { reason, .. }
            | Self::AcceptBatch { reason, .. }
            | Self::RejectBatch { reason, .. }
            | Self::WithdrawBatch { reason, .. }
            | Self::Baseline { reason, .. }
            | Self::ArchiveModel { reason, .. }
            | Self::ConfirmAnomaly { reason, .. }
            | Self::WaiveAnomaly { reason, .. }
            | Self::AcceptMapping { reason, .. }
            | Self::TakeMappingBack { reason, .. }
            | Self::ReopenAnomaly { reason, .. }
            | Self::RevokeApproval { reason, .. }
            | Self::RejectRelease { reason, .. }
            | Self::Rollback { reason, .. }
            | Self::WithdrawRelease { reason, .. }
            | Self::ApplyContract { reason } => Some(reason),
            Self::PromoteModel { reason, .. } => reason.as_deref(),
            Self::Assess { note, .. } | Self::AssessReading { note, .. } | Self::Approve { note, .. } => {
                note.as_deref()
            }
            _ => None,
        }
    }

    /// Refuses a reason without a word in it: a record that says nothing is none.
    pub fn validate(&self) -> Result<()> {
        let note = matches!(self, Self::Assess { .. } | Self::AssessReading { .. } | Self::Approve { .. });
        match self.reason().filter(|reason| !note && is_blank(reason)) {
            None => Ok(()),
            Some(blank) => Err(Error::usage(format!("the reason `{}` is blank", crate::base::text::safe(blank)))
                .because("a reason stays on the record for ever, for whoever asks later why this was done")
                .hint("say why in words: --reason \"...\"")),
        }
    }

    /// The command line that asks for the same.
    #[must_use]
    pub fn command_line(&self) -> String {
        let line = CommandLine::new;
        match self {
            Self::Ingest { dataset, provider, full } => line("ingest")
                .option("--dataset", dataset.as_ref())
                .option("--provider", provider.as_ref())
                .flag("--full", *full),
            Self::AddBatch { file, dataset, provider, period } => line("batch add")
                .word(&file.display().to_string())
                .option("--dataset", dataset.as_ref())
                .option("--provider", provider.as_ref())
                .option("--period", period.as_ref()),
            Self::NilReturn { dataset, provider, period, reason } => line("batch nil")
                .option("--dataset", dataset.as_ref())
                .option("--provider", Some(provider))
                .option("--period", Some(period))
                .reason(reason),
            Self::AcceptBatch { batch, reason } => line("batch accept").word(batch.as_str()).reason(reason),
            Self::RejectBatch { batch, reason } => line("batch reject").word(batch.as_str()).reason(reason),
            Self::WithdrawBatch { batch, reason } => line("batch withdraw").word(batch.as_str()).reason(reason),
            Self::Run { dataset, period, model } => line("run")
                .option("--dataset", dataset.as_ref())
                .option("--period", period.as_ref())
                .option("--model", model.as_ref()),
            Self::CancelTask { task } => line("task cancel").word(task.short()),
            Self::RetryTask { task } => line("task retry").word(task.short()),
            Self::Baseline { dataset, period, reason } => {
                line("period baseline").word(&period.to_string()).option("--dataset", dataset.as_ref()).reason(reason)
            }
            Self::RegisterModel { name, file, test, note } => line("model register")
                .word(&file.display().to_string())
                .option("--name", Some(name))
                .option("--test", test.as_ref().map(|file| file.display().to_string()).as_ref())
                .option("--note", note.as_ref()),
            Self::TrainModel { name, data, verdicts, lexicons, silver, test, seed, note } => lexicons
                .iter()
                .fold(
                    data.iter().fold(line("model train").option("--name", Some(name)), |line, file| {
                        line.option("--data", Some(&file.display().to_string()))
                    }),
                    |line, lexicon| line.option("--lexicon", Some(lexicon)),
                )
                .flag("--labels-from-verdicts", *verdicts)
                .flag("--silver", *silver)
                .option("--test", test.as_ref().map(|file| file.display().to_string()).as_ref())
                .option("--seed", Some(seed))
                .option("--note", note.as_ref()),
            Self::PromoteModel { model, waive, reason } => line("model promote")
                .word(&model.to_string())
                .flag("--waive", *waive)
                .option("--reason", reason.as_ref()),
            Self::AliasModel { model, alias } => line("model alias").word(&model.to_string()).word(alias),
            Self::SyncModels => line("model sync"),
            Self::ArchiveModel { model, reason } => line("model archive").word(&model.to_string()).reason(reason),
            Self::ConfirmAnomaly { id, reason } => line("anomaly confirm").word(id.as_str()).reason(reason),
            Self::WaiveAnomaly { id, reason, until } => {
                line("anomaly waive").word(id.as_str()).option("--until", until.as_ref()).reason(reason)
            }
            Self::AcceptMapping { id, columns, reason } => columns
                .iter()
                .fold(line("anomaly accept").word(id.as_str()), |line, (field, column)| {
                    line.option("--map", Some(&format!("{field}={column}")))
                })
                .reason(reason),
            Self::TakeMappingBack { mapping, reason } => line("batch unmap").word(&mapping.to_string()).reason(reason),
            Self::ReopenAnomaly { id, reason } => line("anomaly reopen").word(id.as_str()).reason(reason),
            Self::Assess { id, batch, row, accepted, overrule, note } => line("assess")
                .word(id.as_str())
                .option("--batch", Some(batch))
                .option("--row", Some(row))
                .word(if *accepted { "--accept" } else { "--reject" })
                .flag("--overrule", *overrule)
                .option("--note", note.as_ref()),
            Self::AssessReading { before, after, batch, row, right, digest, overrule, note } => line("model assess")
                .word(&before.to_string())
                .word(&after.to_string())
                .option("--batch", Some(batch))
                .option("--row", Some(row))
                .option("--right", Some(right))
                .option("--digest", digest.as_ref())
                .flag("--overrule", *overrule)
                .option("--note", note.as_ref()),
            Self::Approve { release, digest, note } => line("release approve")
                .word(&release.to_string())
                .option("--digest", digest.as_ref())
                .option("--note", note.as_ref()),
            Self::RevokeApproval { release, reason } => {
                line("release revoke").word(&release.to_string()).reason(reason)
            }
            Self::RejectRelease { release, reason } => line("release reject").word(&release.to_string()).reason(reason),
            Self::Publish { release } => line("release publish").word(&release.to_string()),
            Self::Rollback { release, to, reason } => {
                line("release rollback").word(&release.to_string()).option("--to", to.as_ref()).reason(reason)
            }
            Self::WithdrawRelease { release, reason } => {
                line("release withdraw").word(&release.to_string()).reason(reason)
            }
            Self::ApplyContract { reason } => line("contract apply").reason(reason),
        }
        .0
    }
}

/// Whether nobody would see anything: blanks, control characters, and characters of no width.
fn is_blank(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
            || matches!(c, '\u{feff}' | '\u{2800}' | '\u{3164}' | '\u{180e}' | '\u{115f}' | '\u{1160}')
    };
    text.chars().all(unseen)
}

/// Builds a command line that a shell reads back as it was meant.
struct CommandLine(String);

impl CommandLine {
    fn new(verb: &str) -> Self {
        Self(format!("assay {verb}"))
    }

    fn word(mut self, word: &str) -> Self {
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=+,@%".contains(c));
        self.0.push(' ');
        if plain {
            self.0.push_str(word);
        } else {
            self.0.push('\'');
            self.0.push_str(&word.replace('\'', "'\\''"));
            self.0.push('\'');
        }
        self
    }

    fn option(self, name: &str, value: Option<&(impl ToString + ?Sized)>) -> Self {
        match value {
            Some(value) => self.word(name).word(&value.to_string()),
            None => self,
        }
    }

    fn flag(self, name: &str, given: bool) -> Self {
        if given { self.word(name) } else { self }
    }

    fn reason(self, reason: &str) -> Self {
        self.option("--reason", Some(reason))
    }
}

#[cfg(test)]
mod tests;
