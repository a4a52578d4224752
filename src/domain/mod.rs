//! Floor 1: the vocabulary as plain values and pure rules. No I/O, no async, no clock: `now` is an argument.

pub mod actor;
pub mod anomaly;
pub mod approval;
pub mod baseline;
pub mod batch;
pub mod check;
pub mod completeness;
pub mod contract;
pub mod due;
pub mod encoding;
pub mod event;
pub mod gate;
pub mod lineage;
pub mod listing;
pub mod model;
pub mod names;
pub mod pattern;
pub mod period;
pub mod policy;
pub mod profile;
pub mod progress;
pub mod release;
pub mod request;
pub mod schema;
pub mod slice;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
mod written;

pub use actor::{Actor, Role, Via};
pub use anomaly::{Anomaly, AnomalyState, Sample, Verdict};
pub use baseline::Baseline;
pub use batch::{Batch, BatchId, BatchState};
pub use check::{Bounds, Check, CheckRule, Evaluation, Outcome, Severity};
pub use contract::{Contract, Dataset, Provider};
pub use event::{Event, Fact};
pub use gate::{Reason, ReasonCode};
pub use model::{Entity, ModelRef, ModelVersion};
pub use pattern::FilePattern;
pub use period::{Granularity, Period};
pub use release::{Release, ReleaseName, ReleaseState};
pub use request::Request;
pub use schema::{Field, FieldType};
pub use slice::Slice;
pub use task::{Task, TaskKey, TaskKind, TaskState, TaskSubject};
