//! Queries: read-only, from one snapshot each, answered with domain values.

mod anomalies;
mod batches;
pub(super) mod changes;
mod coverage;
mod evaluation;
mod fallen;
pub(super) mod memory;
mod model_comparison;
mod models;
pub(super) mod overview;
mod periods;
mod references;
mod registry;
mod releases;
mod story;
mod surroundings;
mod tasks;
mod window;
