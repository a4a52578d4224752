//! The canonical schema of a dataset.

use std::fmt;
use std::str::FromStr;

use super::unit::Unit;
use crate::base::{Error, Result};

/// The type of a canonical field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FieldType {
    /// Text.
    #[default]
    String,
    /// A whole number of 64 bits.
    Int,
    /// A binary floating-point number of 64 bits.
    Float,
    /// True or false.
    Bool,
    /// A calendar date.
    Date,
    /// An instant, stored in UTC microseconds.
    Timestamp,
    /// A decimal number of `precision` digits, `scale` of them behind the point.
    Decimal {
        /// All digits, 1 to 38.
        precision: u8,
        /// Digits behind the point, at most `precision`.
        scale: u8,
    },
}

impl FieldType {
    /// Whether one can compute with it.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Decimal { .. })
    }
}

/// One column of the canonical schema.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Field {
    /// Its name in silver and gold.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// In what its numbers are; none: in nothing, or nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The SQL expression that makes it of the fields before it and of the reference tables; none: it is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
}

impl Field {
    /// A delivered field without a unit.
    #[must_use]
    pub fn new(name: impl Into<String>, field_type: FieldType) -> Self {
        Self { name: name.into(), field_type, unit: None, sql: None }
    }

    /// Whether it is made here rather than delivered.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.sql.is_some()
    }
}

impl FromStr for FieldType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let plain = match text {
            "string" => Some(Self::String),
            "int" => Some(Self::Int),
            "float" => Some(Self::Float),
            "bool" => Some(Self::Bool),
            "date" => Some(Self::Date),
            "timestamp" => Some(Self::Timestamp),
            _ => None,
        };
        let decimal = || {
            let (precision, scale) = text.strip_prefix("decimal(")?.strip_suffix(')')?.split_once(',')?;
            let (precision, scale) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
            ((1..=38).contains(&precision) && scale <= precision).then_some(Self::Decimal { precision, scale })
        };
        plain.or_else(decimal).ok_or_else(|| {
            Error::usage(format!("`{text}` is not a field type")).hint(
                "use string, int, float, bool, date, timestamp or decimal(precision,scale) with at most 38 digits",
            )
        })
    }
}

impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
        }
    }
}
