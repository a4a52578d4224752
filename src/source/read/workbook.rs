//! What every kind of workbook gives: its sheets, their cells, and what those say.

use calamine::ExcelDateTime;

use crate::base::{Error, Result};

/// A sheet of a workbook.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether people see it.
    pub is_visible: bool,
}

/// What takes the cells of a sheet, each with its 0-based row and column; false where it wants no more.
pub type Sink<'a> = dyn FnMut(u32, u32, String) -> Result<bool> + 'a;

/// A workbook that is read sheet by sheet.
pub trait Workbook {
    /// Its sheets, in order.
    fn sheets(&mut self) -> Result<Vec<Sheet>>;

    /// Hands over the cells of a sheet that hold something, row by row.
    fn cells(&mut self, sheet: &str, sink: &mut Sink<'_>) -> Result<()>;
}

/// The error of a library.
pub fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::bad_data(format!("the workbook can't be read: {error}"))
}

/// A number as a sheet shows it at its most exact: with 15 digits, whole ones without decimals and as they are.
pub fn number(value: f64) -> String {
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= WHOLE {
        return format!("{value}");
    }
    let rounded = format!("{value:.14e}").parse().unwrap_or(value);
    if rounded.abs() < 1e21 { format!("{rounded}") } else { format!("{rounded:e}") }
}

/// A moment in ISO 8601: a date, a time of day, or both. A duration is hours, minutes and seconds.
pub fn moment(value: ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let days = value.as_f64();
    if value.is_duration() {
        let hours = days.abs().trunc() * 24.0 + f64::from(hour);
        let sign = if days < 0.0 { "-" } else { "" };
        return format!("{sign}{hours}:{minute:02}:{second:02}{fraction}");
    }
    let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    let is_midnight = time == "00:00:00";
    match (days < 1.0, is_midnight) {
        (true, _) => time,
        (false, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02}T{time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_have_the_digits_that_a_sheet_shows() {
        for (value, expected) in [
            (5.0, "5"),
            (260.109_999_999_999_96, "260.11"),
            (-0.5, "-0.5"),
            (1e15, "1000000000000000"),
            (1e300, "1e300"),
        ] {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn moments_are_iso() {
        let at = |days, kind| moment(ExcelDateTime::new(days, kind, false));
        assert_eq!(at(44680.0, ExcelDateTimeType::DateTime), "2022-04-29");
        assert_eq!(at(44680.5, ExcelDateTimeType::DateTime), "2022-04-29T12:00:00");
        assert_eq!(at(0.25, ExcelDateTimeType::DateTime), "06:00:00");
        assert_eq!(at(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
    }
}
