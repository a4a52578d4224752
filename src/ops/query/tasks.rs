//! The tasks of the open releases, and where they stand.

use std::collections::BTreeMap;

use super::window::window;
use crate::base::Result;
use crate::domain::listing::{Page, Query, TaskRow};
use crate::domain::task::slot as slot_of;
use crate::domain::{Period, Task, TaskKind, TaskState};
use crate::ops::Workspace;
use crate::ops::act::training_key as task_of;
use crate::pipeline::plan;
use crate::pipeline::step::Step;

impl Workspace {
    /// Tasks of the open releases, those that are not done first.
    pub fn tasks(&self, query: &Query<String>) -> Result<Page<TaskRow>> {
        let row = |step: Step| TaskRow {
            key: step.task.key,
            kind: step.task.kind,
            subject: step.task.subject.to_string(),
            state: step.state,
        };
        let slot = |row: &TaskRow| slot_of(row.kind, &row.subject);
        let mut rows: Vec<TaskRow> = self.steps(query)?.into_values().map(row).collect();
        let mut trainings = self.trainings()?;
        trainings.retain(|row| passes(query, &slot(row), None, &row.state) && query.period.is_none());
        rows.extend(trainings);
        rows.sort_by_key(|row| (row.state == TaskState::Done, slot(row)));
        let slots: Vec<String> = rows.iter().map(slot).collect();
        let range = window(&slots, &query.fetch, query.limit);
        let (offset, total) = (range.start as u64, rows.len() as u64);
        Ok(Page { rows: rows.drain(range).collect(), offset, total })
    }

    /// The trainings that are going on, in this process or another: whoever trains holds a lease.
    pub(crate) fn trainings(&self) -> Result<Vec<TaskRow>> {
        let prefix = format!("{} ", TaskKind::Train);
        let leases = self.journal().leases()?;
        let row = |slot: &str| {
            Some(TaskRow {
                key: task_of(slot),
                kind: TaskKind::Train,
                subject: slot.strip_prefix(&prefix)?.to_owned(),
                state: TaskState::Running,
            })
        };
        Ok(leases.iter().filter_map(|lease| row(&lease.key)).collect())
    }

    /// The tasks of the open releases that are not done, in an order in which they can run.
    pub fn planned(&self, dataset: Option<&str>, period: Option<Period>) -> Result<Vec<Task>> {
        let query = Query { dataset: dataset.map(str::to_owned), period, ..Query::default() };
        let mut steps: Vec<Step> =
            self.steps(&query)?.into_values().filter(|step| step.state != TaskState::Done).collect();
        steps.sort_by_key(|step| (step.task.kind, step.task.slot()));
        Ok(steps.into_iter().map(|step| step.task).collect())
    }

    /// The steps of the open releases under a query's filter, by slot. What somebody holds the lease of is running.
    pub(crate) fn steps(&self, query: &Query<String>) -> Result<BTreeMap<String, Step>> {
        let state = self.contract_state()?;
        if let Some(name) = &query.dataset {
            state.contract.dataset(name)?;
        }
        let running: Vec<String> = self.journal().leases()?.into_iter().map(|lease| lease.key).collect();
        let mut all = self.journal().read(|snapshot| {
            let mut all = BTreeMap::new();
            for release in snapshot.open_releases()? {
                let wanted = query.dataset.as_ref().is_none_or(|name| *name == release.name.dataset)
                    && query.period.is_none_or(|period| period == release.name.period);
                let Some(dataset) = state.contract.dataset(&release.name.dataset).ok().filter(|_| wanted) else {
                    continue;
                };
                let steps = plan::plan(&plan::facts(snapshot, dataset, &release, &[])?);
                all.extend(steps.into_iter().map(|step| (step.task.slot(), step)));
            }
            Ok(all)
        })?;
        for (slot, step) in &mut all {
            if step.state != TaskState::Done && running.contains(slot) {
                step.state = TaskState::Running;
            }
        }
        all.retain(|slot, step| {
            let provider = step.task.subject.slice().map(|slice| slice.provider.as_str());
            passes(query, slot, provider, &step.state)
        });
        Ok(all)
    }
}

fn passes(query: &Query<String>, slot: &str, provider: Option<&str>, state: &TaskState) -> bool {
    query.holds(slot)
        && query.state.as_ref().is_none_or(|wanted| *wanted == state.as_str())
        && query.provider.as_deref().is_none_or(|wanted| provider == Some(wanted))
}
