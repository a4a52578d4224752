//! Questions about which of two model versions has read a row right.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::model_change::ReadingVerdict;
use crate::domain::{BatchId, ModelRef};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

/// A row, the two versions that have read it differently, and what was said of them.
#[derive(Debug, Clone)]
pub struct JudgedReading {
    /// The batch.
    pub batch: BatchId,
    /// The 1-based record number in it.
    pub row: u64,
    /// The version that was compared with.
    pub before: ModelRef,
    /// The other.
    pub after: ModelRef,
    /// What was said.
    pub verdict: ReadingVerdict,
    /// The place of that in the journal.
    pub seq: u64,
}

impl Snapshot<'_> {
    /// What was said of the rows that these two versions have read differently, by batch and row, whichever of the two came first then.
    pub fn reading_verdicts(
        &self,
        before: &ModelRef,
        after: &ModelRef,
    ) -> Result<BTreeMap<(BatchId, u64), ReadingVerdict>> {
        let sql = "SELECT * FROM reading_verdict WHERE (model_before, model_after) IN (VALUES (?1, ?2), (?2, ?1)) ORDER BY seq";
        let verdicts = self.all(sql, [before.to_string(), after.to_string()], |row| {
            let verdict: ReadingVerdict = column::json(row, "body")?;
            let first: ModelRef = column::named(row, "model_before")?;
            let verdict = if first == *before { verdict } else { verdict.turned() };
            Ok(((column::named(row, "batch")?, column::number(row, "row")?), verdict))
        })?;
        Ok(verdicts.into_iter().collect())
    }

    /// What was said of any two versions of which one at least is of this model, oldest first.
    pub fn readings_judged(&self, model: &str) -> Result<Vec<JudgedReading>> {
        let judged: Vec<JudgedReading> = self.all("SELECT * FROM reading_verdict ORDER BY seq", [], |row| {
            Ok(JudgedReading {
                batch: column::named(row, "batch")?,
                row: column::number(row, "row")?,
                before: column::named(row, "model_before")?,
                after: column::named(row, "model_after")?,
                verdict: column::json(row, "body")?,
                seq: column::number(row, "seq")?,
            })
        })?;
        Ok(judged.into_iter().filter(|one| one.before.name == model || one.after.name == model).collect())
    }
}
