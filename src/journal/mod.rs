//! Floor 3: the journal. `SQLite` keeps what happened, and what follows from it.
//!
//! The `event` table is the record: append-only, every entry hashed together with the one before. All other tables
//! are projections: a pure function of the events, thrown away and replayed at will (`rebuild`). Leases and requests
//! to cancel are neither: they are how processes share work, and they end with it.
//!
//! | file | what lives there |
//! |---|---|
//! | `store` | [`Journal`]: open, write, read, verify, rebuild |
//! | `writer`, `readers` | the one writer thread, the pool of read-only connections |
//! | `connection`, `version`, `migrate` | pragmas, versions of the schema, backups before an upgrade |
//! | `transaction`, `entry` | appending: an event as a row, its canonical form and its hash |
//! | `project/` | one file per projection: what an event changes |
//! | `snapshot`, `query/` | what can be asked, noun by noun |
//! | `list` | keyset paging, the same for every list |
//! | `verify`, `rebuild` | the chain checked, the projections replayed |
//! | `lease` | who is at which task; requests to cancel |

mod column;
mod connection;
mod entry;
mod error;
mod host;
mod lease;
mod list;
mod migrate;
mod project;
mod query;
mod readers;
mod rebuild;
mod snapshot;
mod store;
mod transaction;
mod verify;
mod version;
mod writer;

#[cfg(test)]
mod tests;

pub use lease::Lease;
pub use query::batch::ClaimedLanding;
pub use query::reading::JudgedReading;
pub use query::task::{Failure, Recorded};
pub use snapshot::Snapshot;
pub use store::{Journal, Watch};
pub use transaction::Transaction;
pub use verify::{BadEntry, Verified};
