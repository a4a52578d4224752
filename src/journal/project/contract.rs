//! The versions of the contract.

use rusqlite::params;

use super::Projection;
use crate::base::{Error, Result};
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["contract"],
    schema: "
        CREATE TABLE contract (
            version INTEGER PRIMARY KEY,
            digest  TEXT NOT NULL,
            at      TEXT NOT NULL,
            actor   TEXT NOT NULL,
            reason  TEXT,
            body    TEXT NOT NULL
        ) STRICT;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::ContractApplied { version, digest, contract } = &event.fact else { return Ok(()) };
    let newest = snapshot.number("SELECT coalesce(max(version), 0) AS number FROM contract", [])?;
    if u64::from(*version) != newest + 1 {
        return Err(Error::refused(format!("version {version} of the contract can't follow version {newest}"))
            .hint("somebody else applied a contract meanwhile: look at assay contract diff again"));
    }
    snapshot.execute(
        "INSERT INTO contract (version, digest, at, actor, reason, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            version,
            digest.as_str(),
            column::written(event.at),
            event.origin.actor.name,
            event.origin.reason,
            column::to_json(contract)?
        ],
    )?;
    Ok(())
}
