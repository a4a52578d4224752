//! Queries: read-only, from one snapshot each, answered with domain values.

mod anomalies;
mod batches;
pub(super) mod changes;
mod fallen;
mod models;
mod overview;
mod periods;
mod releases;
mod surroundings;
mod tasks;
mod window;
