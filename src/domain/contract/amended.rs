//! What came to stand beside a version of the contract: decisions about mappings, revisions of reference tables.

use super::Contract;
use crate::domain::mapping::{Mapping, MappingId};
use crate::domain::reference::Revision;

/// What says how rows are read beside a version of the contract: two that are equal read the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amended {
    /// What people decided about mappings, oldest first.
    pub mappings: Vec<MappingId>,
    /// The places in the journal of the revisions of reference tables that count.
    pub references: Vec<u64>,
}

impl Contract {
    /// The same, with what people decided about mappings.
    #[must_use]
    pub fn mapped(mut self, mappings: &[Mapping]) -> Self {
        self.amended.mappings = mappings.iter().map(|mapping| mapping.id).collect();
        for mapping in mappings {
            let dataset = self.datasets.iter_mut().find(|dataset| dataset.name == mapping.dataset);
            let providers = dataset.into_iter().flat_map(|dataset| &mut dataset.providers);
            for provider in providers.filter(|provider| provider.name == mapping.provider) {
                for (field, column) in &mapping.columns {
                    provider.mapped.entry(field.clone()).or_default().push(column.clone());
                }
            }
        }
        self
    }

    /// The same with its reference tables as they are now. `newest` has at most one revision of each.
    #[must_use]
    pub fn referring(mut self, newest: &[Revision]) -> Self {
        for dataset in &mut self.datasets {
            for reference in &mut dataset.references {
                let is_of = |one: &&Revision| (&one.dataset, &one.reference) == (&dataset.name, &reference.name);
                reference.current = newest.iter().find(is_of).cloned();
            }
        }
        self.amended.references = newest.iter().map(|one| one.seq).collect();
        self
    }
}
