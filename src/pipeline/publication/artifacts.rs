//! The immutable folder of a release: built aside, verified, named.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::manifest::{Manifest, manifest};
use super::turn::Turn;
use super::{aggregates, rows};
use crate::base::clock::minute;
use crate::base::{Digest, Error, Result, crash};
use crate::delivery::{self, ProviderLine, ReleaseTable, Summary};
use crate::domain::policy::Format;
use crate::domain::release::Approval;
use crate::domain::{Anomaly, Dataset, Evaluation, Release, ReleaseName};
use crate::frames;
use crate::journal::Snapshot;
use crate::lake::Staging;
use crate::pipeline::gate::{self, InForce};
use crate::pipeline::{Context, assemble, lease, slices, standing};

/// A folder that is built, and whose approvals it names.
pub struct Built {
    /// What the folder says of itself.
    pub manifest: Manifest,
    /// The approvals that it names.
    pub approvals: Vec<Approval>,
}

/// Builds and verifies the folder of a release that was never published. What an earlier try left is built anew: the
/// release may have moved on, and others may have approved it.
pub fn build(
    context: &Context,
    turn: &Turn,
    dataset: &Dataset,
    release: &Release,
    progress: &dyn Fn(u64),
) -> Result<Built> {
    digest_of(release)?;
    discard(context, turn, &release.name)?;
    let described = Described::of(context, dataset, release)?;
    let (staging, details) = stage(context, dataset, release, &described, &formats(dataset), progress)?;
    unchanged(context, dataset, release)?;
    staging.finish(details, &context.cancel)?;
    context.lake.verify_release(&release.name)?;
    crash::point("publish.artifacts_verified");
    let manifest = manifest(context, &release.name)?
        .ok_or_else(|| Error::corrupt(format!("the folder of {} is gone right after it was built", release.name)))?;
    Ok(Built { manifest, approvals: described.approvals })
}

/// Throws the folder of a release away unless an intent signed it, and only while nobody else can be at it: what this
/// process knew of the release may be from before the machine slept.
fn discard(context: &Context, turn: &Turn, name: &ReleaseName) -> Result<()> {
    turn.hold()?;
    match context.journal.read(|snapshot| snapshot.release(name))? {
        Some(release) if release.state.is_open() => context.lake.discard_release(name),
        _ => Ok(()),
    }
}

/// Throws a folder away whose intent was refused. One whose intent stands is kept, whatever the error was.
pub fn discard_unsigned(context: &Context, turn: &Turn, name: &ReleaseName) {
    if let Err(error) = discard(context, turn, name) {
        tracing::warn!(%error, %name, "the folder of a refused publication is still there");
    }
}

fn digest_of(release: &Release) -> Result<&Digest> {
    let missing = || Error::refused(format!("{} is not assembled", release.name)).hint("assay run");
    release.release_digest.as_ref().ok_or_else(missing)
}

/// Writes the artifacts aside. With what the manifest says beside them.
pub(super) fn stage(
    context: &Context,
    dataset: &Dataset,
    release: &Release,
    described: &Described,
    formats: &[Format],
    progress: &dyn Fn(u64),
) -> Result<(Staging, Map<String, Value>)> {
    let release_digest = digest_of(release)?;
    let summary = described.summary(release, release_digest);
    let mut rows = rows::of(context, dataset, release)?;
    let table = ReleaseTable {
        name: &release.name,
        model: &release.model,
        schema: &dataset.schema,
        aggregate: None,
        rows: &mut rows,
    };
    let staging = context.lake.stage_release(&release.name)?;
    let written = delivery::write_all(staging.folder(), formats, table, &summary, &context.cancel, progress)?;
    for aggregate in &dataset.aggregates {
        let rows = staging.folder().join(delivery::file_name(&release.name, Format::Parquet));
        let made = aggregates::of(aggregate, frames::parquet(&rows)?)?;
        let table = ReleaseTable {
            name: &release.name,
            model: &release.model,
            schema: &aggregate.schema,
            aggregate: Some(&aggregate.name),
            rows: &mut std::iter::once(Ok(made)),
        };
        delivery::write_all(staging.folder(), formats, table, &summary, &context.cancel, &|_| ())?;
    }
    let mut details = json!({
        "release": release.name,
        "model": release.model,
        "input_digest": release.input_digest,
        "release_digest": release_digest,
        "rows": written.first().map_or(0, |artifact| artifact.rows),
    });
    if !described.references.is_empty() {
        details["references"] = json!(described.references);
    }
    Ok((staging, details.as_object().cloned().unwrap_or_default()))
}

/// Refuses rows that were read while somebody made them anew: the folder would hold others than its digest says.
fn unchanged(context: &Context, dataset: &Dataset, release: &Release) -> Result<()> {
    let name = &release.name;
    // In this order: whoever lets go of a lease has put the outcome on record before.
    let held = lease::held(&context.journal)?;
    let changed = || {
        Error::refused(format!("{name} changed while its artifacts were being written"))
            .hint(format!("assay release why {name}"))
    };
    context.journal.read(|snapshot| {
        let now = snapshot.release(name)?.filter(|now| now.release_digest == release.release_digest);
        let contents = assemble::contents(snapshot, dataset, &now.ok_or_else(changed)?)?;
        if contents.map(|contents| contents.digest()).transpose()? != release.release_digest {
            return Err(changed());
        }
        for batch in standing::batches(snapshot, dataset, name.period)? {
            let slots = slices::output_slots(&batch.delivery.slice, &release.model);
            if let Some(slot) = slots.iter().find(|slot| held.contains(slot)) {
                return Err(Error::refused(format!("{slot} is being made anew while {name} is being published"))
                    .hint(format!("assay release publish {name} again, when it is done")));
            }
        }
        Ok(())
    })
}

/// What is delivered, and Parquet in any case: gold is made from it.
pub fn formats(dataset: &Dataset) -> Vec<Format> {
    let mut formats = dataset.release.deliver.clone();
    formats.push(Format::Parquet);
    formats.sort_unstable();
    formats.dedup();
    formats
}

/// The approvals that count.
pub fn counting(
    snapshot: &Snapshot<'_>,
    in_force: InForce<'_>,
    release: &Release,
    now: DateTime<Utc>,
) -> Result<Vec<Approval>> {
    let approvers = gate::answer(snapshot, in_force, release, now)?.approvers;
    Ok(release.approvals.iter().filter(|approval| approvers.contains(&approval.by)).cloned().collect())
}

/// What a release says about itself beside its rows.
pub struct Described {
    evaluations: Vec<Evaluation>,
    anomalies: Vec<Anomaly>,
    providers: Vec<ProviderLine>,
    approvals: Vec<Approval>,
    references: BTreeMap<String, String>,
}

impl Described {
    /// As it stands now.
    pub fn of(context: &Context, dataset: &Dataset, release: &Release) -> Result<Self> {
        let in_force = InForce { contract: &context.contract, file_differs: context.file_differs()? };
        context.journal.read(|snapshot| {
            let batches = standing::batches(snapshot, dataset, release.name.period)?;
            let providers = batches
                .into_iter()
                .map(|batch| ProviderLine {
                    provider: batch.delivery.slice.provider,
                    batch: batch.delivery.batch,
                    revision: batch.delivery.revision,
                    rows: batch.rows - batch.rejected.min(batch.rows),
                    rejects: batch.rejected,
                })
                .collect();
            let evaluations = snapshot.evaluations(&release.name)?.map(|(_, evaluations)| evaluations);
            let anomalies = assemble::concerning(snapshot, release)?;
            let approvals = counting(snapshot, in_force, release, context.journal.now())?;
            let references = snapshot.release_inputs(&release.name)?.unwrap_or_default().references;
            Ok(Self { evaluations: evaluations.unwrap_or_default(), anomalies, providers, approvals, references })
        })
    }

    fn summary(&self, release: &Release, release_digest: &Digest) -> Summary<'_> {
        let mut facts = vec![
            ("Release".to_owned(), release.name.to_string()),
            ("Period".to_owned(), release.name.period.to_string()),
            ("Model".to_owned(), release.model.to_string()),
            ("Opened because".to_owned(), release.cause.clone()),
            ("Input digest".to_owned(), release.input_digest.to_string()),
            ("Release digest".to_owned(), release_digest.to_string()),
        ];
        let looked_up = self.references.iter().map(|(name, what)| format!("{name}, {what}"));
        facts.extend(looked_up.map(|what| ("Looked up in".to_owned(), what)));
        for approval in &self.approvals {
            let note = approval.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            facts.push(("Approved by".to_owned(), format!("{}, {}{note}", approval.by, minute(approval.at))));
        }
        Summary {
            stamp: release.at,
            facts,
            providers: self.providers.clone(),
            evaluations: &self.evaluations,
            anomalies: &self.anomalies,
        }
    }
}
