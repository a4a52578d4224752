//! What was typed behind `/`: free text, and terms like `state:open`.

use super::pane::Pane;
use crate::domain::Period;
use crate::domain::completeness::CellState;
use crate::domain::listing::{Fetch, Query, release_states};

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
                Some(("state", value)) if !value.is_empty() => filter.state = Some(value.to_lowercase()),
                Some(("period", value)) if value.parse::<Period>().is_ok() => filter.period = value.parse().ok(),
                _ => words.push(word),
            }
        }
        filter.text = (!words.is_empty()).then(|| words.join(" "));
        filter
    }

    /// What of it can't mean anything in the list of `pane`, and what could.
    #[must_use]
    pub fn complaint(&self, pane: Pane) -> Option<String> {
        let keys = keys(pane);
        for (key, value) in self.typed.split_whitespace().filter_map(|word| word.split_once(':')) {
            let is_key = !key.is_empty() && key.chars().all(|character| character.is_ascii_lowercase());
            if !is_key {
                continue;
            }
            if !keys.contains(&key) {
                return Some(format!("`{key}:` is no key here; keys are {}", keys.join(", ")));
            }
            if key == "period" && !value.is_empty() && value.parse::<Period>().is_err() {
                return Some(format!("`{value}` is no period; write it like 2026-10"));
            }
            let states = states(pane);
            if key == "state" && !states.is_empty() && !states.contains(&value.to_lowercase().as_str()) {
                return Some(format!("`{value}` is no state here; states are {}", states.join(", ")));
            }
        }
        None
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

/// The keys that narrow the list of a pane.
fn keys(pane: Pane) -> &'static [&'static str] {
    match pane {
        Pane::Batches | Pane::Completeness | Pane::Anomalies | Pane::Tasks | Pane::Log => {
            &["dataset", "period", "provider", "state"]
        }
        Pane::Releases => &["dataset", "period", "state"],
        Pane::Models => &["state"],
    }
}

/// The states of the rows of a pane; none where they are too many to list: the kinds of entries of the log.
fn states(pane: Pane) -> Vec<&'static str> {
    match pane {
        Pane::Batches => vec!["landed", "quarantined", "superseded", "withdrawn"],
        Pane::Models => vec!["archived", "offered"],
        Pane::Anomalies => vec!["open", "confirmed", "waived", "fixed"],
        Pane::Releases => release_states().collect(),
        Pane::Tasks => vec!["done", "missing", "stale", "failed", "running"],
        Pane::Completeness => CellState::ALL.into_iter().map(CellState::as_str).collect(),
        Pane::Log => Vec::new(),
    }
}
