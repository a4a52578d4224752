//! Measures one slice and what a model found in it.

use polars::prelude::{Expr, LazyFrame};

use super::column::ColumnTally;
use super::keys::{self, KeyTally};
use super::labels;
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::lineage::{BATCH, KEY};
use crate::domain::profile::{PROFILE_VERSION, Profile};
use crate::domain::{Field, ModelRef, Slice};
use crate::frames::{for_each_chunk, named};

/// What is measured. All frames hold this slice alone and are read lazily, in chunks.
pub struct Input<'a> {
    /// The slice.
    pub slice: &'a Slice,
    /// Whose annotations these are.
    pub model: &'a ModelRef,
    /// The canonical schema.
    pub schema: &'a [Field],
    /// The fields that make a row unique; empty: nothing does.
    pub key: &'a [String],
    /// The labels that the model can find: each is measured, also where it was found nowhere.
    pub labels: &'a [String],
    /// The slice's canonical rows.
    pub silver: LazyFrame,
    /// The slice's refused rows, with [`KEY`].
    pub rejects: Option<LazyFrame>,
    /// The entities, one row per silver row.
    pub annotations: Option<LazyFrame>,
}

/// Measures a slice in one pass over each of its tables. `progress` hears how many rows of silver are done.
///
/// Exact, and the same to the last bit for the same rows in any order. Memory grows with the number of *different*
/// values, of which long texts are kept by their beginning only; never with the rows.
pub fn measure(input: Input<'_>, progress: &dyn Fn(u64), cancel: &Cancel) -> Result<Profile> {
    let slice = input.slice;
    measure_tables(input, progress, cancel).with_context(|| format!("profiling {slice}"))
}

fn measure_tables(input: Input<'_>, progress: &dyn Fn(u64), cancel: &Cancel) -> Result<Profile> {
    let Input { slice, model, schema, key, labels, silver, rejects, annotations } = input;
    let key = keys::fields(key, schema);
    let mut keys = KeyTally::default();
    let mut rejected = 0;
    if let Some(rejects) = rejects {
        for_each_chunk(rejects.select([named(KEY)]), cancel, |chunk| {
            rejected += chunk.height() as u64;
            if key.is_empty() { Ok(()) } else { keys.add_rejects(chunk).map_err(Error::library) }
        })?;
    }
    let mut rows = 0;
    let mut tallies: Vec<ColumnTally<'_>> = schema.iter().map(ColumnTally::new).collect();
    for_each_chunk(silver.select(columns(schema)), cancel, |chunk| {
        for (field, tally) in schema.iter().zip(&mut tallies) {
            cancel.check()?;
            tally.add(chunk.column(&field.name).map_err(Error::library)?)?;
        }
        if !key.is_empty() {
            keys.add_rows(chunk, &key).map_err(Error::library)?;
        }
        rows += chunk.height() as u64;
        progress(rows);
        Ok(())
    })?;
    Ok(Profile {
        version: PROFILE_VERSION,
        slice: slice.clone(),
        model: model.clone(),
        rows,
        rejects: rejected,
        duplicate_keys: keys.duplicates(),
        columns: tallies.into_iter().map(ColumnTally::finish).collect::<Result<_>>()?,
        labels: labels::measure(annotations, labels, rows, cancel)?,
    })
}

/// The canonical columns. A lineage column stands in for a schema without columns, so that rows are counted.
fn columns(schema: &[Field]) -> Vec<Expr> {
    if schema.is_empty() { vec![named(BATCH)] } else { schema.iter().map(|field| named(&field.name)).collect() }
}

/// The stored form of a profile: the same profile, the same bytes.
pub fn to_json(profile: &Profile) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(profile)?)
}

/// Reads what [`to_json`] wrote; an error where it is not a profile of this version.
pub fn from_json(bytes: &[u8]) -> Result<Profile> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        version: u32,
    }
    let unreadable = |error| Error::corrupt("a stored profile does not read back").because(error);
    let Versioned { version } = serde_json::from_slice(bytes).map_err(unreadable)?;
    if version != PROFILE_VERSION {
        return Err(Error::corrupt(format!("a stored profile is of version `{version}`, not {PROFILE_VERSION}"))
            .hint("measure the slice again: assay run"));
    }
    serde_json::from_slice(bytes).map_err(unreadable)
}

#[cfg(test)]
mod tests;
