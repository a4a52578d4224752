//! Numbers with room for what they give together. Whole numbers are added and multiplied in the digits of their own types,
//! and what has no room there is another number, and nobody would hear of it.

use std::sync::Arc;

use polars::prelude::{AggExpr, DataType, Expr, LazyFrame, Operator, PlSmallStr, PolarsResult, Schema, SchemaRef};
use polars_plan::dsl::{DslPlan, FunctionExpr};

use crate::domain::lineage;

/// The most digits that a decimal has.
const WIDEST: usize = 38;

/// Columns with all the digits that there can be. A product that has no room in the digits of its decimal factors would be
/// nothing.
pub fn widened(schema: &Schema) -> Vec<Expr> {
    let wide = |(name, data_type): (&PlSmallStr, &DataType)| {
        let wide = match data_type {
            DataType::Decimal(_, scale) => DataType::Decimal(WIDEST, *scale),
            DataType::Int64 if !lineage::is_beside(name) => DataType::Int128,
            _ => return None,
        };
        Some(Expr::Column(name.clone()).cast(wide))
    };
    schema.iter().filter_map(wide).collect()
}

/// An expression over such columns that gives whole numbers room, however they came: counted, cast or written down.
pub fn expression(expression: Expr, fields: &Schema) -> Expr {
    let roomy = |of: Expr| match of.to_field(fields) {
        Ok(field) if field.dtype().is_integer() => of.cast(DataType::Int128),
        _ => of,
    };
    let wide = |of: Arc<Expr>| Arc::new(roomy(Arc::unwrap_or_clone(of)));
    expression.map_expr(|one| match one {
        Expr::BinaryExpr { left, op: op @ (Operator::Plus | Operator::Minus | Operator::Multiply), right } => {
            Expr::BinaryExpr { left: wide(left), op, right: wide(right) }
        }
        Expr::Agg(AggExpr::Sum(of)) => Expr::Agg(AggExpr::Sum(wide(of))),
        Expr::Function { input, function: function @ FunctionExpr::CumSum { .. } } => {
            Expr::Function { input: input.into_iter().map(roomy).collect(), function }
        }
        other => other,
    })
}

/// A plan with such expressions alone, as far as it is one that a query becomes.
pub fn plan(whole: DslPlan) -> PolarsResult<DslPlan> {
    Ok(match whole {
        DslPlan::Filter { input, predicate } => {
            let (input, fields) = below(input)?;
            DslPlan::Filter { input, predicate: expression(predicate, &fields) }
        }
        DslPlan::Select { expr, input, options } => {
            let (input, fields) = below(input)?;
            DslPlan::Select { expr: all(expr, &fields), input, options }
        }
        DslPlan::HStack { input, exprs, options } => {
            let (input, fields) = below(input)?;
            DslPlan::HStack { exprs: all(exprs, &fields), input, options }
        }
        DslPlan::GroupBy { input, keys, predicates, aggs, maintain_order, options, apply } => {
            let (input, fields) = below(input)?;
            let (keys, predicates, aggs) = (all(keys, &fields), all(predicates, &fields), all(aggs, &fields));
            DslPlan::GroupBy { input, keys, predicates, aggs, maintain_order, options, apply }
        }
        DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options } => {
            let ((input_left, left), (input_right, right)) = (below(input_left)?, below(input_right)?);
            let (left_on, right_on) = (all(left_on, &left), all(right_on, &right));
            DslPlan::Join { input_left, input_right, left_on, right_on, predicates, options }
        }
        DslPlan::Sort { input, by_column, slice, sort_options } => {
            let (input, fields) = below(input)?;
            DslPlan::Sort { by_column: all(by_column, &fields), input, slice, sort_options }
        }
        DslPlan::Distinct { input, options } => DslPlan::Distinct { input: below(input)?.0, options },
        DslPlan::Slice { input, offset, len } => DslPlan::Slice { input: below(input)?.0, offset, len },
        DslPlan::Cache { input, id } => DslPlan::Cache { input: below(input)?.0, id },
        DslPlan::MapFunction { input, function } => DslPlan::MapFunction { input: below(input)?.0, function },
        DslPlan::Union { inputs, args } => DslPlan::Union { inputs: each(inputs)?, args },
        DslPlan::HConcat { inputs, options } => DslPlan::HConcat { inputs: each(inputs)?, options },
        // What was looked at once; the plan that it was made of is there still.
        DslPlan::IR { dsl, .. } => plan(Arc::unwrap_or_clone(dsl))?,
        other => other,
    })
}

/// What a step reads, and the columns of that.
fn below(input: Arc<DslPlan>) -> PolarsResult<(Arc<DslPlan>, SchemaRef)> {
    let input = plan(Arc::unwrap_or_clone(input))?;
    let fields = LazyFrame::from(input.clone()).collect_schema()?;
    Ok((Arc::new(input), fields))
}

fn all(expressions: Vec<Expr>, fields: &Schema) -> Vec<Expr> {
    expressions.into_iter().map(|one| expression(one, fields)).collect()
}

fn each(plans: Vec<DslPlan>) -> PolarsResult<Vec<DslPlan>> {
    plans.into_iter().map(plan).collect()
}
