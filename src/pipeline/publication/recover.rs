//! After a crash: what was begun past the point of no return is completed, landings are finished, the outbox emptied.

use super::turn::lease_key;
use super::{channel, forward};
use crate::base::{Error, ErrorKind, Result};
use crate::domain::event::Origin;
use crate::domain::progress::Progress;
use crate::domain::{BatchId, Fact, ReleaseName, Via};
use crate::pipeline::{Context, land, lease};

/// What became of the work that dead processes left.
#[derive(Debug, Default)]
pub struct Recovered {
    /// What was done, in sentences.
    pub done: Vec<String>,
    /// What could not be finished, and keeps waiting.
    pub left: Vec<Unfinished>,
}

/// Begun, and not to be finished for now.
#[derive(Debug)]
pub struct Unfinished {
    /// The batch that is being landed.
    pub batch: Option<BatchId>,
    /// The release that is being published, rolled back or withdrawn.
    pub release: Option<ReleaseName>,
    /// Why it can't be finished.
    pub error: Error,
}

/// Completes what dead processes left, each in the name of whoever began it. What living ones are at is left to them,
/// and what can't be finished keeps nothing else waiting.
pub fn recover(context: &Context, sink: &(dyn Fn(Progress) + Sync)) -> Result<Recovered> {
    let mut recovered = Recovered::default();
    for (seq, fact) in context.journal.read(|snapshot| snapshot.unfinished())? {
        context.cancel.check()?;
        match finish(context, seq, sink) {
            Ok(said) => recovered.done.extend(said),
            Err(error) if error.kind() == ErrorKind::Cancelled => context.cancel.check()?,
            Err(error) => recovered.left.push(unfinished(&fact, error)),
        }
    }
    // Those too that the contract no longer names: clients have them still.
    for dataset in context.journal.read(|snapshot| snapshot.datasets_published())? {
        if let Some(_lease) = lease::take(context, &lease_key(&dataset))?
            && let Err(error) = channel::deliver(context, &dataset)
        {
            context.cancel.check()?;
            recovered.left.push(Unfinished { batch: None, release: None, error });
        }
    }
    Ok(recovered)
}

fn unfinished(fact: &Fact, error: Error) -> Unfinished {
    let (what, batch, release) = match fact {
        Fact::LandingStarted { delivery, .. } => {
            (format!("landing {} of {}", delivery.file, delivery.slice), Some(delivery.batch.clone()), None)
        }
        Fact::PublishStarted { release, .. } => (format!("publishing {release}"), None, Some(release.clone())),
        Fact::RollbackStarted { from, .. } => (format!("rolling back {from}"), None, Some(from.clone())),
        Fact::WithdrawalStarted { release } => (format!("withdrawing {release}"), None, Some(release.clone())),
        other => (other.subject(), None, None),
    };
    Unfinished { batch, release, error: error.context(format!("{what} was begun and can't be finished")) }
}

fn finish(context: &Context, seq: u64, sink: &(dyn Fn(Progress) + Sync)) -> Result<Option<String>> {
    let intent = || -> Result<Option<Fact>> {
        let unfinished = context.journal.read(|snapshot| snapshot.unfinished())?;
        Ok(unfinished.into_iter().find(|(other, _)| *other == seq).map(|(_, fact)| fact))
    };
    let Some(fact) = intent()? else { return Ok(None) };
    let Some(key) = work_lease(&fact) else { return Ok(None) };
    let context = &in_the_name_of(context, seq)?;
    let Some(_lease) = lease::take_or_stop(context, &key)? else { return Ok(None) };
    // Whoever held the lease until now may have finished it.
    let Some(fact) = intent()? else { return Ok(None) };
    match fact {
        Fact::LandingStarted { delivery, encoding, .. } => {
            land::resume(context, land::Intent { seq, delivery, encoding }, sink).map(Some)
        }
        fact => complete(context, seq, &fact),
    }
}

/// From an intent about what clients see to its outcome.
fn complete(context: &Context, seq: u64, fact: &Fact) -> Result<Option<String>> {
    let what = match fact {
        Fact::PublishStarted { release, manifest, formats, .. } => {
            forward::publish(context, release, manifest, formats, seq)?;
            format!("publishing {release}")
        }
        Fact::RollbackStarted { from, to } => {
            forward::rollback(context, from, to, seq)?;
            format!("rolling back {from}")
        }
        Fact::WithdrawalStarted { release } => {
            forward::withdraw(context, release, seq)?;
            format!("withdrawing {release}")
        }
        _ => return Ok(None),
    };
    Ok(Some(format!("finished {what}")))
}

/// Completes what was begun with the period of a release, for whoever holds the lease of its dataset.
pub fn settle(context: &Context, name: &ReleaseName) -> Result<()> {
    let begun = context.journal.read(|snapshot| snapshot.unfinished())?;
    for (seq, fact) in begun {
        if moved(&fact).is_some_and(|other| other.same_period(name)) {
            let origin = &in_the_name_of(context, seq)?;
            complete(origin, seq, &fact).map_err(|error| unfinished(&fact, error).error)?;
            channel::deliver_or_owe(origin, &name.dataset);
        }
    }
    Ok(())
}

/// Whoever happens to come next did not do it: it is put on record as done by the pipeline for those who began it.
fn in_the_name_of(context: &Context, seq: u64) -> Result<Context> {
    let begun = context.journal.read(|snapshot| snapshot.event(seq))?;
    let begun = begun.ok_or_else(|| Error::corrupt(format!("the journal has no entry {seq}")))?;
    let origin = Origin { via: Via::Pipeline, ..begun.origin };
    Ok(Context { origin, cancel: context.cancel.child(), ..context.clone() })
}

/// The release that an intent about what clients see takes away or brings them.
pub fn moved(fact: &Fact) -> Option<&ReleaseName> {
    match fact {
        Fact::PublishStarted { release, .. }
        | Fact::RollbackStarted { from: release, .. }
        | Fact::WithdrawalStarted { release } => Some(release),
        _ => None,
    }
}

/// The lease that whoever works on this intent holds; `None` where nobody has to finish it (a task is planned again).
fn work_lease(fact: &Fact) -> Option<String> {
    match fact {
        Fact::LandingStarted { delivery, .. } => Some(land::lease_key(&delivery.slice)),
        fact => moved(fact).map(|release| lease_key(&release.dataset)),
    }
}
