//! A workspace with a long past: 20 providers, 1,000 days, 20,000 batches, over 200,000 events, all days published.
//! One real delivery of the day after waits to be run.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use assay::base::{Clock, Digest};
use assay::demo::SEED;
use assay::demo::slips::{material, write_slips};
use assay::domain::release::ReleaseInputs;
use assay::domain::{Fact, ModelRef, Period, ReleaseName, Slice};
use assay::journal::Journal;

use crate::facts;
use crate::process::{Ran, assay};

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
    fs::write(root.join("assay.toml"), contract()).unwrap();
    let training = material(SEED).unwrap().training.into_iter().next().unwrap();
    let labelled = root.join(training.name);
    fs::write(&labelled, training.bytes).unwrap();
    assay(root, &["model", "train", "--name", "slips", "--data", labelled.to_str().unwrap()]);
    assay(root, &["model", "promote", "slips/1", "--reason", "the only one"]);

    let first: Period = FIRST.parse().unwrap();
    let days: Vec<Period> = std::iter::successors(Some(first), |day| day.next()).take(DAYS as usize).collect();
    let slices = days.iter().flat_map(|day| {
        (0..PROVIDERS).map(|number| Slice { dataset: "slips".to_owned(), period: *day, provider: provider(number) })
    });
    let journal = Journal::open(&root.join("assay.db"), Clock::System).unwrap();
    facts::write(&journal, slices).unwrap();
    journal
        .write(&facts::origin("nora"), move |transaction| {
            for (generation, day) in (1..).zip(days) {
                for fact in published(day, generation) {
                    transaction.append(fact)?;
                }
            }
            Ok(())
        })
        .unwrap();
    drop(journal);

    let inbox = root.join("inbox").join(provider(0));
    fs::create_dir_all(&inbox).unwrap();
    let file = File::create(inbox.join(format!("{NEXT}.csv"))).unwrap();
    write_slips(SEED, ROWS, &mut BufWriter::new(file)).unwrap();
    let ingest = assay(root, &["ingest"]);
    assert!(ingest.answer.is_object(), "{}", ingest.answer);
    ingest
}

fn provider(number: u64) -> String {
    format!("provider-{number:02}")
}

fn contract() -> String {
    let mut toml = format!(
        r#"
[workspace]
name = "A long past"
timezone = "Europe/London"
today = "{TODAY}"
demo = true

[people]
mira = ["owner"]

[[dataset]]
name = "slips"
period = "day"
text = ["description"]
schema = {{ slip_id = "string", line = "int", sold_on = "date", description = "string", quantity = "int", amount = "decimal(12,2)" }}
"#
    );
    for number in 0..PROVIDERS {
        toml += &format!(
            r#"
[[dataset.provider]]
name = "{}"
source = {{ kind = "inbox", pattern = "{{period}}*.csv" }}
columns = {{ slip_id = "Slip", line = "Line", sold_on = "Date", description = "Description", quantity = "Qty", amount = "Net amount" }}
due = "5d"
since = "{FIRST}"
"#,
            provider(number)
        );
    }
    toml
}

/// What takes the first release of a day to clients.
fn published(period: Period, generation: u64) -> Vec<Fact> {
    let release = ReleaseName { dataset: "slips".to_owned(), period, n: 1 };
    let digest = Digest::of(release.to_string().as_bytes());
    vec![
        Fact::ReleaseOpened {
            release: release.clone(),
            model: ModelRef::new("slips", 1),
            cause: "first delivery".to_owned(),
            inputs: ReleaseInputs::default(),
            input_digest: digest.clone(),
        },
        Fact::ReleaseAssembled { release: release.clone(), release_digest: digest.clone() },
        Fact::ReleaseApproved { release: release.clone(), release_digest: digest.clone(), complete: true },
        Fact::PublishStarted { release: release.clone(), release_digest: digest.clone(), manifest: digest },
        Fact::Published { release, superseded: None, delta_version: generation - 1, generation },
    ]
}
