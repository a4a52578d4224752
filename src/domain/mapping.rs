//! What people decided about which columns of a delivery are read as which fields.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{BatchId, Period};
use crate::base::{Error, Result};

/// Identifies a decision: the place of its entry in the journal, written `M12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MappingId(pub u64);

impl fmt::Display for MappingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("M{}", self.0))
    }
}

impl FromStr for MappingId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = text.strip_prefix(['M', 'm']).unwrap_or(text);
        number.parse().map(Self).map_err(|_| {
            Error::usage(format!("`{text}` is not a mapping")).hint("they are written like M12: assay batch mappings")
        })
    }
}

impl From<MappingId> for String {
    fn from(id: MappingId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for MappingId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

/// A person's word that a provider's columns are right as they came, and which of them are read as fields of the contract
/// beside those that assay.toml names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mapping {
    /// Its id.
    pub id: MappingId,
    /// The dataset.
    pub dataset: String,
    /// The provider.
    pub provider: String,
    /// The period of the delivery that it was decided for.
    pub period: Period,
    /// The headers of that delivery, as delivered.
    pub schema: Vec<String>,
    /// Field to the column that it is read from, where the contract names none that came.
    pub columns: BTreeMap<String, String>,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl Mapping {
    /// Whether it was decided for a delivery with these headers.
    #[must_use]
    pub fn accepts(&self, period: Period, schema: &[String]) -> bool {
        self.period == period && self.schema == schema
    }

    /// What is read from which column: `amount <- Net value`.
    #[must_use]
    pub fn words(&self) -> String {
        let pairs: Vec<String> = self.columns.iter().map(|(field, column)| format!("{field} <- {column}")).collect();
        if pairs.is_empty() { "the columns as they came".to_owned() } else { pairs.join(", ") }
    }
}

/// What a slice's columns are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaReference {
    /// The batches that the provider delivered for the newest period before; empty where there are none.
    pub with: Vec<BatchId>,
    /// The decision by which somebody accepted the columns as they came.
    pub accepted: Option<MappingId>,
}
