//! File name patterns: which file in an inbox is a delivery, and for which period.

use super::calendar::{Calendar, Rhythm, Span};
use super::{Granularity, Period};
use crate::base::{Error, Result};

/// The placeholder for the period.
const PLACEHOLDER: &str = "{period}";

/// Digits alone are taken for a date only in these years, so that an invoice number is not one.
const COMPACT_YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A file name with `{period}` where the period stands, or without it, where the rows say it, and `*` for any run of
/// characters, none included.
///
/// Everything else stands for itself; ASCII letters match in either case, so that `REPORT.CSV` fits `report*.csv`.
/// The pattern covers the whole name. The period is written as assay writes it (`2026`, `2026-Q3`, `2026-10`,
/// `2026-W41`, `2026-10-05`) or, for months and days, without separators (`202610`, `20261005`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePattern {
    before: String,
    /// What follows the period; none where there is no place for one.
    after: Option<String>,
}

/// What the name of a file says of what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// It is for this.
    For(Span),
    /// Its rows say it.
    ByRows,
    /// It should say it, and does not: why.
    Unclear(String),
}

impl FilePattern {
    /// Reads a pattern; it may hold `{period}` once, no other braces and no `/`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |cause: &str| {
            Err(Error::usage(format!("`{text}` is not a file name pattern"))
                .because(cause)
                .hint("write a file name with `{period}` once and `*` for anything, for example `{period}*.csv`"))
        };
        let (before, after) =
            text.split_once(PLACEHOLDER).map_or((text, None), |(before, after)| (before, Some(after)));
        let rest = after.unwrap_or_default();
        if rest.contains(PLACEHOLDER) {
            return wrong("`{period}` stands in it twice");
        }
        if let Some(character) = before.chars().chain(rest.chars()).find(|c| "{}/\\".contains(*c) || c.is_control()) {
            return wrong(&format!("`{}` can't stand in it", character.escape_default()));
        }
        Ok(Self { before: before.to_owned(), after: after.map(str::to_owned) })
    }

    /// Whether names say the period.
    #[must_use]
    pub fn names_period(&self) -> bool {
        self.after.is_some()
    }

    /// What `file_name` says: `None` when it is not meant by this pattern, else what it is for in periods of this rhythm.
    #[must_use]
    pub fn meant(&self, file_name: &str, rhythm: &Rhythm) -> Option<Meant> {
        let Some(after) = &self.after else { return glob(&self.before, file_name).then_some(Meant::ByRows) };
        let found = match rhythm {
            Rhythm::Every(length) => self.period_of(after, file_name, *length).map(|period| period.map(Span::from)),
            Rhythm::Own(calendar) => self.own_of(after, file_name, calendar),
        };
        found.map(|found| found.map_or_else(Meant::Unclear, Meant::For))
    }

    fn own_of(&self, after: &str, file_name: &str, calendar: &Calendar) -> Option<Result<Span, String>> {
        let named = calendar.named(file_name);
        let fits =
            |(start, end): (usize, usize)| glob(&self.before, &file_name[..start]) && glob(after, &file_name[end..]);
        let spans: Vec<Span> = named.into_iter().filter(|(range, _)| fits(*range)).map(|(_, span)| span).collect();
        match spans.as_slice() {
            [span] => Some(Ok(span.clone())),
            [] => glob(&format!("{}*{after}", self.before), file_name).then(|| {
                let form = Rhythm::Own(calendar.clone()).form();
                Err(format!(
                    "no period where the pattern has `{PLACEHOLDER}`; the provider's periods look like `{form}`"
                ))
            }),
            [first, second, ..] => Some(Err(format!(
                "the name holds two periods, `{first}` and `{second}`, where the pattern allows both"
            ))),
        }
    }

    /// The same for a period of this granularity.
    fn period_of(&self, after: &str, file_name: &str, granularity: Granularity) -> Option<Result<Period, String>> {
        let fits = |start: usize, end: usize| glob(&self.before, &file_name[..start]) && glob(after, &file_name[end..]);
        let dates: Vec<Date> = dates(file_name).into_iter().filter(|date| fits(date.start, date.end)).collect();
        let mut periods: Vec<Period> =
            dates.iter().map(|date| date.period).filter(|period| period.granularity() == granularity).collect();
        periods.dedup();
        match periods.as_slice() {
            [period] => Some(Ok(*period)),
            [] => {
                let shape = format!("{}*{after}", self.before);
                glob(&shape, file_name).then(|| Err(no_period(file_name, &dates, granularity)))
            }
            [first, second, ..] => Some(Err(format!(
                "the name holds two periods, `{first}` and `{second}`, where the pattern allows both"
            ))),
        }
    }
}

fn no_period(file_name: &str, dates: &[Date], granularity: Granularity) -> String {
    let wanted = format!("the dataset's periods look like `{}`", granularity.form());
    match dates.first() {
        Some(date) => {
            let end = file_name.len()
                - file_name[date.end..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').len();
            match &file_name[date.start..end] {
                whole if end == date.end => format!("`{whole}` in the name is a period of another length; {wanted}"),
                longer => format!("`{}` in the name is no period; {wanted}", longer.trim_end_matches('-')),
            }
        }
        None => format!("no period where the pattern has `{PLACEHOLDER}`; {wanted}"),
    }
}

/// A period found in a file name, from byte `start` to byte `end`.
struct Date {
    start: usize,
    end: usize,
    period: Period,
}

/// Every period in `name`, from the left, the longest form first, never inside a longer number.
fn dates(name: &str) -> Vec<Date> {
    let bytes = name.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let is_start = is_digit(start) && !(start > 0 && is_digit(start - 1));
        let date = [10, 8, 7, 6, 4].into_iter().filter(|_| is_start).find_map(|length| {
            let end = start + length;
            let text = name.get(start..end).filter(|_| !is_digit(end))?;
            Some(Date { start, end, period: period_from(text)? })
        });
        start = date.as_ref().map_or(start + 1, |date| date.end);
        found.extend(date);
    }
    found
}

fn period_from(text: &str) -> Option<Period> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.to_ascii_uppercase().parse().ok();
    }
    let (year, rest) = text.split_at_checked(4)?;
    if !year.parse().is_ok_and(|year: i32| COMPACT_YEARS.contains(&year)) {
        return None;
    }
    match rest.len() {
        0 => year.parse().ok(),
        2 => format!("{year}-{rest}").parse().ok(),
        4 => format!("{year}-{}-{}", &rest[..2], &rest[2..]).parse().ok(),
        _ => None,
    }
}

/// Whether `text` as a whole fits `pattern`, where `*` stands for any run of characters. Linear but for the last `*`.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    // Where the last `*` stood, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                star = Some((at_pattern, at_text));
                at_pattern += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[at_text]) => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at_pattern = star_at + 1;
                at_text = taken + 1;
            }
        }
    }
    pattern[at_pattern..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn period(pattern: &str, name: &str, granularity: Granularity) -> Option<Result<String, String>> {
        match FilePattern::parse(pattern).unwrap().meant(name, &Rhythm::Every(granularity))? {
            Meant::For(span) => Some(Ok(span.label)),
            Meant::Unclear(why) => Some(Err(why)),
            Meant::ByRows => panic!("{pattern} names a period"),
        }
    }

    #[test]
    fn a_name_says_its_period_in_every_form() {
        use Granularity::{Day, Month, Quarter, Week, Year};
        for (pattern, name, granularity, expected) in [
            ("{period}*.csv", "2026-10.csv", Month, "2026-10"),
            ("{period}*.csv", "2026-10_final.CSV", Month, "2026-10"),
            ("*{period}*.csv", "Slips 202610 v2.csv", Month, "2026-10"),
            ("slips_*_{period}.csv", "SLIPS_north_2026-10.csv", Month, "2026-10"),
            ("*{period}.parquet", "b123456-2026-q3.parquet", Quarter, "2026-Q3"),
            ("{period}.csv", "2026-W53.csv", Week, "2026-W53"),
            ("spend{period}.csv", "spend20240229.csv", Day, "2024-02-29"),
            ("{period}.csv", "2026.csv", Year, "2026"),
            ("*{period}*", "order 1234567 of 2026-10.csv", Month, "2026-10"),
            ("*{period}*", "no 2026091 of 2026-10.csv", Month, "2026-10"),
        ] {
            assert_eq!(period(pattern, name, granularity), Some(Ok(expected.to_owned())), "{pattern} {name}");
        }
    }

    #[test]
    fn another_file_is_not_meant() {
        for name in ["2026-10.txt", "notes.csv.bak"] {
            assert_eq!(period("{period}*.csv", name, Granularity::Month), None, "{name}");
        }
    }

    #[test]
    fn a_name_of_the_right_shape_without_a_period_says_why() {
        let day = period("*{period}*.csv", "sales-2026-10-05.csv", Granularity::Month).unwrap().unwrap_err();
        assert_eq!(
            day,
            "`2026-10-05` in the name is a period of another length; the dataset's periods look like `2026-10`"
        );
        let none = period("sales{period}.csv", "sales-october.csv", Granularity::Month).unwrap().unwrap_err();
        assert_eq!(none, "no period where the pattern has `{period}`; the dataset's periods look like `2026-10`");
        assert!(period("{period}.csv", "x2026-10.csv", Granularity::Month).unwrap().is_err());
        let two = period("*{period}*.csv", "2026-09 to 2026-10.csv", Granularity::Month).unwrap().unwrap_err();
        assert!(two.contains("`2026-09` and `2026-10`"), "{two}");
        assert!(period("{period}.csv", "2026-13.csv", Granularity::Month).unwrap().is_err());
        for wrong in ["2026-13", "2026-9"] {
            let said = period("{period}*.csv", &format!("{wrong}.csv"), Granularity::Month).unwrap().unwrap_err();
            let expected = format!("`{wrong}` in the name is no period; the dataset's periods look like `2026-10`");
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn a_pattern_without_a_period_leaves_that_to_the_rows() {
        let pattern = FilePattern::parse("sales*.csv").unwrap();
        let rhythm = Rhythm::Every(Granularity::Month);
        assert_eq!(pattern.meant("Sales 2026-13.csv", &rhythm), Some(Meant::ByRows));
        assert_eq!(pattern.meant("notes.csv", &rhythm), None);
    }

    #[test]
    fn patterns_with_more_than_a_name_are_refused() {
        for text in ["{period}{period}.csv", "{period}/{x}.csv", "../{period}.csv"] {
            assert!(FilePattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn many_stars_do_not_blow_up() {
        let pattern = format!("{}{{period}}", "*a".repeat(40));
        assert!(period(&pattern, &"a".repeat(4000), Granularity::Month).unwrap().is_err());
    }
}
