//! How far back rows are read again, so that none is missed which was committed late.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::domain::source::Overlap;

/// How databases write times: with a zone, and without.
const ZONED: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z", "%Y-%m-%dT%H:%M%#z"];
const LOCAL: [&str; 4] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];

/// The watermark from which on rows are read again; none: all of them are.
///
/// Of what is neither a time nor a number nobody can tell what comes shortly before it: then from the watermark itself on.
pub fn before(watermark: &str, overlap: Overlap) -> Option<String> {
    let back = TimeDelta::try_seconds(i64::try_from(overlap.seconds).ok()?)?;
    if let Ok(number) = watermark.parse::<i128>() {
        return Some((number - i128::from(overlap.count)).to_string());
    }
    if let Ok(day) = NaiveDate::parse_from_str(watermark, "%Y-%m-%d") {
        let days = back.num_days().max(1);
        return day.checked_sub_signed(TimeDelta::try_days(days)?).map(|day| day.to_string());
    }
    for format in LOCAL {
        if let Ok(time) = NaiveDateTime::parse_from_str(watermark, format) {
            return time.checked_sub_signed(back).map(|time| time.format(format).to_string());
        }
    }
    for format in ZONED {
        let zoned = watermark.strip_suffix('Z').map(|before| format!("{before}+00:00"));
        if let Ok(time) = DateTime::parse_from_str(zoned.as_deref().unwrap_or(watermark), format) {
            let time = time.checked_sub_signed(back)?;
            let written = time.format(&format.replace("%#z", "%:z")).to_string();
            return Some(match zoned {
                Some(_) => written.trim_end_matches("+00:00").to_owned() + "Z",
                None => written,
            });
        }
    }
    Some(watermark.to_owned())
}

/// How far a database's clock may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::days(2);

/// Whether a watermark is a time that has not come yet: behind it nothing would ever be new.
pub fn is_to_come(watermark: &str, now: DateTime<Utc>) -> bool {
    let latest = now + AHEAD;
    let day = NaiveDate::parse_from_str(watermark, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let local = || LOCAL.iter().find_map(|format| NaiveDateTime::parse_from_str(watermark, format).ok());
    let zoned = || {
        let text = watermark.strip_suffix('Z').map_or_else(|| watermark.to_owned(), |before| format!("{before}+00:00"));
        ZONED.iter().find_map(|format| DateTime::parse_from_str(&text, format).ok()).map(|time| time.naive_utc())
    };
    watermark == "infinity" || day.or_else(local).or_else(zoned).is_some_and(|time| time > latest.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_come_yet_is_no_watermark() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        for past in ["2026-11-20 13:00:00", "2026-11-21", "2026-11-21T12:00:00Z", "20261231", "abc", "5000"] {
            assert!(!is_to_come(past, now), "{past}");
        }
        for to_come in
            ["2206-01-01", "2026-11-23 13:00:00.5", "2206-01-01 00:00:00+00", "2206-01-01T00:00:00Z", "infinity"]
        {
            assert!(is_to_come(to_come, now), "{to_come}");
        }
    }

    #[test]
    fn every_way_to_write_a_watermark_goes_back_in_its_own_way() {
        for (watermark, expected) in [
            ("2026-03-01 00:05:00", "2026-02-28 23:55:00"),
            ("2026-03-01 00:05:00.25", "2026-02-28 23:55:00.250"),
            ("2026-03-01 00:05:00.123456+00", "2026-02-28 23:55:00.123456+00:00"),
            ("2026-03-01T00:05:00Z", "2026-02-28T23:55:00Z"),
            ("2026-03-01T00:05:00+02:00", "2026-02-28T23:55:00+02:00"),
            ("2026-03-01", "2026-02-28"),
            ("5000", "4000"),
            ("-1", "-1001"),
            ("0x1F", "0x1F"),
        ] {
            assert_eq!(before(watermark, Overlap::default()).as_deref(), Some(expected), "{watermark}");
        }
        assert_eq!(before("5000", Overlap { count: 0, ..Overlap::default() }).as_deref(), Some("5000"));
    }
}
