//! `[[dataset.reference]]`.

use super::source::encoding_of;
use super::table::{Located, Table, suggest, unique};
use super::{names, provider, schema};
use crate::base::Result;
use crate::domain::{Dataset, Field, FilePattern, Reference};

const KEYS: [&str; 10] =
    ["name", "key", "schema", "pattern", "encoding", "columns", "dates", "decimal_mark", "nulls", "required"];

const LABEL: &str = "[[dataset.reference]]";

/// Every `[[dataset.reference]]` of a dataset with this schema.
pub fn references(table: &Table<'_, '_>, of: &[Field]) -> Result<Vec<Reference>> {
    let tables = table.tables("reference", LABEL, &KEYS)?;
    let names = tables.iter().map(|table| table.required_text("name")).collect::<Result<Vec<_>>>()?;
    unique(table.document, "reference table", &names)?;
    let mut references: Vec<Reference> = Vec::new();
    for table in &tables {
        let reference = reference(table, of)?;
        let given = references.iter().flat_map(|one| one.gives().map(|field| (field, &one.name)));
        for (field, other) in given {
            if reference.gives().any(|own| own.name == field.name) {
                return Err(taken(table, &field.name, &format!("the reference table `{other}` gives")));
            }
        }
        references.push(reference);
    }
    Ok(references)
}

fn reference(table: &Table<'_, '_>, of: &[Field]) -> Result<Reference> {
    let own = schema::delivered(table)?;
    let key = schema::fields(table, "key", &own, "", |_| true)?;
    if key.is_empty() {
        return Err(table.missing("key").hint("name the fields by which rows are looked up: key = [\"...\"]"));
    }
    let places: Vec<Located<&str>> = table.texts("key")?;
    for (name, place) in key.iter().zip(&places) {
        is_a_field_of_the_dataset(table, place, own.iter().find(|field| field.name == *name), of)?;
    }
    let reference = Reference {
        name: names::folder_name(table.document, "reference table", &table.required_text("name")?)?,
        columns: provider::columns(table, &own)?,
        pattern: pattern(table)?,
        encoding: encoding_of(table)?,
        dates: provider::dates(table)?,
        decimal_mark: provider::decimal_mark(table)?,
        nulls: provider::nulls(table)?,
        required: table.truth("required")?.unwrap_or(true),
        key,
        schema: own,
        current: None,
    };
    if let Some(field) = reference.gives().find(|field| of.iter().any(|one| one.name == field.name)) {
        return Err(taken(table, &field.name, "`schema` of the dataset has"));
    }
    if reference.gives().next().is_none() {
        return Err(table
            .error(format!("`{}` gives nothing: all of its fields are its key", reference.name))
            .hint("name in its `schema` what rows are to get from it"));
    }
    Ok(reference)
}

fn taken(table: &Table<'_, '_>, field: &str, whose: &str) -> crate::base::Error {
    let message = format!("{whose} a field `{field}` too, so that nobody could tell which is meant");
    let error = table.document.error(&table.place_of("schema"), message);
    error.hint(format!("call it otherwise here, and say by `columns` what files call it: other = \"{field}\""))
}

/// Rows are looked up by fields that they have, and that are alike on both sides.
fn is_a_field_of_the_dataset(
    table: &Table<'_, '_>,
    place: &Located<&str>,
    own: Option<&Field>,
    of: &[Field],
) -> Result<()> {
    let Some(own) = own else { return Ok(()) };
    let refused = |message: String| table.document.error(&place.place, message);
    match of.iter().find(|field| field.name == own.name) {
        Some(field) if field.field_type == own.field_type => Ok(()),
        Some(field) => Err(refused(format!(
            "`{}` is {} here and {} in the dataset: no row would be found",
            own.name, own.field_type, field.field_type
        ))
        .hint(format!("write {} = \"{}\" in the `schema` here", own.name, field.field_type))),
        None => {
            let names: Vec<&str> = of.iter().map(|field| field.name.as_str()).collect();
            Err(suggest(
                refused(format!("`key` names `{}`, which is no field of the dataset", own.name)),
                &own.name,
                &names,
            ))
        }
    }
}

/// Which files are it: all that come into its folder, where nothing else is said.
fn pattern(table: &Table<'_, '_>) -> Result<String> {
    let Some(pattern) = table.text("pattern")? else { return Ok("*".to_owned()) };
    let parsed = FilePattern::parse(pattern.value).map_err(|error| table.document.locate(&pattern.place, &error))?;
    if parsed.names_period() {
        let error = table.document.error(&pattern.place, "a reference table is of no period");
        return Err(error.hint("write `*` in the place of `{period}`; the newest file counts"));
    }
    Ok(pattern.value.to_owned())
}

/// Refuses two reference tables, or one and a provider, whose files would go to the same folder.
pub fn have_folders_of_their_own(tables: &[Table<'_, '_>], datasets: &[Dataset]) -> Result<()> {
    let providers: Vec<&str> = datasets.iter().flat_map(|one| &one.providers).map(|one| one.name.as_str()).collect();
    let mut seen: Vec<&str> = Vec::new();
    for (table, dataset) in tables.iter().zip(datasets) {
        let written = table.tables("reference", LABEL, &KEYS)?;
        for (reference, written) in dataset.references.iter().zip(&written) {
            let name = reference.name.as_str();
            let whose = match (providers.contains(&name), seen.contains(&name)) {
                (true, _) => "a provider",
                (_, true) => "a reference table of another dataset",
                _ => {
                    seen.push(name);
                    continue;
                }
            };
            let message = format!("`{name}` is the name of {whose} too: their files would go to the same folder");
            return Err(table.document.error(&written.place_of("name"), message).hint("give it a name of its own"));
        }
    }
    Ok(())
}
