//! Rolling back: a new event and a new gold commit bring an older release of the period back.

use super::forward::{self, Publication, gold_version};
use super::manifest::find;
use super::{begin, channel, gold};
use crate::base::{Error, ErrorKind, Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Contract, Fact, ReleaseName};
use crate::journal::{Snapshot, Transaction};
use crate::pipeline::Context;

/// Brings `to` back in the place of `from`, which is live. Without `to`: what `from` superseded.
pub fn rollback(context: &Context, from: &ReleaseName, to: Option<&ReleaseName>) -> Result<(ReleaseName, Publication)> {
    let turn = begin::wait(context, from)?;
    let to = target(context, from, to)?;
    let (intent_from, intent_to) = (from.clone(), to.clone());
    let seq = begin::intend(context, &turn, from, move |transaction| {
        allowed(transaction, &intent_from, &intent_to)?;
        transaction.append(Fact::RollbackStarted { from: intent_from, to: intent_to })
    })?;
    crash::point("publish.intent");
    let context = &context.past_return();
    let publication = forward::rollback(context, from, &to, seq)?;
    Ok((to, Publication { owed: channel::deliver_or_owe(context, &from.dataset), ..publication }))
}

/// What would come back in the place of `from`, where that is allowed and all of it is still there.
pub fn target(context: &Context, from: &ReleaseName, to: Option<&ReleaseName>) -> Result<ReleaseName> {
    let state = find(context, from)?.state;
    if !state.may_become(ReleaseState::Superseded) {
        return Err(Error::refused(format!("{from} is {state}; only what clients see can be rolled back"))
            .hint("assay channel list shows what clients see"));
    }
    let to = match to {
        Some(to) => to.clone(),
        None => context.journal.read(|snapshot| predecessor(snapshot, from))?.ok_or_else(|| {
            Error::refused(format!("{from} has no earlier release to go back to"))
                .hint(format!("to take it away from clients: assay release withdraw {from} --reason \"...\""))
        })?,
    };
    if !to.same_period(from) {
        return Err(Error::refused(format!("{to} is of another period than {from}")));
    }
    context.journal.read(|snapshot| allowed(snapshot, from, &to))?;
    whole(context, from, &to)?;
    Ok(to)
}

/// Refuses what is no longer there as clients had it: past the intent there would be no way back.
fn whole(context: &Context, from: &ReleaseName, to: &ReleaseName) -> Result<()> {
    let version = gold_version(context, to)?;
    let whole = context.lake.verify_release(to).and_then(|()| gold::verify(context, to, version));
    whole.map_err(|damage| match damage.kind() {
        ErrorKind::Cancelled => damage,
        _ => Error::refused(format!("{from} can't be rolled back to {to}: clients would not get what they had"))
            .because(damage.one_line())
            .hint("put what is missing or damaged back from a backup, or name another release with --to")
            .hint(format!("to take it away from clients: assay release withdraw {from} --reason \"...\"")),
    })
}

fn allowed(snapshot: &Snapshot<'_>, from: &ReleaseName, to: &ReleaseName) -> Result<()> {
    for (name, next) in [(from, ReleaseState::Superseded), (to, ReleaseState::Published)] {
        let release = snapshot.known_release(name)?;
        release.state.allow(next)?;
    }
    Ok(())
}

/// What rolling `from` back to `to` puts on record, for a rehearsal.
pub fn rehearse(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    from: ReleaseName,
    to: ReleaseName,
) -> Result<()> {
    transaction.append(Fact::RollbackStarted { from: from.clone(), to: to.clone() })?;
    forward::rolled_back(transaction, contract, from, to, 0).map(drop)
}

/// The newest release of the period that was live before `from`.
pub fn predecessor(snapshot: &Snapshot<'_>, from: &ReleaseName) -> Result<Option<ReleaseName>> {
    let superseded = snapshot
        .releases_of(&from.dataset, from.period)?
        .into_iter()
        .filter(|release| release.state == ReleaseState::Superseded && release.name != *from);
    Ok(superseded.max_by_key(|release| release.generation).map(|release| release.name))
}
