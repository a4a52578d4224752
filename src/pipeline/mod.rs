//! Floor 4: the pipeline from a delivered file to a published release: plan, schedule, execute, recover.
//!
//! `land -> refine -> enrich -> profile -> evaluate -> assemble`, then publication. Every step records its intent,
//! writes to the lake under the intent's number, and records its outcome; killed anywhere, the next start finishes it.

pub mod arrival;
pub mod assemble;
pub mod attempt;
pub mod baseline;
pub mod bronze;
pub mod compare;
pub mod consequences;
pub mod context;
pub mod dated;
pub mod download;
pub mod drift;
pub mod enrich;
pub mod evaluate;
pub mod execute;
pub mod extract;
pub mod findings;
pub mod gate;
mod hands;
pub mod header;
pub mod history;
pub mod inputs;
pub mod land;
pub mod lease;
pub mod look;
pub mod model_changes;
pub mod models;
pub mod notes;
mod parts;
pub mod plan;
pub mod profile;
pub mod publication;
pub mod reference;
pub mod refine;
pub mod report;
pub mod rules;
pub mod scan;
pub mod schedule;
pub mod slices;
pub mod standing;
pub mod step;
pub mod table;
pub mod texts;

pub use context::Context;
