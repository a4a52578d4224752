//! Questions about the contract and the baselines.

use std::collections::BTreeSet;

use rusqlite::params;

use crate::base::{Digest, Result};
use crate::domain::{Contract, Period};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The contract in force, with its version and digest; none before the first was applied.
    pub fn contract(&self) -> Result<Option<(u32, Digest, Contract)>> {
        self.first("SELECT version, digest, body FROM contract ORDER BY version DESC LIMIT 1", [], |row| {
            Ok((row.get("version")?, column::named(row, "digest")?, column::json(row, "body")?))
        })
    }

    /// Who accepted a period as a baseline, and why; `None` where nobody did.
    pub fn baseline(&self, dataset: &str, period: Period) -> Result<Option<(String, Option<String>)>> {
        self.first(
            "SELECT actor, reason FROM baseline WHERE dataset = ?1 AND period_order = ?2",
            params![dataset, column::period_order(period)],
            |row| Ok((row.get("actor")?, row.get("reason")?)),
        )
    }

    /// The periods of a dataset that were accepted as baselines.
    pub fn baselines(&self, dataset: &str) -> Result<BTreeSet<Period>> {
        let sql = "SELECT period FROM baseline WHERE dataset = ?1";
        Ok(self.all(sql, [dataset], |row| column::parsed(row, "period"))?.into_iter().collect())
    }
}
