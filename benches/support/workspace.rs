//! A workspace with a long past: 20 providers, 1,000 days, 20,000 batches, over 200,000 events, all days published.
//! One real delivery of the day after waits to be run.

use std::path::Path;

use assay::base::Clock;
use assay::domain::{Period, Slice};
use assay::journal::Journal;

use crate::facts;
use crate::process::{Ran, assay};
use crate::slips;

/// How many batches it has before the real one.
pub const BATCHES: u64 = PROVIDERS * DAYS;
const PROVIDERS: u64 = 20;
const DAYS: u64 = 1000;
/// The first day; the last of the past is 2025-09-26.
const FIRST: &str = "2023-01-01";
const NEXT: &str = "2025-09-27";
const TODAY: &str = "2025-09-28";
/// Rows of the real delivery: enough for a run that outlasts the measurement.
const ROWS: u64 = 600_000;

/// Makes it in an empty folder, by the journal's own interface and, for what is real, by the program; answers how the
/// real delivery was taken in.
pub fn generate(root: &Path) -> Ran {
    slips::prepare(root, &contract());
    let first: Period = FIRST.parse().unwrap();
    let days: Vec<Period> = std::iter::successors(Some(first), |day| day.next()).take(DAYS as usize).collect();
    let slices = days.iter().flat_map(|day| {
        (0..PROVIDERS).map(|number| Slice { dataset: "slips".to_owned(), period: *day, provider: provider(number) })
    });
    let journal = Journal::open(&root.join("assay.db"), Clock::System).unwrap();
    facts::write(&journal, slices).unwrap();
    facts::publish(&journal, "slips", days.into_iter(), PROVIDERS).unwrap();
    drop(journal);

    slips::drop_delivery(root, &provider(0), NEXT, ROWS);
    let ingest = assay(root, &["ingest"]);
    assert_eq!(ingest.answer[0]["result"], "landed", "{}", ingest.answer);
    ingest
}

fn provider(number: u64) -> String {
    format!("provider-{number:02}")
}

fn contract() -> String {
    let providers = (0..PROVIDERS).map(|number| slips::provider(&provider(number), FIRST));
    std::iter::once(slips::contract("A long past", TODAY, "day", "")).chain(providers).collect()
}
