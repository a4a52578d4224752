//! The revisions of reference tables.

use rusqlite::params;

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["reference"],
    schema: "
        CREATE TABLE reference (
            seq       INTEGER PRIMARY KEY,
            dataset   TEXT NOT NULL,
            name      TEXT NOT NULL,
            revision  INTEGER NOT NULL,
            content   TEXT NOT NULL,
            extension TEXT NOT NULL,
            file      TEXT NOT NULL,
            bytes     INTEGER NOT NULL,
            rows      INTEGER NOT NULL,
            actor     TEXT NOT NULL,
            at        TEXT NOT NULL
        ) STRICT;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::ReferenceLanded { dataset, reference, revision, content, extension, file, bytes, rows } = &event.fact
    else {
        return Ok(());
    };
    let newest = snapshot.revisions_of(dataset, reference)?.first().map_or(0, |newest| newest.revision);
    if *revision != newest + 1 {
        return Err(Error::refused(format!("revision {revision} of {reference} can't follow revision {newest}"))
            .hint("somebody else took in another file meanwhile: assay ingest"));
    }
    snapshot.execute(
        "INSERT INTO reference (seq, dataset, name, revision, content, extension, file, bytes, rows, actor, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            column::integer(event.seq)?,
            dataset,
            reference,
            revision,
            content.as_str(),
            extension,
            file,
            column::integer(*bytes)?,
            column::integer(*rows)?,
            event.origin.actor.name,
            column::written(event.at),
        ],
    )?;
    Ok(())
}
