//! Drift: how the columns of a delivery differ from those that its provider delivered before.

use super::likeness::{self, Traits, ValueKind};
use super::{BatchId, Period};
use crate::base::text::counted;

/// How many times as many rows per key are another grain, where a key was about one row.
const NO_KEY_ANY_MORE: f64 = 1.25;

/// The same where a key was several rows anyway: their number changes from delivery to delivery.
const OTHER_GRAIN: f64 = 2.0;

/// Up to how many rows per key a key is about one row.
const ABOUT_ONE: f64 = 1.1;

/// How the columns of a delivery differ from those that its provider delivered before, and what the contract looks for in
/// vain. It holds names of columns, no values.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct Drift {
    /// The period of the delivery before; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Period>,
    /// Fields that the contract maps and no column is read as.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// Columns that seem to be called otherwise now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// Columns that are no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
    /// Columns that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Columns whose values are of another kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retyped: Vec<Retyped>,
    /// Another number of rows for each key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<Grain>,
    /// The batches that it was found in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<BatchId>,
}

/// A field that no column is read as.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Missing {
    /// The field.
    pub field: String,
    /// The headers that were looked for.
    pub looked_for: Vec<String>,
    /// The column that it may be read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<String>,
}

/// A column that seems to be called otherwise now.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Renamed {
    /// What it was called.
    pub was: String,
    /// What it is called now.
    pub is: String,
    /// How alike the names are, from 0 to 1.
    pub name: f64,
    /// How alike the values are, from 0 to 1.
    pub values: f64,
}

/// A column whose values are of another kind.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Retyped {
    /// The column.
    pub column: String,
    /// What its values were.
    pub was: ValueKind,
    /// What they are now.
    pub is: ValueKind,
}

/// Another number of rows for each key of the contract.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Grain {
    /// Rows per key before.
    pub was: f64,
    /// Rows per key now.
    pub is: f64,
    /// New columns that tell the rows of a key apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
}

impl Grain {
    /// Whether so many rows per key are another grain than so many before.
    #[must_use]
    pub fn differs(was: f64, is: f64) -> bool {
        let (fewer, more) = (was.min(is), was.max(is));
        let enough = if fewer <= ABOUT_ONE { NO_KEY_ANY_MORE } else { OTHER_GRAIN };
        fewer > 0.0 && more / fewer >= enough
    }
}

/// A field as a delivery is asked for it.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The field.
    pub field: &'a str,
    /// The headers that it is looked for under.
    pub names: Vec<&'a str>,
    /// The column of the delivery before that it was read from.
    pub was: Option<&'a str>,
    /// The column that it is read from now.
    pub is: Option<&'a str>,
}

impl Drift {
    /// Between the columns of the delivery before and those of this one. Without one before, only what is missing is told.
    #[must_use]
    pub fn between(before: Option<(Period, &[Traits])>, now: &[Traits], wanted: &[Wanted<'_>]) -> Self {
        let mut drift = Self { since: before.map(|(since, _)| since), ..Self::default() };
        if let Some((_, before)) = before {
            let lacks =
                |columns: &[Traits], column: &Traits| find(columns, &column.name).is_none() && !column.is_nothing();
            let gone: Vec<&Traits> = before.iter().filter(|column| lacks(now, column)).collect();
            let new: Vec<&Traits> = now.iter().filter(|column| lacks(before, column)).collect();
            let renamed = likeness::pairs(&gone, &new).into_iter().map(|(was, is, likeness)| Renamed {
                was: gone[was].name.clone(),
                is: new[is].name.clone(),
                name: rounded(likeness.name),
                values: rounded(likeness.values),
            });
            drift.renamed = renamed.collect();
            let is_renamed = |name: &str| drift.renamed.iter().any(|pair| pair.was == name || pair.is == name);
            let others = |columns: Vec<&Traits>| {
                columns.iter().map(|column| column.name.clone()).filter(|name| !is_renamed(name)).collect()
            };
            (drift.gone, drift.added) = (others(gone), others(new));
            let retyped = before.iter().filter_map(|was| {
                let (was, is) = (was.kind()?, find(now, &was.name)?);
                Some(Retyped { column: is.name.clone(), was, is: is.kind().filter(|is| *is != was)? })
            });
            drift.retyped = retyped.collect();
        }
        drift.missing = missing(&drift.renamed, now, wanted);
        drift
    }

    /// How many things differ.
    #[must_use]
    pub fn differences(&self) -> u64 {
        let Self { since: _, missing, renamed, gone, added, retyped, grain, batches: _ } = self;
        // A field that is missing because its column was renamed is one thing.
        let told = |missing: &&Missing| !renamed.iter().any(|pair| Some(&pair.is) == missing.proposed.as_ref());
        let missing = missing.iter().filter(told).count();
        (missing + renamed.len() + gone.len() + added.len() + retyped.len() + usize::from(grain.is_some())) as u64
    }

    /// The columns that fields may be read from which are read from none.
    #[must_use]
    pub fn proposal(&self) -> Vec<(String, String)> {
        self.missing.iter().filter_map(|missing| Some((missing.field.clone(), missing.proposed.clone()?))).collect()
    }

    /// How much differs from what: `5 differences to the delivery for 2026-08`.
    #[must_use]
    pub fn summary(&self) -> String {
        let against = self.since.map_or_else(|| "the contract".to_owned(), |since| format!("the delivery for {since}"));
        format!("{} to {against}", counted(self.differences(), "difference"))
    }

    /// What differs, each in one sentence.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        let alike = |pair: &Renamed| format!("alike by name {:.2}, by values {:.2}", pair.name, pair.values);
        for Missing { field, looked_for, proposed } in &self.missing {
            let pair = self.renamed.iter().find(|pair| Some(&pair.is) == proposed.as_ref());
            let alike = pair.map(|pair| format!(", which was `{}` ({})", pair.was, alike(pair))).unwrap_or_default();
            let proposed = proposed.as_ref().map(|column| format!("; `{column}` may be it{alike}")).unwrap_or_default();
            said.push(format!("no column for {field} (looked for {}){proposed}", looked_for.join(", ")));
        }
        let is_told = |pair: &&Renamed| !self.missing.iter().any(|missing| missing.proposed.as_ref() == Some(&pair.is));
        for pair in self.renamed.iter().filter(is_told) {
            said.push(format!("`{}` seems to be `{}` now ({})", pair.was, pair.is, alike(pair)));
        }
        let listed = |columns: &[String]| columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if !self.gone.is_empty() {
            said.push(format!("{} gone: {}", counted(self.gone.len() as u64, "column"), listed(&self.gone)));
        }
        if !self.added.is_empty() {
            said.push(format!("{} new: {}", counted(self.added.len() as u64, "column"), listed(&self.added)));
        }
        for Retyped { column, was, is } in &self.retyped {
            said.push(format!("`{column}` holds {} where it held {}", is.as_str(), was.as_str()));
        }
        if let Some(Grain { was, is, by }) = &self.grain {
            let apart = if by.is_empty() { String::new() } else { format!("; {} tell them apart", listed(by)) };
            said.push(format!("another grain: {is:.2} rows per key where there were {was:.2}{apart}"));
        }
        said
    }
}

fn missing(renamed: &[Renamed], now: &[Traits], wanted: &[Wanted<'_>]) -> Vec<Missing> {
    let mut taken: Vec<&str> = wanted.iter().filter_map(|field| field.is).collect();
    let lacking = wanted.iter().filter(|field| field.is.is_none()).map(|field| {
        let successor = renamed.iter().find(|pair| Some(pair.was.as_str()) == field.was).map(|pair| pair.is.as_str());
        let proposed = successor.filter(|column| !taken.contains(column)).or_else(|| {
            let names: Vec<&str> = field.names.iter().copied().chain([field.field]).collect();
            let free = now.iter().filter(|column| !taken.contains(&column.name.as_str()));
            likeness::nearest(&names, free).map(|(column, _)| column.name.as_str())
        });
        taken.extend(proposed);
        Missing {
            field: field.field.to_owned(),
            looked_for: field.names.iter().map(|name| (*name).to_owned()).collect(),
            proposed: proposed.map(str::to_owned),
        }
    });
    lacking.collect()
}

/// The column of this name, whatever its case and the blanks around and in it.
fn find<'a>(columns: &'a [Traits], name: &str) -> Option<&'a Traits> {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let wanted = plain(name);
    columns.iter().find(|column| plain(&column.name) == wanted)
}

/// To two digits: what is on record does not hang on the last bit of a sum.
fn rounded(likeness: f64) -> f64 {
    (likeness * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests;
