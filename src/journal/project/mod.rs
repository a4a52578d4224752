//! Projections: what follows from the events, one file each.
//!
//! A projection is a pure function of the events: never of the clock, of assay.toml or of the lake. So it can be
//! thrown away and replayed at any time, and gives the same rows. A change of the tables here, or of what they hold,
//! needs a new [`super::version::Step::Replay`].

mod anomaly;
mod baseline;
mod batch;
mod channel;
mod contract;
mod intent;
mod involvement;
mod mapping;
mod metric;
mod model;
mod period;
mod reading;
mod reference;
mod registry;
mod release;
mod task;

use super::snapshot::Snapshot;
use crate::base::Result;
use crate::domain::Event;

/// Some tables and how an event changes them.
struct Projection {
    /// The tables, so that they can be dropped.
    tables: &'static [&'static str],
    /// What makes them, and the indexes that `apply` looks things up by.
    schema: &'static str,
    /// The indexes that only questions need. A replay makes them last, each in one sort: kept up row by row they cost
    /// more than the rows.
    indexes: &'static str,
    /// Brings them up to date with one event, or refuses it.
    apply: fn(&Snapshot<'_>, &Event) -> Result<()>,
}

/// In this order; `involvement` looks at the rows of others.
const ALL: [Projection; 16] = [
    contract::PROJECTION,
    period::PROJECTION,
    batch::PROJECTION,
    intent::PROJECTION,
    task::PROJECTION,
    metric::PROJECTION,
    model::PROJECTION,
    registry::PROJECTION,
    reading::PROJECTION,
    baseline::PROJECTION,
    mapping::PROJECTION,
    reference::PROJECTION,
    release::PROJECTION,
    anomaly::PROJECTION,
    channel::PROJECTION,
    involvement::PROJECTION,
];

/// Brings every projection up to date with one event.
pub(super) fn apply(snapshot: &Snapshot<'_>, event: &Event) -> Result<()> {
    ALL.iter().try_for_each(|projection| (projection.apply)(snapshot, event))
}

/// The statements that make every projection's tables anew and empty. [`indexes`] belong to them, once they are full.
pub(super) fn fresh_tables() -> String {
    let drops = tables().map(|table| format!("DROP TABLE IF EXISTS {table};\n"));
    let schemas = ALL.iter().map(|projection| projection.schema.to_owned());
    drops.chain(schemas).collect()
}

/// The statements that make the indexes that questions need.
pub(super) fn indexes() -> String {
    ALL.iter().map(|projection| projection.indexes).collect()
}

/// The names of every projection's tables.
pub(super) fn tables() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|projection| projection.tables.iter().copied())
}
