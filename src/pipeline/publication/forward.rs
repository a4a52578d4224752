//! From the point of no return forward: what an intent began is carried to its outcome. Done again after a crash, it does
//! nothing twice.

use super::manifest::{find, manifest};
use super::{gold, signed};
use crate::base::{Digest, Error, ErrorKind, Result, crash};
use crate::domain::policy::Format;
use crate::domain::{Contract, Fact, Period, ReleaseName};
use crate::journal::Transaction;
use crate::lake::Committed;
use crate::pipeline::{Context, arrival, assemble};

/// What came of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The generation of the channel.
    pub generation: u64,
    /// The version of the gold table.
    pub delta_version: u64,
    /// Rows that clients see.
    pub rows: u64,
    /// Whether it was live already, and nothing had to be done.
    pub repeated: bool,
    /// What clients saw before.
    pub superseded: Option<ReleaseName>,
    /// Milliseconds of each step, in order.
    pub steps: Vec<(&'static str, u128)>,
    /// What did not go out yet and is tried again, in a sentence.
    pub owed: Option<String>,
}

/// Publishing: the folder that it signed, gold, then the outcome. Done again after a crash, it does
/// nothing twice.
pub fn publish(
    context: &Context,
    name: &ReleaseName,
    manifest: &Digest,
    formats: &[Format],
    seq: u64,
) -> Result<Publication> {
    let manifest = signed::signed(context, name, manifest, formats)?;
    let committed = gold::publish(context, name, &manifest.model, "publish", seq);
    let committed = committed.map_err(|error| context.or_completed_elsewhere(seq, error))?;
    crash::point("publish.gold_committed");
    let release = name.clone();
    let version = committed.version;
    let (superseded, generation) =
        context.conclude(seq, move |transaction, contract| published(transaction, contract, release, version))?;
    crash::point("publish.outcome");
    let (delta_version, rows, steps) = (version, committed.rows, Vec::new());
    Ok(Publication { generation, delta_version, rows, repeated: false, superseded, steps, owed: None })
}

/// Clients see the release from now on; answers what they saw before, and the generation.
pub fn published(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    release: ReleaseName,
    delta_version: u64,
) -> Result<(Option<ReleaseName>, u64)> {
    let superseded = transaction.live_release(&release.dataset, release.period)?.map(|live| live.name);
    let generation = transaction.generation()? + 1;
    let (dataset, period) = (release.dataset.clone(), release.period);
    let cause = format!("{release} was published");
    transaction.append(Fact::Published { release, superseded: superseded.clone(), delta_version, generation })?;
    others_see(transaction, contract, &dataset, period, &cause)?;
    Ok((superseded, generation))
}

/// Rolling back: what clients had comes back into gold, then the outcome.
pub fn rollback(context: &Context, from: &ReleaseName, to: &ReleaseName, seq: u64) -> Result<Publication> {
    let committed = bring_back(context, to, seq);
    let committed = committed.map_err(|error| context.or_completed_elsewhere(seq, error))?;
    crash::point("publish.gold_committed");
    let (from, to) = (from.clone(), to.clone());
    let superseded = Some(from.clone());
    let delta_version = committed.version;
    let generation = context
        .conclude(seq, move |transaction, contract| rolled_back(transaction, contract, from, to, delta_version))?;
    crash::point("publish.outcome");
    let (rows, steps) = (committed.rows, Vec::new());
    Ok(Publication { generation, delta_version, rows, repeated: false, superseded, steps, owed: None })
}

/// The files of gold that the period had. Where these got lost since, the same rows come from the release's folder.
fn bring_back(context: &Context, to: &ReleaseName, seq: u64) -> Result<Committed> {
    match gold::restore(context, to, gold_version(context, to)?, seq) {
        Err(damage) if matches!(damage.kind(), ErrorKind::Corrupt | ErrorKind::NotFound) => {
            tracing::warn!(%damage, %to, "gold is made again from the folder of the release");
            context.lake.verify_release(to)?;
            let model = manifest(context, to)?.ok_or(damage)?.model;
            gold::publish(context, to, &model, "rollback", seq)
        }
        restored => restored,
    }
}

/// The version of gold in which clients had a release.
pub fn gold_version(context: &Context, name: &ReleaseName) -> Result<u64> {
    find(context, name)?
        .delta_version
        .ok_or_else(|| Error::corrupt(format!("{name} was published, but no version of gold is on record for it")))
}

/// Clients see `to` again; answers the generation.
pub fn rolled_back(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    from: ReleaseName,
    to: ReleaseName,
    delta_version: u64,
) -> Result<u64> {
    let generation = transaction.generation()? + 1;
    let (dataset, period) = (from.dataset.clone(), from.period);
    let cause = format!("{from} was rolled back to {to}");
    transaction.append(Fact::RolledBack { from, to, delta_version, generation })?;
    others_see(transaction, contract, &dataset, period, &cause)?;
    Ok(generation)
}

/// Withdrawing: the period goes out of gold.
pub fn withdraw(context: &Context, name: &ReleaseName, seq: u64) -> Result<Publication> {
    let committed = gold::withdraw(context, name, seq);
    let committed = committed.map_err(|error| context.or_completed_elsewhere(seq, error))?;
    crash::point("publish.gold_committed");
    let release = name.clone();
    let delta_version = committed.version;
    let generation =
        context.conclude(seq, move |transaction, contract| withdrawn(transaction, contract, release, delta_version))?;
    crash::point("publish.outcome");
    let superseded = Some(name.clone());
    Ok(Publication { generation, delta_version, rows: 0, repeated: false, superseded, steps: Vec::new(), owed: None })
}

/// Clients no longer see it; answers the generation.
pub fn withdrawn(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    release: ReleaseName,
    delta_version: u64,
) -> Result<u64> {
    let generation = transaction.generation()? + 1;
    let (dataset, period) = (release.dataset.clone(), release.period);
    let cause = format!("{release} was withdrawn");
    transaction.append(Fact::Withdrawn { release, delta_version, generation })?;
    others_see(transaction, contract, &dataset, period, &cause)?;
    Ok(generation)
}

/// Clients see something else: whoever approved an amendment of what they saw approved another change.
fn others_see(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    dataset: &str,
    period: Period,
    cause: &str,
) -> Result<()> {
    arrival::refresh_of(transaction, contract, dataset, period, cause)?;
    contract.dataset(dataset).map_or(Ok(()), |_| assemble::rebind(transaction, contract, dataset, period))
}
