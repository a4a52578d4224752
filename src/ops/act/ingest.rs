//! Taking deliveries in: from the inboxes, or one file by hand.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Reply;
use crate::base::{Error, Result};
use crate::domain::calendar::Span;
use crate::domain::progress::Progress;
use crate::domain::{Dataset, Destination, FilePattern, Meant, Period, Provider};
use crate::pipeline::land::{self, Landing, Offered};
use crate::pipeline::{Context, dated};
use crate::source::inbox;
pub use preview::{changes, preview, preview_file, slices};
pub use round::all;
use tally::quarantined;
pub use tally::said;

mod preview;
mod recover;
mod references;
mod round;
mod sources;
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
    let destination = destination_of(context, addressed)?;
    let path = &addressed.file;
    let landing = match inbox::settled(&[path], SETTLE)?.pop().flatten() {
        None => Landing::BeingWritten,
        Some(seen) if lies_in_inbox(&context.root, &destination.slice.provider, path) => {
            taken::by_hand(context, &destination, path, seen, progress)?
        }
        Some(seen) => {
            let name = file_name(path);
            land::file(
                context,
                &destination,
                &Offered { path, name: &name, seen, claim: None, retrieved: None },
                progress,
            )?
        }
    };
    if landing == Landing::BeingWritten {
        return Err(Error::busy(format!("`{}` is still being written", path.display()))
            .hint("add it again when whoever writes it is done"));
    }
    let (line, document) = said(context, &destination, &file_name(path), &landing);
    let is_quarantined = matches!(landing, Landing::Quarantined { .. } | Landing::StillQuarantined { .. });
    let trouble = is_quarantined.then(|| quarantined(&[file_name(path)]));
    Ok(Reply { message: line, trouble, document, ..Reply::default() })
}

/// What a file is for: the provider and period as said, else as its name says.
pub fn destination_of(context: &Context, addressed: &Addressed) -> Result<Destination> {
    let dataset = context.contract.dataset_or_only(addressed.dataset.as_deref())?;
    if !addressed.file.is_file() {
        return Err(Error::not_found(format!("there is no file `{}`", addressed.file.display())));
    }
    let provider = provider_of(&context.root, dataset, addressed.provider.as_deref(), &addressed.file)?;
    let covers = match addressed.period {
        Some(period) => dataset.check_period(period).map(|()| Span::from(period))?,
        None => match meant_by(dataset, provider, &addressed.file) {
            Meant::For(span) => span,
            Meant::ByRows => dated::span(context, dataset, provider, &addressed.file)?,
            Meant::Unclear(why) => {
                return Err(Error::usage(why).hint("say which period it is for with --period"));
            }
        },
    };
    let far = format!("{covers} is no time that assay knows");
    dataset.destination(provider, covers, &file_name(&addressed.file)).ok_or_else(|| Error::usage(far))
}

/// The provider of a file: the one who is named, else the one in whose inbox below `root` it lies, or the only one whose
/// pattern its name fits.
pub fn provider_of<'a>(root: &Path, dataset: &'a Dataset, named: Option<&str>, file: &Path) -> Result<&'a Provider> {
    let all = dataset.providers.iter();
    if let Some(named) = named {
        return dataset.provider(named);
    }
    if let Some(provider) = all.clone().find(|provider| lies_in_inbox(root, &provider.name, file)) {
        return Ok(provider);
    }
    let is_meant = |provider: &&Provider| !matches!(meant_by(dataset, provider, file), Meant::Unclear(_));
    match all.filter(is_meant).collect::<Vec<_>>()[..] {
        [provider] => Ok(provider),
        _ => Err(Error::usage(format!("`{}` does not tell whose delivery it is", file_name(file)))
            .hint(format!("say so with --provider: {}", names(dataset)))),
    }
}

/// What the name of a file says that it is for, by the pattern of a provider.
pub fn meant_by(dataset: &Dataset, provider: &Provider, file: &Path) -> Meant {
    let name = file_name(file);
    let Some(pattern) = provider.source.pattern() else {
        let who = &provider.name;
        return Meant::Unclear(format!("the files of {who} come from elsewhere: no name of one says what it is for"));
    };
    let meant = FilePattern::parse(pattern).ok().and_then(|parsed| parsed.meant(&name, &dataset.rhythm(provider)));
    let other = || format!("`{name}` does not fit the pattern `{pattern}` of {}", provider.name);
    meant.unwrap_or_else(|| Meant::Unclear(other()))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn lies_in_inbox(root: &Path, provider: &str, file: &Path) -> bool {
    inbox::holds(&root.join(inbox::FOLDER).join(provider), file)
}

fn names(dataset: &Dataset) -> String {
    dataset.providers.iter().map(|provider| provider.name.as_str()).collect::<Vec<_>>().join(", ")
}
