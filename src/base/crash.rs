//! Kill points: named places between two writes where a crash test can end the process.
//!
//! Compiled in only with debug assertions (the profile of run, test and bench), never in what is shipped.
//! `ASSAY_KILL_AT=<point>` aborts at the first visit, `ASSAY_KILL_AT=<point>#<n>` at the n-th.

/// Every kill point of the program, so that a test can walk them all.
pub const POINTS: &[&str] = &[
    "files.temp_written",
    "files.renamed",
    "raw.stored",
    "land.intent",
    "land.bronze_written",
    "delta.parquet_written",
    "delta.before_commit",
    "delta.after_commit",
    "delta.log_synced",
    "land.outcome",
    "task.intent",
    "task.before_outcome",
    "task.outcome",
    "publish.artifact_written",
    "publish.artifacts_verified",
    "publish.intent",
    "publish.gold_committed",
    "publish.outcome",
    "publish.channel_written",
    "publish.delivered",
];

/// Ends the process at once, as `kill -9` would, when `ASSAY_KILL_AT` names this point.
#[inline]
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::visit(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Target {
        name: String,
        visit: u64,
    }

    static TARGET: OnceLock<Option<Target>> = OnceLock::new();
    static VISITS: AtomicU64 = AtomicU64::new(0);

    fn target() -> Option<&'static Target> {
        TARGET
            .get_or_init(|| {
                let value = std::env::var("ASSAY_KILL_AT").ok()?;
                let (name, visit) = value
                    .split_once('#')
                    .map_or((value.as_str(), 1), |(name, visit)| (name, visit.parse().unwrap_or(1)));
                Some(Target { name: name.to_owned(), visit })
            })
            .as_ref()
    }

    pub fn visit(name: &str) {
        debug_assert!(super::POINTS.contains(&name), "kill point {name} is not listed in POINTS");
        if let Some(target) = target()
            && target.name == name
            && VISITS.fetch_add(1, Ordering::SeqCst) + 1 == target.visit
        {
            std::process::abort();
        }
    }
}
