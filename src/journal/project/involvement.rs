//! Who had a hand in what a release stands on: what separation of duties asks.

use rusqlite::params;

use super::Projection;
use crate::base::Result;
use crate::domain::{Event, Fact, Period};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

pub(super) const PROJECTION: Projection = Projection {
    tables: &["involvement"],
    schema: "
        -- Without a period: all of the dataset. Without a dataset: all of them.
        CREATE TABLE involvement (
            seq          INTEGER PRIMARY KEY,
            dataset      TEXT,
            period_order INTEGER,
            actor        TEXT NOT NULL,
            kind         TEXT NOT NULL
        ) STRICT;
    ",
    indexes: "
        CREATE INDEX involvement_period ON involvement (dataset, period_order, seq);
    ",
    apply,
};

fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    let mut actor = event.origin.actor.name.clone();
    let mut kind = event.fact.kind();
    let scope: Option<(String, Option<Period>)> = match &event.fact {
        Fact::ContractApplied { .. } => None,
        Fact::BatchLanded { delivery, .. } => Some((delivery.slice.dataset.clone(), Some(delivery.slice.period))),
        Fact::PeriodBaselined { dataset, period, .. } => Some((dataset.clone(), Some(*period))),
        // Whatever it reads otherwise, it reads so in every period.
        Fact::MappingAccepted { dataset, .. }
        | Fact::MappingTakenBack { dataset, .. }
        | Fact::ReferenceLanded { dataset, .. } => Some((dataset.clone(), None)),
        Fact::BatchWithdrawn { batch } => {
            snapshot.batch(batch)?.map(|batch| (batch.delivery.slice.dataset, Some(batch.delivery.slice.period)))
        }
        Fact::AnomalyWaived { id, .. } => snapshot.anomaly(id)?.map(|anomaly| (anomaly.dataset, Some(anomaly.period))),
        Fact::AnomalyCovered { id, .. } => snapshot.anomaly(id)?.map(|anomaly| {
            // Whoever ran the pipeline decided nothing: it was waived by whoever gave the waiver.
            (actor, kind) = (anomaly.settled.map_or_else(String::new, |given| given.by), "anomaly_waived");
            (anomaly.dataset, Some(anomaly.period))
        }),
        _ => return Ok(()),
    };
    let (dataset, period) = scope.unzip();
    let period = period.flatten();
    snapshot.execute(
        "INSERT INTO involvement (seq, dataset, period_order, actor, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![column::integer(event.seq)?, dataset, period.map(column::period_order), actor, kind],
    )?;
    Ok(())
}
