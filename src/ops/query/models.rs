//! Model versions and what they cover.

use crate::base::{Result, files};
use crate::domain::coverage::Part;
use crate::domain::listing::{ModelRow, Page, Query};
use crate::domain::model::{InProduction, Measured};
use crate::domain::{ModelRef, ModelVersion, TaskState, moment};
use crate::journal::Snapshot;
use crate::ops::{ModelDetail, ModelOrigin, Workspace};
use crate::pipeline::models;

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

    /// The versions that were in production at a moment, one per model that had one: a day or a day and a time by the workspace's clock, or
    /// now.
    pub fn production(&self, at: Option<&str>) -> Result<Vec<InProduction>> {
        let zone = self.contract()?.timezone;
        let at = at.map_or_else(|| Ok(self.journal().now()), |text| moment::named(text, zone))?;
        self.journal().read(|snapshot| snapshot.production_at(at))
    }

    /// How a version did, as it was written beside its file. One that is not there is no trouble: the record has the numbers.
    fn report(&self, model: &ModelRef) -> Option<Measured> {
        let path = models::folder_in(self.root(), model).join(models::REPORT);
        serde_json::from_slice(&files::read_regular(&path).ok()?).ok()
    }

    /// One model version.
    pub fn model(&self, model: &ModelRef) -> Result<ModelDetail> {
        let coverage = self.coverage(&Part { model: Some(model.to_string()), ..Part::default() })?;
        let measured = self.report(model);
        self.journal().read(|snapshot| {
            let version = snapshot.known_model(model)?;
            let alias_history = snapshot.aliases_given(model)?;
            let done = coverage.iter().filter(|one| one.state == TaskState::Done).count();
            let origin = ModelOrigin::from(&version);
            let row = row(snapshot, version, (done as u64, coverage.len() as u64))?;
            Ok(ModelDetail { row, coverage, measured, origin, alias_history })
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
