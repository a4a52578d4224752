//! The registered model versions, and the aliases that point to them.

use rusqlite::{named_params, params};

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::{Event, Fact, ModelRef, ModelVersion};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["model_version", "alias", "alias_move"],
    schema: "
        CREATE TABLE model_version (
            name     TEXT NOT NULL,
            version  INTEGER NOT NULL,
            archived INTEGER NOT NULL,
            body     TEXT NOT NULL,
            sort     TEXT NOT NULL,
            search   TEXT NOT NULL,
            PRIMARY KEY (name, version)
        ) STRICT;
        CREATE TABLE alias (
            name    TEXT NOT NULL,
            alias   TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (name, alias)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE alias_move (
            seq      INTEGER PRIMARY KEY,
            name     TEXT NOT NULL,
            alias    TEXT NOT NULL,
            at       TEXT NOT NULL,
            version  INTEGER NOT NULL,
            previous TEXT,
            actor    TEXT NOT NULL
        ) STRICT;
    ",
    indexes: "
        CREATE UNIQUE INDEX model_version_page ON model_version (sort, archived);
        CREATE INDEX alias_move_alias ON alias_move (name, alias, seq);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::ModelRegistered { version } => register(snapshot, version),
        Fact::ModelArchived { model } => archive(snapshot, model),
        Fact::AliasMoved { alias, model, previous, trial: _ } => {
            move_alias(snapshot, event, alias, model, previous.as_ref())
        }
        _ => Ok(()),
    }
}

fn register(snapshot: &Snapshot<'_>, version: &ModelVersion) -> Result<()> {
    let model = &version.model;
    if snapshot.model(model)?.is_some() {
        return Err(Error::refused(format!("`{model}` is registered already")));
    }
    let sort = format!("{} {:010}", model.name, u32::MAX - model.version);
    snapshot.execute(
        "INSERT INTO model_version (name, version, archived, body, sort, search)
         VALUES (:name, :version, :archived, :body, :sort, :search)",
        named_params! {
            ":name": model.name, ":version": model.version, ":archived": version.archived,
            ":body": column::to_json(version)?, ":sort": sort, ":search": search(version),
        },
    )?;
    Ok(())
}

fn archive(snapshot: &Snapshot<'_>, model: &ModelRef) -> Result<()> {
    snapshot.known_model(model)?;
    snapshot.execute(
        "UPDATE model_version SET archived = 1 WHERE name = ?1 AND version = ?2",
        params![model.name, model.version],
    )?;
    Ok(())
}

fn move_alias(
    snapshot: &Snapshot<'_>,
    event: &Event,
    alias: &str,
    model: &ModelRef,
    previous: Option<&ModelRef>,
) -> Result<()> {
    snapshot.known_model(model)?;
    snapshot.execute(
        "INSERT OR REPLACE INTO alias (name, alias, version) VALUES (?1, ?2, ?3)",
        params![model.name, alias, model.version],
    )?;
    snapshot.execute(
        "INSERT INTO alias_move (seq, name, alias, at, version, previous, actor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            column::integer(event.seq)?,
            model.name,
            alias,
            column::written(event.at),
            model.version,
            previous.map(ToString::to_string),
            event.origin.actor.name
        ],
    )?;
    Ok(())
}

fn search(version: &ModelVersion) -> String {
    let labels = version.labels.join(" ");
    let note = version.note.as_deref().unwrap_or_default();
    column::searchable(&[&version.model.to_string(), version.kind.as_str(), &labels, &version.by, note])
}
