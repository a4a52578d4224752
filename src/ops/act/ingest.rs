//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::not_understood::{self, NotUnderstood};
use super::{Next, Reply};
use crate::base::{Digest, Error, ErrorKind, Result, files, text};
use crate::domain::contract::Source;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, FilePattern, Period, Provider, Slice};
use crate::pipeline::land::{self, Landing};
use crate::pipeline::{Context, lease};
use crate::source::inbox::{self, Claim, Look};
pub use preview::{changes, preview, preview_file, slices};
use waiting::{Waiting, waiting};

mod preview;
mod waiting;

/// How long a file must keep its size and time before it counts as complete.
const SETTLE: Duration = Duration::from_millis(300);

const BEING_WRITTEN: &str = "it is still being written";
const TAKEN: &str = "somebody else took it in";

/// A file and for whom it is, as far as the person said so.
pub struct Addressed {
    pub file: PathBuf,
    pub dataset: Option<String>,
    pub provider: Option<String>,
    pub period: Option<Period>,
}

/// Takes in one file.
pub fn file(context: &Context, addressed: &Addressed, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    let slice = slice_of(context, addressed)?;
    let path = &addressed.file;
    let landing = match inbox::settled(&[path], SETTLE)?.pop().flatten() {
        None => Landing::BeingWritten,
        Some(seen) => land::file(context, &slice, path, seen, progress)?,
    };
    if landing == Landing::BeingWritten {
        return Err(Error::busy(format!("`{}` is still being written", path.display()))
            .hint("add it again when whoever writes it is done"));
    }
    let (line, document) = said(context, &slice, path, &landing);
    let is_quarantined = matches!(landing, Landing::Quarantined { .. } | Landing::StillQuarantined { .. });
    let trouble = is_quarantined.then(|| quarantined(&[file_name(path)]));
    Ok(Reply { message: line, trouble, document, ..Reply::default() })
}

/// What a file is for.
pub fn slice_of(context: &Context, addressed: &Addressed) -> Result<Slice> {
    let dataset = context.contract.dataset_or_only(addressed.dataset.as_deref())?;
    if !addressed.file.is_file() {
        return Err(Error::not_found(format!("there is no file `{}`", addressed.file.display())));
    }
    let (provider, period) = address(dataset, addressed)?;
    Ok(slice(dataset, provider, period))
}

/// A provider's part of a period.
fn slice(dataset: &Dataset, provider: &Provider, period: Period) -> Slice {
    Slice { dataset: dataset.name.clone(), provider: provider.name.clone(), period }
}

/// The provider and period of a file: as said, else by the only pattern that its name fits.
fn address<'a>(dataset: &'a Dataset, addressed: &Addressed) -> Result<(&'a Provider, Period)> {
    let name = file_name(&addressed.file);
    let by_pattern = |provider: &Provider| -> Result<Period, String> {
        let Source::Inbox { pattern, .. } = &provider.source;
        let read = FilePattern::parse(pattern).ok().and_then(|parsed| parsed.period_of(&name, dataset.period));
        read.unwrap_or_else(|| Err(format!("`{name}` does not fit the pattern `{pattern}` of {}", provider.name)))
    };
    let provider = match &addressed.provider {
        Some(provider) => dataset.provider(provider)?,
        None => {
            match dataset.providers.iter().filter(|provider| by_pattern(provider).is_ok()).collect::<Vec<_>>()[..] {
                [provider] => provider,
                _ => {
                    return Err(Error::usage(format!("`{name}` does not tell whose delivery it is"))
                        .hint(format!("say so with --provider: {}", names(dataset))));
                }
            }
        }
    };
    let period = match addressed.period {
        Some(period) => dataset.check_period(period).map(|()| period)?,
        None => {
            by_pattern(provider).map_err(|why| Error::usage(why).hint("say which period it is for with --period"))?
        }
    };
    Ok((provider, period))
}

/// Takes in what lies in the inboxes, provider by provider, oldest file first. Files that are still growing are left for
/// the next time.
pub fn inboxes(
    context: &Context,
    dataset: Option<String>,
    provider: Option<String>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let mut tally = Tally::default();
    // In one order for everybody, so that nobody waits for whoever waits for them.
    let mut leases = Vec::new();
    for provider in waiting::providers(context, dataset.as_deref(), provider.as_deref())? {
        leases.push(lease::wait(context, &format!("inbox {provider}"))?);
        tally.failed.extend(recover(context, &provider).err());
    }
    let files = waiting(context, dataset.as_deref(), provider.as_deref())?;
    let mut meant = Vec::new();
    for file in &files {
        match &file.meant {
            Ok(slice) => meant.push((file, slice)),
            Err(why) => tally.left(&file.file_name, why),
        }
    }
    let paths: Vec<&Path> = meant.iter().map(|(file, _)| file.path.as_path()).collect();
    let looks = inbox::settled(&paths, SETTLE)?;
    for ((file, slice), seen) in meant.into_iter().zip(looks) {
        context.cancel.check()?;
        take_in(context, file, slice, seen, &mut tally, progress)?;
    }
    for file in not_understood::find(context, dataset.as_deref(), provider.as_deref())? {
        tally.not_understood(&file);
    }
    tally.reply()
}

/// Takes in one file of an inbox, unless somebody is writing it.
fn take_in(
    context: &Context,
    file: &Waiting,
    slice: &Slice,
    seen: Option<Look>,
    tally: &mut Tally,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let Waiting { path, file_name, .. } = file;
    let Some(seen) = seen else {
        tally.left(file_name, BEING_WRITTEN);
        return Ok(());
    };
    let failing = |error: Error| error.context(format!("taking in {file_name} of {}", slice.provider));
    let claim = match Claim::take(path) {
        Ok(Some(claim)) => claim,
        Ok(None) => {
            tally.left(file_name, TAKEN);
            return Ok(());
        }
        // One bad file does not keep the others out.
        Err(error) => {
            tally.failed.push(failing(error));
            return Ok(());
        }
    };
    let landing = land::file(context, slice, &claim.path, seen, progress);
    // Once it has landed the bytes are in raw, and the journal says so.
    let is_read = landing.as_ref().is_ok_and(|landing| *landing != Landing::BeingWritten);
    let ended = if is_read { claim.remove() } else { claim.put_back() };
    tally.failed.extend(ended.err().map(failing));
    match landing {
        Ok(Landing::BeingWritten) => tally.left(file_name, BEING_WRITTEN),
        Ok(landing) => tally.add(context, slice, path, &landing),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) if error.kind() == ErrorKind::NotFound => tally.left(file_name, TAKEN),
        Err(error) => tally.failed.push(failing(error)),
    }
    Ok(())
}

/// Ends what a dead process was taking out of a provider's folder, under the lease of that: what was last read under its
/// name goes, anything else comes back.
fn recover(context: &Context, provider: &str) -> Result<()> {
    for (claim, name) in inbox::left_aside(&context.root.join(inbox::FOLDER).join(provider))? {
        let by_hand = |error: Error| error.hint(format!("remove it by hand: {}", claim.path.display()));
        let file = files::open_regular(&claim.path).map_err(Error::from).map_err(by_hand)?;
        let content = Digest::of_reader(file)?;
        match context.journal.read(|snapshot| snapshot.newest_content(provider, &name))? {
            Some(newest) if newest == content => claim.remove()?,
            _ => claim.put_back()?,
        }
    }
    Ok(())
}

#[derive(Default)]
struct Tally {
    landed: u64,
    quarantined: Vec<String>,
    unchanged: u64,
    not_understood: u64,
    failed: Vec<Error>,
    lines: Vec<String>,
    documents: Vec<Value>,
}

impl Tally {
    fn add(&mut self, context: &Context, slice: &Slice, path: &Path, landing: &Landing) {
        match landing {
            Landing::Landed { .. } => self.landed += 1,
            Landing::Quarantined { .. } | Landing::StillQuarantined { .. } => self.quarantined.push(file_name(path)),
            Landing::Unchanged { .. } | Landing::BeingWritten => self.unchanged += 1,
        }
        let (line, document) = said(context, slice, path, landing);
        self.lines.push(line);
        self.documents.push(document);
    }

    fn left(&mut self, file: &str, why: &str) {
        self.lines.push(format!("left {file}: {why}"));
        self.documents.push(json!({ "file": file, "result": "left", "why": why }));
    }

    fn not_understood(&mut self, file: &NotUnderstood) {
        self.not_understood += 1;
        self.lines.push(file.line());
        self.documents.push(file.document());
    }

    /// What came of it all. A file that could not be taken in is an error, whatever became of the others.
    fn reply(self) -> Result<Reply> {
        let mut failed = self.failed.into_iter();
        if let Some(first) = failed.next() {
            let error = failed.fold(first, |error, other| error.because(other.one_line()));
            let error = error.hint("assay ingest takes in what is still in the inboxes");
            return Err(if self.landed > 0 { error.hint("the other files have landed") } else { error });
        }
        let message = if self.documents.is_empty() {
            "nothing new in the inboxes".to_owned()
        } else {
            let not_understood = match self.not_understood {
                0 => String::new(),
                files => format!(", {} not understood", text::counted(files, "file")),
            };
            format!(
                "{} landed, {} quarantined, {} unchanged{not_understood}",
                text::counted(self.landed, "batch"),
                self.quarantined.len(),
                self.unchanged
            )
        };
        let trouble = (!self.quarantined.is_empty()).then(|| quarantined(&self.quarantined));
        let next = (self.landed > 0).then_some(Next::Run);
        Ok(Reply {
            message,
            lines: self.lines,
            document: Value::Array(self.documents),
            trouble,
            next,
            ..Reply::default()
        })
    }
}

/// The error of files that nobody can work with as they are: whoever goes on has to know.
fn quarantined(files: &[String]) -> Error {
    let files = files.join(", ");
    Error::bad_data(format!("quarantined, and not to be used as delivered: {files}"))
        .hint("assay batch list --state quarantined, then assay batch show BATCH says why")
        .hint("mend the provider's entry in assay.toml and assay batch accept BATCH, or ask for another delivery")
}

fn said(context: &Context, slice: &Slice, path: &Path, landing: &Landing) -> (String, Value) {
    let file = file_name(path);
    let common = |result: &str, batch: &crate::domain::BatchId| {
        json!({
            "file": file, "result": result, "batch": batch,
            "dataset": slice.dataset, "provider": slice.provider, "period": slice.period,
        })
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
            (format!("{file}: {rows} for {slice}, revision {revision} (batch {batch}){lacks}{doubt}"), document)
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
            format!("{file}: what {slice} stands on already (batch {batch}); nothing changed"),
            common("unchanged", batch),
        ),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Why nobody waited for what a slice is: a period that is mistyped shows by that.
fn doubt(context: &Context, slice: &Slice) -> Option<String> {
    let Slice { dataset, provider, period } = slice;
    let today = context.journal.now().with_timezone(&context.contract.timezone).date_naive();
    if today < period.first() {
        return Some(format!("{period} has not begun yet"));
    }
    let owes = context.contract.dataset(dataset).and_then(|dataset| dataset.provider(provider));
    let owes_nothing = owes.is_ok_and(|provider| !provider.owes(*period));
    owes_nothing.then(|| format!("{provider} owes nothing for {period}"))
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
