//! A model version reads 5,000,000 rows: how long that takes, and that memory is bounded by chunks and not by rows.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at what it can't measure")]

#[path = "support/figures.rs"]
mod figures;
#[path = "support/process.rs"]
mod process;
#[path = "support/slips.rs"]
mod slips;

use std::process::ExitCode;

use figures::Figures;
use process::assay;

const ROWS: u64 = 5_000_000;
const PROVIDER: &str = "northgate";
const PERIOD: &str = "2026-03";
/// The version that reads what another one has read already: nothing but its reading is done then.
const SECOND: &str = "slips/2";
/// The most memory that reading may hold, in MiB.
const BAR: f64 = 800.0;

fn main() -> ExitCode {
    let mut figures = Figures::default();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let begin = slips::contract("Five million slips", "2026-11-20", "month", "key = [\"slip_id\", \"line\"]");
    slips::prepare(root, &format!("{begin}{}until = \"{PERIOD}\"\n", slips::provider(PROVIDER, PERIOD)));
    slips::drop_delivery(root, PROVIDER, PERIOD, ROWS);
    assay(root, &["ingest"]);
    let run = assay(root, &["run"]);
    figures.plain("assay run, everything", &format!("{:.1} s, peak {:.0} MiB", run.seconds, run.peak));

    slips::train(root);
    let read = assay(root, &["run", "--model", SECOND]);
    let enrich = &read.answer["stages"][0];
    assert_eq!((&enrich["kind"], read.answer["stages"].as_array().map(Vec::len)), (&"enrich".into(), Some(1)));
    let figure = format!("{:.1} s, {} rows, {} rows/s", read.seconds, enrich["rows"], enrich["rows_per_second"]);
    figures.plain("assay run --model, a trained tagger", &figure);
    figures.at_most("the same: peak memory", read.peak, BAR, "MiB");
    figures.end()
}
