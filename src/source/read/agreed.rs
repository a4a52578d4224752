//! What the readers agree on.

/// The longest record that is read, in bytes of UTF-8.
pub const MAX_RECORD: usize = 16 << 20;

/// The most columns that a delivery may have.
pub const MAX_COLUMNS: usize = 10_000;

/// What stands between the cells of a sheet where it is written as text.
pub const DELIMITER: &str = ",";
