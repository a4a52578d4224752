//! What a registry answers, and the values it stands for.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde::Deserialize;

use super::{RegisteredModel, RegisteredVersion};
use crate::base::text::safe;
use crate::base::{Error, Result};

/// The tag of a prompt. Prompts lie among the models.
const PROMPT: &str = "mlflow.prompt.is_prompt";

/// A part of a list. Each list calls its entries otherwise.
#[expect(clippy::zero_sized_map_values, reason = "of what else is there only the keys count")]
#[derive(Deserialize)]
pub struct Page<T> {
    /// Its entries.
    #[serde(
        alias = "registered_models",
        alias = "model_versions",
        alias = "experiments",
        alias = "runs",
        alias = "files"
    )]
    #[serde(default = "Vec::new")]
    pub entries: Vec<T>,
    /// What to ask for the next part with, if there is one.
    pub next_page_token: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, serde::de::IgnoredAny>,
}

impl<T> Page<T> {
    /// Whether this can be a page. An empty list is an empty document, so that anything at all could be one.
    pub fn is_one(&self) -> bool {
        !self.entries.is_empty() || self.next_page_token.is_some() || self.others.keys().all(|key| key == "root_uri")
    }
}

/// A number, which some servers write as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Whole {
    Number(i64),
    Text(String),
}

impl Whole {
    fn value(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => safe(text).into_owned(),
        }
    }

    /// As the number of a version.
    fn version(&self, model: &str) -> Result<u32> {
        let version = self.value().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        version.ok_or_else(|| {
            Error::bad_data(format!("the registry names a version `{}` of `{}`", self.said(), safe(model)))
                .because("versions are numbers from 1")
        })
    }
}

/// A text with a name.
#[derive(Clone, Deserialize)]
pub struct Tag {
    key: String,
    value: Option<String>,
}

/// Texts by their names.
pub fn texts(tags: Vec<Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect()
}

/// What is said, if anything is.
pub fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[derive(Deserialize)]
struct AliasAnswer {
    alias: String,
    version: Whole,
}

/// A registered model.
#[derive(Deserialize)]
pub struct ModelAnswer {
    name: String,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    aliases: Vec<AliasAnswer>,
}

impl ModelAnswer {
    /// Whether it is a prompt and no model.
    pub fn is_prompt(&self) -> bool {
        self.tags.iter().any(|tag| tag.key == PROMPT && tag.value.as_deref() == Some("true"))
    }

    /// Without its versions.
    pub fn read(self) -> Result<RegisteredModel> {
        let alias = |AliasAnswer { alias, version }| Ok((alias, version.version(&self.name)?));
        Ok(RegisteredModel {
            aliases: self.aliases.into_iter().map(alias).collect::<Result<_>>()?,
            name: self.name,
            description: said(self.description),
            tags: texts(self.tags),
            versions: Vec::new(),
        })
    }
}

/// A version of a registered model.
#[derive(Deserialize)]
pub struct VersionAnswer {
    /// The model's name.
    pub name: String,
    version: Whole,
    creation_timestamp: Whole,
    user_id: Option<String>,
    current_stage: Option<String>,
    description: Option<String>,
    source: Option<String>,
    run_id: Option<String>,
    status: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl VersionAnswer {
    /// Without what its run says.
    pub fn read(self) -> Result<RegisteredVersion> {
        let created = self.creation_timestamp.value().and_then(DateTime::from_timestamp_millis);
        let created = created.ok_or_else(|| {
            let (name, time) = (safe(&self.name), self.creation_timestamp.said());
            Error::bad_data(format!("a version of `{name}` was created at `{time}`"))
                .because("that is no time in milliseconds since 1970")
        })?;
        Ok(RegisteredVersion {
            version: self.version.version(&self.name)?,
            description: said(self.description),
            tags: texts(self.tags),
            created,
            by: said(self.user_id),
            status: said(self.status).unwrap_or_else(|| "UNKNOWN".to_owned()),
            stage: said(self.current_stage).filter(|stage| stage != "None"),
            source: self.source.unwrap_or_default(),
            run: said(self.run_id),
            metrics: BTreeMap::new(),
            params: BTreeMap::new(),
        })
    }
}

/// A model that was logged by itself.
#[derive(Deserialize)]
pub struct LoggedAnswer {
    model: Logged,
}

#[derive(Deserialize)]
struct Logged {
    info: LoggedInfo,
}

#[derive(Deserialize)]
struct LoggedInfo {
    artifact_uri: Option<String>,
}

impl LoggedAnswer {
    /// The address of its files.
    pub fn files_at(self) -> Option<String> {
        said(self.model.info.artifact_uri)
    }
}

/// The address of the files of a version.
#[derive(Deserialize)]
pub struct LocationAnswer {
    /// The address.
    pub artifact_uri: Option<String>,
}

/// A file or a folder.
#[derive(Deserialize)]
pub struct EntryAnswer {
    /// Its path, seen from somewhere above.
    pub path: String,
    /// Whether it is a folder.
    #[serde(default)]
    pub is_dir: bool,
    file_size: Option<Whole>,
}

impl EntryAnswer {
    /// Its size in bytes; an empty file's is not said.
    pub fn bytes(&self) -> u64 {
        self.file_size.as_ref().and_then(Whole::value).and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
    }
}
