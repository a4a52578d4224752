//! Publishing a release: build, verify, intent, gold, outcome, outbox.

use chrono::{DateTime, Utc};

use super::turn::{self, Turn};
use super::{artifacts, channel, gold, signed};
use crate::base::{Digest, Error, Result, crash};
use crate::domain::release::ReleaseState;
use crate::domain::{Contract, Fact, Release, ReleaseName};
use crate::journal::{Snapshot, Transaction};
use crate::pipeline::verdict::{self, InForce};
use crate::pipeline::{Context, arrival};

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

/// Publishes an approved release. Publishing what is live already changes nothing.
pub fn publish(context: &Context, name: &ReleaseName, progress: &dyn Fn(u64)) -> Result<Publication> {
    let mut steps = Steps::start();
    let turn = turn::wait(context, name)?;
    let release = find(context, name)?;
    if let (ReleaseState::Published, Some(generation), Some(delta_version)) =
        (release.state, release.generation, release.delta_version)
    {
        let owed = channel::deliver_or_owe(context, &name.dataset);
        let rows = artifacts::manifest(context, name)?.map_or(0, |manifest| manifest.rows);
        let steps = Vec::new();
        return Ok(Publication { generation, delta_version, rows, repeated: true, superseded: None, steps, owed });
    }
    let contract = context.contract.clone();
    let in_force = InForce { contract: &contract, file_differs: context.file_differs()? };
    let now = context.journal.now();
    context.journal.read(|snapshot| check(snapshot, in_force, &release, now))?;
    steps.done("gate");

    let dataset = contract.dataset(&name.dataset)?;
    let manifest = artifacts::build(context, &turn, dataset, &release, progress)?;
    steps.done("artifacts");

    let digest = manifest.digest()?;
    let seq = intend(context, &turn, &release, &manifest, digest.clone())
        .inspect_err(|_| artifacts::discard_unsigned(context, &turn, name))?;
    crash::point("publish.intent");
    steps.done("intent");
    let mut publication = complete(context, name, &digest, seq)?;
    steps.done("gold and outcome");
    publication.owed = channel::deliver_or_owe(context, &name.dataset);
    steps.done("channel and deliveries");
    publication.steps = steps.0;
    Ok(publication)
}

/// Refuses a release with every reason that the gate has; one that was published or turned down before, as such.
fn check(snapshot: &Snapshot<'_>, in_force: InForce<'_>, release: &Release, now: DateTime<Utc>) -> Result<()> {
    if release.state.is_open() {
        verdict::require(snapshot, in_force, release, now)?;
    }
    release.state.allow(ReleaseState::Publishing)
}

/// The point of no return: the gate is asked again in the very transaction that writes the intent, and assay.toml read
/// again.
fn intend(
    context: &Context,
    turn: &Turn,
    release: &Release,
    manifest: &artifacts::Manifest,
    digest: Digest,
) -> Result<u64> {
    let begun = context.clone();
    let (name, built_for) = (release.name.clone(), manifest.release_digest.clone());
    turn.intend(context, &release.name, move |transaction| {
        let release =
            transaction.release(&name)?.ok_or_else(|| Error::not_found(format!("there is no release `{name}`")))?;
        let in_force = InForce { contract: &begun.contract, file_differs: begun.file_differs()? };
        let now = transaction.now();
        check(transaction, in_force, &release, now)?;
        if release.release_digest.as_ref() != Some(&built_for) {
            return Err(Error::busy(format!("{name} changed while it was being published"))
                .hint(format!("assay release why {name}")));
        }
        transaction.append(Fact::PublishStarted { release: name, release_digest: built_for, manifest: digest })
    })
}

/// From the intent forward: the folder that it signed, gold, then the outcome. Done again after a crash, it does
/// nothing twice.
pub fn complete(context: &Context, name: &ReleaseName, manifest: &Digest, seq: u64) -> Result<Publication> {
    let manifest = signed::signed(context, name, manifest)?;
    let committed = gold::publish(context, name, &manifest.model, "publish", seq)?;
    crash::point("publish.gold_committed");
    let release = name.clone();
    let version = committed.version;
    let (superseded, generation) =
        context.conclude(move |transaction, contract| outcome(transaction, contract, release, version))?;
    crash::point("publish.outcome");
    let (delta_version, rows, steps) = (version, committed.rows, Vec::new());
    Ok(Publication { generation, delta_version, rows, repeated: false, superseded, steps, owed: None })
}

/// Clients see the release from now on; answers what they saw before, and the generation.
fn outcome(
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
    arrival::refresh_of(transaction, contract, &dataset, period, &cause)?;
    Ok((superseded, generation))
}

/// What a publication puts on record, for a rehearsal: nothing is built, and gold stays as it is.
pub fn rehearse(transaction: &mut Transaction<'_>, contract: &Contract, name: &ReleaseName) -> Result<()> {
    let digest = transaction.release(name)?.and_then(|release| release.release_digest);
    let digest = digest.ok_or_else(|| Error::refused(format!("{name} is not assembled")).hint("assay run"))?;
    let intent = Fact::PublishStarted { release: name.clone(), release_digest: digest.clone(), manifest: digest };
    transaction.append(intent)?;
    outcome(transaction, contract, name.clone(), 0).map(drop)
}

/// The release of this name.
pub fn find(context: &Context, name: &ReleaseName) -> Result<Release> {
    context
        .journal
        .read(|snapshot| snapshot.release(name))?
        .ok_or_else(|| Error::not_found(format!("there is no release `{name}`")).hint("assay release list"))
}

struct Steps(Vec<(&'static str, u128)>, std::time::Instant);

impl Steps {
    fn start() -> Self {
        Self(Vec::new(), std::time::Instant::now())
    }

    fn done(&mut self, step: &'static str) {
        self.0.push((step, self.1.elapsed().as_millis()));
        self.1 = std::time::Instant::now();
    }
}
