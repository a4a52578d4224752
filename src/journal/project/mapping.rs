//! What people decided about the columns of deliveries.

use rusqlite::params;

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["mapping"],
    schema: "
        CREATE TABLE mapping (
            seq      INTEGER PRIMARY KEY,
            dataset  TEXT NOT NULL,
            provider TEXT NOT NULL,
            period   TEXT NOT NULL,
            headers  TEXT NOT NULL,
            columns  TEXT NOT NULL,
            actor    TEXT NOT NULL,
            at       TEXT NOT NULL,
            reason   TEXT NOT NULL
        ) STRICT;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::MappingAccepted { dataset, provider, period, schema, columns } => {
            let reason = event.origin.reason.as_deref().filter(|reason| !reason.trim().is_empty());
            let reason = reason.ok_or_else(|| Error::refused("a mapping can't be accepted without a reason"))?;
            snapshot.execute(
                "INSERT INTO mapping (seq, dataset, provider, period, headers, columns, actor, at, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    column::integer(event.seq)?,
                    dataset,
                    provider,
                    period.to_string(),
                    column::to_json(schema)?,
                    column::to_json(columns)?,
                    event.origin.actor.name,
                    column::written(event.at),
                    reason
                ],
            )?;
        }
        Fact::MappingTakenBack { mapping, .. } => {
            let known = snapshot.known_mapping(*mapping)?;
            snapshot.execute("DELETE FROM mapping WHERE seq = ?1", [column::integer(known.id.0)?])?;
        }
        _ => {}
    }
    Ok(())
}
