//! A delivery of 1,000,000 rows: taken in, run, published with every format. Rows per second, memory, time per step.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at what it can't measure")]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/process.rs"]
mod process;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::ExitCode;

use assay::demo::SEED;
use assay::demo::slips::{material, write_slips};
use figures::Figures;
use process::{Ran, assay};

const ROWS: u64 = 1_000_000;
const PERIOD: &str = "2026-03";
const RELEASE: &str = "slips/2026-03.1";
/// The most memory that a run may hold, in MiB.
const BAR: f64 = 1024.0;

const CONTRACT: &str = r#"
[workspace]
name = "A million slips"
timezone = "Europe/London"
today = "2026-11-20"
demo = true

[people]
mira = ["owner"]

[[dataset]]
name = "slips"
period = "month"
text = ["description"]
key = ["slip_id", "line"]
date = "sold_on"
schema = { slip_id = "string", line = "int", sold_on = "date", description = "string", quantity = "int", amount = "decimal(12,2)" }

[[dataset.provider]]
name = "northgate"
source = { kind = "inbox", pattern = "northgate_{period}*.csv" }
columns = { slip_id = "Slip", line = "Line", sold_on = "Date", description = "Description", quantity = "Qty", amount = "Net amount" }
due = "5d"
since = "2026-03"
until = "2026-03"

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
    assert_eq!((landed["rows"].as_u64(), landed["rejected"].as_u64()), (Some(ROWS), Some(0)));

    settle(root);
    let publish = assay(root, &["release", "publish", RELEASE]);
    assert_eq!(publish.answer["rows"], ROWS);
    took(&mut figures, "assay release publish, all deliveries", &publish);
    for step in publish.answer["steps"].as_array().unwrap() {
        let seconds = step["milliseconds"].as_f64().unwrap() / 1000.0;
        figures.plain(&format!("  {}", step["step"].as_str().unwrap()), &format!("{seconds:.2} s"));
    }
    figures.end()
}

/// A workspace with a trained tagger in production and the delivery in its inbox.
fn prepare(root: &Path) {
    fs::write(root.join("assay.toml"), CONTRACT).unwrap();
    let training = material(SEED).unwrap().training.into_iter().next().unwrap();
    let labelled = root.join(training.name);
    fs::write(&labelled, training.bytes).unwrap();
    assay(root, &["model", "train", "--name", "slips", "--data", labelled.to_str().unwrap()]);
    assay(root, &["model", "promote", "slips/1", "--reason", "the only one"]);
    let inbox = root.join("inbox/northgate");
    fs::create_dir_all(&inbox).unwrap();
    let file = File::create(inbox.join(format!("northgate_{PERIOD}.csv"))).unwrap();
    write_slips(SEED, ROWS, &mut BufWriter::new(file)).unwrap();
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
