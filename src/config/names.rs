//! What may be a name.

use chrono_tz::{TZ_VARIANTS, Tz};

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

/// The time zone of this name.
pub fn time_zone(document: &Document<'_>, text: &Located<&str>) -> Result<Tz> {
    text.value.parse().map_err(|_| {
        let error = document.error(&text.place, format!("`{}` is not a time zone", text.value));
        let names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        let wanted = text.value.replace(' ', "_").to_lowercase();
        let place = |name: &&&str| name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&wanted));
        match names.iter().find(|name| name.eq_ignore_ascii_case(&wanted)).or_else(|| names.iter().find(place)) {
            Some(name) => error.hint(format!("did you mean `{name}`?")),
            None => match crate::base::text::nearest(text.value, names) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("write a name of the IANA database, for example `Europe/London`"),
            },
        }
    })
}
