//! What was begun and has no outcome yet.
//!
//! Of a task slot the newest intent alone: what an older one wrote may have been replaced since, so that taking it up
//! again under its old number would pass the newer rows off as its own.

use std::borrow::Cow;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["intent"],
    schema: "
        CREATE TABLE intent (
            kind    TEXT NOT NULL,
            subject TEXT NOT NULL,
            seq     INTEGER NOT NULL,
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX intent_seq ON intent (seq);
    ",
    apply,
};

/// What an intent and its outcome have in common.
type Step<'a> = (&'static str, Cow<'a, str>);

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    if let Some((kind, subject)) = begun(&event.fact) {
        snapshot.execute(
            "INSERT OR REPLACE INTO intent (kind, subject, seq) VALUES (?1, ?2, ?3)",
            (kind, subject, column::integer(event.seq)?),
        )?;
    }
    if let Some((kind, subject)) = ended(&event.fact) {
        snapshot.execute("DELETE FROM intent WHERE kind = ?1 AND subject = ?2", (kind, subject))?;
    }
    Ok(())
}

fn begun(fact: &Fact) -> Option<Step<'_>> {
    Some(match fact {
        Fact::LandingStarted { delivery, .. } => ("landing", delivery.batch.as_str().into()),
        Fact::TaskStarted { task } => ("task", task.slot().into()),
        Fact::PublishStarted { release, .. } => ("publish", release.to_string().into()),
        Fact::RollbackStarted { from, .. } => ("rollback", from.to_string().into()),
        Fact::WithdrawalStarted { release } => ("withdrawal", release.to_string().into()),
        _ => return None,
    })
}

fn ended(fact: &Fact) -> Option<Step<'_>> {
    Some(match fact {
        Fact::BatchLanded { delivery, .. }
        | Fact::BatchQuarantined { delivery, .. }
        | Fact::LandingGivenUp { delivery, .. } => ("landing", delivery.batch.as_str().into()),
        Fact::TaskDone { task, .. } | Fact::TaskFailed { task, .. } => ("task", task.slot().into()),
        Fact::Published { release, .. } => ("publish", release.to_string().into()),
        Fact::RolledBack { from, .. } => ("rollback", from.to_string().into()),
        Fact::Withdrawn { release, .. } => ("withdrawal", release.to_string().into()),
        _ => return None,
    })
}
