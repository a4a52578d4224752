//! Safe, unique names for whatever a header holds.

use std::collections::{HashMap, HashSet};

use super::MAX_COLUMNS;
use crate::base::{Error, Result, text};
use crate::domain::batch::BronzeColumn;

/// The longest bronze name in characters, before a number is added to tell it from another.
const LONGEST_NAME: usize = 100;

/// One column for each header cell, in order. Names are lower-case letters, digits and single underscores, begin with
/// a letter, and are unique; blank cells become `column_<position>`, repeated ones get `_2`, `_3` and so on.
pub fn columns<S: AsRef<str>>(delivered: impl IntoIterator<Item = S>) -> Result<Vec<BronzeColumn>> {
    let mut taken = HashSet::new();
    let mut columns = Vec::new();
    for (index, cell) in delivered.into_iter().enumerate() {
        if index >= MAX_COLUMNS {
            return Err(too_many());
        }
        let cell = cell.as_ref();
        let base = Some(safe_name(cell)).filter(|name| !name.is_empty());
        let base = base.unwrap_or_else(|| format!("column_{}", index + 1));
        // More numbers than columns before this one are never taken.
        let numbered = (2..columns.len() + 3).map(|number| format!("{base}_{number}"));
        let mut names = std::iter::once(base.clone()).chain(numbered);
        let name = names.find(|name| !taken.contains(name)).unwrap_or(base);
        taken.insert(name.clone());
        columns.push(BronzeColumn { name, delivered: cell.to_owned(), iso_dates: false, typed_numbers: None });
    }
    Ok(columns)
}

/// Which columns are not called what their header says, each with that and why.
pub fn renamed(columns: &[BronzeColumn]) -> Vec<(&str, String)> {
    let mut first_of = HashMap::new();
    let why = |(index, column): (usize, &BronzeColumn)| {
        let trimmed = column.delivered.trim();
        if trimmed.is_empty() {
            return Some(format!("column {} has no name: it is `{}`", index + 1, column.name));
        }
        let first = *first_of.entry(trimmed.to_lowercase()).or_insert(index);
        if first < index {
            return Some(format!("column {} is called so, too: this one is `{}`", first + 1, column.name));
        }
        (trimmed.len() < column.delivered.len()).then(|| "blanks stand around it".to_owned())
    };
    let whys: Vec<_> = columns.iter().enumerate().map(why).collect();
    columns.iter().zip(whys).filter_map(|(column, why)| Some((column.delivered.as_str(), why?))).collect()
}

/// The error of a file with more than [`MAX_COLUMNS`] columns.
pub fn too_many() -> Error {
    let most = text::counted(MAX_COLUMNS as u64, "column");
    Error::bad_data(format!("the header has more than {most}")).hint("is the first line of the file its header?")
}

fn safe_name(cell: &str) -> String {
    let mut name = String::new();
    for character in cell.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let name = name.trim_end_matches('_');
    if name.starts_with(char::is_numeric) { format!("column_{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn names(cells: &[&str]) -> Vec<String> {
        columns(cells).unwrap().into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn names_are_safe() {
        assert_eq!(
            names(&["Net amount (£)", " Größe ", "_row", "2019 total", "a\tb;c"]),
            ["net_amount", "größe", "row", "column_2019_total", "a_b_c"]
        );
    }

    #[test]
    fn names_are_unique() {
        assert_eq!(
            names(&["a", "A", "a_2", "", "", "column_4"]),
            ["a", "a_2", "a_2_2", "column_4", "column_5", "column_4_2"]
        );
    }

    #[test]
    fn the_header_is_kept_as_delivered() {
        let column = columns([" Net  amount "]).unwrap().remove(0);
        assert_eq!(column.delivered, " Net  amount ");
    }

    #[test]
    fn columns_that_are_not_called_what_their_header_says_are_told() {
        let columns = columns(["Amount", " Paid on", "", "amount", "Supplier"]).unwrap();
        assert_eq!(
            renamed(&columns),
            [
                (" Paid on", "blanks stand around it".to_owned()),
                ("", "column 3 has no name: it is `column_3`".to_owned()),
                ("amount", "column 1 is called so, too: this one is `amount_2`".to_owned()),
            ]
        );
    }

    #[test]
    fn absurdly_wide_files_are_refused() {
        assert!(columns(vec![""; MAX_COLUMNS]).is_ok());
        assert!(columns(vec!["same"; MAX_COLUMNS + 1]).is_err());
    }
}
