//! Wrong cells of a plain file, inside of a workspace or outside of any.

use std::path::Path;

use crate::base::{Cancel, Result};
use crate::domain::scan::ScanReport;
use crate::pipeline::scan;

/// Scans a file, with the rules of another one.
pub fn scan_file(file: &Path, rules: Option<&Path>, cancel: &Cancel) -> Result<ScanReport> {
    let rules = rules.map(crate::config::rules::read).transpose()?.unwrap_or_default();
    scan::file(file, &rules, cancel)
}
