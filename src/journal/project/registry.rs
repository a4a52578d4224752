//! What registries elsewhere hold, as it was seen last.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["mirrored_model"],
    schema: "
        CREATE TABLE mirrored_model (
            registry TEXT NOT NULL,
            name     TEXT NOT NULL,
            at       TEXT NOT NULL,
            body     TEXT NOT NULL,
            PRIMARY KEY (registry, name)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::ModelMirrored { registry, name, model } = &event.fact else { return Ok(()) };
    match model {
        Some(model) => snapshot.execute(
            "INSERT OR REPLACE INTO mirrored_model (registry, name, at, body) VALUES (?1, ?2, ?3, ?4)",
            params![registry, name, column::written(event.at), column::to_json(model)?],
        ),
        None => {
            snapshot.execute("DELETE FROM mirrored_model WHERE registry = ?1 AND name = ?2", params![registry, name])
        }
    }?;
    Ok(())
}
