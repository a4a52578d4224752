//! Model versions and what they cover.

use std::collections::BTreeMap;

use super::window::window;
use crate::base::{Error, Result};
use crate::domain::listing::{ModelRow, Page, Query};
use crate::domain::{ModelRef, ModelVersion, Period, Slice, TaskKind, TaskState};
use crate::journal::Snapshot;
use crate::ops::{ModelDetail, Workspace};
use crate::pipeline::plan;

impl Workspace {
    /// Model versions by name, newest version first.
    pub fn models(&self, query: &Query<ModelRef>) -> Result<Page<ModelRow>> {
        self.journal().read(|snapshot| {
            let mut versions = snapshot.models()?;
            versions.retain(|version| {
                query.text.as_ref().is_none_or(|text| {
                    let shown = format!("{} {} {}", version.model, version.kind.as_str(), version.labels.join(" "));
                    shown.to_lowercase().contains(&text.to_lowercase())
                })
            });
            versions.sort_by(|a, b| a.model.name.cmp(&b.model.name).then(b.model.version.cmp(&a.model.version)));
            let keys: Vec<ModelRef> = versions.iter().map(|version| version.model.clone()).collect();
            let range = window(&keys, &query.fetch, query.limit);
            let (offset, total) = (range.start as u64, versions.len() as u64);
            let rows = versions.drain(range).map(|version| row(snapshot, version)).collect::<Result<_>>()?;
            Ok(Page { rows, offset, total })
        })
    }

    /// One model version.
    pub fn model(&self, model: &ModelRef) -> Result<ModelDetail> {
        self.journal().read(|snapshot| {
            let version = snapshot.model(model)?.ok_or_else(|| {
                Error::not_found(format!("there is no model version `{model}`")).hint("assay model list")
            })?;
            let mut alias_history = Vec::new();
            for (alias, at, by) in snapshot.aliases_given(model)? {
                alias_history.push((at, alias, by));
            }
            let coverage = coverage(snapshot, model)?;
            Ok(ModelDetail { row: row(snapshot, version)?, coverage, alias_history })
        })
    }
}

fn row(snapshot: &Snapshot<'_>, version: ModelVersion) -> Result<ModelRow> {
    let coverage = coverage(snapshot, &version.model)?;
    let done = coverage.iter().filter(|(_, _, state)| *state == TaskState::Done).count();
    Ok(ModelRow {
        aliases: snapshot.aliases_of(&version.model)?,
        f1: version.metrics.as_ref().map(|metrics| metrics.overall.f1),
        coverage: (done as u64, coverage.len() as u64),
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

/// Slice by slice, newest period first: whether the model's annotations rest on the silver that is there.
fn coverage(snapshot: &Snapshot<'_>, model: &ModelRef) -> Result<Vec<(Period, String, TaskState)>> {
    let refined: BTreeMap<Slice, String> = snapshot.refined()?;
    let mut covered = Vec::new();
    for (slice, refine_key) in refined.into_iter().rev() {
        let output = snapshot.output(&plan::slot(TaskKind::Enrich, &slice, model))?;
        let state = match output {
            None => TaskState::Missing,
            Some(output) if output.inputs.get("refine") == Some(&refine_key) => TaskState::Done,
            Some(_) => TaskState::Stale { cause: "upstream stale".to_owned() },
        };
        covered.push((slice.period, slice.provider, state));
    }
    Ok(covered)
}
