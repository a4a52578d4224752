//! The slice: what one provider delivers for one period.

use std::fmt;

use super::Period;

/// The unit in which data is replaced, processed and judged.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Slice {
    /// The dataset.
    pub dataset: String,
    /// The period.
    pub period: Period,
    /// The provider.
    pub provider: String,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.dataset, self.period, self.provider)
    }
}
