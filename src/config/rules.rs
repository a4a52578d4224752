//! RULES.toml: what somebody declares of a table that is scanned.

use std::path::Path;

use super::document::Document;
use super::table::{Located, Table, suggest};
use crate::base::{Error, Result, ResultExt, files};
use crate::domain::FieldType;
use crate::domain::scan::ScanRule;

/// The kinds of rules.
const KINDS: [&str; 7] = ["functional", "type", "allowed", "pattern", "range", "unique", "sql"];

/// Every key that a rule may have.
const KEYS: [&str; 13] =
    ["kind", "from", "to", "column", "columns", "type", "values", "pattern", "min", "max", "nullable", "sql", "name"];

/// Reads the rules of a file: `[[rule]]` by `[[rule]]`.
pub fn read(path: &Path) -> Result<Vec<ScanRule>> {
    let shown = path.display().to_string();
    let bytes = files::read_regular(path).with_context(|| format!("reading the rules in {shown}"))?;
    let text = String::from_utf8(bytes).map_err(|_| Error::usage(format!("{shown} is not UTF-8")))?;
    parse(&text, &shown)
}

/// Reads the text of such a file.
pub fn parse(text: &str, file_name: &str) -> Result<Vec<ScanRule>> {
    let document = Document::new(text, file_name);
    let parsed = document.parse()?;
    let root = Table::new(&document, "the file", parsed.span(), parsed.get_ref(), &["rule"])?;
    root.tables("rule", "[[rule]]", &KEYS)?.iter().map(rule).collect()
}

fn rule(table: &Table<'_, '_>) -> Result<ScanRule> {
    let kind = table.required_text("kind")?;
    let column = || -> Result<String> { Ok(table.required_text("column")?.value.to_owned()) };
    let nullable = |unless_said: bool| -> Result<bool> { Ok(table.truth("nullable")?.unwrap_or(unless_said)) };
    Ok(match kind.value {
        "functional" => ScanRule::Functional { from: several(table, "from")?, to: several(table, "to")? },
        "type" => ScanRule::Type { column: column()?, field_type: field_type(table, &table.required_text("type")?)? },
        "allowed" => {
            ScanRule::Allowed { column: column()?, values: several(table, "values")?, nullable: nullable(true)? }
        }
        "pattern" => {
            let pattern = table.required_text("pattern")?.value.to_owned();
            ScanRule::Pattern { column: column()?, pattern, nullable: nullable(true)? }
        }
        "range" => {
            let number = |key| -> Result<Option<f64>> { Ok(table.number(key)?.map(|number| number.value)) };
            let (min, max) = (number("min")?, number("max")?);
            if min.or(max).is_none() {
                return Err(table.error("a range has a `min`, a `max`, or both"));
            }
            ScanRule::Range { column: column()?, min, max }
        }
        "unique" => {
            let columns = if table.has("columns") { several(table, "columns")? } else { several(table, "column")? };
            ScanRule::Unique { columns }
        }
        "sql" => ScanRule::Sql { sql: table.required_text("sql")?.value.to_owned() },
        other => {
            let error = table.document.error(&kind.place, format!("`{other}` is no kind of rule"));
            return Err(suggest(error, other, &KINDS));
        }
    })
}

/// A text, or a list of them; at least one.
fn several(table: &Table<'_, '_>, key: &str) -> Result<Vec<String>> {
    let value = table.value(key).ok_or_else(|| table.missing(key))?;
    let texts = value.text().map(|one| vec![one]).or_else(|_| value.texts())?;
    let texts: Vec<String> = texts.into_iter().map(|one: Located<&str>| one.value.to_owned()).collect();
    if texts.is_empty() { Err(table.missing(key)) } else { Ok(texts) }
}

/// A type, as a contract writes it or as people call it.
fn field_type(table: &Table<'_, '_>, text: &Located<&str>) -> Result<FieldType> {
    match text.value.to_ascii_lowercase().as_str() {
        "integer" | "whole" => Ok(FieldType::Int),
        "number" | "numeric" | "decimal" | "real" | "double" => Ok(FieldType::Float),
        "text" | "str" => Ok(FieldType::String),
        "boolean" => Ok(FieldType::Bool),
        "datetime" => Ok(FieldType::Timestamp),
        other => other.parse().map_err(|error| table.document.locate(&text.place, &error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_kind_is_read() {
        let rules = parse(
            r#"
            [[rule]]
            kind = "functional"
            from = "brewery_id"
            to = ["city", "state"]
            [[rule]]
            kind = "type"
            column = "ounces"
            type = "number"
            [[rule]]
            kind = "unique"
            columns = ["id", "line"]
            [[rule]]
            kind = "range"
            column = "share"
            max = 1
            "#,
            "rules.toml",
        )
        .unwrap();
        assert_eq!(rules.len(), 4);
        assert_eq!(rules[0].columns().len(), 3);
        assert_eq!(rules[1], ScanRule::Type { column: "ounces".to_owned(), field_type: FieldType::Float });
        assert_eq!(rules[3], ScanRule::Range { column: "share".to_owned(), min: None, max: Some(1.0) });
    }

    #[test]
    fn what_is_no_rule_is_told_where() {
        for (text, words) in [
            ("[[rule]]\nkind = \"functionl\"", "rules.toml:2:8: `functionl` is no kind of rule"),
            ("[[rule]]\nkind = \"type\"\ncolumn = \"a\"\ntype = \"colour\"", "`colour` is not a field type"),
            ("[[rule]]\nkind = \"range\"\ncolumn = \"a\"", "a range has a `min`"),
            ("[[rule]]\nkind = \"functional\"\nfrom = \"a\"", "`to` is missing in [[rule]]"),
        ] {
            let error = parse(text, "rules.toml").unwrap_err();
            assert!(error.message().contains(words), "{}", error.message());
        }
    }
}
