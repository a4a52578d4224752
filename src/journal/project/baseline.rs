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
            PRIMARY KEY (dataset, period_order)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::PeriodBaselined { dataset, period, model, batches, mappings } = &event.fact else { return Ok(()) };
    snapshot.execute(
        "INSERT OR REPLACE INTO baseline (dataset, period_order, period, actor, reason, model, batches, mappings)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            dataset,
            column::period_order(*period),
            period.to_string(),
            event.origin.actor.name,
            event.origin.reason,
            model.to_string(),
            column::to_json(batches)?,
            column::to_json(mappings)?
        ],
    )?;
    Ok(())
}
