//! Measures rows and what a model found in them, in one pass, with memory for the different values only, and of those for
//! a million at the most.

mod bins;
mod column;
mod dates;
mod distinct;
mod frequent;
mod garbled;
mod guess;
mod labels;
mod moments;
mod numbers;
mod patterns;
mod text_table;
mod texts;
mod values;

use polars::prelude::{DataFrame, Expr, LazyFrame};
use rayon::prelude::*;

use self::column::ColumnTally;
pub use self::guess::reads_as;
pub use self::numbers::key_of;
pub use self::patterns::runs_of;
use super::keys::{self, KeyTally};
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::lineage::{BATCH, KEY};
use crate::domain::profile::{PROFILE_VERSION, Profile};
use crate::domain::{Field, ModelRef};
use crate::frames::{Order, chunks, for_each_chunk, named};

/// What is measured. All frames hold only what is to be measured, and are read lazily, in chunks.
pub struct Input<'a> {
    /// What it is, in words: a slice, a file.
    pub subject: &'a str,
    /// Whose annotations these are.
    pub model: &'a ModelRef,
    /// The canonical schema.
    pub schema: &'a [Field],
    /// Whether it says the types; else they are found out, where a column is text.
    pub is_typed: bool,
    /// The fields that make a row unique; empty: nothing does.
    pub key: &'a [String],
    /// The labels that the model can find: each is measured, also where it was found nowhere.
    pub labels: &'a [String],
    /// The canonical rows, in chunks.
    pub rows: Box<dyn Iterator<Item = Result<DataFrame>> + 'a>,
    /// The refused rows, with [`KEY`].
    pub rejects: Option<LazyFrame>,
    /// The entities, one row per silver row.
    pub annotations: Option<LazyFrame>,
}

/// Measures rows in one pass over each of their tables. `progress` hears how many are done.
///
/// The same to the last bit for the same rows, whatever the chunks and threads were. Where no column has more than a million
/// different values, also in any order of the rows, and then every count and quantile is exact; of more, the profile says
/// what is estimated.
pub fn measure(input: Input<'_>, progress: &dyn Fn(u64), cancel: &Cancel) -> Result<Profile> {
    let subject = input.subject;
    measure_tables(input, progress, cancel).with_context(|| format!("profiling {subject}"))
}

fn measure_tables(input: Input<'_>, progress: &dyn Fn(u64), cancel: &Cancel) -> Result<Profile> {
    let Input { subject, model, schema, is_typed, key, labels, rows: chunks, rejects, annotations } = input;
    let key = keys::fields(key, schema);
    let mut keys = KeyTally::default();
    let mut rejected = 0;
    if let Some(rejects) = rejects {
        for_each_chunk(rejects.select([named(KEY)]), cancel, |chunk| {
            rejected += chunk.height() as u64;
            if key.is_empty() { Ok(()) } else { keys.add_rejects(chunk) }
        })?;
    }
    let mut rows = 0;
    let mut tallies: Vec<ColumnTally<'_>> = schema.iter().map(|field| ColumnTally::new(field, is_typed)).collect();
    for chunk in chunks {
        let chunk = chunk?;
        let of_keys = || if key.is_empty() { Ok(()) } else { keys.add_rows(&chunk, &key) };
        let (columns, of_keys) = rayon::join(|| add(&mut tallies, &chunk, cancel), of_keys);
        columns.and(of_keys)?;
        rows += chunk.height() as u64;
        progress(rows);
    }
    Ok(Profile {
        version: PROFILE_VERSION,
        subject: subject.to_owned(),
        model: model.clone(),
        rows,
        rejects: rejected,
        duplicate_keys: keys.duplicates()?,
        columns: tallies.into_par_iter().map(ColumnTally::finish).collect(),
        labels: labels::measure(annotations, labels, rows, cancel)?,
    })
}

/// Counts the cells of a chunk, several columns at a time.
fn add(tallies: &mut [ColumnTally<'_>], chunk: &DataFrame, cancel: &Cancel) -> Result<()> {
    tallies.par_iter_mut().try_for_each(|tally| {
        cancel.check()?;
        tally.add(chunk.column(tally.name()).map_err(Error::library)?)
    })
}

/// The rows of a plan, in their order, for [`Input::rows`]. A lineage column stands in for a schema without columns, so that
/// rows are counted.
pub fn rows_of(
    silver: LazyFrame,
    schema: &[Field],
    cancel: &Cancel,
) -> Result<Box<dyn Iterator<Item = Result<DataFrame>>>> {
    let columns: Vec<Expr> =
        if schema.is_empty() { vec![named(BATCH)] } else { schema.iter().map(|field| named(&field.name)).collect() };
    Ok(Box::new(chunks(silver.select(columns), Order::Kept, cancel)?))
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
