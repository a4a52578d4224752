//! `log rebuild` of 1,000,000 events.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints, and stops at what it can't measure"
)]

#[path = "support/facts.rs"]
mod facts;
#[path = "support/figures.rs"]
mod figures;

use std::process::ExitCode;
use std::time::Instant;

use assay::base::{Cancel, Clock};
use assay::domain::{Period, Slice};
use assay::journal::Journal;
use figures::Figures;

const EVENTS: u64 = 1_000_000;
/// How many facts are made of a slice.
const PER_SLICE: u64 = 10;
/// How many facts are made of a release.
const PER_RELEASE: u64 = 12;
const PERIODS: u64 = 1000;
/// How many providers each release is judged by.
const PROVIDERS: u64 = 98;
/// The most seconds that a rebuild may take.
const BAR: f64 = 60.0;

fn main() -> ExitCode {
    let mut figures = Figures::default();
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("assay.db"), Clock::System).unwrap();
    let period = |number: u64| -> Period { format!("{}", 1000 + number % PERIODS).parse().unwrap() };
    let slices = (0..(EVENTS - PERIODS * PER_RELEASE) / PER_SLICE).map(|number| Slice {
        dataset: "slips".to_owned(),
        period: period(number),
        provider: format!("provider-{:02}", number / PERIODS),
    });
    let start = Instant::now();
    facts::write(&journal, slices).unwrap();
    facts::publish(&journal, "slips", (0..PERIODS).map(period), PROVIDERS).unwrap();
    figures.plain("appending 1,000,000 events", &format!("{:.1} s", start.elapsed().as_secs_f64()));

    let start = Instant::now();
    let replayed = journal.rebuild(&Cancel::default(), &|_, _| {}).unwrap();
    assert_eq!(replayed, EVENTS);
    figures.at_most("rebuilding from 1,000,000 events", start.elapsed().as_secs_f64(), BAR, "s");

    let start = Instant::now();
    journal.verify(&Cancel::default()).unwrap();
    figures.plain("verifying 1,000,000 events", &format!("{:.1} s", start.elapsed().as_secs_f64()));
    figures.end()
}
