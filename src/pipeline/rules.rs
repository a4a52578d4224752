//! What a contract asks to be computed, tested before it comes into force.

use polars::prelude::DataFrame;

use super::publication::aggregates;
use super::refine::derive::Derivation;
use crate::base::Result;
use crate::domain::Contract;
use crate::frames::data_type;

/// Refuses SQL of a contract that could not be run, or would give other types than it says.
pub fn test(contract: &Contract) -> Result<()> {
    for dataset in &contract.datasets {
        Derivation::of(dataset, |reference| {
            let columns = reference.schema.iter();
            let schema = columns.map(|field| (field.name.as_str().into(), data_type(field.field_type))).collect();
            Ok(DataFrame::empty_with_schema(&schema))
        })?;
        aggregates::test(dataset)?;
    }
    Ok(())
}
