//! Withdrawing: clients no longer see a release, and nothing takes its place.

use super::forward::{self, Publication};
use super::{begin, channel};
use crate::base::{Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Contract, Fact, ReleaseName};
use crate::journal::Transaction;
use crate::pipeline::Context;

/// Takes a live release away from clients.
pub fn withdraw(context: &Context, name: &ReleaseName) -> Result<Publication> {
    let turn = begin::wait(context, name)?;
    let release = name.clone();
    let seq = begin::intend(context, &turn, name, move |transaction| {
        transaction.known_release(&release)?.state.allow(ReleaseState::Withdrawn)?;
        transaction.append(Fact::WithdrawalStarted { release })
    })?;
    crash::point("publish.intent");
    let context = &context.past_return();
    let publication = forward::withdraw(context, name, seq)?;
    Ok(Publication { owed: channel::deliver_or_owe(context, &name.dataset), ..publication })
}

/// What a withdrawal puts on record, for a rehearsal.
pub fn rehearse(transaction: &mut Transaction<'_>, contract: &Contract, release: ReleaseName) -> Result<()> {
    transaction.append(Fact::WithdrawalStarted { release: release.clone() })?;
    forward::withdrawn(transaction, contract, release, 0).map(drop)
}
