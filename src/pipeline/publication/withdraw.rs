//! Withdrawing: clients no longer see a release, and nothing takes its place.

use super::publish::Publication;
use super::{channel, gold, lease_key};
use crate::base::{Error, Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Fact, ReleaseName};
use crate::pipeline::{Context, arrival, lease};

/// Takes a live release away from clients.
pub fn withdraw(context: &Context, name: &ReleaseName) -> Result<Publication> {
    let _lease = lease::wait(context, &lease_key(&name.dataset))?;
    let release = name.clone();
    let seq = context.write(move |transaction| {
        transaction
            .release(&release)?
            .ok_or_else(|| Error::not_found(format!("there is no release `{release}`")))?
            .state
            .allow(ReleaseState::Withdrawn)?;
        transaction.append(Fact::WithdrawalStarted { release })
    })?;
    crash::point("publish.intent");
    let publication = complete(context, name, seq)?;
    channel::deliver(context, &name.dataset)?;
    Ok(publication)
}

/// From the intent forward.
pub fn complete(context: &Context, name: &ReleaseName, seq: u64) -> Result<Publication> {
    let committed = gold::withdraw(context, name, seq)?;
    crash::point("publish.gold_committed");
    let contract = context.contract.clone();
    let release = name.clone();
    let delta_version = committed.version;
    let generation = context.write(move |transaction| {
        let generation = transaction.generation()? + 1;
        let (dataset, period) = (release.dataset.clone(), release.period);
        let cause = format!("{release} was withdrawn");
        transaction.append(Fact::Withdrawn { release, delta_version, generation })?;
        arrival::refresh_of(transaction, &contract, &dataset, period, &cause)?;
        Ok(generation)
    })?;
    crash::point("publish.outcome");
    let superseded = Some(name.clone());
    Ok(Publication { generation, delta_version, rows: 0, repeated: false, superseded, steps: Vec::new() })
}
