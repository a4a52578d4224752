//! Which model version has read which provider's rows of which period.

use crate::base::{Error, Result};
use crate::domain::coverage::{Covered, Part};
use crate::domain::listing::{Fetch, Query};
use crate::domain::{Dataset, ModelRef, Task, TaskKind, TaskState, TaskSubject};
use crate::journal::Snapshot;
use crate::ops::Workspace;
use crate::pipeline::{lease, plan};

impl Workspace {
    /// Model versions that are offered, by name and newest first, by periods, newest first, by providers: where each stands.
    pub fn coverage(&self, part: &Part) -> Result<Vec<Covered>> {
        let mut covered: Vec<Covered> = self.readings(part)?.into_iter().map(|(_, one)| one).collect();
        covered.sort_by(|one, other| one.place().cmp(&other.place()));
        Ok(covered)
    }

    /// The same with the task of each.
    pub(super) fn readings(&self, part: &Part) -> Result<Vec<(Task, Covered)>> {
        let contract = self.contract()?;
        contract.providers(part.dataset.as_deref(), part.provider.as_deref())?;
        let running = lease::held(self.journal())?;
        let mut covered = self.journal().read(|snapshot| {
            let mut offered = offered(snapshot)?;
            // One that is named is meant, archived or not.
            let named = part.model.as_ref().and_then(|named| named.parse::<ModelRef>().ok());
            check_known(snapshot, part.model.as_deref(), named.as_ref())?;
            offered.extend(named.filter(|named| !offered.contains(named)));
            let mut covered = Vec::new();
            for dataset in &contract.datasets {
                let is_read_by =
                    |model: &ModelRef| contract.read_by(&model.name).iter().any(|read| read.name == dataset.name);
                let reads = |model: &&ModelRef| part.means(model) && is_read_by(model);
                let models: Vec<ModelRef> = offered.iter().filter(reads).cloned().collect();
                if models.is_empty() || part.dataset.as_ref().is_some_and(|name| *name != dataset.name) {
                    continue;
                }
                covered.extend(of_dataset(snapshot, dataset, &models, part)?);
            }
            Ok(covered)
        })?;
        for (task, one) in &mut covered {
            if one.state != TaskState::Done && running.contains(&task.slot()) {
                one.state = TaskState::Running;
            }
        }
        Ok(covered)
    }
}

/// Refuses the name of a model, or of a version, that nobody ever registered.
fn check_known(snapshot: &Snapshot<'_>, name: Option<&str>, version: Option<&ModelRef>) -> Result<()> {
    match (version, name) {
        (Some(version), _) => snapshot.known_model(version).map(|_| ()),
        (None, Some(name)) if snapshot.newest_version(name)? == 0 => {
            Err(Error::not_found(format!("there is no model `{name}`")).hint("assay model list"))
        }
        (None, _) => Ok(()),
    }
}

/// The versions that were not archived.
fn offered(snapshot: &Snapshot<'_>) -> Result<Vec<ModelRef>> {
    let mut query = Query { state: Some("offered".to_owned()), ..Query::default() };
    let mut offered: Vec<ModelRef> = Vec::new();
    loop {
        let page = snapshot.model_page(&query)?;
        let Some(last) = page.rows.last().map(|version| version.model.clone()) else { return Ok(offered) };
        offered.extend(page.rows.into_iter().map(|version| version.model));
        query.fetch = Fetch::After(last);
    }
}

fn of_dataset(
    snapshot: &Snapshot<'_>,
    dataset: &Dataset,
    models: &[ModelRef],
    part: &Part,
) -> Result<Vec<(Task, Covered)>> {
    let mut periods = snapshot.periods_with_batches(&dataset.name)?;
    periods.retain(|period| part.period.is_none_or(|wanted| wanted == *period));
    let mut covered = Vec::new();
    for period in periods {
        for step in plan::readings(snapshot, dataset, period, models)? {
            let TaskSubject::Annotated { slice, model } = &step.task.subject else { continue };
            if step.task.kind == TaskKind::Enrich && part.provider.as_ref().is_none_or(|name| *name == slice.provider) {
                let one = Covered { model: model.clone(), slice: slice.clone(), state: step.state };
                covered.push((step.task, one));
            }
        }
    }
    Ok(covered)
}
