//! What was typed behind `/`: free text, and terms like `state:open`.

use crate::domain::Period;
use crate::domain::listing::{Fetch, Query};

/// A filter as typed and as understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    typed: String,
    dataset: Option<String>,
    period: Option<Period>,
    provider: Option<String>,
    state: Option<String>,
    text: Option<String>,
}

impl Filter {
    /// Reads what was typed. A term that makes no sense (`period:soon`) is looked for as text.
    #[must_use]
    pub fn parse(typed: &str) -> Self {
        let mut filter = Self { typed: typed.trim().to_owned(), ..Self::default() };
        let mut words = Vec::new();
        for word in typed.split_whitespace() {
            match word.split_once(':') {
                Some(("dataset", value)) if !value.is_empty() => filter.dataset = Some(value.to_owned()),
                Some(("provider", value)) if !value.is_empty() => filter.provider = Some(value.to_owned()),
                Some(("state", value)) if !value.is_empty() => filter.state = Some(value.to_owned()),
                Some(("period", value)) if value.parse::<Period>().is_ok() => filter.period = value.parse().ok(),
                _ => words.push(word),
            }
        }
        filter.text = (!words.is_empty()).then(|| words.join(" "));
        filter
    }

    /// What was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// The question for part of the filtered list.
    #[must_use]
    pub fn query<K>(&self, fetch: Fetch<K>, limit: u32) -> Query<K> {
        Query {
            dataset: self.dataset.clone(),
            period: self.period,
            provider: self.provider.clone(),
            state: self.state.clone(),
            text: self.text.clone(),
            fetch,
            limit,
        }
    }
}
