//! Floor 3: how batches get in. The inbox finds the files; the readers split them into records, good and bad.

pub mod inbox;
pub mod read;
