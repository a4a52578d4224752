//! `[[model]]` and `[registry]`.

use super::table::{Table, unique};
use super::{names, source};
use crate::base::Result;
use crate::domain::PromotionPolicy;
use crate::domain::registry::RegistryAccess;

/// How much worse a label may be found where the file does not say: a hundredth is what the choice of the seed makes.
const TOLERANCE: f64 = 0.01;

/// Every `[[model]]` of the file.
pub fn models(root: &Table<'_, '_>) -> Result<Vec<PromotionPolicy>> {
    let tables = root.tables("model", "[[model]]", &["name", "test", "tolerance"])?;
    let names = tables.iter().map(|table| table.required_text("name")).collect::<Result<Vec<_>>>()?;
    unique(root.document, "model", &names)?;
    tables.iter().map(model).collect()
}

fn model(table: &Table<'_, '_>) -> Result<PromotionPolicy> {
    let test = table.required_text("test")?;
    let document = table.document;
    if test.value.trim().is_empty() || test.value.chars().any(char::is_control) {
        return Err(document
            .error(&test.place, "`test` in [[model]] must name a file")
            .hint("write test = \"tests/slips.jsonl\": a labelled file, from the workspace's folder"));
    }
    let tolerance = match table.number("tolerance")? {
        None => TOLERANCE,
        Some(number) if (0.0..=1.0).contains(&number.value) => number.value,
        Some(number) => {
            return Err(document
                .error(&number.place, format!("`tolerance` is {}, and F1 is between 0 and 1", number.value))
                .hint("write tolerance = 0.02 to let the F1 of a label fall by two hundredths"));
        }
    };
    let name = names::folder_name(document, "model", &table.required_text("name")?)?;
    Ok(PromotionPolicy { name, test: test.value.to_owned(), tolerance })
}

/// `[registry]`, where it is given.
pub fn registry(root: &Table<'_, '_>) -> Result<Option<RegistryAccess>> {
    let Some(value) = root.value("registry") else { return Ok(None) };
    let table = value.table("[registry]", &["url", "headers"])?;
    let url = source::address(&table, &["http", "https"])?.value.to_owned();
    Ok(Some(RegistryAccess { url, headers: source::headers(&table)?.into_iter().collect() }))
}
