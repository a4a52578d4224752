//! Floor 3: how batches get in. The connectors find or fetch what was delivered; the readers split it into records, good and
//! bad.

pub mod extract;
pub mod http;
pub mod inbox;
pub mod read;
pub mod sql;
