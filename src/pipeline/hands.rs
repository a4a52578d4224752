//! Separation of duties: who had a hand in what a release stands on.

use std::collections::BTreeMap;

use super::{assemble, standing};
use crate::base::Result;
use crate::domain::model::PRODUCTION;
use crate::domain::{AnomalyState, Batch, Dataset, Release};
use crate::journal::Snapshot;

/// Who had a hand in what an open release stands on, and what they did first: whoever brought in the data that it
/// holds, waived what stands against it, made or promoted its model, however long ago; and whatever else the journal
/// counts since the last publication. Of a release that is closed nobody asks any more.
pub fn on(snapshot: &Snapshot<'_>, dataset: &Dataset, release: &Release) -> Result<BTreeMap<String, String>> {
    let mut hands = BTreeMap::new();
    if !release.state.is_open() {
        return Ok(hands);
    }
    let mut had = |who: String, did: String| {
        hands.entry(who).or_insert(did);
    };
    let standing = standing::batches(snapshot, dataset, release.name.period)?;
    // The same content may have come before: whoever reads it again has not brought it in alone.
    let holds = |batch: &Batch| {
        let of = |other: &Batch| {
            (&other.delivery.slice, &other.delivery.content) == (&batch.delivery.slice, &batch.delivery.content)
        };
        standing.iter().any(of)
    };
    let quarantined = snapshot.quarantined_by(&dataset.name, release.name.period)?;
    for batch in snapshot.batches_of(&dataset.name, release.name.period)?.into_iter().filter(holds) {
        let about = format!("{} {}", batch.delivery.slice, batch.delivery.batch);
        let first = quarantined.iter().filter(|(subject, _)| *subject == about).map(|(_, who)| who.clone());
        for who in first.chain([batch.by]) {
            had(who, "took a batch in".to_owned());
        }
    }
    for anomaly in assemble::concerning(snapshot, release)? {
        if let Some(settled) = anomaly.settled.filter(|_| anomaly.state == AnomalyState::Waived) {
            had(settled.by, "waived an anomaly".to_owned());
        }
    }
    if let Some(version) = snapshot.model(&release.model)? {
        for same in snapshot.models_of(&version.digest)? {
            had(same.by, format!("registered {}", same.model));
        }
    }
    let promotions = snapshot.aliases_given(&release.model)?.into_iter().rev();
    if let Some(given) = promotions.into_iter().find(|given| given.alias == PRODUCTION) {
        had(given.by, format!("promoted {}", release.model));
    }
    for (who, did) in snapshot.hands_on(release)? {
        had(who, did);
    }
    Ok(hands)
}
