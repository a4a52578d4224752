//! Kill points: named places between two writes where a crash test can end the process, or let it sleep.
//!
//! Compiled in only with debug assertions: in the profile of run, test and bench, not in the `dist` profile.
//! `ASSAY_KILL_AT=<point>` aborts at the first visit, `ASSAY_KILL_AT=<point>#<n>` at the n-th; `ASSAY_STOP_AT` stops the
//! process there until somebody lets it go on, as a machine that is put to sleep does.

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
    "delta.before_checkpoint",
    "delta.checkpoint_written",
    "land.outcome",
    "inbox.claimed",
    "inbox.read",
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

/// Ends the process at once, as `kill -9` would, when `ASSAY_KILL_AT` names this point; stops it when `ASSAY_STOP_AT` does.
#[inline]
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::visit(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Where a test can let the program panic: `ASSAY_PANIC_AT=<point>#<n>` panics at the n-th visit.
pub const PANICS: &[&str] = &["screen.draw"];

/// Panics when `ASSAY_PANIC_AT` names this point. What is promised then is that the terminal is given back.
#[inline]
pub fn panic_point(name: &'static str) {
    #[cfg(debug_assertions)]
    armed::visit_or_panic(name);
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
    static STOP: OnceLock<Option<Target>> = OnceLock::new();
    static STOP_VISITS: AtomicU64 = AtomicU64::new(0);
    static PANIC: OnceLock<Option<Target>> = OnceLock::new();
    static PANIC_VISITS: AtomicU64 = AtomicU64::new(0);

    fn target(variable: &str) -> Option<Target> {
        let value = std::env::var(variable).ok()?;
        let (name, visit) =
            value.split_once('#').map_or((value.as_str(), 1), |(name, visit)| (name, visit.parse().unwrap_or(1)));
        Some(Target { name: name.to_owned(), visit })
    }

    fn is_reached(target: Option<&Target>, visits: &AtomicU64, name: &str) -> bool {
        target.is_some_and(|target| target.name == name && visits.fetch_add(1, Ordering::SeqCst) + 1 == target.visit)
    }

    pub fn visit(name: &str) {
        debug_assert!(super::POINTS.contains(&name), "kill point {name} is not listed in POINTS");
        if is_reached(TARGET.get_or_init(|| target("ASSAY_KILL_AT")).as_ref(), &VISITS, name) {
            std::process::abort();
        }
        if is_reached(STOP.get_or_init(|| target("ASSAY_STOP_AT")).as_ref(), &STOP_VISITS, name) {
            let stopped = std::process::Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status();
            debug_assert!(stopped.is_ok_and(|status| status.success()), "{name}: the process could not be stopped");
        }
    }

    pub fn visit_or_panic(name: &str) {
        debug_assert!(super::PANICS.contains(&name), "panic point {name} is not listed in PANICS");
        let reached = is_reached(PANIC.get_or_init(|| target("ASSAY_PANIC_AT")).as_ref(), &PANIC_VISITS, name);
        assert!(!reached, "`ASSAY_PANIC_AT` asked for this at {name}");
    }
}
