//! The model file of a model that lives elsewhere.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::time::Duration;

use crate::base::text::counted;
use crate::base::{Digest, Error, Result, ResultExt, files};
use crate::ner::label;

/// The largest declaration, in bytes.
pub const LARGEST: usize = 1 << 20;
/// The largest file that is copied beside a declaration.
const LARGEST_FILE: u64 = 1 << 30;
/// The most texts in one request.
const MOST_TEXTS: usize = 10_000;
/// The longest time limit, in seconds.
const LONGEST: u64 = 24 * 60 * 60;
/// The most requests to a server at once.
const MOST_CALLS: usize = 64;

/// Where a model lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A program on this machine.
    Command,
    /// A server.
    Http,
}

/// What stands beside the files of a version.
const OWN_FILES: [&str; 4] = ["model.json", "report.json", "model.command", "model.http"];

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speech {
    /// `dataframe_split` to `/invocations`, as `MLflow` serves models.
    #[default]
    Mlflow,
    /// The requests and answers that programs get as lines.
    Assay,
}

/// What a model says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// Its name.
    pub model: String,
    /// Which weights it has.
    pub version: String,
    /// The labels it can find, sorted.
    pub labels: Vec<String>,
}

/// A model that lives elsewhere, as a person declared it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Where it lives.
    pub kind: Kind,
    /// The program and its arguments; it runs in the folder of the model version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Files that are copied into that folder when the model is registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The address of a server; the environment fills in `${NAME}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How the server is spoken to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speech: Option<Speech>,
    /// Headers of each request; the environment fills in `${NAME}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The labels of a server's model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Texts in one request.
    #[serde(default = "texts")]
    pub texts: usize,
    /// Requests to a server at once.
    #[serde(default = "calls")]
    pub calls: usize,
    /// How long one request may take, in seconds.
    #[serde(default = "seconds")]
    pub seconds: u64,
    /// How long a program may take to start, in seconds.
    #[serde(default = "start_seconds")]
    pub start_seconds: u64,
    /// The digest of each of `files`, as they were when the model was registered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<String, Digest>,
    /// What the model said of itself when it was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
}

fn texts() -> usize {
    64
}

fn calls() -> usize {
    2
}

fn seconds() -> u64 {
    60
}

fn start_seconds() -> u64 {
    120
}

impl Declaration {
    /// Reads a declaration. Any bytes are safe to pass; errors name line and key.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Error::bad_data("the model file is not UTF-8").because(error))?;
        let declaration: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            Error::bad_data(format!("line {line} of the model file: {}", error.message()))
                .hint("README.md shows what it may hold, under Models")
        })?;
        declaration.check()?;
        Ok(declaration)
    }

    /// Whether it can be so.
    pub fn check(&self) -> Result<()> {
        let wrong = |what: String| Err(Error::bad_data(what).hint("README.md shows what it may hold, under Models"));
        match self.kind {
            Kind::Command if self.command.first().is_none_or(String::is_empty) => {
                return wrong("the model file names no program: command = [\"python3\", \"tagger.py\"]".to_owned());
            }
            Kind::Http if self.url.is_none() => {
                return wrong(
                    "the model file names no address: url = \"http://localhost:5000/invocations\"".to_owned(),
                );
            }
            Kind::Http if self.labels.is_empty() => {
                return wrong(
                    "the model file does not say which labels the server's model finds: labels = [\"ORG\"]".to_owned(),
                );
            }
            Kind::Command | Kind::Http => {}
        }
        for (value, most, what) in [
            (self.texts as u64, MOST_TEXTS as u64, "texts"),
            (self.calls as u64, MOST_CALLS as u64, "calls"),
            (self.seconds, LONGEST, "seconds"),
            (self.start_seconds, LONGEST, "start_seconds"),
        ] {
            if value == 0 || value > most {
                return wrong(format!("`{what} = {value}`: expected 1 to {most}"));
            }
        }
        if let Some(file) = self.files.iter().find(|file| OWN_FILES.contains(&file.as_str())) {
            return wrong(format!("`{file}` in `files` is the name of a file that assay keeps beside a model"));
        }
        if let Some(file) = self.files.iter().find(|file| !is_plain(file)) {
            return wrong(format!("`{file}` in `files` is not within the folder of the model file"));
        }
        let answered = self.answers.iter().flat_map(|answers| &answers.labels);
        match self.labels.iter().chain(answered).find_map(|label| label::problem(label)) {
            Some(problem) => wrong(format!("one of the labels can't be one: {problem}")),
            None => Ok(()),
        }
    }

    /// Copies the files that the declaration names from one folder to the other, and notes what they are.
    pub fn take_files(&mut self, from: &Path, to: &Path) -> Result<()> {
        for name in &self.files {
            let path = from.join(name);
            let reading = || format!("reading {}, which the model file names in `files`", path.display());
            let file = files::open_regular(&path).with_context(reading)?;
            let bytes = files::read_at_most(file, LARGEST_FILE).with_context(reading)?;
            let bytes = bytes.ok_or_else(|| Error::bad_data(format!("{} is larger than 1 GiB", path.display())))?;
            self.digests.insert(name.clone(), Digest::of(&bytes));
            let target = to.join(name);
            target.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            files::write_bytes_atomically(&target, &bytes)?;
            // One that can be run stays one.
            std::fs::set_permissions(&target, std::fs::metadata(&path)?.permissions())?;
        }
        Ok(())
    }

    /// Refuses to go on where a copied file is not what it was.
    pub fn check_files(&self, home: &Path) -> Result<()> {
        for (name, digest) in &self.digests {
            let path = home.join(name);
            let now = files::open_regular(&path).map_err(Error::from).and_then(Digest::of_reader);
            if now.with_context(|| format!("reading {}, a file of the model", path.display()))? != *digest {
                return Err(Error::corrupt(format!("{} is not the file that was registered", path.display()))
                    .hint("restore it from a backup, or register the model anew"));
            }
        }
        Ok(())
    }

    /// What the model said of itself when it was registered.
    pub fn answers(&self) -> Result<&Answers> {
        let missing = || {
            Error::bad_data("the model file does not hold what the model says of itself")
                .hint("register it: assay model register FILE --name NAME")
        };
        self.answers.as_ref().ok_or_else(missing)
    }

    /// The file that is kept.
    pub fn written(&self) -> Result<Vec<u8>> {
        toml::to_string(self).map(String::into_bytes).map_err(Error::library)
    }

    /// How long one request may take.
    #[must_use]
    pub fn limit(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The program with its arguments, for people.
    #[must_use]
    pub fn said(&self) -> String {
        let rest = self.command.len().saturating_sub(4);
        let mut said = self.command.iter().take(4).cloned().collect::<Vec<_>>().join(" ");
        if rest > 0 {
            said += &format!(" and {}", counted(rest as u64, "more argument"));
        }
        said
    }
}

/// Whether a name stays within its folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
