//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Reply;
use crate::base::{Error, Result};
use crate::domain::contract::Source;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, FilePattern, Period, Provider, Slice};
use crate::pipeline::Context;
use crate::pipeline::land::{self, Landing, Offered};
use crate::source::inbox;
pub use preview::{changes, preview, preview_file, slices};
pub use round::inboxes;
use tally::{quarantined, said};

mod preview;
mod recover;
mod round;
mod taken;
mod tally;
mod waiting;

/// How long a file must keep its size and time before it counts as complete.
const SETTLE: Duration = Duration::from_millis(300);

const BEING_WRITTEN: &str = "it is still being written";

/// A file and for whom it is, as far as the person said so.
pub struct Addressed {
    pub file: PathBuf,
    pub dataset: Option<String>,
    pub provider: Option<String>,
    pub period: Option<Period>,
}

/// Takes in one file: out of its provider's inbox, where it lies there.
pub fn file(context: &Context, addressed: &Addressed, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    let slice = slice_of(context, addressed)?;
    let path = &addressed.file;
    let landing = match inbox::settled(&[path], SETTLE)?.pop().flatten() {
        None => Landing::BeingWritten,
        Some(seen) if lies_in_inbox(context, &slice.provider, path) => {
            taken::by_hand(context, &slice, path, seen, progress)?
        }
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
    let (provider, period) = address(context, dataset, addressed)?;
    Ok(slice(dataset, provider, period))
}

/// A provider's part of a period.
fn slice(dataset: &Dataset, provider: &Provider, period: Period) -> Slice {
    Slice { dataset: dataset.name.clone(), provider: provider.name.clone(), period }
}

/// The provider and period of a file: as said, else by the inbox that it lies in or the only pattern that its name fits.
fn address<'a>(context: &Context, dataset: &'a Dataset, addressed: &Addressed) -> Result<(&'a Provider, Period)> {
    let name = file_name(&addressed.file);
    let by_pattern = |provider: &Provider| -> Result<Period, String> {
        let Source::Inbox { pattern, .. } = &provider.source;
        let read = FilePattern::parse(pattern).ok().and_then(|parsed| parsed.period_of(&name, dataset.period));
        read.unwrap_or_else(|| Err(format!("`{name}` does not fit the pattern `{pattern}` of {}", provider.name)))
    };
    let all = dataset.providers.iter();
    let provider = match &addressed.provider {
        Some(provider) => dataset.provider(provider)?,
        None => match all.clone().find(|provider| lies_in_inbox(context, &provider.name, &addressed.file)) {
            Some(provider) => provider,
            None => match all.filter(|provider| by_pattern(provider).is_ok()).collect::<Vec<_>>()[..] {
                [provider] => provider,
                _ => {
                    return Err(Error::usage(format!("`{name}` does not tell whose delivery it is"))
                        .hint(format!("say so with --provider: {}", names(dataset))));
                }
            },
        },
    };
    let period = match addressed.period {
        Some(period) => dataset.check_period(period).map(|()| period)?,
        None => {
            by_pattern(provider).map_err(|why| Error::usage(why).hint("say which period it is for with --period"))?
        }
    };
    Ok((provider, period))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn lies_in_inbox(context: &Context, provider: &str, file: &Path) -> bool {
    inbox::holds(&context.root.join(inbox::FOLDER).join(provider), file)
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
