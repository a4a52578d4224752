//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::Reply;
use super::not_understood::{self, NotUnderstood};
use crate::base::{Error, ErrorKind, Result, ResultExt, text};
use crate::domain::contract::Source;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, FilePattern, Period, Provider, Slice};
use crate::pipeline::Context;
use crate::pipeline::land::{self, Landing};
use crate::source::inbox;

/// How long a file must keep its size and time before it counts as complete.
const SETTLE: Duration = Duration::from_millis(300);

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
    let seen = inbox::look(path)?;
    let settled = inbox::is_settled(path, SETTLE)? && seen.is_some();
    let landing = if settled { land::file(context, &slice, path, seen, progress)? } else { Landing::BeingWritten };
    if landing == Landing::BeingWritten {
        return Err(Error::busy(format!("`{}` is still being written", path.display()))
            .hint("add it again when whoever writes it is done"));
    }
    let (line, document) = said(&slice, path, &landing);
    Ok(Reply { message: line, lines: Vec::new(), document })
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
        Some(period) if period.granularity() == dataset.period => period,
        Some(period) => {
            return Err(Error::usage(format!("`{period}` is not a period of {}", dataset.name))
                .hint(format!("its periods are written like {}", dataset.period.form())));
        }
        None => {
            by_pattern(provider).map_err(|why| Error::usage(why).hint("say which period it is for with --period"))?
        }
    };
    Ok((provider, period))
}

/// Takes in what lies in the inboxes, oldest file first. Files that are still growing are left for the next time.
pub fn inboxes(
    context: &Context,
    dataset: Option<String>,
    provider: Option<String>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let mut tally = Tally::default();
    for (dataset, provider) in meant(context, dataset.as_deref(), provider.as_deref())? {
        inbox_of(context, dataset, provider, &mut tally, progress)?;
    }
    for file in not_understood::find(context, dataset.as_deref(), provider.as_deref())? {
        tally.not_understood(&file);
    }
    tally.reply()
}

/// What would be taken in, and what would be left.
pub fn preview(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (dataset, provider) in meant(context, dataset, provider)? {
        let Source::Inbox { pattern, .. } = &provider.source;
        for found in inbox::scan(&folder_of(context, provider), pattern, dataset.period)? {
            let file = found.file_name;
            lines.push(match found.period {
                Ok(period) => format!("would take in {file} for {}", slice(dataset, provider, period)),
                Err(why) => format!("would leave {file}: {why}"),
            });
        }
    }
    lines.extend(not_understood::find(context, dataset, provider)?.iter().map(NotUnderstood::line));
    Ok(lines)
}

/// The providers that are meant, dataset by dataset: all, or those of this dataset and name.
fn meant<'a>(
    context: &'a Context,
    dataset: Option<&str>,
    provider: Option<&str>,
) -> Result<Vec<(&'a Dataset, &'a Provider)>> {
    let datasets: Vec<&Dataset> = match dataset {
        Some(name) => vec![context.contract.dataset(name)?],
        None => context.contract.datasets.iter().collect(),
    };
    let all = datasets.iter().flat_map(|dataset| dataset.providers.iter().map(|one| (*dataset, one)));
    let meant: Vec<_> = all.filter(|(_, one)| provider.is_none_or(|name| name == one.name)).collect();
    if let Some((name, dataset)) = provider.zip(datasets.first()).filter(|_| meant.is_empty()) {
        dataset.provider(name)?;
    }
    Ok(meant)
}

fn folder_of(context: &Context, provider: &Provider) -> PathBuf {
    context.root.join(inbox::FOLDER).join(&provider.name)
}

fn inbox_of(
    context: &Context,
    dataset: &Dataset,
    provider: &Provider,
    tally: &mut Tally,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let Source::Inbox { pattern, .. } = &provider.source;
    for found in inbox::scan(&folder_of(context, provider), pattern, dataset.period)? {
        context.cancel.check()?;
        let period = match found.period {
            Ok(period) => period,
            Err(why) => {
                tally.left(&found.file_name, &why);
                continue;
            }
        };
        let seen = inbox::look(&found.path)?;
        if !inbox::is_settled(&found.path, SETTLE)? {
            tally.left(&found.file_name, "it is still being written");
            continue;
        }
        let slice = slice(dataset, provider, period);
        match land::file(context, &slice, &found.path, seen, progress) {
            Ok(Landing::BeingWritten) => {
                tally.left(&found.file_name, "it is still being written");
                continue;
            }
            Ok(landing) => tally.add(&slice, &found.path, &landing),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) if error.kind() == ErrorKind::NotFound && inbox::look(&found.path)?.is_none() => {
                tally.left(&found.file_name, "somebody else took it in");
                continue;
            }
            // One bad file does not keep the others out.
            Err(error) => {
                tally.failed.push(error.context(format!("taking in {} of {}", found.file_name, provider.name)));
                continue;
            }
        }
        // The bytes are in raw by now, and the journal says so. Another file that came under the same name meanwhile stays.
        if inbox::look(&found.path)? == seen {
            take_out(&found.path)?;
        }
    }
    Ok(())
}

/// Removes a file, unless somebody else was faster.
fn take_out(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.with_context(|| format!("taking {} out of the inbox", path.display())),
    }
}

#[derive(Default)]
struct Tally {
    landed: u64,
    quarantined: u64,
    unchanged: u64,
    not_understood: u64,
    failed: Vec<Error>,
    lines: Vec<String>,
    documents: Vec<Value>,
}

impl Tally {
    fn add(&mut self, slice: &Slice, path: &Path, landing: &Landing) {
        match landing {
            Landing::Landed { .. } => self.landed += 1,
            Landing::Quarantined { .. } | Landing::StillQuarantined { .. } => self.quarantined += 1,
            Landing::Unchanged { .. } | Landing::BeingWritten => self.unchanged += 1,
        }
        let (line, document) = said(slice, path, landing);
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
            return Err(error.hint("assay ingest takes in what is still in the inboxes; the other files have landed"));
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
                self.quarantined,
                self.unchanged
            )
        };
        Ok(Reply { message, lines: self.lines, document: Value::Array(self.documents) })
    }
}

fn said(slice: &Slice, path: &Path, landing: &Landing) -> (String, Value) {
    let file = file_name(path);
    let common = |result: &str, batch: &crate::domain::BatchId| {
        json!({
            "file": file, "result": result, "batch": batch,
            "dataset": slice.dataset, "provider": slice.provider, "period": slice.period,
        })
    };
    match landing {
        Landing::Landed { batch, revision, rows } => {
            let mut document = common("landed", batch);
            document["revision"] = json!(revision);
            document["rows"] = json!(rows);
            (
                format!("{file}: {} for {slice}, revision {revision} (batch {batch})", text::counted(*rows, "row")),
                document,
            )
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
        Landing::BeingWritten => {
            (format!("{file}: it is still being written"), json!({ "file": file, "result": "left" }))
        }
        Landing::Unchanged { batch } => (
            format!("{file}: what {slice} stands on already (batch {batch}); nothing changed"),
            common("unchanged", batch),
        ),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
