//! What a model registry elsewhere holds, as it was seen last.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::ModelRef;

/// A registered model with all its versions.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RegisteredModel {
    /// Its name, as the registry has it. It comes from outside: it is made safe where it is shown.
    pub name: String,
    /// What people say about it.
    pub description: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its aliases, and the version that each stands for.
    pub aliases: BTreeMap<String, u32>,
    /// Its versions, ascending.
    pub versions: Vec<RegisteredVersion>,
}

/// A version of a registered model.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RegisteredVersion {
    /// Its number, from 1.
    pub version: u32,
    /// What people say about it.
    pub description: Option<String>,
    /// Its tags; those of its run are not among them.
    pub tags: BTreeMap<String, String>,
    /// When it was registered.
    pub created: DateTime<Utc>,
    /// Who registered it; where the registry does not say, who made its run.
    pub by: Option<String>,
    /// Whether it can be used: `READY`, `PENDING_REGISTRATION` or `FAILED_REGISTRATION`; `UNKNOWN` where the registry does not say.
    pub status: String,
    /// The stage that it is in, if it is in one.
    pub stage: Option<String>,
    /// Where it was registered from: an address of its files.
    pub source: String,
    /// The run that made it. The run may be deleted since.
    pub run: Option<String>,
    /// The latest value of each metric of its run. Without those that are no finite number, and none of a run that is deleted.
    pub metrics: BTreeMap<String, f64>,
    /// The parameters of its run; none of a run that is deleted.
    pub params: BTreeMap<String, String>,
}

/// Where the registry is whose models are mirrored.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RegistryAccess {
    /// Its address; the environment fills in `${NAME}`.
    pub url: String,
    /// Headers of each request; the environment fills in `${NAME}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
}

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mirrored {
    /// The registry.
    pub registry: String,
    /// The model's name there.
    pub name: String,
    /// Its version there.
    pub version: u32,
    /// When it was registered there: a model that is made anew begins with version 1 again. Not known of those taken before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<DateTime<Utc>>,
}

impl Mirrored {
    /// A version of a registered model of the registry at this address.
    #[must_use]
    pub fn of(registry: &str, name: &str, version: &RegisteredVersion) -> Self {
        let (registry, name) = (registry.to_owned(), name.to_owned());
        Self { registry, name, version: version.version, created: Some(version.created) }
    }
}

/// A version of a registry elsewhere, beside what it is here.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RemoteVersion {
    /// The registry.
    pub registry: String,
    /// The model's name there.
    pub name: String,
    /// The aliases that stand for it there, sorted.
    pub aliases: Vec<String>,
    /// What the registry says of it.
    #[serde(flatten)]
    pub version: RegisteredVersion,
    /// The version that it is here; none where its files are of no kind that is run here.
    pub here: Option<ModelRef>,
}
