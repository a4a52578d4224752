//! The inboxes while files are taken in: held, and rid of what a dead process left aside there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::tally::Tally;
use super::waiting;
use crate::base::{Digest, Error, Result, files};
use crate::journal::ClaimedLanding;
use crate::pipeline::Context;
use crate::pipeline::lease::{self, Lease};
use crate::source::inbox::{self, Claim};

/// The inboxes that are held.
pub struct Inboxes {
    leases: BTreeMap<String, Lease>,
    blocked: BTreeSet<String>,
}

impl Inboxes {
    /// Holds the inboxes that are meant, and ends what was left aside there.
    pub fn hold(context: &Context, dataset: Option<&str>, provider: Option<&str>, tally: &mut Tally) -> Result<Self> {
        let mut held = Self { leases: BTreeMap::new(), blocked: BTreeSet::new() };
        // In one order for everybody, so that nobody waits for whoever waits for them.
        for name in waiting::inboxes(context, dataset, provider)? {
            held.leases.insert(name.clone(), lease_of(context, &name)?);
            for (file, error) in settle(context, &name) {
                tally.fails(&file, error);
                held.blocked.insert(name.clone());
            }
        }
        Ok(held)
    }

    /// Whether something lies aside in an inbox that has to be taken in before what came later.
    pub fn is_blocked(&self, name: &str) -> bool {
        self.blocked.contains(name)
    }

    /// Holds on to an inbox. Refused once somebody else has taken it over.
    pub fn hold_on(&self, name: &str) -> Result<()> {
        self.leases.get(name).map_or(Ok(()), Lease::hold)
    }
}

/// Holds one inbox that nothing is left aside in: what comes later is not to be taken in before that.
pub fn hold_one(context: &Context, name: &str) -> Result<Lease> {
    let lease = lease_of(context, name)?;
    settle(context, name).into_iter().next().map_or(Ok(lease), |(_, error)| Err(error))
}

fn lease_of(context: &Context, name: &str) -> Result<Lease> {
    lease::wait(context, &format!("inbox {name}"))
}

/// Ends what was left aside in an inbox that is held: what could not be ended, and why.
fn settle(context: &Context, name: &str) -> Vec<(String, Error)> {
    let folder = context.root.join(inbox::FOLDER).join(name);
    let left = match inbox::left_aside(&folder) {
        Ok(left) => left,
        Err(error) => return vec![(name.to_owned(), error.context(format!("looking into the inbox of {name}")))],
    };
    let ended = left.into_iter().filter_map(|claim| {
        let file = claim.name.clone();
        let error = end(context, name, claim).err()?.context(format!("{file} of {name} was left aside"));
        Some((file, error))
    });
    let failed = ended.collect();
    inbox::tidy(&folder);
    failed
}

/// What the journal says was landed from this very file goes, anything else comes back: also what was written on since.
fn end(context: &Context, provider: &str, claim: Claim) -> Result<()> {
    if claim.is_read() {
        return claim.remove();
    }
    match landing(context, provider, &claim)? {
        Some(ClaimedLanding::Open) => Err(Error::busy("its landing was begun and is not finished").hint("assay run")),
        Some(ClaimedLanding::Ended(_)) if claim.is_dangling() => claim.remove(),
        Some(ClaimedLanding::Ended(read)) if content(&claim.path).is_some_and(|now| now == read) => claim.remove(),
        _ => claim.put_back(),
    }
}

/// Whether the landing of what lies aside was begun and has no outcome, as far as can be told.
pub fn is_open(context: &Context, provider: &str, claim: &Claim) -> bool {
    !landing(context, provider, claim).is_ok_and(|landing| landing != Some(ClaimedLanding::Open))
}

fn landing(context: &Context, provider: &str, claim: &Claim) -> Result<Option<ClaimedLanding>> {
    let Some(at) = claim.at else { return Ok(None) };
    context.journal.read(|snapshot| snapshot.landing_from(at, provider, &claim.name))
}

/// What a file holds, where that can be read.
fn content(path: &Path) -> Option<Digest> {
    Digest::of_reader(files::open_regular(path).ok()?).ok()
}
