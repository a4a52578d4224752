//! `schema`, and what names its fields.

use super::document::Document;
use super::names;
use super::table::{Located, Table, suggest, unique};
use crate::base::Result;
use crate::domain::{Field, FieldType};

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
    fields
        .iter()
        .map(|(name, value)| {
            let name = names::field_name(table.document, name)?;
            let text = value.text()?;
            let field_type = text.value.parse().map_err(|error| table.document.locate(&text.place, &error))?;
            Ok(Field { name, field_type })
        })
        .collect()
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
