//! What may be a name.

use super::document::Document;
use super::table::Located;
use crate::base::Result;
use crate::domain::lineage::ENTITIES;
use crate::domain::names::{self, LONGEST};

/// Columns that gold has beside the canonical ones.
const RESERVED_FIELDS: [&str; 1] = [ENTITIES];

/// A name that is also a folder: ASCII letters, digits, `-` and `_`, beginning with a letter or digit.
pub fn folder_name(document: &Document<'_>, what: &str, name: &Located<&str>) -> Result<String> {
    if names::is_folder_name(name.value) {
        return Ok(name.value.to_owned());
    }
    let error = document.error(&name.place, format!("`{}` can't be the name of a {what}", name.value));
    Err(error.hint(format!("use {}", names::FORM)))
}

/// A name that is also a column: ASCII letters, digits and `_`, beginning with a letter.
pub fn field_name(document: &Document<'_>, name: &Located<&str>) -> Result<String> {
    let is_fit = name.value.len() <= LONGEST
        && name.value.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_fit {
        return Err(document.error(&name.place, format!("`{}` can't be the name of a field", name.value)).hint(
            format!("use ASCII letters, digits and `_`, beginning with a letter, at most {LONGEST} characters"),
        ));
    }
    if RESERVED_FIELDS.contains(&name.value.to_ascii_lowercase().as_str()) {
        let message = format!("`{}` can't be the name of a field: gold has a column of that name", name.value);
        return Err(document.error(&name.place, message).hint("give the field another name"));
    }
    Ok(name.value.to_owned())
}
