//! Publication: artifacts, the point of no return, gold, the channel. Crash before the intent: nothing happened.
//! After it: the next start completes it.

pub mod aggregates;
mod artifacts;
mod begin;
mod channel;
mod forward;
mod gold;
mod manifest;
mod publish;
mod recover;
mod rollback;
mod rows;
mod signed;
mod turn;
mod withdraw;

pub use channel::Pointer;
pub use forward::Publication;
pub use gold::{is_ready as gold_is_ready, takes as gold_takes};
pub use manifest::{Manifest, manifest, parquet};
pub use publish::{publish, rehearse as rehearse_publish};
pub use recover::{Recovered, Unfinished, recover};
pub use rollback::{predecessor, rehearse as rehearse_rollback, rollback, target};
pub use withdraw::{rehearse as rehearse_withdrawal, withdraw};

/// The channel that gold serves.
pub const LATEST: &str = "latest";
