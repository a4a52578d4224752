//! What is suspicious in a table: cell by cell, and as a whole.

use super::FieldType;

/// What was found in a table. The names are a promise to programs that read the JSON.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScanReport {
    /// What was scanned.
    pub subject: String,
    /// How many rows it has.
    pub rows: u64,
    /// Its columns and the types that they were taken to have.
    pub columns: Vec<ScannedColumn>,
    /// Cells that are likely wrong, by row and column.
    pub cells: Vec<CellFinding>,
    /// How many there are in all, where not all are listed.
    pub found: u64,
    /// What concerns the table.
    pub findings: Vec<TableFinding>,
}

/// A column that was scanned.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScannedColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether a rule says so; else it is what nearly all of its values are.
    pub declared: bool,
    /// How many of its cells are likely wrong.
    pub cells: u64,
}

/// A cell that is likely wrong.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CellFinding {
    /// The row, counted from 0 below the header.
    pub row: u64,
    /// The column.
    pub column: String,
    /// What stands there; null where nothing does.
    pub value: Option<String>,
    /// What found it; of several the one that is surest.
    pub detector: Detector,
    /// How sure that is, in 0..1.
    pub score: f64,
    /// What it should likely be, where that can be said.
    pub suggestion: Option<String>,
    /// From which numbers that follows; where several detectors found it, each.
    pub why: String,
}

/// What finds wrong cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// It is not of the column's type.
    Type,
    /// It is a word for nothing.
    NullMarker,
    /// It is not what other columns of the row say that it is.
    Dependency,
    /// It is rare, and nearly the same as something frequent.
    Typo,
    /// It is built otherwise than the others.
    Format,
    /// A part of it belongs into another column, which is empty.
    Displaced,
    /// It is far from the others of its kind.
    Outlier,
    /// A rule does not allow it.
    Rule,
}

/// What concerns more than one cell.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TableFinding {
    /// The rule, in words.
    pub rule: String,
    /// How many rows break it.
    pub rows: u64,
    /// What was found.
    pub why: String,
}

/// What somebody declares of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanRule {
    /// Rows with the same values in `from` have the same in each of `to`.
    Functional {
        /// The columns that decide.
        from: Vec<String>,
        /// The columns that follow.
        to: Vec<String>,
    },
    /// The values are of a type.
    Type {
        /// The column.
        column: String,
        /// Its type.
        field_type: FieldType,
    },
    /// Only these values may be.
    Allowed {
        /// The column.
        column: String,
        /// The values.
        values: Vec<String>,
        /// Whether a cell may be empty.
        nullable: bool,
    },
    /// All of a value matches a regular expression.
    Pattern {
        /// The column.
        column: String,
        /// The expression.
        pattern: String,
        /// Whether a cell may be empty.
        nullable: bool,
    },
    /// Numbers lie within bounds, both included.
    Range {
        /// The column.
        column: String,
        /// The least.
        min: Option<f64>,
        /// The largest.
        max: Option<f64>,
    },
    /// No two rows have the same values in these columns.
    Unique {
        /// The columns.
        columns: Vec<String>,
    },
    /// The rows that a query over `silver` returns are wrong.
    Sql {
        /// The query; `_row` is the number of a row.
        sql: String,
    },
}

impl ScanRule {
    /// The columns that it names.
    #[must_use]
    pub fn columns(&self) -> Vec<&String> {
        match self {
            Self::Functional { from, to } => from.iter().chain(to).collect(),
            Self::Type { column, .. }
            | Self::Allowed { column, .. }
            | Self::Pattern { column, .. }
            | Self::Range { column, .. } => vec![column],
            Self::Unique { columns } => columns.iter().collect(),
            Self::Sql { .. } => Vec::new(),
        }
    }
}
