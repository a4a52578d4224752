//! Model versions and what they cover.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::listing::{ModelRow, Page, Query};
use crate::domain::{ModelRef, ModelVersion, Period, Slice, TaskKind, TaskState};
use crate::journal::Snapshot;
use crate::ops::{ModelDetail, Workspace};
use crate::pipeline::slices;

impl Workspace {
    /// Model versions by name, newest version first.
    pub fn models(&self, query: &Query<ModelRef>) -> Result<Page<ModelRow>> {
        self.journal().read(|snapshot| {
            let page = snapshot.model_page(query)?;
            // Counted for all versions at once: slice by slice would ask for each row as often as there are slices.
            let (all, done) = snapshot.coverage()?;
            let counted = |model: &ModelRef| (done.get(model).copied().unwrap_or_default(), all);
            let row = |version: ModelVersion| {
                let coverage = counted(&version.model);
                row(snapshot, version, coverage)
            };
            let rows = page.rows.into_iter().map(row).collect::<Result<_>>()?;
            Ok(Page { rows, offset: page.offset, total: page.total })
        })
    }

    /// One model version.
    pub fn model(&self, model: &ModelRef) -> Result<ModelDetail> {
        self.journal().read(|snapshot| {
            let version = snapshot.known_model(model)?;
            let given = snapshot.aliases_given(model)?;
            let alias_history = given.into_iter().map(|(alias, at, by)| (at, alias, by)).collect();
            let coverage = coverage(snapshot, model)?;
            let done = coverage.iter().filter(|(_, _, state)| *state == TaskState::Done).count();
            let row = row(snapshot, version, (done as u64, coverage.len() as u64))?;
            Ok(ModelDetail { row, coverage, alias_history })
        })
    }
}

fn row(snapshot: &Snapshot<'_>, version: ModelVersion, coverage: (u64, u64)) -> Result<ModelRow> {
    Ok(ModelRow {
        aliases: snapshot.aliases_of(&version.model)?,
        f1: version.metrics.as_ref().map(|metrics| metrics.overall.f1),
        coverage,
        name: version.model.name,
        version: version.model.version,
        kind: version.kind,
        labels: version.labels,
        metrics: version.metrics,
        at: version.at,
        by: version.by,
        note: version.note,
        archived: version.archived,
    })
}

/// Slice by slice, newest period first, its providers by name: whether the model's annotations rest on the silver that is there.
fn coverage(snapshot: &Snapshot<'_>, model: &ModelRef) -> Result<Vec<(Period, String, TaskState)>> {
    let refined: BTreeMap<Slice, String> = snapshot.refined()?;
    let mut covered = Vec::new();
    for (slice, refine_key) in refined {
        let output = snapshot.output(&slices::slot(TaskKind::Enrich, &slice, model))?;
        let state = match output {
            None => TaskState::Missing,
            Some(output) if output.inputs.get("refine") == Some(&refine_key) => TaskState::Done,
            Some(_) => TaskState::Stale { cause: "the rows were refined again".to_owned() },
        };
        covered.push((slice.period, slice.provider, state));
    }
    covered.sort_by(|(one, by, _), (other, with, _)| other.cmp(one).then_with(|| by.cmp(with)));
    Ok(covered)
}
