//! Questions about what registries elsewhere hold.

use std::collections::BTreeMap;

use crate::base::Result;
use crate::domain::registry::{Mirrored, RegisteredModel};
use crate::domain::{ModelRef, ModelVersion};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The models of a registry as they were seen last, by name.
    pub fn mirrored_models(&self, registry: &str) -> Result<BTreeMap<String, RegisteredModel>> {
        let sql = "SELECT name, body FROM mirrored_model WHERE registry = ?1 ORDER BY name";
        let models = self.all(sql, [registry], |row| Ok((row.get("name")?, column::json(row, "body")?)))?;
        Ok(models.into_iter().collect())
    }

    /// The registries of which something was seen, in order.
    pub fn registries(&self) -> Result<Vec<String>> {
        self.all("SELECT DISTINCT registry FROM mirrored_model ORDER BY registry", [], |row| Ok(row.get("registry")?))
    }

    /// The version here that was taken from a version of a registry.
    pub fn taken_from(&self, mirrored: &Mirrored) -> Result<Option<ModelRef>> {
        let sql = "SELECT body FROM model_version WHERE body ->> '$.mirrored.registry' = ?1
             AND body ->> '$.mirrored.name' = ?2 AND body ->> '$.mirrored.version' = ?3";
        let parameters = rusqlite::params![mirrored.registry, mirrored.name, mirrored.version];
        let taken: Vec<ModelVersion> = self.all(sql, parameters, |row| column::json(row, "body"))?;
        let created = |version: &ModelVersion| version.mirrored.as_ref().and_then(|from| from.created);
        let same = |version: &ModelVersion| created(version).is_none_or(|at| Some(at) == mirrored.created);
        Ok(taken.into_iter().find(same).map(|version| version.model))
    }
}
