//! One Parquet value as text.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use polars::prelude::{AnyValue, Series, TimeUnit};

use crate::base::text::counted;
use crate::source::read::MAX_RECORD;

/// The value as text, `None` for null, or in words why it has no text.
pub fn text(value: AnyValue<'_>) -> Result<Option<Cow<'_, str>>, String> {
    let owned = |text: String| Ok(Some(Cow::Owned(text)));
    match value {
        AnyValue::Null => Ok(None),
        AnyValue::String(text) => short(Cow::Borrowed(text)),
        AnyValue::StringOwned(text) => short(Cow::Owned(text.to_string())),
        AnyValue::Categorical(category, names) | AnyValue::Enum(category, names) => {
            named(names.cat_to_str(category), category)
        }
        AnyValue::CategoricalOwned(category, names) | AnyValue::EnumOwned(category, names) => {
            named(names.cat_to_str(category), category)
        }
        AnyValue::Boolean(truth) => Ok(Some(Cow::Borrowed(if truth { "true" } else { "false" }))),
        AnyValue::Binary(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => short(Cow::Borrowed(text)),
            Err(_) => Err(not_text(bytes.len())),
        },
        AnyValue::BinaryOwned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => short(Cow::Owned(text)),
            Err(error) => Err(not_text(error.as_bytes().len())),
        },
        AnyValue::Int8(number) => owned(number.to_string()),
        AnyValue::Int16(number) => owned(number.to_string()),
        AnyValue::Int32(number) => owned(number.to_string()),
        AnyValue::Int64(number) => owned(number.to_string()),
        AnyValue::Int128(number) => owned(number.to_string()),
        AnyValue::UInt8(number) => owned(number.to_string()),
        AnyValue::UInt16(number) => owned(number.to_string()),
        AnyValue::UInt32(number) => owned(number.to_string()),
        AnyValue::UInt64(number) => owned(number.to_string()),
        AnyValue::UInt128(number) => owned(number.to_string()),
        AnyValue::Float64(number) => owned(float(number, number == 0.0 || (1e-7..1e21).contains(&number.abs()))),
        AnyValue::Float32(number) => owned(float(number, number == 0.0 || (1e-7..1e21).contains(&number.abs()))),
        AnyValue::Decimal(unscaled, _, scale) => owned(decimal(unscaled, scale)),
        AnyValue::Date(days) => {
            date(days).map(|date| date.to_string()).ok_or_else(|| out_of_reach(days)).and_then(owned)
        }
        AnyValue::Time(nanoseconds) => time(nanoseconds).ok_or_else(|| out_of_reach(nanoseconds)).and_then(owned),
        AnyValue::Datetime(instant, unit, zone) => {
            instant_text(instant, unit, zone.is_some()).ok_or_else(|| out_of_reach(instant)).and_then(owned)
        }
        AnyValue::DatetimeOwned(instant, unit, zone) => {
            instant_text(instant, unit, zone.is_some()).ok_or_else(|| out_of_reach(instant)).and_then(owned)
        }
        AnyValue::Duration(length, _) => owned(length.to_string()),
        nested @ (AnyValue::List(_) | AnyValue::Array(..) | AnyValue::Struct(..) | AnyValue::StructOwned(_)) => {
            owned(json(&nested)?)
        }
        // A library shows values for people to look at: cut short, in quotes. That is no data.
        other => Err(format!("values of type {} can't be read", other.dtype())),
    }
}

/// The problem of a value or record that is longer than a record may be.
pub fn too_long(what: &str) -> String {
    format!("{what} is longer than {} MiB", MAX_RECORD >> 20)
}

fn short(text: Cow<'_, str>) -> Result<Option<Cow<'_, str>>, String> {
    if text.len() > MAX_RECORD { Err(too_long("the text")) } else { Ok(Some(text)) }
}

/// A category by its name.
fn named(name: Option<&str>, category: u32) -> Result<Option<Cow<'static, str>>, String> {
    let name = name.ok_or_else(|| format!("its category {category} has no name"))?;
    Ok(Some(Cow::Owned(name.to_owned())))
}

fn not_text(bytes: usize) -> String {
    format!("{} that are not UTF-8 text", counted(bytes as u64, "byte"))
}

fn out_of_reach(number: impl std::fmt::Display) -> String {
    format!("the date or time stored as {number} is out of reach")
}

/// The shortest text that reads back the same; `plain` without an exponent.
fn float<F: std::fmt::Display + std::fmt::LowerExp>(number: F, plain: bool) -> String {
    let text = number.to_string();
    let is_finite = text.bytes().any(|byte| byte.is_ascii_digit());
    if plain || !is_finite { text } else { format!("{number:e}") }
}

fn decimal(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn date(days: i32) -> Option<NaiveDate> {
    let epoch = NaiveDate::default();
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) }
}

fn time(nanoseconds: i64) -> Option<String> {
    const SECOND: i64 = 1_000_000_000;
    let seconds = u32::try_from(nanoseconds.div_euclid(SECOND)).ok()?;
    let fraction = u32::try_from(nanoseconds.rem_euclid(SECOND)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, fraction).map(|time| time.to_string())
}

fn instant_text(instant: i64, unit: TimeUnit, is_utc: bool) -> Option<String> {
    let instant = match unit {
        TimeUnit::Nanoseconds => Some(DateTime::from_timestamp_nanos(instant)),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(instant),
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(instant),
    }?;
    let zone = if is_utc { "Z" } else { "" };
    Some(format!("{}{zone}", instant.format("%Y-%m-%dT%H:%M:%S%.f")))
}

/// A nested value as JSON.
fn json(value: &AnyValue<'_>) -> Result<String, String> {
    let mut out = String::new();
    write_json(value, &mut out)?;
    Ok(out)
}

fn write_json(value: &AnyValue<'_>, out: &mut String) -> Result<(), String> {
    if out.len() > MAX_RECORD {
        return Err(too_long("the nested value"));
    }
    match value {
        AnyValue::List(items) | AnyValue::Array(items, _) => write_list(items, out),
        AnyValue::Struct(_, _, fields) => {
            let names = fields.iter().map(|field| field.name().as_str());
            write_object(names.zip(value._iter_struct_av()), out)
        }
        AnyValue::StructOwned(content) => {
            let names = content.1.iter().map(|field| field.name().as_str());
            write_object(names.zip(content.0.iter().cloned()), out)
        }
        plain => {
            let is_literal =
                plain.is_primitive_numeric() || matches!(plain, AnyValue::Boolean(_) | AnyValue::Decimal(..));
            match text(plain.clone())? {
                None => out.push_str("null"),
                // JSON has no numbers for what is not finite.
                Some(literal) if is_literal && !literal.ends_with(['N', 'f']) => out.push_str(&literal),
                Some(text) => write_string(&text, out),
            }
            Ok(())
        }
    }
}

fn write_list(items: &Series, out: &mut String) -> Result<(), String> {
    out.push('[');
    for (index, item) in items.rechunk().iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_json(&item, out)?;
    }
    out.push(']');
    Ok(())
}

fn write_object<'a>(members: impl Iterator<Item = (&'a str, AnyValue<'a>)>, out: &mut String) -> Result<(), String> {
    out.push('{');
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(name, out);
        out.push(':');
        write_json(&value, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_string(text: &str, out: &mut String) {
    // Writing to a string can't fail, and a string is always valid JSON.
    let _ = write!(out, "{}", serde_json::Value::from(text));
}
