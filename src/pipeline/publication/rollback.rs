//! Rolling back: a new event and a new gold commit bring an older release of the period back.

use super::publish::{Publication, find};
use super::{channel, gold, lease_key};
use crate::base::{Error, Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Fact, ReleaseName};
use crate::pipeline::{Context, arrival, lease};

/// Brings `to` back in the place of `from`, which is live. Without `to`: what `from` superseded.
pub fn rollback(context: &Context, from: &ReleaseName, to: Option<&ReleaseName>) -> Result<(ReleaseName, Publication)> {
    let _lease = lease::wait(context, &lease_key(&from.dataset))?;
    let to = match to {
        Some(to) => to.clone(),
        None => predecessor(context, from)?,
    };
    if (&to.dataset, to.period) != (&from.dataset, from.period) {
        return Err(Error::refused(format!("{to} is of another period than {from}")));
    }
    context.lake.verify_release(&to)?;
    let (intent_from, intent_to) = (from.clone(), to.clone());
    let seq = context.write(move |transaction| {
        for (name, next) in [(&intent_from, ReleaseState::Superseded), (&intent_to, ReleaseState::Published)] {
            let release =
                transaction.release(name)?.ok_or_else(|| Error::not_found(format!("there is no release `{name}`")))?;
            release.state.allow(next)?;
        }
        transaction.append(Fact::RollbackStarted { from: intent_from, to: intent_to })
    })?;
    crash::point("publish.intent");
    let publication = complete(context, from, &to, seq)?;
    channel::deliver(context, &from.dataset)?;
    Ok((to, publication))
}

/// From the intent forward.
pub fn complete(context: &Context, from: &ReleaseName, to: &ReleaseName, seq: u64) -> Result<Publication> {
    let version = find(context, to)?
        .delta_version
        .ok_or_else(|| Error::corrupt(format!("{to} was published, but no version of gold is on record for it")))?;
    let committed = gold::restore(context, to, version, seq)?;
    crash::point("publish.gold_committed");
    let contract = context.contract.clone();
    let (from, to) = (from.clone(), to.clone());
    let superseded = Some(from.clone());
    let delta_version = committed.version;
    let generation = context.write(move |transaction| {
        let generation = transaction.generation()? + 1;
        let (dataset, period) = (from.dataset.clone(), from.period);
        let cause = format!("{from} was rolled back to {to}");
        transaction.append(Fact::RolledBack { from, to, delta_version, generation })?;
        arrival::refresh_of(transaction, &contract, &dataset, period, &cause)?;
        Ok(generation)
    })?;
    crash::point("publish.outcome");
    let (rows, steps) = (committed.rows, Vec::new());
    Ok(Publication { generation, delta_version, rows, repeated: false, superseded, steps })
}

/// The newest release of the period that was live before `from`.
fn predecessor(context: &Context, from: &ReleaseName) -> Result<ReleaseName> {
    let releases = context.journal.read(|snapshot| snapshot.releases_of(&from.dataset, from.period))?;
    releases
        .into_iter()
        .filter(|release| release.state == ReleaseState::Superseded && release.name != *from)
        .max_by_key(|release| release.generation)
        .map(|release| release.name)
        .ok_or_else(|| {
            Error::refused(format!("{from} has no earlier release to go back to"))
                .hint(format!("to take it away from clients: assay release withdraw {from} --reason \"...\""))
        })
}
