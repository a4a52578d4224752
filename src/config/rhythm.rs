//! `periods` and `frequency` of a provider: its own calendar.

use chrono::Weekday;

use super::document::Document;
use super::table::{Located, Table, suggest};
use crate::base::Result;
use crate::domain::calendar::{Calendar, Division, Rhythm, fault_of};
use crate::domain::{Field, Granularity};

const EXAMPLE: &str = "write periods = { pattern = \"P{n}\", year_starts = \"04-01\", per_year = 13 }";

/// What a week may begin with, from Monday.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What the providers of a dataset owe.
pub struct Owed<'a> {
    /// How long its periods are.
    pub granularity: Granularity,
    /// Its canonical columns.
    pub schema: &'a [Field],
    /// The field that says when a row happened.
    pub date: Option<&'a str>,
    /// The fields that make a row unique; empty: nothing does.
    pub key: &'a [String],
}

/// How long the periods are that a text names.
pub fn granularity(document: &Document<'_>, text: &Located<&str>) -> Result<Granularity> {
    match text.value {
        "year" => Ok(Granularity::Year),
        "quarter" => Ok(Granularity::Quarter),
        "month" => Ok(Granularity::Month),
        "week" => Ok(Granularity::Week),
        "day" => Ok(Granularity::Day),
        other => {
            let error = document.error(&text.place, format!("`{other}` is not a length of period"));
            Err(suggest(error, other, &["year", "quarter", "month", "week", "day"]))
        }
    }
}

/// In which periods a provider delivers, where it says so.
pub fn rhythm(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<Option<Rhythm>> {
    let rhythm = match (table.has("periods"), table.text("frequency")?) {
        (true, Some(frequency)) => {
            return Err(table
                .document
                .error(&frequency.place, "`periods` and `frequency` both say in which periods the provider delivers")
                .hint("leave one of them out"));
        }
        (true, None) => calendar(table)?.map(Rhythm::Own),
        (false, Some(frequency)) => Some(Rhythm::Every(granularity(table.document, &frequency)?)),
        (false, None) => None,
    };
    let Some(rhythm) = rhythm.filter(|rhythm| *rhythm != Rhythm::Every(of.granularity)) else { return Ok(None) };
    if of.date.is_none() && !rhythm.is_within(of.granularity) {
        let key = if table.has("periods") { "periods" } else { "frequency" };
        return Err(table
            .document
            .error(&table.place_of(key), "a delivery of this provider may have rows of several periods of the dataset")
            .hint("say by `date = \"...\"` of the dataset which field tells the period of a row"));
    }
    Ok(Some(rhythm))
}

fn calendar(table: &Table<'_, '_>) -> Result<Option<Calendar>> {
    let Some(value) = table.value("periods") else { return Ok(None) };
    let table = value.table("periods", &["pattern", "year_starts", "per_year", "weeks", "week_starts"])?;
    let pattern = table.required_text("pattern")?;
    if let Some(fault) = fault_of(pattern.value) {
        let message = format!("`{}` can't name periods: {fault}", pattern.value);
        return Err(table.document.error(&pattern.place, message).hint(EXAMPLE));
    }
    let starts = table.required_text("year_starts")?;
    let Some(year_starts) = month_and_day(starts.value) else {
        let message = format!("`{}` is not the day on which a year begins", starts.value);
        return Err(table
            .document
            .error(&starts.place, message)
            .hint("write month and day, at most the 28th: year_starts = \"04-01\""));
    };
    let division = division(&table)?;
    Ok(Some(Calendar { pattern: pattern.value.to_owned(), year_starts, division }))
}

fn division(table: &Table<'_, '_>) -> Result<Division> {
    match (table.count("per_year", 1..=52)?, table.text("weeks")?) {
        (Some(per_year), None) => Division::equal(per_year).ok_or_else(|| {
            let message = format!("a year can't be divided into {per_year} equal periods");
            table
                .document
                .error(&table.place_of("per_year"), message)
                .hint("1, 2, 3, 4, 6 and 12 are of whole months, 13, 26 and 52 of whole weeks")
        }),
        (None, Some(weeks)) => Ok(Division::Retail { weeks: retail(table, &weeks)?, from: week_start(table)? }),
        _ => Err(table.error("`periods` says by `per_year` or by `weeks` how a year is divided").hint(EXAMPLE)),
    }
}

fn retail(table: &Table<'_, '_>, text: &Located<&str>) -> Result<[u32; 3]> {
    match text.value {
        "4-4-5" => Ok([4, 4, 5]),
        "4-5-4" => Ok([4, 5, 4]),
        "5-4-4" => Ok([5, 4, 4]),
        other => {
            let message = format!("`{other}` is not how retailers divide a quarter");
            Err(table.document.error(&text.place, message).hint("write weeks = \"4-4-5\", \"4-5-4\" or \"5-4-4\""))
        }
    }
}

fn week_start(table: &Table<'_, '_>) -> Result<Weekday> {
    let Some(text) = table.text("week_starts")? else { return Ok(Weekday::Sun) };
    let found = DAYS.iter().position(|day| *day == text.value).and_then(|day| u8::try_from(day).ok());
    found.and_then(|day| Weekday::try_from(day).ok()).ok_or_else(|| {
        let error = table.document.error(&text.place, format!("`{}` is not a day of the week", text.value));
        suggest(error, text.value, &DAYS)
    })
}

fn month_and_day(text: &str) -> Option<(u32, u32)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=28).contains(&day)).then_some((month, day))
}
