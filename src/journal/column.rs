//! Values as columns: written, and read back.

use std::str::FromStr;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use rusqlite::Row;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

use crate::base::{Error, Result};
use crate::domain::Period;

/// An instant as the journal writes it: UTC, to the millisecond, always equally long, so that it sorts as text.
pub(super) fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A count as `SQLite` stores it.
pub(super) fn integer(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::bad_data(format!("`{number}` is too large a number for the journal")))
}

/// A number that sorts as the period does.
pub(super) fn period_order(period: Period) -> i64 {
    i64::from(period.first().num_days_from_ce()) * 8 + period.granularity() as i64
}

/// Text that sorts newest period first.
pub(super) fn newest_first(period: Period) -> String {
    format!("{:08}", 99_999_999 - period_order(period))
}

/// What a filter by text looks through: the shown columns, in lower case.
pub(super) fn searchable(columns: &[&str]) -> String {
    columns.join("\n").to_lowercase()
}

/// A value as JSON text.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// A count.
pub(super) fn number(row: &Row<'_>, name: &str) -> Result<u64> {
    count(name, row.get(name)?)
}

/// A count that may be missing.
pub(super) fn optional_number(row: &Row<'_>, name: &str) -> Result<Option<u64>> {
    row.get::<_, Option<i64>>(name)?.map(|number| count(name, number)).transpose()
}

/// Something with a text form of its own.
pub(super) fn parsed<T: FromStr<Err = Error>>(row: &Row<'_>, name: &str) -> Result<T> {
    from_text(name, text(row, name)?)
}

/// [`parsed`], of a column that may be null.
pub(super) fn optional_parsed<T: FromStr<Err = Error>>(row: &Row<'_>, name: &str) -> Result<Option<T>> {
    optional_text(row, name)?.map(|text| from_text(name, text)).transpose()
}

/// Something that serde writes as plain text: an id, a digest, a state.
pub(super) fn named<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<T> {
    from_name(name, text(row, name)?)
}

/// [`named`], of a column that may be null.
pub(super) fn optional_named<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<Option<T>> {
    optional_text(row, name)?.map(|text| from_name(name, text)).transpose()
}

/// Something kept as JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<T> {
    from_json(name, text(row, name)?)
}

/// [`json`], of a column that may be null.
pub(super) fn optional_json<T: DeserializeOwned>(row: &Row<'_>, name: &str) -> Result<Option<T>> {
    optional_text(row, name)?.map(|text| from_json(name, text)).transpose()
}

/// An instant, as [`written`].
pub(super) fn instant(row: &Row<'_>, name: &str) -> Result<DateTime<Utc>> {
    optional_instant(row, name)?.ok_or_else(|| unreadable(name, "null"))
}

/// [`instant`], of a column that may be null.
pub(super) fn optional_instant(row: &Row<'_>, name: &str) -> Result<Option<DateTime<Utc>>> {
    let read = |text| DateTime::parse_from_rfc3339(text).map_err(|error| unreadable(name, text).because(error));
    Ok(optional_text(row, name)?.map(read).transpose()?.map(|instant| instant.with_timezone(&Utc)))
}

fn text<'a>(row: &'a Row<'_>, name: &str) -> Result<&'a str> {
    optional_text(row, name)?.ok_or_else(|| unreadable(name, "null"))
}

fn optional_text<'a>(row: &'a Row<'_>, name: &str) -> Result<Option<&'a str>> {
    row.get_ref(name)?.as_str_or_null().map_err(|error| unreadable(name, "no text").because(error))
}

fn count(column: &str, number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|error| unreadable(column, &number.to_string()).because(error))
}

fn from_text<T: FromStr<Err = Error>>(column: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error: Error| unreadable(column, text).because(error))
}

fn from_name<T: DeserializeOwned>(column: &str, text: &str) -> Result<T> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|error| unreadable(column, text).because(error))
}

fn from_json<T: DeserializeOwned>(column: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| unreadable(column, text).because(error))
}

fn unreadable(column: &str, value: &str) -> Error {
    let shown: String = value.chars().take(60).collect();
    Error::corrupt(format!("the journal holds `{shown}` as {column}, which does not read back"))
        .hint("run assay log verify, then assay log rebuild")
}
