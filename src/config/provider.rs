//! `[[dataset.provider]]`.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate};

use super::rhythm::{self, Owed};
use super::table::{Located, Table, suggest, unique};
use super::{names, schema, source, units};
use crate::base::Result;
use crate::domain::contract::{Deletes, DeliveryMode};
use crate::domain::due::Due;
use crate::domain::unit::DecimalMark;
use crate::domain::{Field, Granularity, Period, Provider, Source};

const KEYS: [&str; 21] = [
    "name",
    "source",
    "columns",
    "dates",
    "decimal_mark",
    "units",
    "nulls",
    "max_rejects",
    "delivery",
    "parts",
    "deletes",
    "periods",
    "frequency",
    "pauses",
    "due",
    "grace",
    "holidays",
    "timezone",
    "since",
    "until",
    "takes_over",
];

/// What a share of one is counted in.
const WHOLE: f64 = 10_000.0;

/// Every `[[dataset.provider]]` of a dataset.
pub fn providers(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<Vec<Provider>> {
    let tables = table.tables("provider", "[[dataset.provider]]", &KEYS)?;
    let names = tables.iter().map(|table| table.required_text("name")).collect::<Result<Vec<_>>>()?;
    unique(table.document, "provider", &names)?;
    let mut providers = tables.iter().map(|table| provider(table, of)).collect::<Result<Vec<_>>>()?;
    tables.iter().try_for_each(|table| take_over(table, &mut providers))?;
    Ok(providers)
}

/// Ends what a provider owes where another one takes its place.
fn take_over(table: &Table<'_, '_>, providers: &mut [Provider]) -> Result<()> {
    let Some(taken) = table.text("takes_over")? else { return Ok(()) };
    let refused = |message: String| table.document.error(&taken.place, message);
    let own = table.required_text("name")?;
    let since = providers.iter().find(|provider| provider.name == own.value).and_then(|provider| provider.since);
    let Some(last) = since.and_then(Period::previous) else {
        return Err(refused("`takes_over` without `since`: nobody can tell from which period on".to_owned())
            .hint("write since = \"...\" beside it: the first period that this provider owes"));
    };
    let names: Vec<String> = providers.iter().map(|provider| provider.name.clone()).collect();
    let before = providers.iter_mut().find(|provider| provider.name == taken.value && provider.name != own.value);
    let Some(before) = before else {
        let known: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != own.value).collect();
        return Err(suggest(
            refused(format!("`{}` is no other provider of the dataset", taken.value)),
            taken.value,
            &known,
        ));
    };
    match before.until {
        Some(until) if until != last => Err(refused(format!(
            "`{}` owes until {until}, but `{}` takes its place after {last}",
            taken.value, own.value
        ))
        .hint("leave out `until` of the one that goes, or let it be the period before `since`")),
        _ => {
            before.until = Some(last);
            Ok(())
        }
    }
}

fn provider(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<Provider> {
    let Owed { granularity, schema, .. } = *of;
    let (since, until) = (period(table, "since", granularity)?, period(table, "until", granularity)?);
    if let (Some(since), Some(until)) = (since, until)
        && until < since
    {
        let message = format!("`until` is `{until}`, which is before `since`, `{since}`");
        return Err(table
            .document
            .error(&table.place_of("until"), message)
            .hint("`until` is the last period that the provider owes"));
    }
    let (source, said) = (source::source(table, of)?, delivery(table, !of.key.is_empty())?);
    source::check(table, &source, said, of)?;
    let usual = if matches!(source, Source::Sql(_)) { DeliveryMode::Changes } else { DeliveryMode::Whole };
    let mode = said.unwrap_or(usual);
    Ok(Provider {
        name: names::folder_name(table.document, "provider", &table.required_text("name")?)?,
        source,
        columns: columns(table, schema)?,
        dates: dates(table)?,
        decimal_mark: decimal_mark(table)?,
        units: units::units(table, of)?,
        nulls: nulls(table)?,
        max_rejects: max_rejects(table)?,
        delivery: mode,
        parts: parts(table, mode)?,
        deletes: deletes(table, mode)?,
        rhythm: rhythm::rhythm(table, of)?,
        pauses: pauses(table, granularity)?,
        due: table.parsed("due")?.map_or(Due::Days(0), |due| due.value),
        grace: table.parsed("grace")?.map(|grace| grace.value),
        holidays: table.value("holidays").map(|value| value.dates()).transpose()?,
        timezone: table.text("timezone")?.map(|text| names::time_zone(table.document, &text)).transpose()?,
        since,
        until,
        takes_over: table.text("takes_over")?.map(|name| name.value.to_owned()),
        mapped: BTreeMap::new(),
    })
}

/// Field to the names of columns that hold it.
pub fn columns(table: &Table<'_, '_>, schema: &[Field]) -> Result<BTreeMap<String, Vec<String>>> {
    let Some(value) = table.value("columns") else { return Ok(BTreeMap::new()) };
    let mut columns = BTreeMap::new();
    for (name, value) in value.open_table("columns")?.in_order() {
        let field = schema::field(table.document, "columns", schema, &name)?;
        if field.is_derived() {
            let message = format!("`columns` names `{}`, which is made by SQL", field.name);
            return Err(table.document.error(&name.place, message).hint("no column of a delivery is read as it"));
        }
        let names = value.texts()?;
        if let Some(blank) = names.iter().find(|name| name.value.trim().is_empty()) {
            let message = format!("`columns` gives `{}` a blank column name", field.name);
            return Err(table
                .document
                .error(&blank.place, message)
                .hint("name a column of the files, or write [] where they have none"));
        }
        columns.insert(field.name.clone(), names.iter().map(|name| name.value.to_owned()).collect());
    }
    Ok(columns)
}

/// What is written where there is nothing.
pub fn nulls(table: &Table<'_, '_>) -> Result<Vec<String>> {
    Ok(table.texts("nulls")?.into_iter().map(|null| null.value.trim().to_owned()).collect())
}

/// How dates are written.
pub fn dates(table: &Table<'_, '_>) -> Result<Vec<String>> {
    let patterns = table.texts("dates")?;
    if let Some(bad) = patterns.iter().find(|pattern| !says_a_date(pattern.value)) {
        return Err(table
            .document
            .error(&bad.place, format!("`{}` is not a way to write a date", bad.value))
            .hint("use %Y or %y for the year, %m, %b or %B for the month, %d for the day, for example \"%d/%m/%Y\""));
    }
    Ok(patterns.iter().map(|pattern| pattern.value.to_owned()).collect())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10,000")]
fn max_rejects(table: &Table<'_, '_>) -> Result<Option<u32>> {
    let Some(share) = table.number("max_rejects")? else { return Ok(None) };
    if (0.0..=1.0).contains(&share.value) {
        return Ok(Some((share.value * WHOLE).round() as u32));
    }
    Err(table
        .document
        .error(&share.place, format!("`max_rejects` is {}, which is no share of one", share.value))
        .hint("write max_rejects = 0.05 to have a batch wait of which more than 5 % are refused"))
}

/// What is written before decimals.
pub fn decimal_mark(table: &Table<'_, '_>) -> Result<Option<DecimalMark>> {
    let Some(text) = table.text("decimal_mark")? else { return Ok(None) };
    match text.value {
        "." => Ok(Some(DecimalMark::Point)),
        "," => Ok(Some(DecimalMark::Comma)),
        other => Err(table
            .document
            .error(&text.place, format!("`{other}` does not stand before decimals"))
            .hint("write decimal_mark = \".\" or decimal_mark = \",\"")),
    }
}

/// Whether dates written by this strftime pattern can be read back: `%M` for the month can't.
fn says_a_date(pattern: &str) -> bool {
    let samples = [(2026, 10, 5), (2019, 2, 28)];
    let is_known = !StrftimeItems::new(pattern).any(|item| matches!(item, Item::Error));
    is_known
        && samples.into_iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day)).all(|date| {
            let mut written = String::new();
            let noon = date.and_hms_opt(12, 34, 56).map_or(DateTime::UNIX_EPOCH, |noon| noon.and_utc());
            write!(written, "{}", noon.format(pattern)).is_ok()
                && NaiveDate::parse_from_str(&written, pattern) == Ok(date)
        })
}

fn delivery(table: &Table<'_, '_>, has_key: bool) -> Result<Option<DeliveryMode>> {
    let Some(text) = table.text("delivery")? else { return Ok(None) };
    let refused = |message: String| table.document.error(&text.place, message);
    match text.value {
        "whole" => Ok(Some(DeliveryMode::Whole)),
        "parts" => Ok(Some(DeliveryMode::Parts)),
        "changes" if has_key => Ok(Some(DeliveryMode::Changes)),
        "changes" => Err(refused("changes without a key: nobody can tell which row one is about".to_owned())
            .hint("say by `key = [\"...\"]` of the dataset what makes a row unique")),
        other => {
            Err(suggest(refused(format!("`{other}` is not a way to deliver")), other, &["whole", "parts", "changes"]))
        }
    }
}

/// Which rows of a delivery of changes say that a row is no more.
fn deletes(table: &Table<'_, '_>, mode: DeliveryMode) -> Result<Option<Deletes>> {
    let Some(value) = table.value("deletes") else { return Ok(None) };
    let deletes = value.table("deletes", &["column", "values"])?;
    if mode != DeliveryMode::Changes {
        let error = table.document.error(&table.place_of("deletes"), "`deletes` is about deliveries of changes");
        return Err(error.hint("write delivery = \"changes\" beside it, or leave it out"));
    }
    let values: Vec<String> = deletes.texts("values")?.iter().map(|value| value.value.trim().to_owned()).collect();
    if values.is_empty() {
        return Err(deletes.missing("values").hint("write deletes = { column = \"op\", values = [\"D\"] }"));
    }
    Ok(Some(Deletes { column: deletes.required_text("column")?.value.to_owned(), values }))
}

/// Of how many parts a period consists.
fn parts(table: &Table<'_, '_>, mode: DeliveryMode) -> Result<Option<u32>> {
    let parts = table.count("parts", 1..=10_000)?;
    if parts.is_some() && mode != DeliveryMode::Parts {
        let error = table.document.error(&table.place_of("parts"), "`parts` counts deliveries that add up");
        return Err(error.hint("write delivery = \"parts\" beside it, or leave it out"));
    }
    Ok(parts)
}

/// The periods of a list, in which `2026-07..2026-09` stands for all from one to the other.
fn pauses(table: &Table<'_, '_>, granularity: Granularity) -> Result<Vec<Period>> {
    let mut pauses = Vec::new();
    for Located { value, place } in table.texts("pauses")? {
        let (from, to) = value.split_once("..").unwrap_or((value, value));
        let read = |text: &str| text.trim().parse::<Period>().ok().filter(|period| period.granularity() == granularity);
        match read(from).zip(read(to)) {
            Some((from, to)) if from <= to => pauses.extend(from.up_to(to)),
            _ => {
                let form = granularity.form();
                let message = format!("`{value}` in `pauses` is no period of the dataset, and no row of them");
                return Err(table.document.error(&place, message).hint(format!(
                    "write periods like \"{form}\", or \"{form}..{form}\" for all from one to the other"
                )));
            }
        }
    }
    pauses.sort_unstable();
    pauses.dedup();
    Ok(pauses)
}

fn period(table: &Table<'_, '_>, key: &str, granularity: Granularity) -> Result<Option<Period>> {
    let Some(Located { value, place }) = table.parsed::<Period>(key)? else { return Ok(None) };
    if value.granularity() == granularity {
        return Ok(Some(value));
    }
    let message = format!("`{key}` is `{value}`, but the dataset's periods look like `{}`", granularity.form());
    Err(table.document.error(&place, message).hint(format!("write {key} = \"{}\"", granularity.form())))
}
