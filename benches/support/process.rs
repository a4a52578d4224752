//! Running the program, and what the system knows of a process.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// What a run of the program said and took.
#[allow(dead_code, reason = "not every benchmark looks at all of it")]
pub struct Ran {
    /// Its JSON answer.
    pub answer: Value,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// The most memory that it held at once (`VmHWM`), in MiB.
    pub peak: f64,
}

/// Runs the program in a workspace until it is done.
pub fn assay(workspace: &Path, arguments: &[&str]) -> Ran {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_assay"))
        .args(["--json", "--quiet", "--as", "mira", "--workspace"])
        .arg(workspace)
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0.0_f64;
    let status = loop {
        peak = peak.max(high_water(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let seconds = start.elapsed().as_secs_f64();
    let output = child.wait_with_output().unwrap();
    assert!(status.success(), "assay {} failed", arguments.join(" "));
    Ran { answer: serde_json::from_slice(&output.stdout).unwrap_or_default(), seconds, peak }
}

/// `VmHWM` of a process in MiB; `None` once it is gone.
fn high_water(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes / 1024.0)
}
