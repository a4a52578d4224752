//! Channel `latest`: which release clients see for each period, and every change of it.

use rusqlite::{named_params, params};

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::{Event, Fact, ReleaseName};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["pointer", "channel_move", "delivered"],
    schema: "
        CREATE TABLE pointer (
            dataset      TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            period       TEXT NOT NULL,
            release      TEXT NOT NULL,
            PRIMARY KEY (dataset, period_order)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE channel_move (
            generation    INTEGER PRIMARY KEY,
            seq           INTEGER NOT NULL,
            at            TEXT NOT NULL,
            actor         TEXT NOT NULL,
            change        TEXT NOT NULL,
            dataset       TEXT NOT NULL,
            period        TEXT NOT NULL,
            period_order  INTEGER NOT NULL,
            release       TEXT,
            delta_version INTEGER NOT NULL,
            reason        TEXT,
            sort          INTEGER NOT NULL,
            search        TEXT NOT NULL
        ) STRICT;
        CREATE INDEX channel_move_newest ON channel_move (dataset, generation, delta_version);
        CREATE TABLE delivered (
            generation INTEGER NOT NULL,
            what       TEXT NOT NULL,
            PRIMARY KEY (generation, what)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX channel_move_dataset ON channel_move (dataset, period_order, change, seq);
        CREATE UNIQUE INDEX channel_move_page ON channel_move (sort, dataset, period_order, change);
    ",
    apply,
};

/// A change of what clients see for one period.
struct Change<'a> {
    what: &'static str,
    /// The release that moved: it names the dataset and the period.
    moved: &'a ReleaseName,
    /// What clients see from now on.
    now: Option<&'a ReleaseName>,
    generation: u64,
    delta_version: u64,
}

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let change = match &event.fact {
        Fact::Published { release, generation, delta_version, .. } => Change {
            what: "published",
            moved: release,
            now: Some(release),
            generation: *generation,
            delta_version: *delta_version,
        },
        Fact::RolledBack { from, to, generation, delta_version } => Change {
            what: "rolled back",
            moved: from,
            now: Some(to),
            generation: *generation,
            delta_version: *delta_version,
        },
        Fact::Withdrawn { release, generation, delta_version } => Change {
            what: "withdrawn",
            moved: release,
            now: None,
            generation: *generation,
            delta_version: *delta_version,
        },
        Fact::Delivered { generation, what } => {
            snapshot.execute(
                "INSERT OR IGNORE INTO delivered (generation, what) VALUES (?1, ?2)",
                params![column::integer(*generation)?, what],
            )?;
            return Ok(());
        }
        _ => return Ok(()),
    };
    let present = snapshot.generation()?;
    if change.generation <= present {
        return Err(Error::refused(format!("generation {} can't follow generation {present}", change.generation)));
    }
    point(snapshot, &change)?;
    record(snapshot, event, &change)
}

fn point(snapshot: &Snapshot<'_>, change: &Change<'_>) -> Result<()> {
    let ReleaseName { dataset, period, .. } = change.moved;
    let order = column::period_order(*period);
    match change.now {
        Some(now) => snapshot.execute(
            "INSERT OR REPLACE INTO pointer (dataset, period_order, period, release) VALUES (?1, ?2, ?3, ?4)",
            params![dataset, order, period.to_string(), now.to_string()],
        ),
        None => {
            snapshot.execute("DELETE FROM pointer WHERE dataset = ?1 AND period_order = ?2", params![dataset, order])
        }
    }
    .map(drop)
}

fn record(snapshot: &Snapshot<'_>, event: &Event, change: &Change<'_>) -> Result<()> {
    let ReleaseName { dataset, period, .. } = change.moved;
    let (period_text, now) = (period.to_string(), change.now.map(ToString::to_string));
    let (actor, reason) = (&event.origin.actor.name, &event.origin.reason);
    let shown = [now.as_deref(), reason.as_deref()].map(Option::unwrap_or_default);
    let generation = column::integer(change.generation)?;
    snapshot.execute(
        "INSERT INTO channel_move (generation, seq, at, actor, change, dataset, period, period_order, release,
             delta_version, reason, sort, search)
         VALUES (:generation, :seq, :at, :actor, :change, :dataset, :period, :period_order, :release,
             :delta_version, :reason, :sort, :search)",
        named_params! {
            ":generation": generation, ":seq": column::integer(event.seq)?, ":at": column::written(event.at),
            ":actor": actor, ":change": change.what,
            ":dataset": dataset, ":period": period_text, ":period_order": column::period_order(*period),
            ":release": now, ":delta_version": column::integer(change.delta_version)?, ":reason": reason,
            ":sort": -generation,
            ":search": column::searchable(&[dataset, &period_text, change.what, actor, shown[0], shown[1]]),
        },
    )?;
    Ok(())
}
