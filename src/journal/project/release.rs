//! The releases and where they stand, as the state machine allows.

use rusqlite::{named_params, params};

use super::Projection;
use crate::base::{Digest, Error, Result};
use crate::domain::release::{Approval, Change, ReleaseInputs};
use crate::domain::{Event, Fact, ModelRef, Release, ReleaseName, ReleaseState};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["release", "release_inputs", "evaluation"],
    schema: "
        CREATE TABLE release (
            name           TEXT PRIMARY KEY,
            dataset        TEXT NOT NULL,
            period         TEXT NOT NULL,
            period_order   INTEGER NOT NULL,
            n              INTEGER NOT NULL,
            model          TEXT NOT NULL,
            state          TEXT NOT NULL,
            cause          TEXT NOT NULL,
            at             TEXT NOT NULL,
            opened         INTEGER NOT NULL,
            changed        TEXT,
            input_digest   TEXT NOT NULL,
            release_digest TEXT,
            asked_under    INTEGER,
            approvals      TEXT NOT NULL,
            generation     INTEGER,
            delta_version  INTEGER,
            sort           TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX release_number ON release (dataset, period_order, n);
        CREATE TABLE release_inputs (
            release TEXT PRIMARY KEY,
            body    TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evaluation (
            release TEXT PRIMARY KEY,
            seq     INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX release_state ON release (state, dataset, period_order);
        CREATE UNIQUE INDEX release_page ON release (sort, dataset, period_order, state);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::ReleaseOpened { release, model, cause, inputs, input_digest } => {
            open(snapshot, event, release, model, cause, input_digest)?;
            set_inputs(snapshot, release, inputs)
        }
        Fact::ReleaseChanged { release, model, cause, inputs, input_digest } => {
            let mut changed = still_open(snapshot, release)?;
            let change = Change { at: event.at, cause: cause.clone() };
            changed.change(model.clone(), input_digest.clone(), change);
            save(snapshot, &changed)?;
            set_inputs(snapshot, release, inputs)
        }
        // The results are long and stay in the event; the projection says in which.
        Fact::ReleaseEvaluated { release, .. } => {
            still_open(snapshot, release)?;
            snapshot.execute(
                "INSERT OR REPLACE INTO evaluation (release, seq) VALUES (?1, ?2)",
                params![release.to_string(), column::integer(event.seq)?],
            )?;
            Ok(())
        }
        Fact::ReleaseAssembled { release, release_digest } => {
            let mut assembled = still_open(snapshot, release)?;
            assembled.assemble(release_digest, snapshot.contract_version()?);
            save(snapshot, &assembled)
        }
        Fact::ReleaseApproved { release, release_digest, complete } => {
            approve(snapshot, event, release, release_digest, *complete)
        }
        Fact::ApprovalRevoked { release } => revoke(snapshot, event, release),
        Fact::ApprovalsCounted { release, complete } => {
            let mut counted = still_open(snapshot, release)?;
            counted.state = if *complete { ReleaseState::Approved } else { ReleaseState::Open };
            save(snapshot, &counted)
        }
        Fact::ReleaseRejected { release } => advance(snapshot, release, ReleaseState::Rejected),
        Fact::PublishStarted { release, release_digest, approvers, .. } => {
            let mut signed = snapshot.known_release(release)?;
            same_digest(&signed, release_digest)?;
            signed.state.allow(ReleaseState::Publishing)?;
            signed.state = ReleaseState::Publishing;
            signed.approvals.retain(|approval| approvers.is_empty() || approvers.contains(&approval.by));
            save(snapshot, &signed)
        }
        Fact::Published { release, superseded, delta_version, generation } => {
            if let Some(superseded) = superseded {
                advance(snapshot, superseded, ReleaseState::Superseded)?;
            }
            bring_live(snapshot, release, *delta_version, *generation)
        }
        Fact::RollbackStarted { from, to } => {
            snapshot.known_release(from)?.state.allow(ReleaseState::Superseded)?;
            snapshot.known_release(to)?.state.allow(ReleaseState::Published)
        }
        Fact::RolledBack { from, to, delta_version, generation } => {
            advance(snapshot, from, ReleaseState::Superseded)?;
            bring_live(snapshot, to, *delta_version, *generation)
        }
        Fact::WithdrawalStarted { release } => snapshot.known_release(release)?.state.allow(ReleaseState::Withdrawn),
        Fact::Withdrawn { release, .. } => advance(snapshot, release, ReleaseState::Withdrawn),
        _ => Ok(()),
    }
}

fn open(
    snapshot: &Snapshot<'_>,
    event: &Event,
    name: &ReleaseName,
    model: &ModelRef,
    cause: &str,
    input_digest: &Digest,
) -> Result<()> {
    if let Some(open) = snapshot.open_release(&name.dataset, name.period)? {
        return Err(Error::refused(format!("`{name}` can't be opened: `{}` is still {}", open.name, open.state)));
    }
    if name.n <= snapshot.newest_number(&name.dataset, name.period)? {
        return Err(Error::refused(format!("`{name}` can't be opened: its number was given before")));
    }
    let release = Release {
        name: name.clone(),
        model: model.clone(),
        state: ReleaseState::Open,
        cause: cause.to_owned(),
        at: event.at,
        opened: event.seq,
        changed: None,
        input_digest: input_digest.clone(),
        release_digest: None,
        asked_under: None,
        approvals: Vec::new(),
        generation: None,
        delta_version: None,
    };
    save(snapshot, &release)
}

fn approve(snapshot: &Snapshot<'_>, event: &Event, name: &ReleaseName, digest: &Digest, complete: bool) -> Result<()> {
    let mut release = still_open(snapshot, name)?;
    same_digest(&release, digest)?;
    let approval = Approval {
        by: event.origin.actor.name.clone(),
        at: event.at,
        release_digest: digest.clone(),
        note: event.origin.reason.clone(),
    };
    release.approve(approval, complete);
    save(snapshot, &release)
}

fn revoke(snapshot: &Snapshot<'_>, event: &Event, name: &ReleaseName) -> Result<()> {
    let mut release = still_open(snapshot, name)?;
    let by = &event.origin.actor.name;
    if !release.revoke(by) {
        return Err(Error::refused(format!("`{by}` has no approval on `{name}` to take back")));
    }
    save(snapshot, &release)
}

fn bring_live(snapshot: &Snapshot<'_>, name: &ReleaseName, delta_version: u64, generation: u64) -> Result<()> {
    let mut release = snapshot.known_release(name)?;
    release.state.allow(ReleaseState::Published)?;
    if let Some(live) = snapshot.live_release(&name.dataset, name.period)? {
        return Err(Error::refused(format!("`{name}` can't go live: `{}` is", live.name)));
    }
    release.state = ReleaseState::Published;
    (release.delta_version, release.generation) = (Some(delta_version), Some(generation));
    save(snapshot, &release)
}

fn advance(snapshot: &Snapshot<'_>, name: &ReleaseName, next: ReleaseState) -> Result<()> {
    let mut release = snapshot.known_release(name)?;
    release.state.allow(next)?;
    release.state = next;
    save(snapshot, &release)
}

fn still_open(snapshot: &Snapshot<'_>, name: &ReleaseName) -> Result<Release> {
    let release = snapshot.known_release(name)?;
    if release.state.is_open() {
        return Ok(release);
    }
    Err(Error::refused(format!("`{name}` is {}: it can't be changed any more", release.state)))
}

fn same_digest(release: &Release, digest: &Digest) -> Result<()> {
    if release.release_digest.as_ref() == Some(digest) {
        return Ok(());
    }
    let name = &release.name;
    let present = release.release_digest.as_ref().map_or("not assembled", Digest::short);
    Err(Error::refused(format!("`{name}` is not what was shown: `{}` was, it is {present} now", digest.short()))
        .hint(format!("look at it again: assay release why {name}")))
}

fn set_inputs(snapshot: &Snapshot<'_>, name: &ReleaseName, inputs: &ReleaseInputs) -> Result<()> {
    snapshot.execute(
        "INSERT OR REPLACE INTO release_inputs (release, body) VALUES (?1, ?2)",
        params![name.to_string(), column::to_json(inputs)?],
    )?;
    Ok(())
}

fn save(snapshot: &Snapshot<'_>, release: &Release) -> Result<()> {
    let ReleaseName { dataset, period, n } = &release.name;
    let (name, model) = (release.name.to_string(), release.model.to_string());
    let sort = format!("{} {dataset} {:010}", column::newest_first(*period), u32::MAX - n);
    snapshot.execute(
        "INSERT OR REPLACE INTO release (name, dataset, period, period_order, n, model, state, cause, at, opened, changed,
             input_digest, release_digest, asked_under, approvals, generation, delta_version, sort)
         VALUES (:name, :dataset, :period, :period_order, :n, :model, :state, :cause, :at, :opened, :changed,
             :input_digest, :release_digest, :asked_under, :approvals, :generation, :delta_version, :sort)",
        named_params! {
            ":name": name, ":dataset": dataset, ":period": period.to_string(),
            ":period_order": column::period_order(*period), ":n": n, ":model": model,
            ":state": release.state.as_str(), ":cause": release.cause, ":at": column::written(release.at),
            ":opened": column::integer(release.opened)?,
            ":changed": release.changed.as_ref().map(column::to_json).transpose()?,
            ":input_digest": release.input_digest.as_str(),
            ":release_digest": release.release_digest.as_ref().map(Digest::as_str),
            ":asked_under": release.asked_under,
            ":approvals": column::to_json(&release.approvals)?,
            ":generation": release.generation.map(column::integer).transpose()?,
            ":delta_version": release.delta_version.map(column::integer).transpose()?, ":sort": sort,
        },
    )?;
    Ok(())
}
