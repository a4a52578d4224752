//! Rows that two slices share: the same key, and mostly the same values. Keys alone say little: two providers may both
//! number their rows from one.

use polars::prelude::{DataType, Expr, JoinArgs, JoinType, LazyFrame, lit};

use super::samples::Picks;
use crate::base::{Cancel, Result};
use crate::domain::check::RowRef;
use crate::domain::lineage::{BATCH, PROVIDER, ROW};
use crate::domain::{Dataset, Field};
use crate::frames::{for_each_chunk, ints, named};

/// What the values of the other slice are called beside a row's own.
const OTHER: &str = "_other_";

/// Of how many rows of a slice one has to be shared before that is a finding.
const FINDING: u64 = 10;

/// Rows that a slice shares with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The other slice.
    pub with: String,
    /// How many rows.
    pub rows: u64,
    /// Some of them.
    pub samples: Vec<RowRef>,
}

impl Shared {
    /// Whether they are too many of the `rows` of a slice to be so by chance.
    #[must_use]
    pub fn is_finding(&self, rows: u64) -> bool {
        self.rows > 0 && self.rows.saturating_mul(FINDING) >= rows
    }
}

/// How many keys are those of several providers.
pub fn keys_of_several(dataset: &Dataset, silver: LazyFrame, cancel: &Cancel) -> Result<u64> {
    let key = || dataset.key.iter().map(|name| named(name)).collect::<Vec<_>>();
    let with_provider = key().into_iter().chain([named(PROVIDER)]).collect::<Vec<_>>();
    let several = silver
        .select(with_provider)
        .unique(None, polars::prelude::UniqueKeepStrategy::Any)
        .group_by(key())
        .agg([polars::prelude::len().alias("_providers")])
        .filter(named("_providers").gt(lit(1)));
    let mut count = 0;
    for_each_chunk(several, cancel, |chunk| {
        count += chunk.height() as u64;
        Ok(())
    })?;
    Ok(count)
}

/// The rows of `own` that are those of `other` too.
pub fn between(
    dataset: &Dataset,
    own: LazyFrame,
    (other, with): (LazyFrame, String),
    cancel: &Cancel,
) -> Result<Shared> {
    let key: Vec<Expr> = dataset.key.iter().map(|name| named(name)).collect();
    if !has_common(&own, &other, &key, cancel)? {
        return Ok(Shared { with, rows: 0, samples: Vec::new() });
    }
    let is_value = |field: &&Field| !dataset.key.contains(&field.name) && dataset.date.as_ref() != Some(&field.name);
    let values: Vec<&str> = dataset.delivered().filter(is_value).map(|field| field.name.as_str()).collect();
    let telling = telling(&own, &values, cancel)?;
    if telling.is_empty() {
        return Ok(Shared { with, rows: 0, samples: Vec::new() });
    }
    let theirs = |name: &str| format!("{OTHER}{name}");
    let of_other = values.iter().map(|name| named(name).alias(theirs(name)));
    let other = other.select(key.iter().cloned().chain(of_other).collect::<Vec<_>>());
    let count = |truths: Vec<Expr>| {
        truths.into_iter().map(|truth| truth.fill_null(lit(false)).cast(DataType::Int64)).fold(lit(0_i64), |a, b| a + b)
    };
    let equal = count(values.iter().map(|name| named(name).eq(named(&theirs(name)))).collect());
    let told = count(telling.iter().map(|name| named(name).eq(named(&theirs(name)))).collect());
    let said =
        count(values.iter().map(|name| named(name).is_not_null().or(named(&theirs(name)).is_not_null())).collect());
    let alike = own
        .join(other, key.clone(), key, JoinArgs::new(JoinType::Inner))
        .filter((equal * lit(2_i64)).gt_eq(said).and(told.gt(lit(0_i64))))
        .select([named(BATCH), named(ROW)]);
    let (mut rows, mut picks) = (0, Picks::default());
    for_each_chunk(alike, cancel, |chunk| {
        rows += chunk.height() as u64;
        picks.offer(chunk, |_| Some(0))
    })?;
    let samples = picks.finish(&format!("{with} has it too"));
    Ok(Shared { with, rows, samples })
}

/// Whether there is a key that both have: nearly always there is none, and then nothing else has to be read.
fn has_common(own: &LazyFrame, other: &LazyFrame, key: &[Expr], cancel: &Cancel) -> Result<bool> {
    let keys = |rows: &LazyFrame| rows.clone().select(key);
    let common = keys(own).join(keys(other), key, key, JoinArgs::new(JoinType::Semi)).limit(1);
    let mut has_common = false;
    for_each_chunk(common, cancel, |chunk| {
        has_common |= chunk.height() > 0;
        Ok(())
    })?;
    Ok(has_common)
}

/// One in so many rows, at the most, has a value that tells it from others.
const TELLING: i64 = 10;

/// The columns whose values tell rows apart. What is the same in all rows, or one of a few words, is equal by chance.
fn telling<'v>(own: &LazyFrame, values: &[&'v str], cancel: &Cancel) -> Result<Vec<&'v str>> {
    let counts = values.iter().map(|name| named(name).n_unique().cast(DataType::Int64).alias(*name));
    let counts = own
        .clone()
        .select(counts.chain([polars::prelude::len().cast(DataType::Int64).alias(ROWS)]).collect::<Vec<_>>());
    let mut telling = Vec::new();
    for_each_chunk(counts, cancel, |counted| {
        let rows = ints(counted, ROWS)?.get(0).unwrap_or(0);
        for name in values {
            let distinct = ints(counted, name)?.get(0).unwrap_or(0);
            if distinct > 1 && distinct.saturating_mul(TELLING) >= rows {
                telling.push(*name);
            }
        }
        Ok(())
    })?;
    Ok(telling)
}

/// A name that no field has.
const ROWS: &str = "_rows";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use polars::prelude::{DataFrame, IntoLazy, df};

    use super::*;
    use crate::domain::FieldType;
    use crate::domain::testing;

    fn dataset() -> Dataset {
        let fields = ["id", "name", "town", "day"];
        Dataset {
            key: vec!["id".to_owned()],
            date: Some("day".to_owned()),
            schema: fields.map(|name| Field::new(name, FieldType::String)).to_vec(),
            ..testing::dataset(Vec::new())
        }
    }

    fn rows(provider: &str, rows: &[(&str, Option<&str>, Option<&str>, &str)]) -> DataFrame {
        let numbers: Vec<i64> = (1..).take(rows.len()).collect();
        df! {
            BATCH => vec![format!("batch of {provider}"); rows.len()],
            PROVIDER => vec![provider; rows.len()],
            ROW => numbers,
            "id" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            "name" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            "town" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            "day" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
        }
        .unwrap()
    }

    #[test]
    fn rows_are_shared_that_have_the_same_key_and_mostly_the_same_values() {
        let own = rows(
            "north",
            &[
                ("1", Some("Ann"), Some("Bath"), "x"),
                ("2", Some("Bob"), Some("York"), "x"),
                ("3", Some("Cid"), None, "x"),
                ("4", None, None, "x"),
            ],
        );
        let other = rows(
            "south",
            &[
                // Half of it is the same, on another day.
                ("1", Some("Ann"), Some("Ely"), "y"),
                // The same number, another thing.
                ("2", Some("Una"), Some("Ely"), "x"),
                ("3", Some("Cid"), None, "x"),
                ("9", Some("Bob"), Some("York"), "x"),
            ],
        );
        let dataset = dataset();
        // Where all rows are of one town, that they are says nothing.
        let alike =
            |name: &str, first| rows(name, &[("1", Some(first), Some("Bath"), "x"), ("2", None, Some("Bath"), "x")]);
        let between = |own: &DataFrame, other: &DataFrame| {
            between(&dataset, own.clone().lazy(), (other.clone().lazy(), "south".to_owned()), &Cancel::default())
                .unwrap()
        };
        let shared = between(&own, &other);
        assert_eq!(shared.rows, 2);
        assert_eq!(shared.samples.iter().map(|row| row.row).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(shared.samples[0].why, "south has it too");
        assert!(shared.is_finding(20) && !shared.is_finding(21));
        assert!(!between(&own, &rows("south", &[])).is_finding(0));
        assert_eq!(between(&alike("north", "Ann"), &alike("south", "Una")).rows, 0);
        let both = own.vstack(&other).unwrap().lazy();
        assert_eq!(keys_of_several(&dataset, both, &Cancel::default()).unwrap(), 3);
        assert_eq!(keys_of_several(&dataset, own.lazy(), &Cancel::default()).unwrap(), 0);
    }
}
