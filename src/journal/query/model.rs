//! Questions about models and aliases.

use chrono::{DateTime, Utc};
use rusqlite::{Row, params};

use crate::base::{Digest, Error, Result};
use crate::domain::listing::{Page, Query};
use crate::domain::model::{AliasGiven, InProduction, PRODUCTION};
use crate::domain::{ModelRef, ModelVersion, Period};
use crate::journal::column;
use crate::journal::list::{List, placed};
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// A registered model version.
    pub fn model(&self, model: &ModelRef) -> Result<Option<ModelVersion>> {
        let sql = "SELECT archived, body FROM model_version WHERE name = ?1 AND version = ?2";
        self.first(sql, params![model.name, model.version], read)
    }

    /// A registered model version, which has to be there.
    pub fn known_model(&self, model: &ModelRef) -> Result<ModelVersion> {
        self.model(model)?
            .ok_or_else(|| Error::not_found(format!("there is no model version `{model}`")).hint("assay model list"))
    }

    /// The highest version of a model; 0 where it has none.
    pub fn newest_version(&self, name: &str) -> Result<u32> {
        let sql = "SELECT coalesce(max(version), 0) AS newest FROM model_version WHERE name = ?1";
        Ok(self.first(sql, [name], |row| Ok(row.get("newest")?))?.unwrap_or(0))
    }

    /// The version that an alias of a model points to.
    pub fn alias(&self, name: &str, alias: &str) -> Result<Option<ModelRef>> {
        self.first("SELECT name, version FROM alias WHERE name = ?1 AND alias = ?2", [name, alias], reference)
    }

    /// The aliases that point to a version, sorted.
    pub fn aliases_of(&self, model: &ModelRef) -> Result<Vec<String>> {
        let sql = "SELECT alias FROM alias WHERE name = ?1 AND version = ?2 ORDER BY alias";
        self.all(sql, params![model.name, model.version], |row| Ok(row.get("alias")?))
    }

    /// Every version made of the file of this digest, under whatever name, the first first.
    pub fn models_of(&self, digest: &Digest) -> Result<Vec<ModelVersion>> {
        let sql = "SELECT body, archived FROM model_version WHERE body ->> '$.digest' = ?1 ORDER BY sort";
        self.all(sql, [digest.as_str()], read)
    }

    /// Every alias that a version was ever given, from when till when, and by whom; oldest first.
    pub fn aliases_given(&self, model: &ModelRef) -> Result<Vec<AliasGiven>> {
        let sql = "SELECT alias, at, actor,
                (SELECT next.at FROM alias_move AS next
                    WHERE next.name = given.name AND next.alias = given.alias AND next.seq > given.seq
                    ORDER BY next.seq LIMIT 1) AS until
            FROM alias_move AS given WHERE name = ?1 AND version = ?2 ORDER BY seq";
        self.all(sql, params![model.name, model.version], |row| {
            Ok(AliasGiven {
                alias: row.get("alias")?,
                since: column::instant(row, "at")?,
                until: column::optional_instant(row, "until")?,
                by: row.get("actor")?,
            })
        })
    }

    /// The version that was in production right before this one came into it the last time.
    pub fn production_before(&self, model: &ModelRef) -> Result<Option<ModelRef>> {
        let sql =
            "SELECT previous FROM alias_move WHERE name = ?1 AND alias = ?2 AND version = ?3 ORDER BY seq DESC LIMIT 1";
        let before = self.first(sql, params![model.name, PRODUCTION, model.version], |row| {
            column::optional_parsed(row, "previous")
        })?;
        Ok(before.flatten())
    }

    /// The versions that were in production at an instant, one per model that had one, by name.
    pub fn production_at(&self, at: DateTime<Utc>) -> Result<Vec<InProduction>> {
        let sql = "SELECT name, version, at, actor,
                (SELECT reason FROM event WHERE event.seq = alias_move.seq) AS reason
            FROM alias_move WHERE seq IN
                (SELECT max(seq) FROM alias_move WHERE alias = ?1 AND at <= ?2 GROUP BY name)
            ORDER BY name";
        self.all(sql, params![PRODUCTION, column::written(at)], |row| {
            Ok(InProduction {
                model: reference(row)?,
                since: column::instant(row, "at")?,
                by: row.get("actor")?,
                reason: row.get("reason")?,
            })
        })
    }

    /// The model versions that releases of a dataset were made with which clients see or saw: first those that they see,
    /// of these first that of `period`, then by the newest period.
    pub fn released_models(&self, dataset: &str, period: Period) -> Result<Vec<ModelRef>> {
        let sql =
            "SELECT model FROM release WHERE state IN ('published', 'superseded') AND dataset = ?1 AND model <> ?3
             GROUP BY model ORDER BY max(state = 'published') DESC,
             max(state = 'published' AND period_order = ?2) DESC, max(period_order) DESC, model";
        let parameters = params![dataset, column::period_order(period), ModelRef::none().to_string()];
        self.all(sql, parameters, |row| column::parsed(row, "model"))
    }

    /// The versions in production, one per model that has one, by name.
    pub fn production_models(&self) -> Result<Vec<ModelRef>> {
        self.all("SELECT name, version FROM alias WHERE alias = ?1 ORDER BY name", [PRODUCTION], reference)
    }

    /// Part of the list of model versions: by name, newest version first. States are `archived` and `offered`.
    pub fn model_page(&self, query: &Query<ModelRef>) -> Result<Page<ModelVersion>> {
        let list = List::of("model_version", "sort")
            .only("archived = (? = 'archived')", query.state.clone())
            .holding(query.words());
        let fetch = placed(&query.fetch, |model| {
            let sql = "SELECT sort FROM model_version WHERE name = ?1 AND version = ?2";
            self.first(sql, params![model.name, model.version], |row| Ok(row.get(0)?))
        })?;
        list.page(self, &fetch, query.limit, read)
    }
}

fn read(row: &Row<'_>) -> Result<ModelVersion> {
    let version: ModelVersion = column::json(row, "body")?;
    Ok(ModelVersion { archived: row.get("archived")?, ..version })
}

fn reference(row: &Row<'_>) -> Result<ModelRef> {
    Ok(ModelRef::new(row.get::<_, String>("name")?, row.get("version")?))
}
