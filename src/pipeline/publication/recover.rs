//! After a crash: what was begun past the point of no return is completed, landings are finished, the outbox emptied.

use super::{channel, lease_key, publish, rollback, withdraw};
use crate::base::Result;
use crate::domain::progress::Progress;
use crate::domain::{Fact, ReleaseName};
use crate::pipeline::{Context, land, lease};

/// Completes what dead processes left. What living ones are at is left to them. Says what was done, in sentences.
pub fn recover(context: &Context, sink: &(dyn Fn(Progress) + Sync)) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for (seq, _) in context.journal.read(|snapshot| snapshot.unfinished())? {
        context.cancel.check()?;
        done.extend(finish(context, seq, sink)?);
    }
    for dataset in &context.contract.datasets {
        if let Some(_lease) = lease::take(context, &lease_key(&dataset.name))? {
            channel::deliver(context, &dataset.name)?;
        }
    }
    Ok(done)
}

fn finish(context: &Context, seq: u64, sink: &(dyn Fn(Progress) + Sync)) -> Result<Option<String>> {
    let intent = || -> Result<Option<Fact>> {
        let unfinished = context.journal.read(|snapshot| snapshot.unfinished())?;
        Ok(unfinished.into_iter().find(|(other, _)| *other == seq).map(|(_, fact)| fact))
    };
    let Some(fact) = intent()? else { return Ok(None) };
    let Some(key) = work_lease(&fact) else { return Ok(None) };
    let Some(_lease) = lease::take(context, &key)? else { return Ok(None) };
    // Whoever held the lease until now may have finished it.
    let Some(fact) = intent()? else { return Ok(None) };
    let said = match fact {
        Fact::LandingStarted { delivery } => {
            let said = format!("finished landing {} of {}", delivery.file, delivery.slice);
            land::finish(context, delivery, seq, sink)?;
            said
        }
        Fact::PublishStarted { release, .. } => {
            publish::complete(context, &release, seq)?;
            said_of("publishing", &release)
        }
        Fact::RollbackStarted { from, to } => {
            rollback::complete(context, &from, &to, seq)?;
            said_of("rolling back", &from)
        }
        Fact::WithdrawalStarted { release } => {
            withdraw::complete(context, &release, seq)?;
            said_of("withdrawing", &release)
        }
        _ => return Ok(None),
    };
    Ok(Some(said))
}

fn said_of(what: &str, release: &ReleaseName) -> String {
    format!("finished {what} {release}")
}

/// The lease that whoever works on this intent holds; `None` where nobody has to finish it (a task is planned again).
fn work_lease(fact: &Fact) -> Option<String> {
    match fact {
        Fact::LandingStarted { delivery } => Some(format!("land {}", delivery.slice)),
        Fact::PublishStarted { release, .. }
        | Fact::RollbackStarted { from: release, .. }
        | Fact::WithdrawalStarted { release } => Some(lease_key(&release.dataset)),
        _ => None,
    }
}
