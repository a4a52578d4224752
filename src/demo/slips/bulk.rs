//! Slips without number, for benchmarks: one CSV of any length, written as it is made.

use std::io::Write;

use super::calendar::periods;
use super::file::Form;
use super::providers::PROVIDERS;
use super::till::Till;
use crate::base::Result;

/// Writes a delivery of the first provider for the first period with `rows` records, header first, in constant memory.
pub fn write_slips(seed: u64, rows: u64, out: &mut impl Write) -> Result<()> {
    let [habits, ..] = &PROVIDERS;
    let [period, ..] = periods()?;
    let form = Form::usual(habits);
    out.write_all(&form.encoded(&form.header()))?;
    for sale in Till::open(seed, habits, period, rows) {
        out.write_all(&form.encoded(&form.record(&sale)))?;
    }
    Ok(out.flush()?)
}
