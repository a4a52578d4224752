//! The demo's assay.toml, written from the habits of its providers.

use std::fmt::Write;

use super::calendar::TODAY;
use super::providers::{Habits, Layout, PROVIDERS, SHOP};

const HEAD: &str = r#"# The sample workspace of assay: retail sale slips of five invented providers.
# Change what you like, then see `assay contract diff` and `assay contract apply --reason "..."`.

[workspace]
name = "Retail slips"
timezone = "Europe/London"
today = "{today}"              # the clock stands still, so that the demo looks the same next year
demo = true                      # one person may act as each of the people below: `--as NAME`

[people]
olga = ["owner"]                 # changes the contract
mira = ["manager"]               # takes deliveries in and settles anomalies, so she may not approve
ravi = ["manager"]
nora = ["manager"]
tomas = ["assessor"]             # judges samples
lena = ["viewer"]

[[dataset]]
name = "slips"
period = "month"
text = ["description"]           # what the model reads
key = ["slip_id", "line"]        # unique within a provider and period
date = "sold_on"                 # has to lie in the period
schema = { slip_id = "string", line = "int", sold_on = "date", description = "string", quantity = "int", amount = "decimal(12,2)" }
"#;

const TAIL: &str = r#"
[[dataset.check]]
name = "amounts are not negative"
sql = "select * from silver where amount < 0"
severity = "blocking"

[[dataset.check]]
name = "few costly lines"        # a warning never blocks
sql = "select * from silver where amount > {costly}"
severity = "warning"

[dataset.release]
approvals = 2
separation = true                # who prepared, waived or changed rules may not approve
assess = 3                       # samples to judge before a waived anomaly lets a release go
keep = 7
reprocess = 3
deliver = ["xlsx", "parquet"]

[[model]]                        # what a version has to show before it goes into production
name = "slips"
test = "training/slips-test.jsonl"
tolerance = 0.05                 # so far may the F1 of a label fall
"#;

/// In pounds: what a line seldom costs.
const COSTLY: &str = "250";

/// The whole file.
#[must_use]
pub fn assay_toml() -> String {
    let mut toml = HEAD.replace("{today}", TODAY);
    for habits in &PROVIDERS {
        provider(&mut toml, habits);
    }
    let _ = write!(
        toml,
        r#"
[[dataset.provider]]             # {about}
name = "{name}"
source = {{ kind = "sql", url = "sqlite:shop.db", table = "sales", watermark = "changed_at" }}
due = "{due}"
since = "2026-11"
"#,
        about = SHOP.about,
        name = SHOP.name,
        due = SHOP.due,
    );
    toml.push_str(&TAIL.replace("{costly}", COSTLY));
    toml
}

fn provider(toml: &mut String, habits: &Habits) {
    let encoding = if habits.layout == Layout::CsvWindows { ", encoding = \"windows-1252\"" } else { "" };
    let column = |(name, field): (&str, &str)| format!("{field} = [\"{name}\"]");
    let mapped = habits.columns.iter().filter_map(|(name, content)| Some((*name, content.field()?)));
    let columns = mapped.map(column).collect::<Vec<_>>().join(", ");
    // Writing to a string does not fail.
    let _ = write!(
        toml,
        r#"
[[dataset.provider]]             # {about}
name = "{name}"
source = {{ kind = "inbox", pattern = "{pattern}"{encoding} }}
columns = {{ {columns} }}
dates = ["{dates}"]
delivery = "whole"
due = "{due}"
since = "2026-03"
"#,
        about = habits.about,
        name = habits.name,
        pattern = habits.pattern,
        dates = habits.dates,
        due = habits.due,
    );
}
