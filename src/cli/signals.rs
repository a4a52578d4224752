//! Ctrl-C and SIGTERM ask the work to stop; a second one ends the process.

use crate::base::{Cancel, ErrorKind};

/// A token that is cancelled when somebody interrupts the process.
pub fn cancel_on_interrupt() -> Cancel {
    let cancel = Cancel::default();
    let token = cancel.clone();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async move {
            interrupted().await;
            token.cancel();
            interrupted().await;
            std::process::exit(i32::from(ErrorKind::Cancelled.exit_code()));
        });
    });
    cancel
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}
