//! A delivery of 1,000,000 rows: taken in, run, published with every format. Rows per second, memory, time per step.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at what it can't measure")]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/process.rs"]
mod process;
#[path = "support/slips.rs"]
mod slips;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use figures::Figures;
use process::{Ran, assay};

const ROWS: u64 = 1_000_000;
const PROVIDER: &str = "northgate";
const PERIOD: &str = "2026-03";
const RELEASE: &str = "slips/2026-03.1";
const AMENDMENT: &str = "slips/2026-03.2";
/// The most memory that a run may hold, in MiB.
const BAR: f64 = 1024.0;

/// What the one release needs.
const POLICY: &str = r#"
[dataset.release]
approvals = 1
separation = false
deliver = ["xlsx", "csv", "parquet"]
"#;

fn main() -> ExitCode {
    let mut figures = Figures::default();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    prepare(root);

    let ingest = assay(root, &["ingest"]);
    took(&mut figures, "assay ingest", &ingest);
    let run = assay(root, &["run"]);
    took(&mut figures, "assay run", &run);
    for stage in run.answer["stages"].as_array().unwrap() {
        let (rows, seconds) = (stage["rows"].as_u64().unwrap(), stage["milliseconds"].as_f64().unwrap() / 1000.0);
        let figure = format!("{seconds:.2} s, {rows} rows, {} rows/s", stage["rows_per_second"]);
        figures.plain(&format!("  {}", stage["kind"].as_str().unwrap()), &figure);
    }
    let landed = &assay(root, &["batch", "list"]).answer[0];
    assert_eq!(landed["rows"], ROWS);
    let refused = landed["rejected"].as_u64().unwrap();
    assert!(refused < ROWS / 100, "{refused} rows were refused");

    settle(root);
    let publish = assay(root, &["release", "publish", RELEASE]);
    assert_eq!(publish.answer["rows"], ROWS - refused);
    took(&mut figures, "assay release publish, all deliveries", &publish);
    for step in publish.answer["steps"].as_array().unwrap() {
        let seconds = step["milliseconds"].as_f64().unwrap() / 1000.0;
        figures.plain(&format!("  {}", step["step"].as_str().unwrap()), &format!("{seconds:.2} s"));
    }
    compare(root, &mut figures);
    figures.end()
}

/// A correction that lacks one row: opening its release tells every row from those that clients see.
fn compare(root: &Path, figures: &mut Figures) {
    slips::drop_delivery(root, PROVIDER, PERIOD, ROWS);
    let file = root.join("inbox").join(PROVIDER).join(format!("{PERIOD}.csv"));
    let whole = fs::read_to_string(&file).unwrap();
    let (without_the_last, _) = whole.trim_end().rsplit_once('\n').unwrap();
    fs::write(&file, format!("{without_the_last}\n")).unwrap();
    assay(root, &["ingest"]);
    assay(root, &["run"]);
    let shown = assay(root, &["release", "show", AMENDMENT]);
    let change = &shown.answer["changes"]["batches"][0]["rows"];
    assert_eq!((&change["added"], &change["removed"], &change["changed"]), (&0.into(), &1.into(), &0.into()));
    took(figures, "assay release show, beside what is live", &shown);
}

/// A workspace with a trained tagger in production and the delivery in its inbox.
fn prepare(root: &Path) {
    let keys = "key = [\"slip_id\", \"line\"]\ndate = \"sold_on\"";
    let begin = slips::contract("A million slips", "2026-11-20", "month", keys);
    let provider = slips::provider(PROVIDER, PERIOD);
    slips::prepare(root, &format!("{begin}{provider}until = \"{PERIOD}\"\n{POLICY}"));
    slips::drop_delivery(root, PROVIDER, PERIOD, ROWS);
}

/// Accepts the period as the baseline, lets what the checks found pass, and approves.
fn settle(root: &Path) {
    assay(root, &["period", "baseline", PERIOD, "--reason", "the first one"]);
    assay(root, &["run"]);
    for anomaly in assay(root, &["anomaly", "list", "--state", "open"]).answer.as_array().unwrap() {
        assay(root, &["anomaly", "waive", anomaly["id"].as_str().unwrap(), "--reason", "generated"]);
    }
    assay(root, &["run"]);
    assay(root, &["release", "approve", RELEASE]);
}

fn took(figures: &mut Figures, what: &str, ran: &Ran) {
    figures.plain(what, &format!("{:.1} s", ran.seconds));
    figures.at_most(&format!("{what}: peak memory"), ran.peak, BAR, "MiB");
}
