//! On which machine this runs.

/// The machine's name for the record: `ASSAY_HOST`, else `HOSTNAME`, else `/etc/hostname`, else `unknown`.
pub(super) fn name() -> String {
    let from_environment = ["ASSAY_HOST", "HOSTNAME"].into_iter().find_map(|variable| std::env::var(variable).ok());
    from_environment
        .or_else(|| std::fs::read_to_string("/etc/hostname").ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unknown".to_owned())
}
