//! Traces go to the workspace's `logs` folder, never to the terminal.

use std::path::Path;

use tracing_subscriber::EnvFilter;

/// Starts writing traces below `root`, at the level of `ASSAY_LOG` (default `info`). Without a folder to write to,
/// there are none. Keep the guard until the process ends.
pub fn start(root: &Path) -> Option<tracing_appender::non_blocking::WorkerGuard> {
    let folder = root.join("logs");
    std::fs::create_dir_all(&folder).ok()?;
    let appender = tracing_appender::rolling::daily(folder, "assay.log");
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("ASSAY_LOG").unwrap_or_else(|_| EnvFilter::new("assay=info,warn"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer).finish();
    tracing::subscriber::set_global_default(subscriber).ok()?;
    Some(guard)
}
