//! `assemble`: what an approval of a release would stand for is fixed, and fixed again whenever a person changes it.

use std::collections::BTreeMap;

use super::{slices, standing};
use crate::base::{Digest, KeyHasher, Result};
use crate::domain::release::ReleaseContents;
use crate::domain::{Anomaly, Contract, Dataset, Fact, Period, Release};
use crate::journal::{Snapshot, Transaction};

/// Fixes the contents of a release under its present digest. Approvals of other contents fall.
pub fn bind(transaction: &mut Transaction<'_>, dataset: &Dataset, release: &Release) -> Result<()> {
    let Some(contents) = contents(transaction, dataset, release)? else { return Ok(()) };
    let release_digest = contents.digest()?;
    if release.release_digest.as_ref() != Some(&release_digest) {
        transaction.append(Fact::ReleaseAssembled { release: release.name.clone(), release_digest })?;
    }
    Ok(())
}

/// A person settled something of a period: the open release that was assembled already stands for something else now.
pub fn rebind(transaction: &mut Transaction<'_>, contract: &Contract, dataset: &str, period: Period) -> Result<()> {
    let Some(release) = transaction.open_release(dataset, period)? else { return Ok(()) };
    if release.release_digest.is_none() {
        return Ok(());
    }
    bind(transaction, contract.dataset(dataset)?, &release)
}

/// Whether an approval of the release would stand for anything else than what it was last bound to.
pub fn is_unbound(snapshot: &Snapshot<'_>, dataset: &Dataset, release: &Release) -> Result<bool> {
    let Some(bound) = &release.release_digest else { return Ok(true) };
    let contents = contents(snapshot, dataset, release)?;
    Ok(contents.map(|contents| contents.digest()).transpose()?.is_some_and(|present| present != *bound))
}

/// What an approval of the release would stand for; `None` before its present inputs were evaluated.
pub fn contents(snapshot: &Snapshot<'_>, dataset: &Dataset, release: &Release) -> Result<Option<ReleaseContents>> {
    let Some((judged, evaluations)) = snapshot.evaluations(&release.name)? else { return Ok(None) };
    if judged != release.input_digest {
        return Ok(None);
    }
    let mut anomalies = BTreeMap::new();
    let mut verdicts = KeyHasher::new("verdicts/1");
    for anomaly in concerning(snapshot, release)? {
        for (batch, row, verdict) in snapshot.verdicts(&anomaly)? {
            let place = format!("{} {batch} {row}", anomaly.id);
            verdicts = verdicts.part(&place, serde_json::to_vec(&verdict)?);
        }
        anomalies.insert(anomaly.id.to_string(), settlement(&anomaly));
    }
    let mut outputs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for batch in standing::batches(snapshot, dataset, release.name.period)? {
        let slice = batch.delivery.slice;
        let mut keys = Vec::new();
        for slot in slices::output_slots(&slice, &release.model) {
            // Made again under the same key, it stands for the same.
            keys.extend(snapshot.recorded(&slot)?.map(|recorded| recorded.output.key.to_string()));
        }
        outputs.insert(slice.provider, keys);
    }
    Ok(Some(ReleaseContents {
        inputs: release.input_digest.clone(),
        evaluations: Digest::of(&serde_json::to_vec(&evaluations)?),
        anomalies,
        verdicts: verdicts.finish(),
        outputs,
        live: snapshot.live_release(&release.name.dataset, release.name.period)?.and_then(|live| {
            let name = live.name.to_string();
            live.generation.map(|generation| (name, generation))
        }),
    }))
}

/// The anomalies of the release's period that are about its data or its model.
pub fn concerning(snapshot: &Snapshot<'_>, release: &Release) -> Result<Vec<Anomaly>> {
    let mut anomalies = snapshot.anomalies_of(&release.name.dataset, release.name.period)?;
    anomalies.retain(|anomaly| anomaly.model.is_none() || anomaly.model == release.model);
    anomalies.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(anomalies)
}

/// How an anomaly was settled and by whom, as the release digest holds it.
fn settlement(anomaly: &Anomaly) -> String {
    match &anomaly.settled {
        None => anomaly.state.as_str().to_owned(),
        Some(settled) => format!("{} by {settled}", anomaly.state.as_str()),
    }
}
