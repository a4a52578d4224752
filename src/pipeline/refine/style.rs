//! How a column writes its numbers and dates.

use super::dates::DateOrder;
use super::numbers::{Mark, Numbers};

/// How a column writes its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    /// There is one way to write them.
    Plain,
    /// Numbers.
    Numbers(Numbers),
    /// Dates, or instants.
    Dates(Dates),
}

impl Style {
    /// In words, where that had to be found out.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Plain | Self::Dates(Dates::Patterns { .. } | Dates::Found(None)) => None,
            Self::Dates(Dates::Found(Some(order))) => Some(order.words().to_owned()),
            Self::Numbers(Numbers { mark, currency, is_in_several, .. }) => {
                let currency = currency.filter(|_| !is_in_several);
                let mark = (*mark == Mark::Comma).then(|| "decimal commas".to_owned());
                let parts: Vec<String> =
                    mark.into_iter().chain(currency.map(|currency| format!("in {currency}"))).collect();
                (!parts.is_empty()).then(|| parts.join(", "))
            }
        }
    }
}

/// How a column writes its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dates {
    /// As the contract says.
    Patterns {
        /// Strftime patterns.
        patterns: Vec<String>,
        /// Whether those that had a type of their own in the file are in ISO 8601.
        or_iso: bool,
    },
    /// In any usual form, in this order; without one, only what is the same day in every order.
    Found(Option<DateOrder>),
}
