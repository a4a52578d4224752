//! Releases: the queue with every reason, one of them with what it changes, and the channel's history.

use super::changes::{Side, changes};
use super::fallen::fallen;
use super::story::story;
use super::window::window;
use crate::base::{Error, Result};
use crate::domain::listing::{BLOCKED, ChannelRow, Page, Query, READY, ReleaseRow};
use crate::domain::{AnomalyState, Contract, Release, ReleaseName, ReleaseState};
use crate::journal::Snapshot;
use crate::ops::judged::Judged;
use crate::ops::workspace::ContractState;
use crate::ops::{ReleaseChanges, ReleaseDetail, WaivedFinding, Workspace};
use crate::pipeline::gate::{self, GateAnswer};
use crate::pipeline::{Context, arrival, assemble, publication};

impl Workspace {
    /// Releases, newest period first, with every reason that keeps the open ones back.
    pub fn releases(&self, query: &Query<ReleaseName>) -> Result<Page<ReleaseRow>> {
        let state = self.contract_state()?;
        self.journal().read(|snapshot| {
            let gate = |release: Release| self.gate(snapshot, &state, &release);
            if query.text.is_none() && !matches!(query.state.as_deref(), Some(READY | BLOCKED)) {
                let Page { rows, offset, total } = snapshot.release_page(query)?;
                let rows = rows.into_iter().map(|release| Ok(gate(release)?.0)).collect::<Result<_>>()?;
                return Ok(Page { rows, offset, total });
            }
            let mut rows = Vec::new();
            for release in snapshot.releases_in(query)? {
                let (row, answer) = gate(release)?;
                rows.extend(is_wanted(query, &row, &answer).then_some(row));
            }
            let names: Vec<ReleaseName> = rows.iter().map(|row| row.name.clone()).collect();
            let range = window(&names, &query.fetch, query.limit);
            let (offset, total) = (range.start as u64, rows.len() as u64);
            Ok(Page { rows: rows.drain(range).collect(), offset, total })
        })
    }

    /// One release.
    pub fn release(&self, name: &ReleaseName) -> Result<ReleaseDetail> {
        let state = self.contract_state()?;
        let (row, answer, evaluations, waived, before, after, fallen, told) = self.journal().read(|snapshot| {
            let release = snapshot.known_release(name)?;
            let (row, answer) = self.gate(snapshot, &state, &release)?;
            let evaluations = snapshot.evaluations(name)?.map(|(_, evaluations)| evaluations).unwrap_or_default();
            let waived = waived(snapshot, &release)?;
            let fallen = if release.state.is_open() { fallen(name, &snapshot.story_of(name)?) } else { Vec::new() };
            let before = compared_with(snapshot, &release)?.map(|before| Side::of(snapshot, before)).transpose()?;
            let told = (story(snapshot, &release)?, is_last_word(snapshot, &state.contract, name)?);
            Ok((row, answer, evaluations, waived, before, Side::of(snapshot, release)?, fallen, told))
        })?;
        let (story, is_last_word) = told;
        let context = self.reading()?;
        let manifest = publication::manifest(&context, name)?;
        let changes = changes(&context, self.memory(), before.as_ref(), &after)?;
        let total_rows = changes.rows_after;
        let Side { release, batches, references, .. } = after;
        let artifacts = manifest.map(|manifest| manifest.artifacts).unwrap_or_default();
        let folder = context.lake.release_folder(name);
        let folder = folder.strip_prefix(self.root()).unwrap_or(&folder).display().to_string();
        Ok(ReleaseDetail {
            release: Release { cause: row.cause.clone(), ..release },
            row,
            unready: answer.unready,
            void: answer.void.into_iter().collect(),
            excluded: answer.excluded.into_iter().collect(),
            fallen,
            cells: answer.cells,
            rests_on: batches.into_values().flatten().collect(),
            references,
            evaluations,
            waived,
            changes,
            folder: (!artifacts.is_empty()).then_some(folder),
            artifacts: artifacts.into_iter().map(|artifact| (artifact.name, artifact.bytes)).collect(),
            total_rows,
            story,
            is_last_word,
        })
    }

    /// What a release changes for clients, compared with another of its period; without one, with what they see, or saw before it.
    pub fn release_diff(&self, name: &ReleaseName, other: Option<&ReleaseName>) -> Result<ReleaseChanges> {
        let (before, after) = self.journal().read(|snapshot| {
            let release = snapshot.known_release(name)?;
            let before = match other {
                Some(other) if other.same_period(name) => Some(snapshot.known_release(other)?),
                Some(other) => {
                    return Err(Error::usage(format!("{other} is not of the period of {name}"))
                        .hint("two releases of one period are compared"));
                }
                None => compared_with(snapshot, &release)?,
            };
            Ok((before.map(|before| Side::of(snapshot, before)).transpose()?, Side::of(snapshot, release)?))
        })?;
        changes(&self.reading()?, self.memory(), before.as_ref(), &after)
    }

    /// What clients would see otherwise if they saw the release `to` instead of `from`.
    pub fn changes_between(&self, context: &Context, from: &ReleaseName, to: &ReleaseName) -> Result<ReleaseChanges> {
        let (before, after) = self.journal().read(|snapshot| {
            let side = |name| Side::of(snapshot, snapshot.known_release(name)?);
            Ok((side(from)?, side(to)?))
        })?;
        changes(context, self.memory(), Some(&before), &after)
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
    ) -> Result<(ReleaseRow, GateAnswer)> {
        let orphan = state.contract.dataset(&release.name.dataset).is_err();
        let note = if orphan { "; the contract in force no longer names the dataset" } else { "" };
        let answer = gate::answer(snapshot, state.in_force(), release, self.now())?;
        let predecessor = match answer.state {
            ReleaseState::Published => publication::predecessor(snapshot, &release.name)?,
            _ => None,
        };
        let row = ReleaseRow {
            name: release.name.clone(),
            dataset: release.name.dataset.clone(),
            period: release.name.period,
            model: release.model.clone(),
            state: answer.state,
            input_digest: release.input_digest.clone(),
            release_digest: release.release_digest.clone(),
            generation: release.generation,
            approvals: answer.approvers.clone(),
            blocked_by: answer.reasons.clone(),
            cause: format!("{}{note}", release.cause),
            at: release.at,
            excluded: answer.excluded.clone().into_iter().collect(),
            may_approve: answer.may_approve.clone(),
            live: snapshot.live_release(&release.name.dataset, release.name.period)?.map(|live| live.name),
            predecessor,
        };
        Ok((row, answer))
    }
}

/// Whether what the gate says is what a query is about, and the row holds its words.
fn is_wanted(query: &Query<ReleaseName>, row: &ReleaseRow, answer: &GateAnswer) -> bool {
    let is_ready = answer.unready.is_empty();
    let says_so = match query.state.as_deref() {
        Some(READY) => is_ready,
        Some(BLOCKED) => !is_ready,
        _ => true,
    };
    let mut text = format!("{} {} {} {} {}", row.name, row.state, row.model, row.cause, row.approvals.join(" "));
    for reason in &row.blocked_by {
        text = text + " " + &reason.text;
    }
    says_so && query.holds(&text)
}

/// Whether a release was turned down or taken away, and nothing of its period is on its way to clients since.
fn is_last_word(snapshot: &Snapshot<'_>, contract: &Contract, name: &ReleaseName) -> Result<bool> {
    let Ok(dataset) = contract.dataset(&name.dataset) else { return Ok(false) };
    Ok(arrival::ended(snapshot, dataset, name.period)?.is_some_and(|newest| newest.name == *name))
}

/// The findings about a release that somebody let pass, and what was said of their rows.
fn waived(snapshot: &Snapshot<'_>, release: &Release) -> Result<Vec<WaivedFinding>> {
    let mut waived = Vec::new();
    for anomaly in assemble::concerning(snapshot, release)? {
        let Some(settled) = anomaly.settled.as_ref().filter(|_| anomaly.state == AnomalyState::Waived) else {
            continue;
        };
        let Judged { accepted, rejected, .. } = Judged::of(snapshot, &anomaly)?;
        waived.push(WaivedFinding {
            finding: format!("{} of {}", anomaly.check, anomaly.subject),
            by: settled.by.clone(),
            reason: settled.reason.clone(),
            accepted,
            rejected,
            id: anomaly.id,
        });
    }
    Ok(waived)
}

/// What a release is compared with: what clients see for its period; what they saw before it, where it was published
/// itself.
fn compared_with(snapshot: &Snapshot<'_>, release: &Release) -> Result<Option<Release>> {
    let name = &release.name;
    match release.generation {
        None => Ok(snapshot.live_release(&name.dataset, name.period)?.filter(|live| live.name != *name)),
        Some(generation) => match snapshot.live_before(&name.dataset, name.period, generation)? {
            Some(before) => snapshot.release(&before),
            None => Ok(None),
        },
    }
}
