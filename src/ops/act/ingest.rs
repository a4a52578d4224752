//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Reply, not_understood};
use crate::base::{Digest, Error, ErrorKind, Result, ResultExt, files};
use crate::domain::contract::Source;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, FilePattern, Period, Provider, Slice};
use crate::pipeline::land::{self, Landing};
use crate::pipeline::{Context, lease};
use crate::source::inbox::{self, Claim, Look};
pub use preview::{changes, preview, preview_file, slices};
use tally::{Tally, quarantined, said};
use waiting::{Waiting, waiting};

mod preview;
mod tally;
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
        tally.fail(recover(context, &provider).unwrap_or_else(|error| vec![error]));
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
        Err(error) => {
            tally.fail([failing(error)]);
            return Ok(());
        }
    };
    let landing = land::file(context, slice, &claim.path, seen, progress);
    // Once it has landed the bytes are in raw, and the journal says so.
    let is_read = landing.as_ref().is_ok_and(|landing| *landing != Landing::BeingWritten);
    let ended = if is_read { claim.remove() } else { claim.put_back() };
    tally.fail(ended.err().map(failing));
    match landing {
        Ok(Landing::BeingWritten) => tally.left(file_name, BEING_WRITTEN),
        Ok(landing) => tally.add(context, slice, path, &landing),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) if error.kind() == ErrorKind::NotFound => tally.left(file_name, TAKEN),
        Err(error) => tally.fail([failing(error)]),
    }
    Ok(())
}

/// Ends what a dead process was taking out of a provider's folder, under the lease of that. Answers what could not be ended.
fn recover(context: &Context, provider: &str) -> Result<Vec<Error>> {
    let mut failed = Vec::new();
    for (claim, name) in inbox::left_aside(&context.root.join(inbox::FOLDER).join(provider))? {
        let by_hand = format!("remove it by hand: {}", claim.path.display());
        let ended =
            end(context, provider, claim, &name).with_context(|| format!("{name} of {provider} was left aside"));
        failed.extend(ended.err().map(|error| error.hint(by_hand)));
    }
    Ok(failed)
}

/// What was last read under its name goes, anything else comes back.
fn end(context: &Context, provider: &str, claim: Claim, name: &str) -> Result<()> {
    let content = Digest::of_reader(files::open_regular(&claim.path)?)?;
    match context.journal.read(|snapshot| snapshot.newest_content(provider, name))? {
        Some(newest) if newest == content => claim.remove(),
        _ => claim.put_back(),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
