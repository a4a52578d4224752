//! Questions about anomalies and verdicts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use super::{CANDIDATES, only_match, past};
use crate::base::{Digest, Error, Result};
use crate::domain::anomaly::AnomalyId;
use crate::domain::listing::{AnomalyRow, Page, Query};
use crate::domain::{Anomaly, AnomalyState, BatchId, Evaluation, ModelRef, Period, Verdict};
use crate::journal::column;
use crate::journal::list::{List, place_of, placed};
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The anomaly of this id.
    pub fn anomaly(&self, id: &AnomalyId) -> Result<Option<Anomaly>> {
        self.first("SELECT * FROM anomaly WHERE id = ?1", [id.as_str()], read)
    }

    /// The anomaly of this id, which has to be there.
    pub fn known_anomaly(&self, id: &AnomalyId) -> Result<Anomaly> {
        self.anomaly(id)?
            .ok_or_else(|| Error::not_found(format!("there is no anomaly `{id}`")).hint("assay anomaly list"))
    }

    /// The one anomaly whose id starts with `text`.
    ///
    /// # Errors
    /// When there is none, or several: the error lists them.
    pub fn anomaly_by_prefix(&self, text: &str) -> Result<Anomaly> {
        let sql = "SELECT * FROM anomaly WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
        let matches = self.all(sql, params![text, past(text), CANDIDATES], read)?;
        only_match("anomaly", text, matches, |anomaly| anomaly.id.to_string())
    }

    /// Every anomaly of a dataset and period, in the order of the list.
    pub fn anomalies_of(&self, dataset: &str, period: Period) -> Result<Vec<Anomaly>> {
        let sql = "SELECT * FROM anomaly WHERE dataset = ?1 AND period_order = ?2 ORDER BY sort";
        self.all(sql, params![dataset, column::period_order(period)], read)
    }

    /// The anomalies in what versions of a model found of which somebody judged rows, by id.
    pub fn anomalies_judged(&self, name: &str) -> Result<Vec<Anomaly>> {
        let sql = "SELECT * FROM anomaly WHERE substr(model, 1, length(?1) + 1) = ?1 || '/'
             AND EXISTS (SELECT 1 FROM verdict WHERE verdict.anomaly = anomaly.id) ORDER BY id";
        self.all(sql, [name], read)
    }

    /// Where in the journal people said the last word on each sample of an anomaly.
    pub fn places_of_verdicts(&self) -> Result<BTreeMap<(AnomalyId, BatchId, u64), u64>> {
        let sql = "SELECT payload ->> '$.id' AS id, payload ->> '$.batch' AS batch, payload ->> '$.row' AS row,
                max(seq) AS seq
            FROM event WHERE kind = 'sample_judged' GROUP BY 1, 2, 3";
        let places = self.all(sql, [], |row| {
            let sample = (column::named(row, "id")?, column::named(row, "batch")?, column::number(row, "row")?);
            Ok((sample, column::number(row, "seq")?))
        })?;
        Ok(places.into_iter().collect())
    }

    /// The anomaly of an earlier period whose waiver covers this one: of several, the newest.
    pub fn waiver_for(&self, anomaly: &Anomaly) -> Result<Option<AnomalyId>> {
        let sql = "SELECT * FROM anomaly WHERE dataset = ?1 AND waived_until >= ?2 ORDER BY period_order DESC, id";
        let waived = self.all(sql, params![anomaly.dataset, column::period_order(anomaly.period)], read)?;
        Ok(waived.into_iter().find(|earlier| earlier.waiver_covers(anomaly)).map(|earlier| earlier.id))
    }

    /// The open anomalies of later periods that the waiver of this one covers, oldest first.
    pub fn open_under_waiver(&self, waived: &Anomaly) -> Result<Vec<Anomaly>> {
        let sql = "SELECT * FROM anomaly WHERE dataset = ?1 AND period_order > ?2 AND state = 'open'
                   ORDER BY period_order, id";
        let mut later = self.all(sql, params![waived.dataset, column::period_order(waived.period)], read)?;
        later.retain(|later| waived.waiver_covers(later));
        Ok(later)
    }

    /// The anomalies that the waiver of this one lets pass, oldest first.
    pub fn covered_by(&self, waived: &AnomalyId) -> Result<Vec<Anomaly>> {
        self.all("SELECT * FROM anomaly WHERE given_for = ?1 ORDER BY period_order, id", [waived.as_str()], read)
    }

    /// How many anomalies keep a release back until somebody settles them or the data is mended, in all datasets.
    pub fn count_blocking_anomalies(&self) -> Result<u64> {
        let sql = "SELECT count(*) AS number FROM anomaly
             WHERE state IN ('open', 'confirmed') AND json_extract(finding, '$.severity') = 'blocking'
               AND EXISTS (SELECT 1 FROM release WHERE release.state IN ('open', 'approved')
                 AND release.dataset = anomaly.dataset AND release.period_order = anomaly.period_order)";
        self.number(sql, [])
    }

    /// What people said about the samples of an anomaly, as its check looks at them now, by batch and row.
    pub fn verdicts(&self, anomaly: &Anomaly) -> Result<Vec<(BatchId, u64, Verdict)>> {
        let sql = "SELECT * FROM verdict WHERE anomaly = ?1 AND rule IS ?2 ORDER BY batch, row";
        self.all(sql, params![anomaly.id.as_str(), anomaly.rule.as_ref().map(Digest::as_str)], |row| {
            let verdict = Verdict {
                accepted: row.get("accepted")?,
                by: row.get("actor")?,
                at: column::instant(row, "at")?,
                note: row.get("note")?,
            };
            Ok((column::named(row, "batch")?, column::number(row, "row")?, verdict))
        })
    }

    /// Part of the list of anomalies: open ones first, then newest period first.
    pub fn anomaly_page(&self, query: &Query<AnomalyId>) -> Result<Page<AnomalyRow>> {
        let list = List::of("anomaly", "sort")
            .only("dataset = ?", query.dataset.clone())
            .only("period_order = ?", query.period.map(column::period_order))
            .only("provider = ?", query.provider.clone())
            .only("state = ?", query.state.clone())
            .holding(query.words());
        let place = |id: &AnomalyId| place_of(self, "SELECT sort FROM anomaly WHERE id = ?1", id.as_str());
        list.page(self, &placed(&query.fetch, place)?, query.limit, listed)
    }
}

/// An open anomaly that says what `evaluation` found.
pub(in crate::journal) fn found(
    id: AnomalyId,
    dataset: String,
    period: Period,
    model: ModelRef,
    at: DateTime<Utc>,
    evaluation: &Evaluation,
) -> Anomaly {
    Anomaly {
        id,
        dataset,
        period,
        check: evaluation.check.clone(),
        severity: evaluation.severity,
        subject: evaluation.subject.clone(),
        model,
        state: AnomalyState::Open,
        observed: evaluation.observed,
        expected: evaluation.expected,
        metric: evaluation.metric.clone(),
        explanation: evaluation.explanation.clone(),
        rows: evaluation.rows.clone(),
        drift: evaluation.drift.clone(),
        rule: None,
        at,
        settled: None,
    }
}

fn read(row: &Row<'_>) -> Result<Anomaly> {
    let evaluation: Evaluation = column::json(row, "finding")?;
    let anomaly = found(
        column::named(row, "id")?,
        row.get("dataset")?,
        column::parsed(row, "period")?,
        column::parsed(row, "model")?,
        column::instant(row, "at")?,
        &evaluation,
    );
    let (state, settled) = (column::named(row, "state")?, column::optional_json(row, "settlement")?);
    Ok(Anomaly { rule: column::optional_named(row, "rule")?, state, settled, ..anomaly })
}

fn listed(row: &Row<'_>) -> Result<AnomalyRow> {
    let anomaly = read(row)?;
    Ok(AnomalyRow {
        id: anomaly.id,
        check: anomaly.check,
        severity: anomaly.severity,
        state: anomaly.state,
        subject: anomaly.subject.to_string(),
        dataset: anomaly.dataset,
        period: anomaly.period,
        provider: anomaly.subject.provider,
        model: anomaly.model,
        observed: anomaly.observed,
        expected: anomaly.expected,
        samples: column::number(row, "samples")?,
        assessed: column::number(row, "assessed")?,
        explanation: anomaly.explanation,
        is_drift: anomaly.drift.is_some(),
        at: anomaly.at,
    })
}
