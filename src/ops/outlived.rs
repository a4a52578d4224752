//! What clients see of other data than there would be now.

use std::fmt;

use serde::Serialize;

use super::Workspace;
use crate::base::{Result, text};
use crate::domain::{Contract, ReleaseName};
use crate::journal::Snapshot;
use crate::pipeline::arrival;

/// Published releases of a dataset that rest on other data, or on another reading of it, than there is by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlived {
    /// The dataset.
    pub dataset: String,
    /// Those that clients see, the newest period first.
    pub releases: Vec<ReleaseName>,
}

impl fmt::Display for Outlived {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [newest, ..] = self.releases.as_slice() else { return Ok(()) };
        let seen = text::counted(self.releases.len() as u64, "release");
        let all = self.releases.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        write!(
            out,
            "clients see {seen} of other data than there would be now: {all}; to bring them that: assay run --dataset {} \
             --period {}",
            self.dataset, newest.period
        )
    }
}

/// What clients see of other data than a contract gives, by dataset.
pub fn outlived(snapshot: &Snapshot<'_>, contract: &Contract) -> Result<Vec<Outlived>> {
    let mut all = Vec::new();
    for dataset in &contract.datasets {
        let mut releases = Vec::new();
        for period in snapshot.periods_published(&dataset.name)? {
            releases.extend(arrival::outlived(snapshot, dataset, period)?);
        }
        if !releases.is_empty() {
            all.push(Outlived { dataset: dataset.name.clone(), releases });
        }
    }
    Ok(all)
}

impl Workspace {
    /// What clients see of other data than there would be now, by dataset.
    pub fn outlived(&self) -> Result<Vec<Outlived>> {
        let contract = self.contract()?;
        self.journal().read(|snapshot| outlived(snapshot, &contract))
    }
}
