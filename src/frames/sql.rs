//! People's SQL, run by polars: queries over named tables only, and expressions over the fields of one row.

mod exact;

use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, LazyFrame, Operator, Schema};
use polars::sql::{SQLContext, extract_table_identifiers, sql_expr};
use polars_plan::plans::{AExpr, ArenaExprIter, ArenaLpIter, IR, IRAggExpr, is_elementwise_rec};
use polars_plan::utils::aexpr_to_leaf_names_iter;

pub use self::exact::widened;
use super::apart;
use crate::base::text::nearest;
use crate::base::{Error, Result};
use crate::domain::FieldType;

/// The longest query in bytes; plans are trees that are walked recursively.
const LONGEST: usize = 1 << 16;

/// Beginnings of the names of functions in the place of a table that read files.
const READERS: [&str; 2] = ["read_", "scan_"];

/// Refuses what is not exactly one query over named tables, before anything is looked up: other statements, several
/// statements, functions that read files. Names of tables that do not exist are found by running it. `table` is the one
/// that there is.
///
/// The names come from the syntax tree of the parser that polars itself uses, so that no way of writing hides one.
pub fn guard(sql: &str, table: &str) -> Result<()> {
    let refuse = |what: String| {
        Err(Error::refused(what).hint(format!("write one SELECT over the table `{table}`; it may begin with WITH")))
    };
    if sql.len() > LONGEST {
        return refuse(format!("the query has {} bytes, more than {LONGEST}", sql.len()));
    }
    let bare = bare(sql);
    let first = bare.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| !word.is_empty()).unwrap_or("");
    if !["select", "with"].contains(&first.to_ascii_lowercase().as_str()) {
        return refuse(format!("only SELECT can be run here, not `{first}`"));
    }
    if bare.trim_end().trim_end_matches(';').contains(';') {
        return refuse("only one statement can be run at a time".to_owned());
    }
    let query = sql.to_owned();
    let tables = apart(move || extract_table_identifiers(&query, true, true).map_err(Error::library))
        .map_err(|error| error.context("the query can't be parsed"))?;
    for table in tables {
        // Polars looks up the first part of a dotted name.
        let name = table.split('.').next().unwrap_or(&table).to_lowercase();
        if READERS.iter().any(|reader| name.starts_with(reader)) {
            return refuse(format!("`{name}` reads files; a query may read named tables only"));
        }
    }
    Ok(())
}

/// The plan of a query over one table; nothing is read yet but the schema. Refused is what [`guard`] refuses.
pub fn query(sql: &str, table: &str, rows: LazyFrame) -> Result<LazyFrame> {
    guard(sql, table)?;
    let (sql, table) = (sql.to_owned(), table.to_owned());
    apart(move || {
        let mut rows = rows;
        let schema = rows.collect_schema().map_err(Error::library)?;
        let rows = rows.with_columns(widened(&schema));
        let mut context = SQLContext::new();
        context.register(&table, rows);
        let asked = context.execute(&sql).map_err(Error::library)?;
        exact::plan(asked.logical_plan).map(LazyFrame::from).map_err(Error::library)
    })
}

/// The type of each column that a plan gives. Errors: what the query engine refuses it for.
pub fn typed(mut plan: LazyFrame) -> Result<Schema> {
    apart(move || plan.collect_schema().map(|schema| schema.as_ref().clone()).map_err(Error::library))
}

/// What a type is called in a contract, as far as it has a name there.
#[must_use]
pub fn type_name(of: &DataType) -> String {
    match of {
        DataType::String => "string".to_owned(),
        DataType::Boolean => "bool".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Datetime(..) => "timestamp".to_owned(),
        DataType::Float32 | DataType::Float64 => "float".to_owned(),
        DataType::Decimal(precision, scale) => format!("decimal({precision},{scale})"),
        other if other.is_integer() => "int".to_owned(),
        other => other.to_string(),
    }
}

/// Whether a plan puts what is made of many rows beside each of them: what is not grouped repeats in every row.
pub fn repeats(plan: LazyFrame) -> Result<bool> {
    apart(move || {
        let plan = plan.to_alp().map_err(Error::library)?;
        let is = |node, wanted: fn(&AExpr) -> bool| plan.expr_arena.iter(node).any(|(_, one)| wanted(one));
        let is_of_many = |node| {
            is(node, |one| matches!(one, AExpr::Agg(_) | AExpr::Len))
                && !is(node, |one| matches!(one, AExpr::Over { .. }))
        };
        let is_of_each = |node| is(node, |one| matches!(one, AExpr::Column(_)));
        let repeats = plan.lp_arena.iter(plan.lp_top).any(|(_, step)| match step {
            IR::Select { expr, .. } | IR::HStack { exprs: expr, .. } => {
                expr.iter().any(|one| is_of_many(one.node()))
                    && expr.iter().any(|one| !is_of_many(one.node()) && is_of_each(one.node()))
            }
            _ => false,
        });
        Ok(repeats)
    })
}

/// Whether a plan adds up, or compares, the values of a column over rows that it does not tell apart by another one: neither
/// does it group by that, nor choose the rows of one value. A help, and no proof: what is called otherwise first is not seen.
pub fn mixes(plan: LazyFrame, column: &str, by: &str) -> Result<bool> {
    let (column, by) = (column.to_owned(), by.to_owned());
    apart(move || {
        let plan = plan.to_alp().map_err(Error::library)?;
        let names =
            |node, name: &str| aexpr_to_leaf_names_iter(node, &plan.expr_arena).any(|leaf| leaf.as_str() == name);
        let aggregates = |node| {
            plan.expr_arena.iter(node).any(|(_, one)| match one {
                AExpr::Agg(
                    IRAggExpr::Sum(of)
                    | IRAggExpr::Mean(of)
                    | IRAggExpr::Median(of)
                    | IRAggExpr::Std(of, _)
                    | IRAggExpr::Var(of, _)
                    | IRAggExpr::Min { input: of, .. }
                    | IRAggExpr::Max { input: of, .. },
                ) => names(*of, &column),
                _ => false,
            })
        };
        let is_by = |node| matches!(plan.expr_arena.get(node), AExpr::Column(name) if name.as_str() == by);
        let is_one = |node| matches!(plan.expr_arena.get(node), AExpr::Literal(_));
        let chooses = |node| {
            plan.expr_arena.iter(node).any(|(_, one)| match one {
                AExpr::BinaryExpr { left, op: Operator::Eq, right } => {
                    is_by(*left) && is_one(*right) || is_one(*left) && is_by(*right)
                }
                _ => false,
            })
        };
        let (mut adds_up, mut tells_apart) = (false, false);
        for (_, step) in plan.lp_arena.iter(plan.lp_top) {
            match step {
                IR::GroupBy { keys, .. } => tells_apart |= keys.iter().any(|key| names(key.node(), &by)),
                IR::Filter { predicate, .. } => tells_apart |= chooses(predicate.node()),
                _ => {}
            }
            adds_up |= step.exprs().any(|expression| aggregates(expression.node()));
        }
        Ok(adds_up && !tells_apart)
    })
}

/// An expression over the fields of one row, and the type of what it gives. Refused is what looks at other rows: the value
/// of a row would depend on which rows are at hand.
pub fn expression(sql: &str, fields: &Schema) -> Result<(Expr, DataType)> {
    if sql.len() > LONGEST {
        return Err(Error::refused(format!("the expression has {} bytes, more than {LONGEST}", sql.len())));
    }
    let (sql, fields) = (sql.to_owned(), fields.clone());
    apart(move || {
        // A query within it could read files before anything else is refused.
        let tables = extract_table_identifiers(&format!("SELECT {sql}"), true, true).map_err(refused)?;
        if let Some(table) = tables.first() {
            return Err(Error::refused(format!("it looks into `{table}`, and not at its own row alone"))
                .hint("what is looked up is a reference table: [[dataset.reference]]"));
        }
        let expression = exact::expression(sql_expr(&sql).map_err(refused)?, &fields);
        let names: Vec<&str> = fields.iter_names().map(|name| name.as_str()).collect();
        let plan = DataFrame::empty_with_schema(&fields).lazy().with_columns(widened(&fields));
        let plan = plan.select([expression.clone().alias("value")]);
        let plan = plan.to_alp().map_err(|error| unknown(&expression, &names).unwrap_or_else(|| refused(error)))?;
        let IR::Select { expr, .. } = plan.lp_arena.get(plan.lp_top) else {
            return Err(Error::refused("it is no expression over the fields of a row"));
        };
        if !expr.iter().all(|one| is_elementwise_rec(one.node(), &plan.expr_arena)) {
            return Err(Error::refused("it looks at other rows than its own")
                .hint("what is made of many rows is an aggregate: [[dataset.aggregate]]"));
        }
        let given = plan.lp_arena.get(plan.lp_top).schema(&plan.lp_arena).get("value").cloned();
        let given = given.ok_or_else(|| Error::internal("an expression without a type"))?;
        Ok((expression, given))
    })
}

/// What the query engine has against SQL that somebody wrote.
fn refused(error: impl std::fmt::Display) -> Error {
    Error::refused(error.to_string().lines().next().unwrap_or_default())
}

/// Which of the names in an expression is none of those that there are.
fn unknown(expression: &Expr, names: &[&str]) -> Option<Error> {
    let leaves = polars_plan::utils::expr_to_leaf_column_names(expression);
    let unknown = leaves.iter().find(|leaf| !names.contains(&leaf.as_str()))?;
    let error = Error::refused(format!("there is no field `{unknown}`"));
    Some(match nearest(unknown, names.iter().copied()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(format!("there are: {}", names.join(", "))),
    })
}

/// Whether values of a type that polars computed can be stored in a field without becoming another kind of value.
#[must_use]
pub fn fits(given: &DataType, field_type: FieldType) -> bool {
    match field_type {
        _ if *given == DataType::Null => true,
        FieldType::String => *given == DataType::String,
        FieldType::Bool => *given == DataType::Boolean,
        FieldType::Date => *given == DataType::Date,
        FieldType::Timestamp => matches!(given, DataType::Datetime(_, Some(_))),
        FieldType::Int => given.is_integer(),
        FieldType::Float | FieldType::Decimal { .. } => given.is_numeric(),
    }
}

/// The query without texts, quoted names and comments. It decides what to say early; polars enforces the same again.
fn bare(sql: &str) -> String {
    let mut bare = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let skipped = match next {
            '-' if rest.starts_with("--") => rest.find('\n'),
            '/' if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
            '\'' | '"' | '`' => rest[1..].find(next).map(|end| end + 2),
            _ => {
                bare.push(next);
                rest = &rest[next.len_utf8()..];
                continue;
            }
        };
        bare.push(' ');
        rest = skipped.map_or("", |end| &rest[end..]);
    }
    bare
}

#[cfg(test)]
mod tests;
