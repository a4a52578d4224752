//! Releases: the queue with every reason, one of them with what it changes, and the channel's history.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Error, Result};
use crate::domain::listing::{ChannelRow, Page, Query, ReleaseRow};
use crate::domain::{ModelRef, Release, ReleaseName, Slice};
use crate::journal::Snapshot;
use crate::ops::workspace::ContractState;
use crate::ops::{ReleaseChanges, ReleaseDetail, Workspace};
use crate::pipeline::verdict::{self, GateVerdict};
use crate::pipeline::{Context, measure, publication};

impl Workspace {
    /// Releases, newest period first, with every reason that keeps the open ones back.
    pub fn releases(&self, query: &Query<ReleaseName>) -> Result<Page<ReleaseRow>> {
        let state = self.contract_state()?;
        self.journal().read(|snapshot| {
            let Page { rows, offset, total } = snapshot.release_page(query)?;
            let rows =
                rows.into_iter().map(|release| Ok(self.gate(snapshot, &state, &release)?.0)).collect::<Result<_>>()?;
            Ok(Page { rows, offset, total })
        })
    }

    /// One release.
    pub fn release(&self, name: &ReleaseName) -> Result<ReleaseDetail> {
        let state = self.contract_state()?;
        let (release, row, verdict, evaluations, live, inputs) = self.journal().read(|snapshot| {
            let release = snapshot
                .release(name)?
                .ok_or_else(|| Error::not_found(format!("there is no release `{name}`")).hint("assay release list"))?;
            let (row, verdict) = self.gate(snapshot, &state, &release)?;
            let evaluations = snapshot.evaluations(name)?.map(|(_, evaluations)| evaluations).unwrap_or_default();
            let live = snapshot.live_release(&name.dataset, name.period)?.filter(|live| live.name != *name);
            let batches = |release: &ReleaseName| -> Result<BTreeSet<String>> {
                let inputs = snapshot.release_inputs(release)?.unwrap_or_default();
                Ok(inputs.batches.into_values().flatten().map(|batch| batch.to_string()).collect())
            };
            let inputs = (batches(name)?, live.as_ref().map(|live| batches(&live.name)).transpose()?);
            Ok((release, row, verdict, evaluations, live, inputs))
        })?;
        let context = self.reading()?;
        let manifest = publication::manifest(&context, name)?;
        let counted = count(&context, &release)?;
        let total_rows = manifest.as_ref().map_or(counted.rows, |manifest| manifest.rows);
        let changes = match &live {
            None => ReleaseChanges {
                rows_after: total_rows,
                labels: counted.labels_since(None),
                ..ReleaseChanges::default()
            },
            Some(live) => {
                let before = count(&context, live)?;
                let rows_before = publication::manifest(&context, &live.name)?.map_or(before.rows, |m| m.rows);
                let (ours, theirs) = (inputs.0, inputs.1.unwrap_or_default());
                ReleaseChanges {
                    since: Some(live.name.clone()),
                    rows_before,
                    rows_after: total_rows,
                    batches_added: ours.difference(&theirs).cloned().collect(),
                    batches_gone: theirs.difference(&ours).cloned().collect(),
                    model_before: Some(live.model.clone()).filter(|model: &ModelRef| *model != release.model),
                    labels: counted.labels_since(Some(&before)),
                }
            }
        };
        let artifacts = manifest.map(|manifest| manifest.artifacts).unwrap_or_default();
        Ok(ReleaseDetail {
            release: Release { cause: row.cause.clone(), ..release },
            row,
            unready: verdict.unready,
            excluded: verdict.excluded.into_iter().collect(),
            cells: verdict.cells,
            evaluations,
            changes,
            artifacts: artifacts.into_iter().map(|artifact| (artifact.name, artifact.bytes)).collect(),
            total_rows,
        })
    }

    /// The history of channel `latest`, newest first.
    pub fn channel(&self, query: &Query<u64>) -> Result<Page<ChannelRow>> {
        self.journal().read(|snapshot| snapshot.channel_page(query))
    }

    fn gate(
        &self,
        snapshot: &Snapshot<'_>,
        state: &ContractState,
        release: &Release,
    ) -> Result<(ReleaseRow, GateVerdict)> {
        let orphan = state.contract.dataset(&release.name.dataset).is_err();
        let (verdict, cause) = if orphan {
            let note = format!("{}; the contract in force no longer names the dataset", release.cause);
            (GateVerdict::default(), note)
        } else {
            (verdict::verdict(snapshot, state.in_force(), release, self.now())?, release.cause.clone())
        };
        let blocked_by = if release.state.is_open() { verdict.reasons.clone() } else { Vec::new() };
        let row = ReleaseRow {
            name: release.name.clone(),
            dataset: release.name.dataset.clone(),
            period: release.name.period,
            model: release.model.clone(),
            state: release.state,
            input_digest: release.input_digest.clone(),
            release_digest: release.release_digest.clone(),
            generation: release.generation,
            approvals: verdict.approvers.clone(),
            blocked_by,
            cause,
            at: release.at,
        };
        Ok((row, verdict))
    }
}

/// Rows and entities of a release by the profiles of its slices.
#[derive(Default)]
struct Counted {
    rows: u64,
    labels: BTreeMap<String, u64>,
}

impl Counted {
    fn labels_since(&self, before: Option<&Self>) -> Vec<(String, u64, u64)> {
        let names: BTreeSet<&String> =
            self.labels.keys().chain(before.into_iter().flat_map(|before| before.labels.keys())).collect();
        let of = |counted: &Self, name: &String| counted.labels.get(name).copied().unwrap_or(0);
        names
            .into_iter()
            .map(|name| (name.clone(), before.map_or(0, |before| of(before, name)), of(self, name)))
            .collect()
    }
}

fn count(context: &Context, release: &Release) -> Result<Counted> {
    let mut counted = Counted::default();
    let Ok(dataset) = context.contract.dataset(&release.name.dataset) else { return Ok(counted) };
    for provider in &dataset.providers {
        let slice =
            Slice { dataset: dataset.name.clone(), period: release.name.period, provider: provider.name.clone() };
        if let Some(profile) = measure::stored(context, &slice, &release.model)? {
            counted.rows += profile.rows;
            for label in profile.labels {
                *counted.labels.entry(label.label).or_default() += label.entities;
            }
        }
    }
    Ok(counted)
}
