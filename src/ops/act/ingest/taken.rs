//! A file taken out of its inbox.

use std::path::Path;

use super::recover::{self, hold_one};
use crate::base::{Error, Result};
use crate::domain::Destination;
use crate::domain::progress::Progress;
use crate::pipeline::Context;
use crate::pipeline::land::{self, Landing, Offered};
use crate::source::inbox::{self, Claim, Look};

/// What became of a file that was moved aside.
pub struct Taken {
    /// What came of landing it.
    pub landing: Result<Landing>,
    /// Whether somebody else had taken it up by then.
    pub was_gone: bool,
    /// Whether it could be removed, or put back.
    pub ended: Result<()>,
}

/// Lands a file that was moved aside: what was read goes, what was not comes back.
pub fn land(
    context: &Context,
    destination: &Destination,
    claim: Claim,
    seen: Look,
    progress: &(dyn Fn(Progress) + Sync),
) -> Taken {
    let offered = Offered { path: &claim.path, name: &claim.name, seen, claim: Some(&claim), retrieved: None };
    let landing = land::file(context, destination, &offered, progress);
    let was_gone = claim.is_gone();
    // Once it has landed the bytes are in raw, and the journal says so. What somebody wrote behind them since is not.
    let is_as_seen = inbox::look(&claim.path).is_ok_and(|now| now == Some(seen));
    let (landing, ended) = match landing {
        Ok(landing) if landing != Landing::BeingWritten && is_as_seen => (Ok(landing), claim.remove()),
        // It goes with the next ingest.
        Err(error) if recover::is_open(context, &destination.slice.provider, &claim) => {
            (Err(error.hint("it was begun, and assay run goes on with it")), Ok(()))
        }
        landing => (landing, claim.put_back()),
    };
    Taken { landing, was_gone, ended }
}

/// Takes in one file of a provider's inbox by hand, out of its order.
pub fn by_hand(
    context: &Context,
    destination: &Destination,
    path: &Path,
    seen: Look,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Landing> {
    let _held = hold_one(context, &destination.slice.provider)?;
    let at = context.journal.read(|snapshot| snapshot.head())?.0;
    let gone = || Error::not_found(format!("somebody else took in `{}`", path.display()));
    let claim = Claim::take(path, at)?.ok_or_else(gone)?;
    let Taken { landing, ended, .. } = land(context, destination, claim, seen, progress);
    landing.and_then(|landing| ended.map(|()| landing))
}
