//! Anomalies: the list, and one of them with its history and samples.

use std::collections::BTreeSet;

use crate::base::Result;
use crate::domain::anomaly::AnomalyId;
use crate::domain::listing::{AnomalyRow, BatchRow, Fetch, MetricPoint, Page, Query};
use crate::domain::{Anomaly, BatchId, BatchState, ModelRef, Slice};
use crate::journal::Snapshot;
use crate::ops::{AnomalyDetail, Workspace};
use crate::pipeline::{Context, history, look};

impl Workspace {
    /// Anomalies, open ones first.
    pub fn anomalies(&self, query: &Query<AnomalyId>) -> Result<Page<AnomalyRow>> {
        self.journal().read(|snapshot| snapshot.anomaly_page(query))
    }

    /// One anomaly, by its id or the start of it.
    pub fn anomaly(&self, id: &str) -> Result<AnomalyDetail> {
        let context = self.reading()?;
        let (anomaly, row, history, verdicts, model, batches) = self.journal().read(|snapshot| {
            let anomaly = snapshot.anomaly_by_prefix(id)?;
            let only = Query { fetch: Fetch::At(anomaly.id.clone()), limit: 1, ..Query::default() };
            let row = snapshot.anomaly_page(&only)?.rows.into_iter().next();
            let model = model_of(snapshot, &anomaly)?;
            let history = metric_history(snapshot, &context, &anomaly, &model)?;
            let verdicts = snapshot.verdicts(&anomaly)?;
            let batches = batches_of(snapshot, &anomaly)?;
            Ok((anomaly, row, history, verdicts, model, batches))
        })?;
        let row = row.ok_or_else(|| crate::base::Error::corrupt(format!("{} has no row", anomaly.id)))?;
        let slices = slices_of(&context, &anomaly);
        let mut samples = look::samples(&context, &slices, &model, &anomaly.rows)?;
        for sample in &mut samples {
            sample.verdict = verdicts
                .iter()
                .find(|(batch, number, _)| *batch == sample.batch && *number == sample.row)
                .map(|(_, _, verdict)| verdict.clone());
        }
        Ok(AnomalyDetail { row, anomaly, history, samples, batches })
    }
}

/// The batches that an anomaly is about: those of its rows, else what its provider's slice stands on.
fn batches_of(snapshot: &Snapshot<'_>, anomaly: &Anomaly) -> Result<Vec<BatchRow>> {
    let of_rows: BTreeSet<&BatchId> = anomaly.rows.iter().map(|row| &row.batch).collect();
    let mut batches = snapshot.batches_of(&anomaly.dataset, anomaly.period)?;
    batches.retain(|batch| {
        if of_rows.is_empty() {
            batch.state == BatchState::Landed
                && anomaly.subject.provider.as_ref() == Some(&batch.delivery.slice.provider)
        } else {
            of_rows.contains(&batch.delivery.batch)
        }
    });
    Ok(batches.into_iter().map(BatchRow::from).collect())
}

/// The model whose entities are shown beside the anomaly's rows.
fn model_of(snapshot: &Snapshot<'_>, anomaly: &Anomaly) -> Result<ModelRef> {
    if !anomaly.model.is_none() {
        return Ok(anomaly.model.clone());
    }
    let releases = snapshot.releases_of(&anomaly.dataset, anomaly.period)?;
    Ok(releases.into_iter().max_by_key(|release| release.name.n).map_or_else(ModelRef::none, |release| release.model))
}

fn metric_history(
    snapshot: &Snapshot<'_>,
    context: &Context,
    anomaly: &Anomaly,
    model: &ModelRef,
) -> Result<Vec<MetricPoint>> {
    let (Some(metric), Some(provider)) = (&anomaly.metric, &anomaly.subject.provider) else { return Ok(Vec::new()) };
    let Ok(dataset) = context.contract.dataset(&anomaly.dataset) else { return Ok(Vec::new()) };
    let vouched = history::measured(snapshot, dataset, anomaly.period)?;
    let values = history::known(snapshot, &anomaly.dataset, provider, model, metric)?;
    Ok(values
        .into_iter()
        .map(|(period, value)| {
            let in_baseline = vouched.get(&period).is_some_and(|by| by.covers(provider, metric, model));
            MetricPoint { period, value, in_baseline }
        })
        .collect())
}

/// The slices that the anomaly's rows are in.
fn slices_of(context: &Context, anomaly: &Anomaly) -> Vec<Slice> {
    let slice = |provider: &String| Slice {
        dataset: anomaly.dataset.clone(),
        period: anomaly.period,
        provider: provider.clone(),
    };
    if let Some(provider) = &anomaly.subject.provider {
        return vec![slice(provider)];
    }
    let Ok(dataset) = context.contract.dataset(&anomaly.dataset) else { return Vec::new() };
    dataset.providers.iter().map(|provider| slice(&provider.name)).collect()
}
