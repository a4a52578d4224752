//! Questions about reference tables.

use crate::base::Result;
use crate::domain::Dataset;
use crate::domain::reference::{Referred, Revision};
use crate::ops::Workspace;

impl Workspace {
    /// The reference tables of all datasets, or of one, and what each is now.
    pub fn references(&self, dataset: Option<&str>) -> Result<Vec<Referred>> {
        let contract = self.contract()?;
        let one = dataset.map(|name| contract.dataset(name)).transpose()?;
        let meant = contract.datasets.iter().filter(|dataset| one.is_none_or(|one| one.name == dataset.name));
        let referred = |dataset: &Dataset| -> Vec<Referred> {
            let tables = dataset.references.iter().map(|reference| Referred {
                dataset: dataset.name.clone(),
                reference: reference.name.clone(),
                key: reference.key.clone(),
                gives: reference.gives().map(|field| field.name.clone()).collect(),
                current: reference.current.clone(),
            });
            tables.collect()
        };
        Ok(meant.flat_map(referred).collect())
    }

    /// The revisions of reference tables, of one where it is named, the newest first.
    pub fn revisions(&self, dataset: Option<&str>, reference: Option<&str>) -> Result<Vec<Revision>> {
        let tables = self.references(dataset)?;
        if let Some((name, dataset)) = reference.zip(self.contract()?.dataset_or_only(dataset).ok()) {
            dataset.reference(name)?;
        }
        let meant = tables.iter().filter(|table| reference.is_none_or(|name| name == table.reference));
        self.journal().read(|snapshot| {
            let mut all = Vec::new();
            for table in meant.clone() {
                all.extend(snapshot.revisions_of(&table.dataset, &table.reference)?);
            }
            all.sort_by_key(|one: &Revision| std::cmp::Reverse(one.seq));
            Ok(all)
        })
    }
}
