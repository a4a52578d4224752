//! The sources gone through: what lies in the inboxes is taken in, each file in its order, and what is new elsewhere.

use std::path::Path;

use super::super::{Reply, not_understood};
use super::recover::Inboxes;
use super::taken::{self, Taken};
use super::tally::Tally;
use super::waiting::{Waiting, waiting};
use super::{BEING_WRITTEN, SETTLE};
use super::{references, sources};
use crate::base::{Error, ErrorKind, Result};
use crate::domain::Destination;
use crate::domain::progress::Progress;
use crate::pipeline::Context;
use crate::pipeline::land::Landing;
use crate::source::inbox::{self, Claim, Look};

const TAKEN: &str = "somebody else took it in";

/// Takes in what lies in the inboxes, provider by provider, oldest file first. Files that are still growing are left for
/// the next time. What can't be taken in keeps nothing else out.
pub fn all(
    context: &Context,
    dataset: Option<String>,
    provider: Option<String>,
    full: bool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let (dataset, provider) = (dataset.as_deref(), provider.as_deref());
    let mut tally = Tally::default();
    // First of all: what comes after is to be read with them.
    let context = &references::take_in(context, dataset, &mut tally)?;
    let mut round = Round { context, progress, tally };
    let whole = round.inboxes(dataset, provider);
    let whole = whole.and_then(|()| sources::ask(context, (dataset, provider), full, progress, &mut round.tally));
    round.tally.reply(whole)
}

struct Round<'a> {
    context: &'a Context,
    progress: &'a (dyn Fn(Progress) + Sync),
    tally: Tally,
}

impl Round<'_> {
    fn inboxes(&mut self, dataset: Option<&str>, provider: Option<&str>) -> Result<()> {
        let held = Inboxes::hold(self.context, dataset, provider, &mut self.tally)?;
        let mut meant = Vec::new();
        for file in waiting(self.context, dataset, provider)? {
            match &file.meant {
                Ok(destination) => meant.push((file.clone(), destination.clone())),
                Err(why) => self.tally.left(&file.file_name, why),
            }
        }
        let readable = meant.iter().filter(|(file, _)| file.unreadable.is_none());
        let paths: Vec<&Path> = readable.map(|(file, _)| file.path.as_path()).collect();
        let mut looks = inbox::settled(&paths, SETTLE)?.into_iter();
        for (file, destination) in &meant {
            let seen = if file.unreadable.is_none() { looks.next().flatten() } else { None };
            self.context.cancel.check()?;
            if held.is_blocked(&destination.slice.provider) {
                self.tally.left(&file.file_name, "what lies aside in this inbox comes first");
                continue;
            }
            held.hold_on(&destination.slice.provider)?;
            self.take_in(file, destination, seen)?;
        }
        for file in not_understood::find(self.context, dataset, provider)? {
            self.tally.not_understood(&file);
        }
        Ok(())
    }

    /// Takes in one file of an inbox, unless somebody is writing it.
    fn take_in(&mut self, file: &Waiting, destination: &Destination, seen: Option<Look>) -> Result<()> {
        let Waiting { path, file_name, unreadable, unordered, looked, .. } = file;
        // What its rows said is true of what it was then.
        let seen = seen.filter(|seen| looked.is_none_or(|looked| looked == *seen));
        if let Some(why) = unordered {
            self.tally.left(file_name, why);
            self.tally.hold_back(destination);
        } else if self.tally.holds_back(destination) {
            self.tally.left(file_name, &format!("what came for {destination} before could not be taken in"));
        } else if let Some(why) = unreadable {
            self.tally.failed(file_name, destination, Error::bad_data(why));
        } else if let Some(seen) = seen {
            let at = self.context.journal.read(|snapshot| snapshot.head())?.0;
            match Claim::take(path, at) {
                Ok(Some(claim)) => return self.claimed(claim, destination, seen),
                Ok(None) => self.tally.left(file_name, TAKEN),
                Err(error) => self.tally.failed(file_name, destination, error),
            }
        } else {
            self.tally.left(file_name, BEING_WRITTEN);
        }
        Ok(())
    }

    fn claimed(&mut self, claim: Claim, destination: &Destination, seen: Look) -> Result<()> {
        let name = claim.name.clone();
        let Taken { landing, was_gone, ended } = taken::land(self.context, destination, claim, seen, self.progress);
        match landing {
            Ok(Landing::BeingWritten) => self.tally.left(&name, BEING_WRITTEN),
            Ok(landing) => self.tally.landed(self.context, destination, &name, &landing),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(_) if was_gone => self.tally.left(&name, TAKEN),
            Err(error) => self.tally.failed(&name, destination, error),
        }
        if let Err(error) = ended {
            self.tally.failed(&name, destination, error);
        }
        Ok(())
    }
}
