//! The periods that have batches or releases.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["period"],
    schema: "
        CREATE TABLE period (
            dataset      TEXT NOT NULL,
            period       TEXT NOT NULL,
            period_order INTEGER NOT NULL,
            PRIMARY KEY (dataset, period_order)
        ) STRICT, WITHOUT ROWID;
    ",
    indexes: "",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let (dataset, period) = match &event.fact {
        Fact::BatchLanded { delivery, .. } | Fact::BatchQuarantined { delivery, .. } => {
            (&delivery.slice.dataset, delivery.slice.period)
        }
        Fact::ReleaseOpened { release, .. } => (&release.dataset, release.period),
        _ => return Ok(()),
    };
    snapshot.execute(
        "INSERT OR IGNORE INTO period (dataset, period, period_order) VALUES (?1, ?2, ?3)",
        params![dataset, period.to_string(), column::period_order(period)],
    )?;
    Ok(())
}
