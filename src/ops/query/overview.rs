//! The workspace at a glance.

use super::periods;
use crate::base::{Error, Result};
use crate::domain::completeness::{Asked, Cell, CellState};
use crate::domain::{Actor, policy};
use crate::ops::{Overview, Workspace};
use crate::pipeline::gate;

impl Workspace {
    /// The workspace at a glance.
    pub fn overview(&self) -> Result<Overview> {
        let state = self.contract_state()?;
        let contract = &state.contract;
        let today = self.now().with_timezone(&contract.timezone).date_naive();
        let waiting = self.waiting_files(contract);
        self.journal().read(|snapshot| {
            let people: Vec<Actor> = contract
                .people
                .iter()
                .map(|(name, roles)| Actor { name: name.clone(), role: policy::strongest(roles) })
                .collect();
            let open = snapshot.open_releases()?;
            let (mut ready_releases, mut releases_to_approve, mut releases_to_publish) = (0, 0, 0);
            for release in &open {
                let answer = gate::ask(snapshot, state.in_force(), release, self.now())?;
                let is_ready = answer.unready.is_empty();
                let somebody_may = answer.may_approve.is_none_or(|names| !names.is_empty());
                ready_releases += u64::from(is_ready);
                releases_to_publish += u64::from(answer.reasons.is_empty());
                releases_to_approve += u64::from(is_ready && !answer.reasons.is_empty() && somebody_may);
            }
            let mut late = 0;
            for dataset in &contract.datasets {
                let delivered = snapshot.slices_delivered(&dataset.name)?;
                let has_parts = dataset.providers.iter().any(|provider| provider.rhythm.is_some());
                let seen = &delivered.iter().map(|(_, provider)| provider.clone()).collect();
                let asked = Asked { dataset, zone: contract.timezone, now: self.now(), seen };
                for period in periods::known(snapshot, dataset, today)? {
                    // Where all of a slice comes at once, what came of it needs no look at its days.
                    let batches = if has_parts { snapshot.batches_of(&dataset.name, period)? } else { Vec::new() };
                    let missing = |cell: &Cell| {
                        cell.state == CellState::Late
                            && (has_parts || !delivered.contains(&(period, cell.provider.clone())))
                    };
                    late += asked.cells(period, &batches).into_iter().filter(missing).count() as u64;
                }
            }
            Ok(Overview {
                workspace: contract.workspace.clone(),
                contract_version: state.version,
                contract_differs: state.differs,
                contract_error: state.file.as_ref().err().map(Error::one_line),
                people,
                unprotected: contract.people.is_empty(),
                datasets: contract.datasets.iter().map(|dataset| dataset.name.clone()).collect(),
                open_releases: open.len() as u64,
                ready_releases,
                releases_to_approve,
                releases_to_publish,
                open_anomalies: snapshot.count_blocking_anomalies()?,
                quarantined: snapshot.count_quarantined()?,
                late,
                waiting,
            })
        })
    }
}
