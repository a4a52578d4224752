//! A workspace of sale slips: its contract, a trained tagger in production, a delivery of any length in its inbox.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use assay::demo::SEED;
use assay::demo::slips::{material, write_slips};

use crate::process::assay;

/// The beginning of a contract whose clock stands at `today` and whose periods are `period`s; `more` are further keys of
/// the dataset.
pub fn contract(name: &str, today: &str, period: &str, more: &str) -> String {
    format!(
        r#"
[workspace]
name = "{name}"
timezone = "Europe/London"
today = "{today}"
demo = true

[people]
mira = ["owner"]

[[dataset]]
name = "slips"
period = "{period}"
text = ["description"]
{more}
schema = {{ slip_id = "string", line = "int", sold_on = "date", description = "string", quantity = "int", amount = "decimal(12,2)" }}
"#
    )
}

/// A provider of the contract, whose files are named by their period.
pub fn provider(name: &str, since: &str) -> String {
    format!(
        r#"
[[dataset.provider]]
name = "{name}"
source = {{ kind = "inbox", pattern = "{{period}}*.csv" }}
columns = {{ slip_id = "Slip", line = "Line", sold_on = "Date", description = "Description", quantity = "Qty", amount = "Net amount" }}
due = "5d"
since = "{since}"
"#
    )
}

/// Writes the contract, trains a tagger and puts it into production.
pub fn prepare(root: &Path, contract: &str) {
    fs::write(root.join("assay.toml"), contract).unwrap();
    train(root);
    assay(root, &["model", "promote", "slips/1", "--reason", "the only one"]);
}

/// Trains the next version of the tagger.
pub fn train(root: &Path) {
    let training = material(SEED).unwrap().training.into_iter().next().unwrap();
    let labelled = root.join(training.name);
    fs::write(&labelled, training.bytes).unwrap();
    assay(root, &["model", "train", "--name", "slips", "--data", labelled.to_str().unwrap()]);
}

/// Drops a delivery of `rows` rows.
pub fn drop_delivery(root: &Path, provider: &str, period: &str, rows: u64) {
    let inbox = root.join("inbox").join(provider);
    fs::create_dir_all(&inbox).unwrap();
    let file = File::create(inbox.join(format!("{period}.csv"))).unwrap();
    write_slips(SEED, rows, &mut BufWriter::new(file)).unwrap();
}
