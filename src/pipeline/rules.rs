//! What a contract asks to be computed, tested before it comes into force.

use polars::prelude::DataFrame;

use super::publication::aggregates;
use super::refine::derive::Derivation;
use super::{Context, reference};
use crate::base::{Cancel, Result};
use crate::domain::Contract;
use crate::frames::data_type;

/// Refuses a contract under which what reference tables are now could not be read.
pub fn test_references(context: &Context, contract: &Contract) -> Result<()> {
    let newest = context.journal.read(|snapshot| snapshot.references())?;
    let next = contract.clone().referring(&newest);
    let known = next.datasets.iter().flat_map(|dataset| &dataset.references).filter(|one| one.current.is_some());
    known.into_iter().try_for_each(|one| reference::rows(context, one).map(drop))
}

/// Refuses SQL of a contract that could not be run, or would give other types than it says.
pub fn test(contract: &Contract) -> Result<()> {
    for dataset in &contract.datasets {
        Derivation::of(dataset, &Cancel::default(), |reference| {
            let columns = reference.schema.iter();
            let schema = columns.map(|field| (field.name.as_str().into(), data_type(field.field_type))).collect();
            Ok(DataFrame::empty_with_schema(&schema))
        })?;
        aggregates::test(dataset)?;
    }
    Ok(())
}
