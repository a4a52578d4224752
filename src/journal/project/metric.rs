//! The named numbers of each profiled slice.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact, ModelRef, Slice, TaskKind, TaskSubject};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["metric"],
    schema: "
        CREATE TABLE metric (
            dataset      TEXT NOT NULL,
            provider     TEXT NOT NULL,
            model        TEXT NOT NULL,
            name         TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            value        REAL NOT NULL,
            seq          INTEGER NOT NULL,
            PRIMARY KEY (dataset, period_order, model, provider, name)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX metric_history ON metric (dataset, provider, name, model, period_order);
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
    snapshot.execute(
        "DELETE FROM metric WHERE dataset = ?1 AND provider = ?2 AND model = ?3 AND period_order = ?4",
        params![dataset, provider, model, order],
    )?;
    for (name, value) in metrics {
        snapshot.execute(
            "INSERT OR REPLACE INTO metric (dataset, provider, model, name, period, period_order, value, seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![dataset, provider, model, name, slice.period.to_string(), order, value, column::integer(seq)?],
        )?;
    }
    Ok(())
}
