//! Questions about the contract and the baselines.

use rusqlite::params;

use crate::base::{Digest, Result};
use crate::domain::contract::Amended;
use crate::domain::{Baseline, Contract, Period};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The contract in force, with its version and digest, and with what came to stand beside it since; none before the
    /// first was applied.
    pub fn contract(&self) -> Result<Option<(u32, Digest, Contract)>> {
        let sql = "SELECT version, digest, body FROM contract ORDER BY version DESC LIMIT 1";
        let applied = self.first(sql, [], |row| {
            Ok((row.get("version")?, column::named(row, "digest")?, column::json::<Contract>(row, "body")?))
        })?;
        let Some((version, digest, contract)) = applied else { return Ok(None) };
        Ok(Some((version, digest, contract.mapped(&self.mappings()?).referring(&self.references()?))))
    }

    /// What stands beside the contract in force.
    pub fn amended(&self) -> Result<Amended> {
        Ok(Amended {
            mappings: self.mappings()?.into_iter().map(|mapping| mapping.id).collect(),
            references: self.references()?.into_iter().map(|revision| revision.seq).collect(),
        })
    }

    /// The version of the contract in force; 0 before the first was applied.
    pub fn contract_version(&self) -> Result<u32> {
        let version = self.first("SELECT max(version) AS version FROM contract", [], |row| Ok(row.get("version")?))?;
        Ok(version.flatten().unwrap_or(0))
    }

    /// The contract of a version, if there was one.
    pub fn contract_of(&self, version: u32) -> Result<Option<Contract>> {
        self.first("SELECT body FROM contract WHERE version = ?1", [version], |row| column::json(row, "body"))
    }

    /// The acceptance of a period as a baseline, if there was one; the newest counts.
    pub fn baseline(&self, dataset: &str, period: Period) -> Result<Option<Baseline>> {
        self.first(
            "SELECT actor, reason, model, batches, mappings, text FROM baseline WHERE dataset = ?1 AND period_order = ?2",
            params![dataset, column::period_order(period)],
            |row| {
                let (by, reason): (String, Option<String>) = (row.get("actor")?, row.get("reason")?);
                let (reason, model) = (reason.unwrap_or_default(), column::parsed(row, "model")?);
                let (batches, mappings) = (column::json(row, "batches")?, column::json(row, "mappings")?);
                Ok(Baseline { by, reason, model, batches, mappings, text: row.get("text")? })
            },
        )
    }
}
