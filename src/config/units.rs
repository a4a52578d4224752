//! `units` of a provider: in what it delivers the numbers of a field.

use std::collections::BTreeMap;

use super::rhythm::Owed;
use super::schema;
use super::table::{Located, Table};
use crate::base::Result;
use crate::domain::Field;
use crate::domain::unit::{Factor, Measure, Unit};

/// The most minor units that one major one may have.
const MOST_MINOR: u32 = 1_000_000;

/// Field to what its column is in. Refused where the numbers of a field would be in several units then, and nobody could
/// tell which is in which.
pub fn units(table: &Table<'_, '_>, of: &Owed<'_>) -> Result<BTreeMap<String, Measure>> {
    let mut units = BTreeMap::new();
    if let Some(value) = table.value("units") {
        for (name, value) in value.open_table("units")?.in_order() {
            let field = numeric(table, of, &name)?;
            let said = value.table("units", &["unit", "minor", "factor"])?;
            let measure = Measure { unit: unit(&said)?, factor: factor(&said)? };
            is_the_fields_own(table, field, &measure, &said)?;
            units.insert(field.name.clone(), measure);
        }
    }
    of.schema.iter().try_for_each(|field| is_said_somewhere(table, field, &units))?;
    are_said_alike(table, of, &units)?;
    Ok(units)
}

fn numeric<'s>(table: &Table<'_, '_>, of: &Owed<'s>, name: &Located<&str>) -> Result<&'s Field> {
    let field = schema::field(table.document, "units", of.schema, name)?;
    let refused = |message: String| {
        let error = table.document.error(&name.place, message);
        Err(error.hint("name a number that the provider delivers and that is no part of the key"))
    };
    if field.is_derived() || !field.field_type.is_numeric() {
        let what = if field.is_derived() { "made by SQL".to_owned() } else { format!("a {} field", field.field_type) };
        return refused(format!("`units` names `{}`, which is {what}, not a delivered number", field.name));
    }
    if of.key.contains(&field.name) {
        return refused(format!("`units` names `{}`, by which rows are told apart", field.name));
    }
    Ok(field)
}

fn unit(said: &Table<'_, '_>) -> Result<Option<String>> {
    said.text("unit")?.map(|unit| schema::not_blank(said.document, "unit", &unit)).transpose()
}

fn factor(said: &Table<'_, '_>) -> Result<Option<Factor>> {
    let (minor, factor) = (said.count("minor", 1..=MOST_MINOR)?, said.parsed::<Factor>("factor")?);
    match (minor, factor) {
        (Some(_), Some(factor)) => {
            let error = said.document.error(&factor.place, "`minor` and `factor` can't both be said");
            Err(error.hint("leave one of them out"))
        }
        (Some(minor), None) => Factor::of_minor(minor).map(Some).ok_or_else(|| {
            let message = format!("`minor` is {minor}, which is no power of ten");
            let error = said.document.error(&said.place_of("minor"), message);
            error.hint("write minor = 100 where pence are delivered, of which a hundred are a pound")
        }),
        (None, factor) => Ok(factor.map(|factor| factor.value)),
    }
}

/// Refuses a unit that the field is not in, unless it is said how one becomes the other.
fn is_the_fields_own(table: &Table<'_, '_>, field: &Field, measure: &Measure, said: &Table<'_, '_>) -> Result<()> {
    let refused = |message: String| table.document.error(&said.place_of("unit"), message);
    match (&measure.unit, &field.unit) {
        (Some(unit), None) => Err(refused(format!("`{}` is in {unit} here, but in no unit in the schema", field.name))
            .hint(format!(
                "write {} = {{ type = \"{}\", unit = \"{unit}\" }} in `schema`",
                field.name, field.field_type
            ))),
        (Some(unit), Some(Unit::Is(own))) if unit != own && !said.has("factor") => {
            Err(refused(format!("`{}` is in {own}, and here in {unit}: sums would mix them", field.name))
                .hint(format!("say what one {unit} is in {own}, where that never changes: factor = \"...\""))
                .hint(
                    "or let each row say what it is in: `unit_in` of the field in `schema` names the field that does",
                ))
        }
        _ => Ok(()),
    }
}

/// Refuses numbers of which neither a column of the delivery nor the contract says what they are in.
fn is_said_somewhere(table: &Table<'_, '_>, field: &Field, units: &BTreeMap<String, Measure>) -> Result<()> {
    let Some(Unit::In(named)) = &field.unit else { return Ok(()) };
    let is_said = units.get(&field.name).is_some_and(|measure| measure.unit.is_some());
    let Some(value) = table.value("columns").filter(|_| !is_said) else { return Ok(()) };
    let columns = value.open_table("columns")?;
    let is_delivered = columns.value(named).is_none_or(|names| !matches!(names.texts().as_deref(), Ok([])));
    if is_delivered {
        return Ok(());
    }
    let message = format!("nothing says what `{}` is in: `{named}` is not delivered", field.name);
    let error = table.document.error(&columns.place_of(named), message);
    Err(error.hint(format!("write units = {{ {} = {{ unit = \"...\" }} }}", field.name)))
}

/// Refuses two units for one field that names those of several others, and one for a field by which rows are told apart.
fn are_said_alike(table: &Table<'_, '_>, of: &Owed<'_>, units: &BTreeMap<String, Measure>) -> Result<()> {
    let refused = |message: String| table.document.error(&table.place_of("units"), message);
    let mut said: BTreeMap<&String, &String> = BTreeMap::new();
    for field in of.schema {
        let unit = units.get(&field.name).and_then(|measure| measure.unit.as_ref());
        let (Some(unit), Some(Unit::In(named))) = (unit, &field.unit) else { continue };
        if of.key.contains(named) {
            let message = format!("`units` says what `{named}` is, by which rows are told apart");
            return Err(refused(message).hint("have it delivered, or leave it out of the key"));
        }
        let first = said.entry(named).or_insert(unit);
        if *first != unit {
            let message = format!("`units` names {first} and {unit}, and one field, `{named}`, for both");
            return Err(refused(message).hint("give each of the fields a `unit_in` of its own"));
        }
    }
    Ok(())
}
