//! The periods that were accepted as baselines.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["baseline"],
    schema: "
        CREATE TABLE baseline (
            dataset      TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            period       TEXT NOT NULL,
            actor        TEXT NOT NULL,
            reason       TEXT,
            model        TEXT NOT NULL,
            batches      TEXT NOT NULL,
            mappings     TEXT NOT NULL,
            text         TEXT NOT NULL,
            PRIMARY KEY (dataset, period_order)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    // What was taken from clients is no measure for anything.
    if let Fact::Withdrawn { release, .. } = &event.fact {
        let withdrawn = params![release.dataset, column::period_order(release.period)];
        snapshot.execute("DELETE FROM baseline WHERE dataset = ?1 AND period_order = ?2", withdrawn)?;
    }
    let Fact::PeriodBaselined { dataset, period, model, batches, mappings, text } = &event.fact else { return Ok(()) };
    snapshot.execute(
        "INSERT OR REPLACE INTO baseline (dataset, period_order, period, actor, reason, model, batches, mappings, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            dataset,
            column::period_order(*period),
            period.to_string(),
            event.origin.actor.name,
            event.origin.reason,
            model.to_string(),
            column::to_json(batches)?,
            column::to_json(mappings)?,
            text
        ],
    )?;
    Ok(())
}
