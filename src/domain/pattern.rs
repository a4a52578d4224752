//! File name patterns: which file in an inbox is a delivery, and for which period.

mod found;

use super::calendar::{Calendar, Rhythm, Span};
use super::{Granularity, Period};
use crate::base::{Error, Result};
use found::{Found, fault_of_form, written_as};

/// What stands for the period, without its braces.
const PLACEHOLDER: &str = "period";

/// A file name with `{period}` where the period stands, or without it, where the rows say it, and `*` for any run of
/// characters, none included.
///
/// Everything else stands for itself; ASCII letters match in either case, so that `REPORT.CSV` fits `report*.csv`.
/// The pattern covers the whole name. The period is written as assay writes it (`2026`, `2026-Q3`, `2026-10`,
/// `2026-W41`, `2026-10-05`), for months and days with other separators or none (`2026_10`, `202610`, `20261005`), by the
/// name of the month (`October 2026`, `5 Oct 2026`), or as `10-2026`; where another form is said, in that: a strftime
/// pattern, `{period:%d%m%y}`, which also says whether the day or the month comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePattern {
    before: String,
    /// How the period is written, where that is said.
    form: Option<String>,
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
    /// Reads a pattern; it may hold `{period}`, or that with a form, once, no other braces and no `/`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |cause: &str| {
            Err(Error::usage(format!("`{text}` is not a file name pattern"))
                .because(cause)
                .hint("write a file name with `{period}` once and `*` for anything, for example `{period}*.csv`")
                .hint("where the period is written in a form of its own, say it: `{period:%m-%d-%Y}.csv`"))
        };
        let (before, form, after) = match text.split_once('{') {
            None => (text, None, None),
            Some((before, rest)) => {
                let Some((inside, after)) = rest.split_once('}') else { return wrong("a `{` is never closed") };
                let form = inside.strip_prefix(PLACEHOLDER).filter(|rest| rest.is_empty() || rest.starts_with(':'));
                let Some(form) = form else { return wrong(&format!("`{{{inside}}}` can't stand in it")) };
                (before, form.strip_prefix(':'), Some(after))
            }
        };
        if after.is_some_and(|after| after.contains(&format!("{{{PLACEHOLDER}"))) {
            return wrong("`{period}` stands in it twice");
        }
        if let Some(fault) = form.and_then(fault_of_form) {
            return wrong(&fault);
        }
        let parts = [before, form.unwrap_or_default(), after.unwrap_or_default()];
        let mut characters = parts.iter().flat_map(|part| part.chars());
        if let Some(character) = characters.find(|c| "{}/\\".contains(*c) || c.is_control()) {
            return wrong(&format!("`{}` can't stand in it", character.escape_default()));
        }
        Ok(Self { before: before.to_owned(), form: form.map(str::to_owned), after: after.map(str::to_owned) })
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
        let named = match &self.form {
            Some(form) => {
                let days = written_as(form, file_name, Granularity::Day).into_iter();
                let own = |day: Found| {
                    let span = calendar.spans(day.period.first(), day.period.last()).into_iter().next()?;
                    Some(((day.start, day.end), span))
                };
                days.filter_map(own).collect()
            }
            None => calendar.named(file_name),
        };
        let fits =
            |(start, end): (usize, usize)| glob(&self.before, &file_name[..start]) && glob(after, &file_name[end..]);
        let spans: Vec<Span> = named.into_iter().filter(|(range, _)| fits(*range)).map(|(_, span)| span).collect();
        match spans.as_slice() {
            [span] => Some(Ok(span.clone())),
            [] => glob(&format!("{}*{after}", self.before), file_name).then(|| {
                let form = Rhythm::Own(calendar.clone()).form();
                Err(format!(
                    "no period where the pattern has `{{{PLACEHOLDER}}}`; the provider's periods look like `{form}`"
                ))
            }),
            [first, second, ..] => Some(Err(format!(
                "the name holds two periods, `{first}` and `{second}`, where the pattern allows both"
            ))),
        }
    }

    /// The same for a period of this granularity.
    fn period_of(&self, after: &str, file_name: &str, granularity: Granularity) -> Option<Result<Period, String>> {
        let fits =
            |found: &Found| glob(&self.before, &file_name[..found.start]) && glob(after, &file_name[found.end..]);
        let dates = match &self.form {
            Some(form) => written_as(form, file_name, granularity),
            None => found::dates(file_name),
        };
        let dates: Vec<Found> = dates.into_iter().filter(fits).collect();
        let mut periods: Vec<Period> =
            dates.iter().map(|date| date.period).filter(|period| period.granularity() == granularity).collect();
        periods.dedup();
        match periods.as_slice() {
            [period] => Some(Ok(*period)),
            [] => {
                let shape = format!("{}*{after}", self.before);
                glob(&shape, file_name).then(|| {
                    Err(match &self.form {
                        Some(form) => format!("nothing is written as `{form}` where the pattern has the period"),
                        None => no_period(file_name, &dates, granularity),
                    })
                })
            }
            [first, second, ..] => Some(Err(format!(
                "the name holds two periods, `{first}` and `{second}`, where the pattern allows both"
            ))),
        }
    }
}

fn no_period(file_name: &str, dates: &[Found], granularity: Granularity) -> String {
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
        None => format!("no period where the pattern has `{{{PLACEHOLDER}}}`; {wanted}"),
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
mod tests;
