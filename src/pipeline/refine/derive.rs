//! What is looked up for the rows of a dataset, and derived of them.

use polars::prelude::*;

use super::lookup::Lookup;
use super::refiner::{Objection, Refused, Sorted};
use crate::base::{Error, Result};
use crate::domain::lineage::{LINE, ROW};
use crate::domain::understood::{RejectKind, RepairKind};
use crate::domain::{Dataset, FieldType, Reference};
use crate::frames::{data_type, ints, sql};

/// The column that holds what an expression gives, before it is made a value of its field.
const GIVEN: &str = "_given";

/// The column that holds what is no value of a field.
const NO_VALUE: &str = "_no_value";

/// Looks up and derives, field by field in the order of the schema: a reference table is looked into as soon as its key is
/// there.
pub struct Derivation {
    steps: Vec<Step>,
    /// The columns of silver, in order.
    columns: Vec<PlSmallStr>,
}

enum Step {
    LookUp(Lookup),
    Derive { name: PlSmallStr, field_type: FieldType, given: Expr },
}

impl Derivation {
    /// What a contract asks for. `table` gives the rows of a reference table; without rows, what the contract says is only
    /// tested. Errors: an expression that is none, or gives another type than its field has.
    pub fn of(dataset: &Dataset, mut table: impl FnMut(&Reference) -> Result<DataFrame>) -> Result<Self> {
        let mut steps = Vec::new();
        let mut known: Schema =
            dataset.delivered().map(|field| (field.name.as_str().into(), data_type(field.field_type))).collect();
        let mut waiting: Vec<&Reference> = dataset.references.iter().collect();
        let derived = dataset.schema.iter().filter_map(|field| Some((field, field.sql.as_deref()?)));
        for (field, expression) in derived {
            let (ready, later): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|one| one.key.iter().all(|name| known.contains(name)));
            for reference in ready {
                known.extend(reference.gives().map(|field| (field.name.as_str().into(), data_type(field.field_type))));
                steps.push(Step::LookUp(Lookup::new(reference, &table(reference)?)?));
            }
            waiting = later;
            let (given, gives) = sql::expression(expression, &known)
                .map_err(|error| error.context(format!("`sql` of the field `{}` of {}", field.name, dataset.name)))?;
            if !sql::fits(&gives, field.field_type) {
                return Err(Error::refused(format!(
                    "`sql` of the field `{}` of {} gives {}, not {}",
                    field.name, dataset.name, gives, field.field_type
                ))
                .hint("CAST it in the SQL, or give the field the type that it has"));
            }
            let name: PlSmallStr = field.name.as_str().into();
            known.insert(name.clone(), data_type(field.field_type));
            steps.push(Step::Derive { name, field_type: field.field_type, given });
        }
        let columns = super::schemas::silver(dataset).iter_names_cloned().collect();
        Ok(Self { steps, columns })
    }

    /// Adds to rows what is looked up and derived. A row of which a field can't be derived goes to the refused ones.
    pub fn apply(&self, mut sorted: Sorted) -> Result<Sorted> {
        if self.steps.is_empty() {
            return Ok(sorted);
        }
        let mut refused = Refused::default();
        for step in &self.steps {
            match step {
                Step::LookUp(lookup) => {
                    let (rows, not_found) = lookup.found_for(&sorted.silver)?;
                    let lines = ints(&rows, LINE)?.clone();
                    for (index, key) in not_found {
                        let line = lines.get(index).and_then(|line| u64::try_from(line).ok());
                        sorted.repairs.add(RepairKind::NotReferred, line, &key, lookup.name.as_str());
                    }
                    sorted.silver = rows;
                }
                Step::Derive { name, field_type, given } => {
                    let rows = derived(&sorted.silver, name, *field_type, given);
                    let kept = rows.and_then(|rows| keep(rows, name, *field_type, &mut refused));
                    sorted.silver = kept.map_err(Error::library)?;
                }
            }
        }
        sorted.silver = sorted.silver.select(self.columns.iter().cloned()).map_err(Error::library)?;
        sorted.refusals.absorb(std::mem::take(&mut refused.tally));
        let rejects = refused.finish(&sorted.batch)?;
        sorted.rejects.vstack_mut_owned(rejects).map_err(Error::library)?;
        Ok(sorted)
    }
}

/// The rows with a derived field, and with [`NO_VALUE`]: why a row has none, though its SQL gives something. What can't be
/// computed for a row, be it that a CAST in it fails, keeps no other row from what is derived of it.
fn derived(rows: &DataFrame, name: &PlSmallStr, field_type: FieldType, given: &Expr) -> PolarsResult<DataFrame> {
    let target = data_type(field_type);
    let value = col(GIVEN).cast(target.clone());
    let value = match field_type {
        FieldType::Float => when(value.clone().is_finite()).then(value).otherwise(lit(NULL).cast(target.clone())),
        _ => value,
    };
    let no_value = when(col(name.clone()).is_null()).then(col(GIVEN).cast(DataType::String)).otherwise(lit(NULL));
    let plan = rows.clone().lazy().with_column(given.clone().alias(GIVEN)).with_column(value.alias(name.clone()));
    let plan = plan.with_column(no_value.cast(DataType::String).alias(NO_VALUE));
    match plan.select([all().exclude_cols([GIVEN]).as_expr()]).collect() {
        Err(_) if rows.height() > 1 => {
            let middle = i64::try_from(rows.height() / 2).unwrap_or(i64::MAX);
            let (head, tail) = rows.split_at(middle);
            let mut all = derived(&head, name, field_type, given)?;
            all.vstack_mut_owned(derived(&tail, name, field_type, given)?)?;
            Ok(all)
        }
        Err(error) => {
            let mut row = rows.clone();
            row.with_column(Column::full_null(name.clone(), rows.height(), &target))?;
            row.with_column(Column::new(NO_VALUE.into(), vec![first_line(&error); rows.height()]))?;
            Ok(row)
        }
        rows => rows,
    }
}

fn first_line(error: &PolarsError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// The rows that have a value of the field, or nothing; the others are refused.
fn keep(mut rows: DataFrame, name: &str, field_type: FieldType, refused: &mut Refused) -> PolarsResult<DataFrame> {
    let why = rows.drop_in_place(NO_VALUE)?;
    let why = why.str()?;
    if why.null_count() == rows.height() {
        return Ok(rows);
    }
    let (numbers, lines) = (rows.column(ROW)?.i64()?, rows.column(LINE)?.i64()?);
    for (index, given) in why.iter().enumerate() {
        if let Some(given) = given {
            let reason = format!("{name}: what is derived is not a {field_type}");
            let place = (numbers.get(index), lines.get(index));
            refused.push(place, Objection::new(RejectKind::Derived, &reason, given), None, None);
        }
    }
    rows.filter(&why.is_null())
}
