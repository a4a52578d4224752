//! What came of each file that was to be taken in, for people and for programs.

use serde_json::{Value, json};

use super::super::not_understood::NotUnderstood;
use super::super::{Next, Reply};
use super::BEING_WRITTEN;
use crate::base::{Error, Result, text};
use crate::domain::{BatchId, Destination, Slice};
use crate::pipeline::Context;
use crate::pipeline::land::Landing;

/// What came of the files, one after the other.
#[derive(Default)]
pub struct Tally {
    landed: u64,
    quarantined: Vec<String>,
    unchanged: u64,
    references: u64,
    /// Whether a reference table came that the pipeline has to be run for.
    pub runs: bool,
    not_understood: u64,
    failed: Vec<Error>,
    held_back: Vec<Destination>,
    lines: Vec<String>,
    documents: Vec<Value>,
}

impl Tally {
    pub fn landed(&mut self, context: &Context, destination: &Destination, file: &str, landing: &Landing) {
        match landing {
            Landing::Landed { .. } => self.landed += 1,
            Landing::Quarantined { .. } | Landing::StillQuarantined { .. } => {
                self.quarantined.push(format!("{file} of {}", destination.slice.provider));
            }
            Landing::Unchanged { .. } | Landing::BeingWritten => self.unchanged += 1,
        }
        let (line, document) = said(context, destination, file, landing);
        self.lines.push(line);
        self.documents.push(document);
    }

    pub fn left(&mut self, file: &str, why: &str) {
        self.lines.push(format!("left {file}: {why}"));
        self.documents.push(json!({ "file": file, "result": "left", "why": why }));
    }

    pub fn not_understood(&mut self, file: &NotUnderstood) {
        self.not_understood += 1;
        self.lines.push(file.line());
        self.documents.push(file.document());
    }

    /// What a source has, where none of it is new.
    pub fn nothing_new(&mut self, provider: &str, what: &str) {
        self.lines.push(format!("{provider}: {what}, nothing new"));
        self.documents.push(json!({ "provider": provider, "result": "unchanged", "why": what }));
    }

    /// What came of a reference table.
    pub fn referred(&mut self, line: &str, document: Value) {
        self.references += u64::from(document["result"] == "landed");
        self.lines.push(line.to_owned());
        self.documents.push(document);
    }

    /// What has to be said beside what landed.
    pub fn remark(&mut self, line: String) {
        self.lines.push(line);
    }

    /// What could not be taken in.
    pub fn failed(&mut self, file: &str, destination: &Destination, error: Error) {
        self.hold_back(destination);
        self.fails(file, error.context(format!("taking in {file} of {}", destination.slice.provider)));
    }

    /// What went wrong, at a file or at an inbox.
    pub fn fails(&mut self, file: &str, error: Error) {
        self.documents.push(json!({ "file": file, "result": "failed", "why": error.one_line() }));
        self.failed.push(error);
    }

    /// Something for a slice could not be taken in: what was delivered later is not to come before it.
    pub fn hold_back(&mut self, destination: &Destination) {
        self.held_back.push(destination.clone());
    }

    pub fn holds_back(&self, destination: &Destination) -> bool {
        self.held_back.contains(destination)
    }

    /// What came of it all, where the `whole` was gone through or not. A file that could not be taken in is an error,
    /// whatever became of the others.
    pub fn reply(self, whole: Result<()>) -> Result<Reply> {
        let trouble = self.trouble(whole.err());
        let nothing = self.documents.is_empty();
        if nothing && let Some(trouble) = trouble {
            return Err(trouble);
        }
        let message = if nothing { "nothing new in the inboxes".to_owned() } else { self.counts() };
        Ok(Reply {
            message,
            lines: self.lines,
            document: Value::Array(self.documents),
            trouble,
            next: (self.landed > 0 || self.runs).then_some(Next::Run),
            ..Reply::default()
        })
    }

    fn counts(&self) -> String {
        let mut said = format!(
            "{} landed, {} quarantined, {} unchanged",
            text::counted(self.landed, "batch"),
            self.quarantined.len(),
            self.unchanged
        );
        if self.references > 0 {
            said += &format!(", {} of reference tables", text::counted(self.references, "revision"));
        }
        for (files, what) in [(self.not_understood, "not understood"), (self.failed.len() as u64, "failed")] {
            if files > 0 {
                said += &format!(", {} {what}", text::counted(files, "file"));
            }
        }
        said
    }

    /// What went wrong, that which ended the whole before all else.
    fn trouble(&self, ended: Option<Error>) -> Option<Error> {
        let quarantined = (!self.quarantined.is_empty()).then(|| quarantined(&self.quarantined));
        if ended.is_none() && self.failed.is_empty() {
            return quarantined;
        }
        let mut errors = ended.iter().chain(&self.failed).chain(&quarantined);
        let first = errors.next()?.clone();
        let error = errors.fold(first, |error, other| error.because(other.one_line()));
        let goes_on = "assay ingest takes in what is still in the inboxes";
        Some(if ended.is_some() { error.hint(goes_on) } else { error })
    }
}

/// The error of files that nobody can work with as they are: whoever goes on has to know.
pub fn quarantined(files: &[String]) -> Error {
    let files = files.join(", ");
    Error::bad_data(format!("quarantined, and not to be used as delivered: {files}"))
        .hint("assay batch list --state quarantined, then assay batch show BATCH says why")
        .hint("mend the provider's entry in assay.toml and assay batch accept BATCH, or ask for another delivery")
}

pub fn said(context: &Context, destination: &Destination, file: &str, landing: &Landing) -> (String, Value) {
    let slice = &destination.slice;
    let common = |result: &str, batch: &BatchId| {
        let mut document = json!({
            "file": file, "result": result, "batch": batch,
            "dataset": slice.dataset, "provider": slice.provider, "period": slice.period,
        });
        if let Some(covers) = &destination.covers {
            document["covers"] = json!(covers);
        }
        document
    };
    match landing {
        Landing::Landed { batch, revision, rows, lacks } => {
            let mut document = common("landed", batch);
            document["revision"] = json!(revision);
            document["rows"] = json!(rows);
            document["lacks"] = json!(lacks);
            let lacks = if lacks.is_empty() { String::new() } else { format!("; it lacks {}", lacks.join(", ")) };
            let rows = text::counted(*rows, "row");
            let doubt = doubt(context, slice).map(|doubt| format!("; {doubt}")).unwrap_or_default();
            (format!("{file}: {rows} for {destination}, revision {revision} (batch {batch}){lacks}{doubt}"), document)
        }
        Landing::Quarantined { batch, note } => {
            let mut document = common("quarantined", batch);
            document["note"] = json!(note);
            (format!("{file}: quarantined (batch {batch}): {note}"), document)
        }
        Landing::StillQuarantined { batch, note } => {
            let mut document = common("quarantined", batch);
            document["note"] = json!(note);
            let help = format!("once that is mended: assay batch accept {batch} --reason \"...\"");
            (format!("{file}: quarantined before (batch {batch}): {note}; {help}"), document)
        }
        Landing::BeingWritten => (format!("{file}: {BEING_WRITTEN}"), json!({ "file": file, "result": "left" })),
        Landing::Unchanged { batch } => (
            format!("{file}: what {destination} stands on already (batch {batch}); nothing changed"),
            common("unchanged", batch),
        ),
    }
}

/// Why nobody waited for what a slice is: a period that is mistyped shows by that.
pub fn doubt(context: &Context, slice: &Slice) -> Option<String> {
    let Slice { dataset, provider, period } = slice;
    let today = context.journal.now().with_timezone(&context.contract.timezone).date_naive();
    if today < period.first() {
        return Some(format!("{period} has not begun yet"));
    }
    let owes = context.contract.dataset(dataset).and_then(|dataset| dataset.provider(provider));
    let owes_nothing = owes.is_ok_and(|provider| !provider.owes(*period));
    owes_nothing.then(|| format!("{provider} owes nothing for {period}"))
}
