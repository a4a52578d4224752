//! Questions about what people decided about the columns of deliveries.

use rusqlite::{Row, params};

use crate::base::{Error, Result};
use crate::domain::mapping::{Mapping, MappingId};
use crate::domain::{Batch, Period, Slice};
use crate::journal::column;
use crate::journal::query::batch;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The decisions that stand, oldest first.
    pub fn mappings(&self) -> Result<Vec<Mapping>> {
        self.all("SELECT * FROM mapping ORDER BY seq", [], read)
    }

    /// The decision of this id, which has to stand.
    pub fn known_mapping(&self, id: MappingId) -> Result<Mapping> {
        let found = self.first("SELECT * FROM mapping WHERE seq = ?1", [column::integer(id.0)?], read)?;
        found.ok_or_else(|| Error::not_found(format!("there is no mapping `{id}`")).hint("assay batch mappings"))
    }

    /// Whether the rows of a slice are surely what they were when the journal was so long: nothing was refined since, or nothing was
    /// decided of how columns are read.
    pub fn is_read_alike_since(&self, slice: &Slice, seq: u64) -> Result<bool> {
        let sql = "SELECT EXISTS (
                SELECT 1 FROM output WHERE kind = 'refine' AND dataset = ?1 AND period_order = ?2 AND provider = ?3
                    AND seq <= ?4
             ) OR NOT EXISTS (
                SELECT 1 FROM event WHERE seq > ?4
                    AND kind IN ('contract_applied', 'mapping_accepted', 'mapping_taken_back', 'reference_landed')
             ) AS number";
        let (order, seq) = (column::period_order(slice.period), column::integer(seq)?);
        Ok(self.number(sql, params![slice.dataset, order, slice.provider, seq])? > 0)
    }

    /// The batches that a slice's provider stands on for the newest period before that it delivered rows for,
    /// not before `first`. One whose columns somebody says are wrong is none.
    pub fn batches_before(&self, slice: &Slice, first: Period) -> Result<Vec<Batch>> {
        let sql = "WITH standing AS (
                SELECT * FROM batch WHERE dataset = ?1 AND provider = ?2 AND state = 'landed' AND rows > 0
                    AND period_order < ?3 AND period_order >= ?4
                    AND NOT EXISTS (
                        SELECT 1 FROM anomaly, json_each(anomaly.finding, '$.drift.batches') AS found
                        WHERE anomaly.dataset = batch.dataset AND anomaly.period_order = batch.period_order
                            AND anomaly.state = 'confirmed' AND found.value = batch.id))
             SELECT * FROM standing WHERE period_order = (SELECT max(period_order) FROM standing) ORDER BY revision, id";
        let (order, first) = (column::period_order(slice.period), column::period_order(first));
        self.all(sql, params![slice.dataset, slice.provider, order, first], batch::read)
    }
}

fn read(row: &Row<'_>) -> Result<Mapping> {
    Ok(Mapping {
        id: MappingId(column::number(row, "seq")?),
        dataset: row.get("dataset")?,
        provider: row.get("provider")?,
        period: column::parsed(row, "period")?,
        schema: column::json(row, "headers")?,
        columns: column::json(row, "columns")?,
        by: row.get("actor")?,
        at: column::instant(row, "at")?,
        reason: row.get("reason")?,
    })
}
