//! The columns of the lake's tables that stand beside the canonical ones: where a row came from, and what was found in it.

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
