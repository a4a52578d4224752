//! What is looked up for the rows of a dataset, and derived of them.

use polars::prelude::*;

use super::lookup::Lookup;
use super::refiner::{Objection, Refused, Sorted, line_of};
use crate::base::{Cancel, Error, Result};
use crate::domain::lineage::{LINE, ROW};
use crate::domain::understood::{RejectKind, RepairKind, Tally};
use crate::domain::{Dataset, Field, FieldType, Reference};
use crate::frames::{apart, data_type, ints, sql};
use crate::quality::keys;

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
    /// What makes a row unique.
    key: Vec<Field>,
    cancel: Cancel,
}

enum Step {
    LookUp(Lookup),
    Derive { name: PlSmallStr, field_type: FieldType, given: Expr },
}

impl Derivation {
    /// What a contract asks for. `table` gives the rows of a reference table; without rows, what the contract says is only
    /// tested. Errors: an expression that is none, or gives another type than its field has.
    pub fn of(
        dataset: &Dataset,
        cancel: &Cancel,
        mut table: impl FnMut(&Reference) -> Result<DataFrame>,
    ) -> Result<Self> {
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
                    field.name,
                    dataset.name,
                    sql::type_name(&gives),
                    field.field_type
                ))
                .hint("CAST it in the SQL, or give the field the type that it has"));
            }
            let name: PlSmallStr = field.name.as_str().into();
            known.insert(name.clone(), data_type(field.field_type));
            steps.push(Step::Derive { name, field_type: field.field_type, given });
        }
        let columns = super::schemas::silver(dataset).iter_names_cloned().collect();
        let key = keys::fields(&dataset.key, &dataset.schema).into_iter().cloned().collect();
        Ok(Self { steps, columns, key, cancel: cancel.clone() })
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
                    sorted.silver = missed(lookup, rows, &not_found, &mut sorted.repairs, (&self.key, &mut refused))?;
                }
                Step::Derive { name, field_type, given } => {
                    let of = (sorted.silver.clone(), name.clone(), *field_type, given.clone(), self.cancel.clone());
                    let rows = apart(move || derived(&of.0, &of.1, of.2, &of.3, &of.4));
                    sorted.silver = keep(rows?, name, *field_type, (&self.key, &mut refused))?;
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

/// The rows that stay of those that were looked up: what is `not_found` is refused, or gets nothing.
fn missed(
    lookup: &Lookup,
    rows: DataFrame,
    not_found: &[(usize, String)],
    repairs: &mut Tally<RepairKind>,
    (key, refused): (&[Field], &mut Refused),
) -> Result<DataFrame> {
    if not_found.is_empty() {
        return Ok(rows);
    }
    let mut stays = vec![true; rows.height()];
    let (numbers, lines) = (ints(&rows, ROW)?, ints(&rows, LINE)?);
    let keys = keys_of(&rows, key)?;
    for (index, key) in not_found {
        let place = (numbers.get(*index), lines.get(*index));
        if lookup.required {
            let reason = format!("{key} is not in the reference table {}", lookup.name);
            refused.push(place, Objection::new(RejectKind::NotReferred, &reason, key), keys.get(*index).cloned(), None);
            stays[*index] = false;
        } else {
            repairs.add(RepairKind::NotReferred, line_of(place), key, lookup.name.as_str());
        }
    }
    rows.filter(&BooleanChunked::new(PlSmallStr::EMPTY, stays)).map_err(Error::library)
}

/// The rows with a derived field, and with [`NO_VALUE`]: why a row has none, though its SQL gives something. What can't be
/// computed for a row, be it that a CAST in it fails, keeps no other row from what is derived of it.
fn derived(
    rows: &DataFrame,
    name: &PlSmallStr,
    field_type: FieldType,
    given: &Expr,
    cancel: &Cancel,
) -> Result<DataFrame> {
    cancel.check()?;
    let target = data_type(field_type);
    let value = col(GIVEN).cast(target.clone());
    let value = match field_type {
        FieldType::Float => when(value.clone().is_finite()).then(value).otherwise(lit(NULL).cast(target.clone())),
        _ => value,
    };
    let no_value = when(col(name.clone()).is_null()).then(col(GIVEN).cast(DataType::String)).otherwise(lit(NULL));
    let wide = sql::widened(rows.schema());
    let plan = rows.clone().lazy().with_columns(wide).with_column(given.clone().alias(GIVEN));
    let plan = plan.with_column(value.alias(name.clone()));
    let plan = plan.select([col(name.clone()), no_value.cast(DataType::String).alias(NO_VALUE)]);
    match plan.collect() {
        Err(_) if rows.height() > 1 => {
            let middle = i64::try_from(rows.height() / 2).unwrap_or(i64::MAX);
            let (head, tail) = rows.split_at(middle);
            let mut all = derived(&head, name, field_type, given, cancel)?;
            all.vstack_mut_owned(derived(&tail, name, field_type, given, cancel)?).map_err(Error::library)?;
            Ok(all)
        }
        Err(error) => {
            let mut row = rows.clone();
            let no_value = Column::new(NO_VALUE.into(), vec![first_line(&error); rows.height()]);
            row.with_column(Column::full_null(name.clone(), rows.height(), &target)).map_err(Error::library)?;
            row.with_column(no_value).map_err(Error::library)?;
            Ok(row)
        }
        Ok(made) => rows.hstack(made.columns()).map_err(Error::library),
    }
}

fn first_line(error: &PolarsError) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// The rows that have a value of the field, or nothing; the others are refused.
fn keep(
    mut rows: DataFrame,
    name: &str,
    field_type: FieldType,
    (key, refused): (&[Field], &mut Refused),
) -> Result<DataFrame> {
    let why = rows.drop_in_place(NO_VALUE).map_err(Error::library)?;
    let why = why.str().map_err(Error::library)?;
    if why.null_count() == rows.height() {
        return Ok(rows);
    }
    let (numbers, lines) = (ints(&rows, ROW)?, ints(&rows, LINE)?);
    let keys = keys_of(&rows, key)?;
    for (index, given) in why.iter().enumerate() {
        if let Some(given) = given {
            let reason = format!("{name}: what is derived is not a {field_type}");
            let place = (numbers.get(index), lines.get(index));
            let key = keys.get(index).cloned();
            refused.push(place, Objection::new(RejectKind::Derived, &reason, given), key, None);
        }
    }
    rows.filter(&why.is_null()).map_err(Error::library)
}

/// The key of each row, by which a further one of the same key is told; none where nothing makes a row unique.
fn keys_of(rows: &DataFrame, key: &[Field]) -> Result<Vec<String>> {
    if key.is_empty() { Ok(Vec::new()) } else { keys::of_rows(rows, &key.iter().collect::<Vec<_>>()) }
}
