//! What a release needs, and who may do what.

use super::Role;

/// The `[dataset.release]` table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ReleasePolicy {
    /// How many different people must approve.
    pub approvals: u32,
    /// Whether whoever prepared, waived or changed rules is kept from approving.
    pub separation: bool,
    /// How many releases are kept per period.
    pub keep: u32,
    /// How many of the newest published periods a newly promoted model re-opens.
    pub reprocess: u32,
    /// How many samples of each blocking anomaly must be judged before the release may go out.
    pub assess: u32,
    /// What is delivered with each release.
    pub deliver: Vec<Format>,
}

impl Default for ReleasePolicy {
    fn default() -> Self {
        Self {
            approvals: 1,
            separation: false,
            keep: 7,
            reprocess: 3,
            assess: 0,
            deliver: vec![Format::Xlsx, Format::Csv, Format::Parquet],
        }
    }
}

/// A file format that releases are delivered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// An Excel workbook.
    Xlsx,
    /// Comma-separated values.
    Csv,
    /// Parquet.
    Parquet,
}

impl Format {
    /// Its name in assay.toml and its file extension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// The strongest role among `roles`; somebody listed without any may look.
#[must_use]
pub fn strongest(roles: &[Role]) -> Role {
    roles.iter().copied().max().unwrap_or(Role::Viewer)
}
