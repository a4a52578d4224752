//! Floor 3: what the data looks like and whether that is right. Profiles of slices, and the checks that judge them.
//!
//! | file | what lives there |
//! |---|---|
//! | `profile` | one pass over a slice and its annotations, to a [`crate::domain::profile::Profile`] |
//! | `tally`, `texts`, `column`, `numbers`, `labels`, `keys` | what that pass counts, cell by cell |
//! | `grain` | rows per key |
//! | `overlap` | rows that two slices share |
//! | `robust` | median and MAD: the band that both a check and its chart use |
//! | `evaluate` | the checks of the contract, one file each |
//! | `sql` | people's queries, over named tables only |
//! | `stream` | lazy plans walked chunk by chunk, here and in the pipeline |
//!
//! A slice is counted as a multiset: every measure is computed from values in their own order, never in the order in
//! which rows came. So the same rows give the same bytes, whatever the chunks and threads were.

pub mod evaluate;
pub mod grain;
pub mod keys;
pub mod overlap;
pub mod profile;
pub mod robust;
pub mod sql;

mod column;
mod labels;
mod numbers;
mod samples;
mod tally;
mod texts;

/// A count as a number to compute with; exact below 2^53.
#[allow(clippy::cast_precision_loss, reason = "counts of rows stay far below 2^53")]
fn count(number: u64) -> f64 {
    number as f64
}
