//! A client of the model registry of an `MLflow` tracking server: what is registered there, and the files of its versions.
//!
//! It only reads, over the server's REST API. Whatever the server answers is bounded in size and time, and every path it names is
//! looked at before it is used.

mod answers;
mod api;
mod place;
mod refusal;
mod runs;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Url};

use crate::base::text::safe;
use crate::base::{Cancel, Error, Result, ResultExt};
use crate::domain::registry::{RegisteredModel, RegisteredVersion};
use crate::net::client::{client, headers};
use crate::net::environment;
use answers::{ModelAnswer, VersionAnswer};
use api::{Question, Talk};
use place::Place;

/// A file of a model version.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RemoteFile {
    /// Its path below the folder of the version: plain names with `/` between them.
    pub path: String,
    /// Its size in bytes, as the server says. 0 also where the server does not know it.
    pub bytes: u64,
}

/// How long the server may take, and how much it may say.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// For one answer.
    answer: Duration,
    /// For all answers that one list takes.
    list: Duration,
    /// For a file, however often it is tried.
    download: Duration,
    /// All answers that one list takes, in bytes.
    together: u64,
}

const LIMITS: Limits = Limits {
    answer: Duration::from_mins(1),
    list: Duration::from_mins(10),
    download: Duration::from_hours(1),
    together: 512 << 20,
};

/// The model registry of an `MLflow` tracking server.
pub struct Registry {
    client: Client,
    address: Url,
    /// The address as it may be shown: as it was given, without credentials.
    shown: String,
    headers: HeaderMap,
    limits: Limits,
}

impl Registry {
    /// The registry of the server at `address`: `http` or `https`, perhaps with a path in front of the server's own. `headers` go with
    /// each request. In both, the environment fills in `${NAME}`. Nothing is asked of the server yet.
    ///
    /// Fails with [`crate::base::ErrorKind::Usage`] where the address or a header can't be one, or the environment lacks a name.
    pub fn open(address: &str, headers: &BTreeMap<String, String>) -> Result<Self> {
        let named: Vec<(String, String)> = headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        Ok(Self {
            client: client()?,
            address: parsed(address)?,
            shown: safe(&without_credentials(address)).into_owned(),
            headers: self::headers(&named)?,
            limits: LIMITS,
        })
    }

    /// The address as it may be shown and kept: without credentials.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// All registered models with all their versions, by name. Prompts, which lie in the same registry, are not among them.
    /// The server is asked page by page; what is registered or deleted meanwhile may be missing.
    ///
    /// Fails with [`crate::base::ErrorKind::BadData`] where no registry answers at the address, access is refused, or an answer can't be
    /// used; with a transient kind where the server can't be reached or takes too long, after some attempts.
    pub fn models(&self, cancel: &Cancel) -> Result<Vec<RegisteredModel>> {
        let read = Talk::begin(self, cancel, self.limits.list).and_then(|talk| read_models(&talk));
        read.with_context(|| format!("reading the models of the MLflow registry at {}", self.shown))
    }

    /// All files in the folder of a version of `model`, in folders below it too, by path. None where the folder is empty or gone: the
    /// server does not tell one from the other.
    ///
    /// Fails where the files lie at a place that the server hands nothing out from.
    pub fn files(&self, model: &str, version: &RegisteredVersion, cancel: &Cancel) -> Result<Vec<RemoteFile>> {
        let read = || {
            let talk = Talk::begin(self, cancel, self.limits.list)?;
            Place::find(&talk, model, version)?.files(&talk)
        };
        read().with_context(|| self.listing(model, version))
    }

    /// Copies the file `path` of a version of `model` to `into`, which holds it in full afterwards or is untouched. `most_bytes` is how
    /// large it may be; one that is larger is refused before more than that is written. Missing folders are made.
    pub fn download(
        &self,
        model: &str,
        version: &RegisteredVersion,
        path: &str,
        into: &Path,
        most_bytes: u64,
        cancel: &Cancel,
    ) -> Result<()> {
        let copy = || {
            let path = place::plain(path)?;
            let talk = Talk::begin(self, cancel, self.limits.download)?;
            let version_number = version.version.to_string();
            let place = Place::find(&talk, model, version)?;
            talk.download(&place.file(&path, model, &version_number), into, most_bytes)
        };
        copy().with_context(|| format!("copying `{}` of {}", safe(path), self.named(model, version)))
    }

    fn listing(&self, model: &str, version: &RegisteredVersion) -> String {
        format!("listing the files of {}", self.named(model, version))
    }

    fn named(&self, model: &str, version: &RegisteredVersion) -> String {
        format!("`{}/{}` of the MLflow registry at {}", safe(model), version.version, self.shown)
    }
}

/// All models with their versions, by name.
fn read_models(talk: &Talk<'_>) -> Result<Vec<RegisteredModel>> {
    let mut models: BTreeMap<String, RegisteredModel> = BTreeMap::new();
    let all = Question::api("registered-models/search").with("max_results", "100");
    for answer in talk.pages::<ModelAnswer>(&all)?.into_iter().filter(|answer| !answer.is_prompt()) {
        let model = answer.read()?;
        models.insert(model.name.clone(), model);
    }
    // By name: in the server's own order a version that changes meanwhile would move from one page to another.
    let all = Question::api("model-versions/search").with("max_results", "200").with("order_by", "name ASC");
    for answer in talk.pages::<VersionAnswer>(&all)? {
        if let Some(model) = models.get_mut(&answer.name) {
            model.versions.push(answer.read()?);
        }
    }
    let versions = models.values().flat_map(|model| &model.versions);
    let runs = runs::read(talk, &versions.filter_map(|version| version.run.as_deref()).collect())?;
    for model in models.values_mut() {
        model.versions.sort_by_key(|version| version.version);
        // What moved to a later page after all is there twice.
        model.versions.dedup_by_key(|version| version.version);
        for version in &mut model.versions {
            if let Some(run) = version.run.as_ref().and_then(|run| runs.get(run)) {
                runs::take_over(version, run);
            }
        }
    }
    Ok(models.into_values().collect())
}

/// An address that requests can be sent to.
fn parsed(address: &str) -> Result<Url> {
    let wrong = |why: &str| {
        // Where an address can't be read, nobody knows where a password in it ends.
        let shown = address.rsplit('@').next().unwrap_or_default();
        Error::usage(format!("`{}` is not the address of an MLflow server", safe(shown)))
            .because(why)
            .hint("write it like http://localhost:5000 or https://models.example/mlflow")
    };
    let filled = environment::filled(address.trim(), &environment::own, environment::in_address)?;
    let url = Url::parse(&filled).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it does not begin with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("what follows `?` or `#` belongs to a page, not to the server"));
    }
    Ok(url)
}

/// An address as it was given, without name and password.
fn without_credentials(address: &str) -> String {
    let (scheme, rest) = address.trim().split_once("://").unwrap_or(("", address.trim()));
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let between = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{between}{host}{}", path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests;
