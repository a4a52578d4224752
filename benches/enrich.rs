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
    // The rows are refined by a process of their own, so that nothing but the reading is measured.
    for kind in ["refine", "enrich"] {
        let tasks = assay(root, &["task", "list"]).answer;
        let task = tasks.as_array().unwrap().iter().find(|task| task["kind"] == kind).unwrap();
        let ran = assay(root, &["task", "retry", task["key"].as_str().unwrap()]);
        let stage = &ran.answer["stages"][0];
        let figure = format!("{:.1} s, {} rows, {} rows/s", ran.seconds, stage["rows"], stage["rows_per_second"]);
        figures.plain(kind, &figure);
        if kind == "enrich" {
            figures.at_most("enrich: peak memory", ran.peak, BAR, "MiB");
        }
    }
    figures.end()
}
