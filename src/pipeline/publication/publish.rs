//! Publishing a release: build, verify, intent, gold, outcome, outbox.

use chrono::{DateTime, Utc};

use super::artifacts::Built;
use super::forward::Publication;
use super::manifest::{find, manifest};
use super::turn::Turn;
use super::{artifacts, begin, channel, forward, gold};
use crate::base::{Digest, Error, Result, crash};
use crate::domain::policy::Format;
use crate::domain::release::ReleaseState;
use crate::domain::{Contract, Fact, Release, ReleaseName};
use crate::journal::{Snapshot, Transaction};
use crate::pipeline::gate::{self, InForce};
use crate::pipeline::{Context, assemble};

/// Publishes an approved release. Publishing what is live already changes nothing.
pub fn publish(context: &Context, name: &ReleaseName, progress: &dyn Fn(u64)) -> Result<Publication> {
    let mut steps = Steps::start();
    let turn = begin::wait(context, name)?;
    let release = find(context, name)?;
    if let (ReleaseState::Published, Some(generation), Some(delta_version)) =
        (release.state, release.generation, release.delta_version)
    {
        let owed = channel::deliver_or_owe(context, &name.dataset);
        let rows = manifest(context, name)?.map_or(0, |manifest| manifest.rows);
        let steps = Vec::new();
        return Ok(Publication { generation, delta_version, rows, repeated: true, superseded: None, steps, owed });
    }
    let contract = context.contract.clone();
    let in_force = InForce { contract: &contract, file_differs: context.file_differs()? };
    let now = context.journal.now();
    context.journal.read(|snapshot| check(snapshot, in_force, &release, now))?;
    let dataset = contract.dataset(&name.dataset)?;
    gold::takes(context, dataset, name.period)?;
    steps.done("gate");

    let built = artifacts::build(context, &turn, dataset, &release, progress)?;
    steps.done("artifacts");

    let digest = built.manifest.digest()?;
    let formats = artifacts::formats(dataset);
    let seq = intend(context, &turn, &release, &built, digest.clone(), formats.clone())
        .inspect_err(|_| artifacts::discard_unsigned(context, &turn, name))?;
    crash::point("publish.intent");
    steps.done("intent");
    let context = &context.past_return();
    let mut publication = forward::publish(context, name, &digest, &formats, seq)?;
    steps.done("gold and outcome");
    publication.owed = channel::deliver_or_owe(context, &name.dataset);
    steps.done("channel and deliveries");
    publication.steps = steps.0;
    Ok(publication)
}

/// Refuses a release with every reason that the gate has; one that was published or turned down before, as such.
fn check(snapshot: &Snapshot<'_>, in_force: InForce<'_>, release: &Release, now: DateTime<Utc>) -> Result<()> {
    if release.state.is_open() {
        gate::require(snapshot, in_force, release, now)?;
        stands_for_what_was_signed(snapshot, in_force, release)?;
    }
    release.state.allow(ReleaseState::Publishing)
}

/// What the approvals stand for, put together once more from what is on record now.
fn stands_for_what_was_signed(snapshot: &Snapshot<'_>, in_force: InForce<'_>, release: &Release) -> Result<()> {
    let dataset = in_force.contract.dataset(&release.name.dataset)?;
    let contents = assemble::contents(snapshot, dataset, release)?;
    let present = contents.map(|contents| contents.digest()).transpose()?;
    if present == release.release_digest {
        return Ok(());
    }
    let ReleaseName { dataset, period, .. } = &release.name;
    Err(Error::refused(format!("{} is not what was approved any more", release.name))
        .hint(format!("assay run --dataset {dataset} --period {period}, then have it approved again")))
}

/// The point of no return: the gate is asked again in the very transaction that writes the intent, and assay.toml read
/// again.
fn intend(
    context: &Context,
    turn: &Turn,
    release: &Release,
    built: &Built,
    manifest: Digest,
    formats: Vec<Format>,
) -> Result<u64> {
    let begun = context.clone();
    let (name, built_for) = (release.name.clone(), built.manifest.release_digest.clone());
    let approvals = built.approvals.clone();
    begin::intend(context, turn, &release.name, move |transaction| {
        let release = transaction.known_release(&name)?;
        let in_force = InForce { contract: &begun.contract, file_differs: begun.file_differs()? };
        let now = transaction.now();
        check(transaction, in_force, &release, now)?;
        let same = approvals == artifacts::counting(transaction, in_force, &release, now)?;
        if release.release_digest.as_ref() != Some(&built_for) || !same {
            return Err(Error::refused(format!("{name} changed while it was being published"))
                .hint(format!("assay release publish {name} again, unless assay release why {name} says otherwise")));
        }
        let approvers = approvals.into_iter().map(|approval| approval.by).collect();
        let intent = Fact::PublishStarted { release: name, release_digest: built_for, manifest, approvers, formats };
        transaction.append(intent)
    })
}

/// What a publication puts on record, for a rehearsal: nothing is built, and gold stays as it is.
pub fn rehearse(transaction: &mut Transaction<'_>, contract: &Contract, name: &ReleaseName) -> Result<()> {
    let digest = transaction.release(name)?.and_then(|release| release.release_digest);
    let digest = digest.ok_or_else(|| Error::refused(format!("{name} is not assembled")).hint("assay run"))?;
    transaction.append(Fact::PublishStarted {
        release: name.clone(),
        release_digest: digest.clone(),
        manifest: digest,
        approvers: Vec::new(),
        formats: Vec::new(),
    })?;
    forward::published(transaction, contract, name.clone(), 0).map(drop)
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
