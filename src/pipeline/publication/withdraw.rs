//! Withdrawing: clients no longer see a release, and nothing takes its place.

use super::publish::Publication;
use super::{channel, gold, turn};
use crate::base::{Error, Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Contract, Fact, ReleaseName};
use crate::journal::Transaction;
use crate::pipeline::{Context, arrival};

/// Takes a live release away from clients.
pub fn withdraw(context: &Context, name: &ReleaseName) -> Result<Publication> {
    let turn = turn::wait(context, name)?;
    let release = name.clone();
    let seq = turn.intend(context, name, move |transaction| {
        transaction
            .release(&release)?
            .ok_or_else(|| Error::not_found(format!("there is no release `{release}`")))?
            .state
            .allow(ReleaseState::Withdrawn)?;
        transaction.append(Fact::WithdrawalStarted { release })
    })?;
    crash::point("publish.intent");
    let publication = complete(context, name, seq)?;
    Ok(Publication { owed: channel::deliver_or_owe(context, &name.dataset), ..publication })
}

/// From the intent forward.
pub fn complete(context: &Context, name: &ReleaseName, seq: u64) -> Result<Publication> {
    let committed = gold::withdraw(context, name, seq)?;
    crash::point("publish.gold_committed");
    let release = name.clone();
    let delta_version = committed.version;
    let generation =
        context.conclude(move |transaction, contract| outcome(transaction, contract, release, delta_version))?;
    crash::point("publish.outcome");
    let superseded = Some(name.clone());
    Ok(Publication { generation, delta_version, rows: 0, repeated: false, superseded, steps: Vec::new(), owed: None })
}

/// Clients no longer see it; answers the generation.
fn outcome(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    release: ReleaseName,
    delta_version: u64,
) -> Result<u64> {
    let generation = transaction.generation()? + 1;
    let (dataset, period) = (release.dataset.clone(), release.period);
    let cause = format!("{release} was withdrawn");
    transaction.append(Fact::Withdrawn { release, delta_version, generation })?;
    arrival::refresh_of(transaction, contract, &dataset, period, &cause)?;
    Ok(generation)
}

/// What a withdrawal puts on record, for a rehearsal.
pub fn rehearse(transaction: &mut Transaction<'_>, contract: &Contract, release: ReleaseName) -> Result<()> {
    transaction.append(Fact::WithdrawalStarted { release: release.clone() })?;
    outcome(transaction, contract, release, 0).map(drop)
}
