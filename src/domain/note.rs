//! The note of a delivery: what was understood of it, repaired in it, and refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::understood::{Refusal, RejectKind, Repair, RepairKind, Understood};
use crate::base::Digest;

/// What is to be told of a delivery. It holds text of its rows, so it lies in the lake; events only name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryNote {
    /// How the file is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub understood: Option<Understood>,
    /// What each field of the contract is read from, and how its column writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRead>,
    /// What was repaired.
    pub repairs: Vec<Repair>,
    /// What was refused.
    pub rejects: Vec<Refusal>,
}

/// What a field of the contract is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRead {
    /// The field.
    pub field: String,
    /// The column as delivered; none where the delivery has none for it.
    pub column: Option<String>,
    /// How the column writes its values, where that had to be found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
}

impl FieldRead {
    /// What it is read from, and how that writes it: `amount <- Net amount (decimal commas)`.
    #[must_use]
    pub fn words(&self) -> String {
        let written = self.written.as_ref().map(|written| format!(" ({written})")).unwrap_or_default();
        format!("{} <- {}{written}", self.field, self.column.as_deref().unwrap_or("(no column)"))
    }
}

impl DeliveryNote {
    /// This note of a landing with that of refining what landed: all refused records are refused there.
    #[must_use]
    pub fn refined(mut self, later: Self) -> Self {
        self.fields = later.fields;
        self.repairs.extend(later.repairs);
        self.rejects = later.rejects;
        self
    }
}

/// A note as events name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// The digest of the note: its name in the lake.
    pub digest: Digest,
    /// How often each kind of repair was done.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub repairs: BTreeMap<RepairKind, u64>,
    /// How many of its records are of this slice, where it shares them with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How many records were refused for each kind of reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rejects: BTreeMap<RejectKind, u64>,
}

impl Noted {
    /// How many repairs were done.
    #[must_use]
    pub fn repaired(&self) -> u64 {
        self.repairs.values().sum()
    }

    /// How many records were refused.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.values().sum()
    }
}
