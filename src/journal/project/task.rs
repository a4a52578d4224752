//! The recorded outputs of tasks, and the tasks that ended in an error.
//!
//! An output is whole from its outcome until another attempt on its slice begins, or somebody says that it is lost. An
//! attempt that dies has perhaps replaced the slice: only its own outcome, or a new one, says what is there.

use rusqlite::{named_params, params};

use super::Projection;
use crate::base::Result;
use crate::domain::task::TaskOutput;
use crate::domain::{Event, Fact, Period, Task, TaskSubject};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["output", "failure"],
    schema: "
        CREATE TABLE output (
            slot         TEXT PRIMARY KEY,
            kind         TEXT NOT NULL,
            key          TEXT NOT NULL,
            dataset      TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            provider     TEXT,
            task         TEXT NOT NULL,
            output       TEXT NOT NULL,
            seq          INTEGER NOT NULL,
            whole        INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE failure (
            slot         TEXT PRIMARY KEY,
            key          TEXT NOT NULL,
            dataset      TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            error        TEXT NOT NULL,
            attempts     INTEGER NOT NULL,
            at           TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "
        CREATE INDEX output_period ON output (dataset, period_order, slot);
        CREATE INDEX output_kind ON output (kind, dataset, period, provider, key);
        CREATE INDEX failure_period ON failure (dataset, period_order, slot);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    match &event.fact {
        Fact::TaskStarted { task } if task.kind.replaces_a_slice() => {
            let sql = "UPDATE output SET whole = 0 WHERE slot = ?1 AND key != ?2";
            snapshot.execute(sql, (task.slot(), task.key.as_str()))?;
        }
        Fact::OutputLost { slot, .. } => {
            snapshot.execute("UPDATE output SET whole = 0 WHERE slot = ?1", [slot])?;
        }
        Fact::TaskDone { task, output, .. } => {
            record(snapshot, event, task, output)?;
            snapshot.execute("DELETE FROM failure WHERE slot = ?1", [task.slot()])?;
        }
        Fact::TaskFailed { task, error, attempt } => {
            let (dataset, period) = place(&task.subject);
            let (order, at) = (column::period_order(period), column::written(event.at));
            snapshot.execute(
                "INSERT OR REPLACE INTO failure (slot, key, dataset, period_order, error, attempts, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![task.slot(), task.key.as_str(), dataset, order, error, attempt, at],
            )?;
        }
        _ => {}
    }
    Ok(())
}

fn record(snapshot: &Snapshot<'_>, event: &Event, task: &Task, output: &TaskOutput) -> Result<()> {
    let (dataset, period) = place(&task.subject);
    let slot = task.slot();
    snapshot.execute(
        "INSERT OR REPLACE INTO output
             (slot, kind, key, dataset, period, period_order, provider, task, output, seq, whole)
         VALUES (:slot, :kind, :key, :dataset, :period, :period_order, :provider, :task, :output, :seq, 1)",
        named_params! {
            ":slot": slot, ":kind": task.kind.as_str(), ":key": output.key.as_str(), ":dataset": dataset,
            ":period": period.to_string(),
            ":period_order": column::period_order(period),
            ":provider": task.subject.slice().map(|slice| &slice.provider), ":task": column::to_json(task)?,
            ":output": column::to_json(output)?, ":seq": column::integer(event.seq)?,
        },
    )?;
    Ok(())
}

/// The dataset and period that a task is about.
fn place(subject: &TaskSubject) -> (&str, Period) {
    match subject {
        TaskSubject::Annotated { slice, .. } | TaskSubject::Batch { slice, .. } | TaskSubject::Slice { slice } => {
            (&slice.dataset, slice.period)
        }
        TaskSubject::Release { release } => (&release.dataset, release.period),
    }
}
