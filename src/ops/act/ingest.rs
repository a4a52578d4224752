//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Reply, not_understood};
use crate::base::{Error, ErrorKind, Result};
use crate::domain::contract::Source;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, FilePattern, Period, Provider, Slice};
use crate::pipeline::Context;
use crate::pipeline::land::{self, Landing, Offered};
use crate::source::inbox::{self, Claim, Look};
pub use preview::{changes, preview, preview_file, slices};
use recover::Inboxes;
use tally::{Tally, quarantined, said};
use waiting::{Waiting, waiting};

mod preview;
mod recover;
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
        Some(seen) => {
            let name = file_name(path);
            land::file(context, &slice, &Offered { path, name: &name, seen, claim: None }, progress)?
        }
    };
    if landing == Landing::BeingWritten {
        return Err(Error::busy(format!("`{}` is still being written", path.display()))
            .hint("add it again when whoever writes it is done"));
    }
    let (line, document) = said(context, &slice, &file_name(path), &landing);
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
/// the next time. What can't be taken in keeps nothing else out.
pub fn inboxes(
    context: &Context,
    dataset: Option<String>,
    provider: Option<String>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let mut tally = Tally::default();
    let whole = all_inboxes(context, dataset.as_deref(), provider.as_deref(), &mut tally, progress);
    tally.reply(whole)
}

fn all_inboxes(
    context: &Context,
    dataset: Option<&str>,
    provider: Option<&str>,
    tally: &mut Tally,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let held = Inboxes::hold(context, dataset, provider, tally)?;
    let mut meant = Vec::new();
    for file in waiting(context, dataset, provider)? {
        match &file.meant {
            Ok(slice) => meant.push((file.clone(), slice.clone())),
            Err(why) => tally.left(&file.file_name, why),
        }
    }
    let readable = meant.iter().filter(|(file, _)| file.unreadable.is_none());
    let paths: Vec<&Path> = readable.map(|(file, _)| file.path.as_path()).collect();
    let mut looks = inbox::settled(&paths, SETTLE)?.into_iter();
    for (file, slice) in &meant {
        let seen = if file.unreadable.is_none() { looks.next().flatten() } else { None };
        context.cancel.check()?;
        if held.is_blocked(&slice.provider) {
            tally.left(&file.file_name, "what lies aside in this inbox comes first");
            continue;
        }
        held.hold_on(&slice.provider)?;
        take_in(context, file, slice, seen, tally, progress)?;
    }
    for file in not_understood::find(context, dataset, provider)? {
        tally.not_understood(&file);
    }
    Ok(())
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
    let Waiting { path, file_name, unreadable, unordered, .. } = file;
    if let Some(why) = unordered {
        tally.left(file_name, why);
        tally.hold_back(slice);
        return Ok(());
    }
    if tally.holds_back(slice) {
        tally.left(file_name, &format!("what came for {slice} before could not be taken in"));
        return Ok(());
    }
    if let Some(why) = unreadable {
        tally.failed(file_name, slice, Error::bad_data(why));
        return Ok(());
    }
    let Some(seen) = seen else {
        tally.left(file_name, BEING_WRITTEN);
        return Ok(());
    };
    let at = context.journal.read(|snapshot| snapshot.head())?.0;
    match Claim::take(path, at) {
        Ok(Some(claim)) => claimed(context, claim, slice, seen, tally, progress),
        Ok(None) => {
            tally.left(file_name, TAKEN);
            Ok(())
        }
        Err(error) => {
            tally.failed(file_name, slice, error);
            Ok(())
        }
    }
}

fn claimed(
    context: &Context,
    claim: Claim,
    slice: &Slice,
    seen: Look,
    tally: &mut Tally,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let name = claim.name.clone();
    let offered = Offered { path: &claim.path, name: &name, seen, claim: Some(&claim) };
    let landing = land::file(context, slice, &offered, progress);
    let is_gone = claim.is_gone();
    // Once it has landed the bytes are in raw, and the journal says so. What somebody wrote behind them since is not.
    let is_as_seen = inbox::look(&claim.path).is_ok_and(|now| now == Some(seen));
    let ended = match &landing {
        Ok(landing) if *landing != Landing::BeingWritten && is_as_seen => claim.remove(),
        // Its landing goes on with the next command, and it goes with the next ingest.
        Err(_) if recover::is_open(context, &slice.provider, &claim) => Ok(()),
        _ => claim.put_back(),
    };
    match landing {
        Ok(Landing::BeingWritten) => tally.left(&name, BEING_WRITTEN),
        Ok(landing) => tally.landed(context, slice, &name, &landing),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(_) if is_gone => tally.left(&name, TAKEN),
        Err(error) => tally.failed(&name, slice, error),
    }
    if let Err(error) = ended {
        tally.failed(&name, slice, error);
    }
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
