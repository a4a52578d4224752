//! What a dead process was taking out of an inbox.

use std::path::Path;

use super::tally::Tally;
use super::waiting;
use crate::base::{Digest, Result, files};
use crate::pipeline::Context;
use crate::pipeline::lease::{self, Lease};
use crate::source::inbox::{self, Claim};

/// Holds the inboxes that are meant, and ends what was left aside there.
pub fn inboxes(
    context: &Context,
    dataset: Option<&str>,
    provider: Option<&str>,
    tally: &mut Tally,
) -> Result<Vec<Lease>> {
    let mut leases = Vec::new();
    // In one order for everybody, so that nobody waits for whoever waits for them.
    for name in waiting::inboxes(context, dataset, provider)? {
        leases.push(lease::wait(context, &format!("inbox {name}"))?);
        let folder = context.root.join(inbox::FOLDER).join(&name);
        match inbox::left_aside(&folder) {
            Ok(left) => {
                for claim in left {
                    let file = claim.name.clone();
                    if let Err(error) = end(context, &name, claim) {
                        tally.left_aside(&file, error);
                    }
                }
            }
            Err(error) => tally.left_aside(&name, error),
        }
    }
    Ok(leases)
}

/// What the journal says was landed from this very file goes, anything else comes back: also what was written on since.
fn end(context: &Context, provider: &str, claim: Claim) -> Result<()> {
    let read = match claim.at {
        Some(at) => context.journal.read(|snapshot| snapshot.landed_from(at, provider, &claim.name))?,
        None => None,
    };
    if read.is_some() && read == content(&claim.path) { claim.remove() } else { claim.put_back() }
}

/// What a file holds, where that can be read.
fn content(path: &Path) -> Option<Digest> {
    Digest::of_reader(files::open_regular(path).ok()?).ok()
}
