//! `[[dataset.check]]`: the built-in checks as overridden, then the dataset's own.

use super::schema;
use super::table::{Located, Table, suggest, unique};
use crate::base::Result;
use crate::domain::{Check, CheckRule, Field, Severity};

const KEYS: [&str; 9] = ["name", "sql", "column", "min", "max", "severity", "off", "tolerance", "factor"];

/// How many times the earlier periods' median a bounded column's median may be, where the check does not say.
const DEFAULT_FACTOR: f64 = 5.0;

/// All checks of a dataset.
pub fn checks(table: &Table<'_, '_>, schema: &[Field]) -> Result<Vec<Check>> {
    let mut checks = Check::built_in();
    let count = checks.len();
    let mut names = Vec::new();
    for table in table.tables("check", "[[dataset.check]]", &KEYS)? {
        let name = name(&table)?;
        let built_in = checks[..count].iter().position(|check| check.name == name.value);
        let rule = rule(&table, &name, built_in.map(|index| &checks[index].rule), schema)?;
        let check = Check {
            name: name.value.clone(),
            rule,
            severity: severity(&table)?,
            off: table.truth("off")?.unwrap_or(false),
        };
        match built_in {
            Some(index) => checks[index] = check,
            None => checks.push(check),
        }
        names.push(name);
    }
    unique(table.document, "check", &names)?;
    Ok(checks)
}

/// The check's name; a bounded column need not have one.
fn name(table: &Table<'_, '_>) -> Result<Located<String>> {
    if let (None, Some(column)) = (table.value("name"), table.text("column")?) {
        return Ok(Located { value: format!("range({})", column.value), place: column.place });
    }
    let name = table.required_text("name")?;
    if name.value.trim().is_empty() || name.value.chars().any(char::is_control) {
        return Err(table
            .document
            .error(&name.place, "`name` of a check must be text on one line")
            .hint("write name = \"...\""));
    }
    Ok(Located { value: name.value.to_owned(), place: name.place })
}

fn rule(
    table: &Table<'_, '_>,
    name: &Located<String>,
    built_in: Option<&CheckRule>,
    schema: &[Field],
) -> Result<CheckRule> {
    match (built_in, table.has("sql"), table.has("column")) {
        (Some(rule), false, false) => overridden(table, name, rule),
        (None, true, false) => sql(table),
        (None, false, true) => bounded(table, schema),
        (None, true, true) => Err(table
            .error(format!("the check `{}` has both `sql` and `column`", name.value))
            .hint("make two checks of it")),
        (None, false, false) => {
            let message = format!(
                "the check `{}` has no `sql` and no `column`, and none of the built-in ones is called that",
                name.value
            );
            let built_in = Check::built_in();
            let known: Vec<&str> = built_in.iter().map(|check| check.name.as_str()).collect();
            Err(suggest(table.document.error(&name.place, message), &name.value, &known))
        }
        (Some(_), ..) => {
            let message = format!("`{}` is a built-in check, which takes no `sql` and no `column`", name.value);
            Err(table.document.error(&name.place, message).hint("give your own check another name"))
        }
    }
}

/// A built-in rule with the numbers that the table changes.
fn overridden(table: &Table<'_, '_>, name: &Located<String>, rule: &CheckRule) -> Result<CheckRule> {
    let takes = match rule {
        CheckRule::Rejects { .. }
        | CheckRule::RowCount { .. }
        | CheckRule::NullRate { .. }
        | CheckRule::LabelRate { .. } => "tolerance",
        CheckRule::NumericRange { .. } => "factor",
        CheckRule::Schema | CheckRule::UniqueKey | CheckRule::Sql { .. } => "",
    };
    only(table, &name.value, takes)?;
    let mut rule = rule.clone();
    match &mut rule {
        CheckRule::Rejects { tolerance } | CheckRule::NullRate { tolerance } => {
            *tolerance = number(table, "tolerance", 0.0, 1.0)?.unwrap_or(*tolerance);
        }
        CheckRule::RowCount { tolerance } | CheckRule::LabelRate { tolerance } => {
            *tolerance = number(table, "tolerance", 0.0, f64::MAX)?.unwrap_or(*tolerance);
        }
        CheckRule::NumericRange { factor, .. } => *factor = number(table, "factor", 1.0, f64::MAX)?.unwrap_or(*factor),
        CheckRule::Schema | CheckRule::UniqueKey | CheckRule::Sql { .. } => {}
    }
    Ok(rule)
}

fn sql(table: &Table<'_, '_>) -> Result<CheckRule> {
    only(table, "sql", "")?;
    let sql = table.required_text("sql")?;
    if sql.value.trim().is_empty() {
        let hint = "write a query over `silver` that returns the rows that are wrong";
        return Err(table.document.error(&sql.place, "`sql` is empty").hint(hint));
    }
    Ok(CheckRule::Sql { sql: sql.value.to_owned() })
}

fn bounded(table: &Table<'_, '_>, schema: &[Field]) -> Result<CheckRule> {
    let column = table.required_text("column")?;
    let field = schema::field(table.document, "column", schema, &column)?;
    if !field.field_type.is_numeric() {
        let message = format!("`{}` is a {} field, which has no bounds", field.name, field.field_type);
        return Err(table.document.error(&column.place, message).hint("use sql = \"...\" for it"));
    }
    if table.has("tolerance") {
        return Err(table
            .document
            .error(&table.place_of("tolerance"), "a bounded column has no `tolerance`")
            .hint("use `min`, `max` and `factor`"));
    }
    let (min, max) = (table.number("min")?, table.number("max")?);
    match (&min, &max) {
        (None, None) => {
            return Err(table
                .error(format!("the check of `{}` has neither `min` nor `max`", field.name))
                .hint("add min = 0, or max = 1000"));
        }
        (Some(min), Some(max)) if max.value < min.value => {
            let message = format!("`max` is {}, which is below `min`, {}", max.value, min.value);
            return Err(table.document.error(&max.place, message).hint("both ends are allowed values"));
        }
        _ => {}
    }
    Ok(CheckRule::NumericRange {
        column: Some(field.name.clone()),
        min: min.map(|min| min.value),
        max: max.map(|max| max.value),
        factor: number(table, "factor", 1.0, f64::MAX)?.unwrap_or(DEFAULT_FACTOR),
    })
}

/// Refuses the keys of other kinds of checks.
fn only(table: &Table<'_, '_>, check: &str, takes: &str) -> Result<()> {
    let Some(key) = ["min", "max", "tolerance", "factor"].into_iter().find(|key| *key != takes && table.has(key))
    else {
        return Ok(());
    };
    let error = table.document.error(&table.place_of(key), format!("`{key}` means nothing in the check `{check}`"));
    let also = if takes.is_empty() { String::new() } else { format!(", `{takes}`") };
    Err(error.hint(format!("it takes `severity`, `off`{also}")))
}

fn number<'a>(table: &Table<'a, '_>, key: &'a str, least: f64, most: f64) -> Result<Option<f64>> {
    let Some(number) = table.number(key)? else { return Ok(None) };
    if (least..=most).contains(&number.value) {
        return Ok(Some(number.value));
    }
    let range = if most < f64::MAX { format!("from {least} to {most}") } else { format!("at least {least}") };
    let message = format!("`{key}` is {}, but must be {range}", number.value);
    Err(table.document.error(&number.place, message).hint(format!("write {key} = {}", least.max(0.5))))
}

fn severity(table: &Table<'_, '_>) -> Result<Severity> {
    let known = [Severity::Blocking, Severity::Warning];
    let Some(text) = table.text("severity")? else { return Ok(Severity::Blocking) };
    known.into_iter().find(|severity| severity.as_str() == text.value).ok_or_else(|| {
        let error = table.document.error(&text.place, format!("`{}` is not a severity", text.value));
        suggest(error, text.value, &known.map(Severity::as_str))
    })
}
