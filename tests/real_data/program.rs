//! The real program in a workspace of its own, with an empty environment and a clock that stands still.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The program at work in one workspace.
pub struct Program<'a> {
    pub root: &'a Path,
}

impl Program<'_> {
    fn run(&self, person: &str, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_assay"))
            .env_clear()
            .env("ASSAY_NOW", "2020-03-01T12:00:00Z")
            .env("ASSAY_USER", person)
            .args(["--json", "--quiet", "--as", person, "--workspace"])
            .arg(self.root)
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What the program answers to something that must work.
    pub fn done(&self, person: &str, arguments: &[&str]) -> Value {
        let output = self.run(person, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{person}: assay {}\n{said}", arguments.join(" "));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What the program says against something that a gate or policy must refuse.
    pub fn refused(&self, person: &str, arguments: &[&str]) -> String {
        let output = self.run(person, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{person}: assay {}\n{said}", arguments.join(" "));
        said
    }

    /// The release of this name, as `release list` has it.
    pub fn release(&self, name: &str) -> Value {
        let releases = self.done("mira", &["release", "list"]);
        releases.as_array().unwrap().iter().find(|release| release["name"] == name).cloned().unwrap()
    }

    /// The codes and subjects of what keeps a release back.
    pub fn reasons(&self, name: &str) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let reasons = self.done("mira", &["release", "why", name]);
        reasons.as_array().unwrap().iter().map(|reason| (text(&reason["code"]), text(&reason["subject"]))).collect()
    }

    /// The anomalies of a period that nobody settled.
    pub fn open_anomalies(&self, period: &str) -> Vec<Value> {
        let anomalies = self.done("mira", &["anomaly", "list", "--period", period, "--state", "open"]);
        anomalies.as_array().unwrap().clone()
    }
}
