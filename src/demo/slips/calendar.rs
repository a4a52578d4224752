//! The eight months of the demo.

use chrono::NaiveDate;

use crate::base::{Error, Result};
use crate::domain::{Granularity, Period};

/// The year that everything happens in.
pub const YEAR: i32 = 2026;

/// The day that the demo's clock stands at.
pub const TODAY: &str = "2026-11-20";

/// The month of the oldest period.
const FIRST_MONTH: u32 = 3;

/// A day of the demo's year.
pub fn day(month: u32, day: u32) -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(YEAR, month, day)
        .ok_or_else(|| Error::internal(format!("{YEAR}-{month:02}-{day:02} is not a day")))
}

/// The periods, 2026-03 to 2026-10.
pub fn periods() -> Result<[Period; 8]> {
    let first = day(FIRST_MONTH, 1)?;
    let beyond = || Error::internal("the calendar ends");
    let mut period = Period::containing(Granularity::Month, first).ok_or_else(beyond)?;
    let mut periods = [period; 8];
    for place in periods.iter_mut().skip(1) {
        period = period.next().ok_or_else(beyond)?;
        *place = period;
    }
    Ok(periods)
}
