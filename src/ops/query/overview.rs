//! The workspace at a glance.

use super::periods;
use crate::base::Result;
use crate::domain::completeness::{self, Cell, CellState};
use crate::domain::{Actor, policy};
use crate::ops::{Overview, Workspace};
use crate::pipeline::verdict;

impl Workspace {
    /// The workspace at a glance.
    pub fn overview(&self) -> Result<Overview> {
        let state = self.contract_state()?;
        let contract = &state.contract;
        let today = self.now().with_timezone(&contract.timezone).date_naive();
        let waiting_files = self.waiting_files(contract);
        self.journal().read(|snapshot| {
            let open = snapshot.open_releases()?;
            let mut ready_releases = 0;
            for release in &open {
                let verdict = verdict::verdict(snapshot, state.in_force(), release, self.now())?;
                ready_releases += u64::from(verdict.unready.is_empty());
            }
            let mut late = 0;
            for dataset in &contract.datasets {
                let delivered = snapshot.slices_delivered(&dataset.name)?;
                for period in periods::known(snapshot, dataset, today)? {
                    let cells = completeness::cells(dataset, period, contract.timezone, self.now(), &[]);
                    let missing = |cell: &Cell| {
                        cell.state == CellState::Late && !delivered.contains(&(period, cell.provider.clone()))
                    };
                    late += cells.into_iter().filter(missing).count() as u64;
                }
            }
            let people = contract
                .people
                .iter()
                .map(|(name, roles)| Actor { name: name.clone(), role: policy::strongest(roles) })
                .collect();
            Ok(Overview {
                workspace: contract.workspace.clone(),
                contract_version: state.version,
                contract_differs: state.differs,
                people,
                unprotected: contract.people.is_empty(),
                datasets: contract.datasets.iter().map(|dataset| dataset.name.clone()).collect(),
                open_releases: open.len() as u64,
                ready_releases,
                open_anomalies: snapshot.count_open_anomalies()?,
                quarantined: snapshot.count_quarantined()?,
                late,
                waiting_files,
            })
        })
    }
}
