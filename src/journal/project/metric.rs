//! The named numbers of each profiled slice.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact, ModelRef, Slice, TaskKind, TaskSubject};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["measured", "metric"],
    schema: "
        CREATE TABLE measured (
            seq          INTEGER PRIMARY KEY,
            dataset      TEXT NOT NULL,
            provider     TEXT NOT NULL,
            model        TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            UNIQUE (dataset, period_order, model, provider)
        ) STRICT;
        CREATE TABLE metric (
            seq   INTEGER NOT NULL,
            name  TEXT NOT NULL,
            value REAL NOT NULL,
            PRIMARY KEY (seq, name)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX measured_history ON measured (dataset, provider, period_order);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let Fact::TaskDone { task, metrics, .. } = &event.fact else { return Ok(()) };
    let none = ModelRef::none();
    let (slice, model) = match &task.subject {
        TaskSubject::Annotated { slice, model } => (slice, model),
        TaskSubject::Slice { slice } => (slice, &none),
        TaskSubject::Batch { .. } | TaskSubject::Release { .. } => return Ok(()),
    };
    if task.kind == TaskKind::Profile { replace(snapshot, event.seq, slice, model, metrics) } else { Ok(()) }
}

fn replace(
    snapshot: &Snapshot<'_>,
    seq: u64,
    slice: &Slice,
    model: &ModelRef,
    metrics: &[(String, f64)],
) -> Result<()> {
    let (dataset, provider, model) = (&slice.dataset, &slice.provider, model.to_string());
    let order = column::period_order(slice.period);
    let seq = column::integer(seq)?;
    let slice_of = "FROM measured WHERE dataset = ?1 AND provider = ?2 AND period_order = ?3 AND model = ?4";
    let place = params![dataset, provider, order, model];
    snapshot.execute(&format!("DELETE FROM metric WHERE seq IN (SELECT seq {slice_of})"), place)?;
    snapshot.execute(&format!("DELETE {slice_of}"), place)?;
    snapshot.execute(
        "INSERT INTO measured (seq, dataset, provider, model, period, period_order) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![seq, dataset, provider, model, slice.period.to_string(), order],
    )?;
    for (name, value) in metrics {
        snapshot.execute(
            "INSERT OR REPLACE INTO metric (seq, name, value) VALUES (?1, ?2, ?3)",
            params![seq, name, value],
        )?;
    }
    Ok(())
}
