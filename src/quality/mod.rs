//! Floor 3: what the data looks like and whether that is right. Profiles of slices, and the checks that judge them.
//!
//! | file | what lives there |
//! |---|---|
//! | `profile` | one pass over rows and what was found in them, to a [`crate::domain::profile::Profile`] |
//! | `keys`, `fingerprints` | the keys of rows, and how many occur twice |
//! | `grain` | rows per key |
//! | `overlap` | rows that two slices share |
//! | `robust` | median and MAD: the band that both a check and its chart use |
//! | `difference` | what differs between two profiles, and whether that is more than chance |
//! | `distance` | how far two distributions lie apart |
//! | `evaluate` | the checks of the contract, one file each |
//! | `scan` | wrong cells of any table |
//! | `sql` | people's queries, over named tables only |
//! | `stream` | lazy plans walked chunk by chunk, here and in the pipeline |
//!
//! A slice is counted as a multiset: every measure is computed from values in their own order, never in the order in
//! which rows came. So the same rows give the same bytes, whatever the chunks and threads were.

pub mod difference;
pub mod distance;
pub mod evaluate;
pub mod grain;
pub mod keys;
pub mod overlap;
pub mod profile;
pub mod robust;
pub mod scan;
pub mod sql;

mod fingerprints;
mod samples;

/// A count as a number to compute with; exact below 2^53.
#[allow(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}
