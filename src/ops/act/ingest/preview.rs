//! What would become of the files that wait, without taking them in.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::not_understood::{self, NotUnderstood};
use super::tally::doubt;
use super::waiting::{self, Waiting, waiting};
use super::{file_name, references};
use crate::base::{Result, ResultExt};
use crate::domain::batch::Delivery;
use crate::domain::{Batch, BatchState, Destination, Slice, Source};
use crate::pipeline::{Context, land};
use crate::source::inbox::{self, Claim};

/// What would be taken in, and what would be left.
pub fn preview(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<String>> {
    let waiting = waiting(context, dataset, provider)?;
    let mut lines = references::preview(context, dataset)?;
    let mut before = BTreeSet::new();
    for Waiting { path, file_name, meant, unreadable, unordered, .. } in &waiting {
        context.cancel.check()?;
        lines.push(match (meant, unreadable.as_ref().or(unordered.as_ref())) {
            (_, Some(why)) | (Err(why), None) => format!("would leave {file_name}: {why}"),
            (Ok(destination), None) => {
                // What a second file would take the place of is not there yet.
                let replaced =
                    if before.insert(destination) { land::replaced(context, destination, path)? } else { None };
                becomes(context, destination, path, replaced)?
            }
        });
    }
    for name in waiting::inboxes(context, dataset, provider)? {
        match inbox::left_aside(&context.root.join(inbox::FOLDER).join(&name)) {
            Ok(aside) => lines.extend(aside.into_iter().map(|claim| lies_aside(&name, &claim))),
            Err(error) => lines.push(format!("the inbox of {name}: {}", error.one_line())),
        }
    }
    lines.extend(not_understood::find(context, dataset, provider)?.iter().map(NotUnderstood::line));
    for (_, provider) in context.contract.providers(dataset, provider)? {
        match &provider.source {
            Source::Inbox { .. } => {}
            Source::Http(_) => lines.push(format!("would ask the server of {} for its files", provider.name)),
            Source::Sql(_) => lines.push(format!("would ask the database of {} for what changed", provider.name)),
        }
    }
    if lines.is_empty() {
        lines.push("nothing lies in the inboxes".to_owned());
    }
    Ok(lines)
}

fn lies_aside(provider: &str, claim: &Claim) -> String {
    let file = &claim.name;
    format!("{file} of {provider} lies aside: somebody takes it in, or died at it, and the next ingest ends that")
}

/// The slices that would change.
pub fn slices(context: &Context, dataset: Option<&str>, provider: Option<&str>) -> Result<Vec<Slice>> {
    let mut slices = Vec::new();
    for Waiting { path, meant, unreadable, unordered, .. } in waiting(context, dataset, provider)? {
        if let (Ok(destination), None) = (meant, unreadable.or(unordered))
            && changes(context, &destination, &path)?
        {
            slices.extend(land::slices(context, &destination));
        }
    }
    Ok(slices)
}

/// Whether a file is another one than its slice has.
pub fn changes(context: &Context, destination: &Destination, path: &Path) -> Result<bool> {
    Ok(!land::replaced(context, destination, path)?.is_some_and(|(_, stays)| stays))
}

/// What would become of one file by itself.
pub fn preview_file(context: &Context, destination: &Destination, path: &Path) -> Result<String> {
    becomes(context, destination, path, land::replaced(context, destination, path)?)
}

/// What becomes of a file. `in_place_of` is what its slice has by then, and whether that is the very same file.
fn becomes(
    context: &Context,
    destination: &Destination,
    path: &Path,
    in_place_of: Option<(Batch, bool)>,
) -> Result<String> {
    let file = file_name(path);
    let replaced = match in_place_of {
        Some((Batch { delivery: Delivery { batch, .. }, .. }, true)) => {
            return Ok(format!("nothing would change: {file} is what came for {destination} already (batch {batch})"));
        }
        Some((Batch { state: BatchState::Landed, delivery: Delivery { batch, revision, .. }, .. }, false)) => {
            format!(", in the place of revision {revision} (batch {batch})")
        }
        _ => String::new(),
    };
    Ok(match land::look_into(context, &destination.slice, path).with_context(|| format!("reading `{file}`"))? {
        None => {
            let doubt = doubt(context, &destination.slice).map(|doubt| format!("; {doubt}")).unwrap_or_default();
            format!("would take in {file} for {destination}{replaced}{doubt}")
        }
        Some(note) => format!("would quarantine {file} for {destination}: {note}"),
    })
}
