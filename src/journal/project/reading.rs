//! Which of two model versions has read a row right: the last word on each row.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::model_change::ReadingVerdict;
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["reading_verdict"],
    schema: "
        CREATE TABLE reading_verdict (
            model_before TEXT NOT NULL,
            model_after  TEXT NOT NULL,
            batch        TEXT NOT NULL,
            row          INTEGER NOT NULL,
            seq          INTEGER NOT NULL,
            body         TEXT NOT NULL,
            PRIMARY KEY (model_before, model_after, batch, row)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::ReadingJudged { before, after, batch, row, right, judged, note } = &event.fact else { return Ok(()) };
    let (by, note) = (event.origin.actor.name.clone(), note.clone());
    let verdict = ReadingVerdict { right: *right, by, at: event.at, note, judged: judged.clone() };
    snapshot.execute(
        "INSERT OR REPLACE INTO reading_verdict (model_before, model_after, batch, row, seq, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            before.to_string(),
            after.to_string(),
            batch.as_str(),
            column::integer(*row)?,
            column::integer(event.seq)?,
            column::to_json(&verdict)?
        ],
    )?;
    Ok(())
}
