//! The columns of the lake's tables that stand beside the canonical ones: where a row came from, what was found
//! in it, and why it could not be read, kept or tagged. Which table has which of them is told where it is written.

/// The batch of a row.
pub const BATCH: &str = "_batch";
/// The provider of a row; a partition column.
pub const PROVIDER: &str = "_provider";
/// The period of a row; a partition column.
pub const PERIOD: &str = "_period";
/// The 1-based number of a row's record in its batch.
pub const ROW: &str = "_row";
/// The 1-based line where the record starts, in text files.
pub const LINE: &str = "_line";
/// The model version that read a row; a partition column of annotations.
pub const MODEL: &str = "_model";
/// The release that a row of gold belongs to.
pub const RELEASE: &str = "_release";
/// What a model found in a row: `list<struct{field,label,text,start,end,score}>`.
pub const ENTITIES: &str = "entities";
/// Why a record could not be split into fields, in what readers hand on and in bronze.
pub const PROBLEM: &str = "_problem";
/// The text of a record that could not be split, cut short, in bronze and in rejects.
pub const RAW: &str = "_raw";
/// Why a row was refused, in rejects.
pub const REASON: &str = "_reason";
/// The key of a refused row as text, null where it could not be read or there is none, in rejects.
pub const KEY: &str = "_key";
/// Why a model failed on a row, in annotations.
pub const ERROR: &str = "_error";

/// Whether a column is one of those that stand beside what was delivered: their names begin with an underscore, and those
/// of fields do not.
#[must_use]
pub fn is_beside(column: &str) -> bool {
    column.starts_with('_')
}
