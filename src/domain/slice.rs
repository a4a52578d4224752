//! The slice: what one provider delivers for one period.

use std::fmt;

use chrono::NaiveDate;

use super::Period;
use super::calendar::Span;

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

/// What a delivery is for: a slice, or all slices of a provider that have a day of these dates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Destination {
    /// The slice, or the first of them.
    pub slice: Slice,
    /// The dates, where they are not exactly those of the slice's period.
    pub covers: Option<Span>,
    /// What this part of it is called, where deliveries add up.
    pub part: Option<String>,
}

impl From<Slice> for Destination {
    fn from(slice: Slice) -> Self {
        Self { slice, covers: None, part: None }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.covers {
            None => self.slice.fmt(f),
            Some(span) => write!(f, "{}/{span}/{}", self.slice.dataset, self.slice.provider),
        }
    }
}

/// The days of a period that a delivery covers, which covers these dates or, without any, all of it.
#[must_use]
pub fn covered(period: Period, covers: Option<&Span>) -> (NaiveDate, NaiveDate) {
    match covers {
        None => (period.first(), period.last()),
        Some(span) => (span.first.max(period.first()), span.last.min(period.last())),
    }
}
