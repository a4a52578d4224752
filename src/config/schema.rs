//! `schema`, and what names its fields.

use super::document::Document;
use super::names;
use super::table::{Located, Table, Value, suggest, unique};
use crate::base::Result;
use crate::domain::unit::Unit;
use crate::domain::{Field, FieldType};

/// What is said of a field beside its type.
const KEYS: [&str; 4] = ["type", "unit", "unit_in", "sql"];

/// The fields of a dataset with their types.
pub fn schema(table: &Table<'_, '_>) -> Result<Vec<Field>> {
    let value = table.value("schema").ok_or_else(|| {
        table.missing("schema").hint("name every field with its type, for example schema = { sold_on = \"date\" }")
    })?;
    let entries = value.open_table("schema")?;
    let fields = entries.in_order();
    if fields.is_empty() {
        return Err(entries
            .error("`schema` names no field")
            .hint("write schema = { sold_on = \"date\", amount = \"decimal(12,2)\" }"));
    }
    unique(table.document, "field", fields.iter().map(|(name, _)| name))?;
    let schema = fields
        .iter()
        .map(|(name, value)| described(table.document, names::field_name(table.document, name)?, value))
        .collect::<Result<Vec<_>>>()?;
    for (field, (_, value)) in schema.iter().zip(&fields).filter(|(field, _)| field.unit.is_some()) {
        unit_is_sound(field, &value.open_table("schema")?, &schema)?;
    }
    Ok(schema)
}

/// The fields of a table that comes as it is: none of them is made by SQL.
pub fn delivered(table: &Table<'_, '_>) -> Result<Vec<Field>> {
    let schema = schema(table)?;
    match schema.iter().find(|field| field.is_derived()) {
        None => Ok(schema),
        Some(field) => {
            let message = format!("`{}` can't be made by SQL here", field.name);
            let error = table.document.error(&table.place_of("schema"), message);
            Err(error.hint("only the fields of a dataset can"))
        }
    }
}

/// A field with its type, and what else is said of it: `"int"`, or `{ type = "int", unit = "kg" }`.
fn described(document: &Document<'_>, name: String, value: &Value<'_, '_>) -> Result<Field> {
    let typed = |text: &Located<&str>| text.value.parse().map_err(|error| document.locate(&text.place, &error));
    if !value.is_table() {
        return Ok(Field::new(name, typed(&value.text()?)?));
    }
    let table = value.table("a field of `schema`", &KEYS)?;
    let field_type = typed(&table.required_text("type")?)?;
    let unit = match (table.text("unit")?, table.text("unit_in")?) {
        (Some(_), Some(unit_in)) => {
            return Err(document
                .error(&unit_in.place, format!("`{name}` has both `unit` and `unit_in`"))
                .hint("`unit` where all values are in one, `unit_in` where another field of the row names it"));
        }
        (Some(unit), None) => Some(Unit::Is(not_blank(document, "unit", &unit)?)),
        (None, Some(unit_in)) => Some(Unit::In(unit_in.value.to_owned())),
        (None, None) => None,
    };
    let sql = table.text("sql")?.map(|sql| not_blank(document, "sql", &sql)).transpose()?;
    Ok(Field { name, field_type, unit, sql })
}

/// Text that says something, without the blanks around it.
pub fn not_blank(document: &Document<'_>, key: &str, text: &Located<&str>) -> Result<String> {
    match text.value.trim() {
        "" => Err(document.error(&text.place, format!("`{key}` is blank")).hint("leave it out, or say it")),
        said => Ok(said.to_owned()),
    }
}

/// Refuses units of what is no number, and units that no field names.
fn unit_is_sound(field: &Field, table: &Table<'_, '_>, schema: &[Field]) -> Result<()> {
    let key = if table.has("unit_in") { "unit_in" } else { "unit" };
    let refused = |message: String| table.document.error(&table.place_of(key), message);
    if !field.field_type.is_numeric() {
        let message = format!("`{}` is a {} field, and only numbers have a unit", field.name, field.field_type);
        return Err(refused(message).hint(format!("remove `{key}`")));
    }
    let Some(Unit::In(named)) = &field.unit else { return Ok(()) };
    let names: Vec<&str> = schema
        .iter()
        .filter(|field| field.field_type == FieldType::String && !field.is_derived())
        .map(|field| field.name.as_str())
        .collect();
    if names.contains(&named.as_str()) {
        return Ok(());
    }
    Err(suggest(refused(format!("`unit_in` names `{named}`, which is no delivered string field")), named, &names))
}

/// A list of fields of the schema, each of a type that `fits`; `wanted` names it.
pub fn fields(
    table: &Table<'_, '_>,
    key: &str,
    schema: &[Field],
    wanted: &str,
    fits: impl Fn(FieldType) -> bool,
) -> Result<Vec<String>> {
    let texts = match table.value(key) {
        None => return Ok(Vec::new()),
        Some(value) if key == "date" => vec![value.text()?],
        Some(value) => value.texts()?,
    };
    unique(table.document, "field", &texts)?;
    let named = |text: &Located<&str>| {
        let field = field(table.document, key, schema, text)?;
        if key != "text" && field.is_derived() {
            let message = format!("`{key}` names `{}`, which is made by SQL once rows are sorted out", field.name);
            return Err(table.document.error(&text.place, message).hint("name a field that is delivered"));
        }
        if fits(field.field_type) {
            return Ok(field.name.clone());
        }
        let message =
            format!("`{key}` names `{}`, which is a {} field, not a {wanted} field", field.name, field.field_type);
        Err(table
            .document
            .error(&text.place, message)
            .hint(format!("name a {wanted} field, or change the type in `schema`")))
    };
    texts.iter().map(named).collect()
}

/// The field of this name; `user` says what names it.
pub fn field<'s>(document: &Document<'_>, user: &str, schema: &'s [Field], text: &Located<&str>) -> Result<&'s Field> {
    schema.iter().find(|field| field.name == text.value).ok_or_else(|| {
        let error = document.error(&text.place, format!("`{user}` names `{}`, which is not in the schema", text.value));
        let names: Vec<&str> = schema.iter().map(|field| field.name.as_str()).collect();
        suggest(error, text.value, &names)
    })
}
