//! A moment as people name it: a day, or a day and a time by a clock on the wall.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

use crate::base::{Error, Result};

/// Day and time, as they may be written.
const TIMES: [&str; 4] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];

/// The moment that `text` names by the clock of a time zone. A day alone is its last second; of an hour that the clock shows twice the
/// second is meant.
pub fn named(text: &str, zone: Tz) -> Result<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    let end_of = |day: NaiveDate| day.and_hms_opt(23, 59, 59);
    let written = TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let by_the_clock =
        written.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(end_of)).ok_or_else(|| {
            Error::usage(format!("`{}` is no moment", crate::base::text::safe(text)))
                .hint("write a day, as 2026-09-22, or a day and a time, as \"2026-09-22 14:30\"")
        })?;
    // An hour that the clock skips: what it shows right after.
    let local = zone.from_local_datetime(&by_the_clock).latest();
    let local = local.or_else(|| zone.from_local_datetime(&(by_the_clock + Duration::hours(1))).latest());
    local.map(|local| local.to_utc()).ok_or_else(|| Error::usage(format!("`{text}` is no moment in {zone}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn days_and_times_are_meant_by_the_clock_of_the_place() {
        for (text, expected) in [
            ("2026-09-22", "2026-09-22T22:59:59Z"),
            ("2026-12-01", "2026-12-01T23:59:59Z"),
            (" 2026-09-22 14:30 ", "2026-09-22T13:30:00Z"),
            ("2026-09-22T14:30:05", "2026-09-22T13:30:05Z"),
            ("2026-09-22T14:30:00+02:00", "2026-09-22T12:30:00Z"),
            // Skipped in spring, shown twice in autumn.
            ("2026-03-29 01:30", "2026-03-29T01:30:00Z"),
            ("2026-10-25 01:30", "2026-10-25T01:30:00Z"),
        ] {
            let expected: DateTime<Utc> = expected.parse().unwrap();
            assert_eq!(named(text, chrono_tz::Europe::London).unwrap(), expected, "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "2026-09-22 25:00"] {
            assert!(named(text, chrono_tz::UTC).is_err(), "{text}");
        }
    }
}
