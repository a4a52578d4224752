//! Where the files of a version lie, and how the server hands them out.

use super::answers::{EntryAnswer, LocationAnswer, LoggedAnswer};
use super::api::{Question, Talk};
use super::refusal::quoted;
use super::runs::RunAnswer;
use super::{RegisteredVersion, RemoteFile};
use crate::base::text::counted;
use crate::base::{Error, Result};

/// Where a server hands out its own store of files.
const STORE: &str = "api/2.0/mlflow-artifacts/artifacts";
/// The most files of a version.
const MOST_FILES: usize = 10_000;
/// The most folders of a version.
const MOST_FOLDERS: usize = 1_000;
/// How deep folders may lie in one another.
const DEEPEST: usize = 32;

/// Where files lie. Paths are plain names with `/` between them.
#[derive(Debug, PartialEq)]
pub enum Place {
    /// In the server's own store, below this path.
    Store(String),
    /// Among the files of a run, which the server fetches from wherever it keeps them.
    Run {
        /// The run.
        run: String,
        /// The path below the run's files; empty for all of them.
        folder: String,
    },
    /// Among those of a model that was logged by itself.
    Logged(String),
}

impl Place {
    /// The place of the files of a version.
    pub fn find(talk: &Talk<'_>, model: &str, version: &RegisteredVersion) -> Result<Self> {
        let number = version.version.to_string();
        let question = Question::api("model-versions/get-download-uri").with("name", model).with("version", &number);
        let location = talk.get::<LocationAnswer>(&question)?.artifact_uri.unwrap_or_else(|| version.source.clone());
        if let Some(store) = in_store(&location)? {
            return Ok(store);
        }
        if let Some((run, folder)) = named_run(&location) {
            let gone = || Error::not_found(format!("the run {} is gone, and its files with it", quoted(run)));
            let root = root_of(talk, run)?.ok_or_else(gone)?;
            return match in_store(&format!("{root}/{folder}"))? {
                Some(store) => Ok(store),
                None => Ok(Self::Run { run: run.to_owned(), folder: plain_or_empty(folder)? }),
            };
        }
        if let Some(logged) = named_logged(&location) {
            let root = talk.get::<LoggedAnswer>(&Question::api("logged-models").below(logged))?.files_at();
            let store = root.map_or(Ok(None), |root| in_store(&root))?;
            return Ok(store.unwrap_or_else(|| Self::Logged(logged.to_owned())));
        }
        if let Some(logged) = named_logged(&version.source) {
            return Ok(Self::Logged(logged.to_owned()));
        }
        // Whatever lies among a run's files the server fetches, from a place of its own too.
        let Some(run) = &version.run else { return Err(out_of_reach(&location)) };
        match root_of(talk, run)?.and_then(|root| location.strip_prefix(root.trim_end_matches('/'))) {
            Some(below) if below.is_empty() || below.starts_with('/') => {
                Ok(Self::Run { run: run.clone(), folder: plain_or_empty(below)? })
            }
            _ => Err(out_of_reach(&location)),
        }
    }

    /// All files there, by path.
    pub fn files(&self, talk: &Talk<'_>) -> Result<Vec<RemoteFile>> {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            seen += 1;
            for entry in self.entries(talk, &folder)? {
                let path = joined(&folder, self.name(&folder, &entry.path)?);
                if !entry.is_dir {
                    files.push(RemoteFile { bytes: entry.bytes(), path });
                } else if path.split('/').count() > DEEPEST {
                    return Err(too_much(format!(
                        "its folders lie more than {DEEPEST} deep in one another: {}",
                        quoted(&path)
                    )));
                } else {
                    folders.push(path);
                }
            }
            if files.len() > MOST_FILES || seen + folders.len() > MOST_FOLDERS {
                let (files, folders) = (counted(MOST_FILES as u64, "file"), counted(MOST_FOLDERS as u64, "folder"));
                return Err(too_much(format!("there are more than {files} or {folders}")));
            }
        }
        files.sort_by(|one: &RemoteFile, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        Ok(files)
    }

    /// What lies in a folder.
    fn entries(&self, talk: &Talk<'_>, folder: &str) -> Result<Vec<EntryAnswer>> {
        let above = self.above(folder);
        let question = match self {
            Self::Store(_) => Question::new(STORE).with("path", &above),
            Self::Run { run, .. } => Question::api("artifacts/list").with("run_id", run).with("path", &above),
            Self::Logged(id) => {
                let all = Question::api("logged-models").below(id).below("artifacts/directories");
                if above.is_empty() { all } else { all.with("artifact_directory_path", &above) }
            }
        };
        talk.pages(&question)
    }

    /// A folder as the server calls it.
    fn above(&self, folder: &str) -> String {
        match self {
            Self::Store(root) | Self::Run { folder: root, .. } => joined(root, folder),
            Self::Logged(_) => folder.to_owned(),
        }
    }

    /// The name of something in a folder, of which the server says the path.
    fn name<'p>(&self, folder: &str, path: &'p str) -> Result<&'p str> {
        let above = self.above(folder);
        let name = match self {
            // It says the name alone.
            Self::Store(_) => Some(path),
            _ if above.is_empty() => Some(path),
            _ => path.strip_prefix(&above).and_then(|rest| rest.strip_prefix('/')),
        };
        name.filter(|name| is_name(name)).ok_or_else(|| refused(path))
    }

    /// What to ask for one of its files.
    pub fn file<'q>(&'q self, path: &'q str, model: &'q str, version: &'q str) -> Question<'q> {
        match self {
            Self::Store(root) => Question::new(STORE).below(root).below(path),
            _ => Question::new("model-versions/get-artifact")
                .with("name", model)
                .with("version", version)
                .with("path", path),
        }
    }
}

/// The place in the server's own store that an address stands for, if it is one. A server that the address names is not asked:
/// credentials stay with the registry's, which serves what it says it stored.
fn in_store(location: &str) -> Result<Option<Place>> {
    let path = if let Some(rest) = location.strip_prefix("mlflow-artifacts:") {
        match rest.strip_prefix("//") {
            Some(rest) => rest.split_once('/').map_or("", |(_, path)| path),
            None => rest,
        }
    } else if location.starts_with("http://") || location.starts_with("https://") {
        let Some((_, path)) = location.split_once("/api/2.0/mlflow-artifacts/artifacts/") else { return Ok(None) };
        path
    } else {
        return Ok(None);
    };
    plain(path.trim_matches('/')).map(Place::Store).map(Some)
}

/// The run and the path below its files that `runs:/RUN/PATH` names.
fn named_run(location: &str) -> Option<(&str, &str)> {
    let rest = location.strip_prefix("runs:/").filter(|rest| !rest.starts_with('/'))?;
    let (run, folder) = rest.split_once('/').unwrap_or((rest, ""));
    is_name(run).then_some((run, folder))
}

/// The logged model that `models:/m-...` names.
fn named_logged(location: &str) -> Option<&str> {
    location.strip_prefix("models:/").filter(|id| id.starts_with("m-") && is_name(id))
}

/// The address of the files of a run, if the server has it still.
fn root_of(talk: &Talk<'_>, run: &str) -> Result<Option<String>> {
    let answer = talk.find::<RunAnswer>(&Question::api("runs/get").with("run_id", run))?;
    Ok(answer.and_then(|answer| answer.run.files_at()))
}

/// A path as plain names with `/` between them. Refused is what could lead out of a folder, or is no path.
pub fn plain(path: &str) -> Result<String> {
    if path.split('/').all(is_name) { Ok(path.to_owned()) } else { Err(refused(path)) }
}

/// What follows an address, as a path; empty where nothing does.
fn plain_or_empty(path: &str) -> Result<String> {
    let path = path.trim_matches('/');
    if path.is_empty() { Ok(String::new()) } else { plain(path) }
}

/// Whether a word can be the name of a file in a folder, on any system.
fn is_name(word: &str) -> bool {
    !matches!(word, "" | "." | "..")
        && !word.chars().any(|character| character.is_control() || matches!(character, '/' | '\\'))
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() || name.is_empty() { format!("{folder}{name}") } else { format!("{folder}/{name}") }
}

fn refused(path: &str) -> Error {
    Error::bad_data(format!("the path {} is not one of a file in a folder", quoted(path)))
        .because("it is empty, or has `..`, `\\` or characters that can't be shown, or leads elsewhere")
        .hint("register the version anew with plain names of files")
}

fn out_of_reach(location: &str) -> Error {
    Error::bad_data(format!("the files lie at {}, where the registry's server can't hand them out", quoted(location)))
        .because("it hands out what lies in its own store, or among the files of a run or of a logged model")
        .hint("copy the file from there yourself, and register it: assay model register FILE --name NAME")
}

fn too_much(why: String) -> Error {
    Error::bad_data("the version has too many files")
        .because(why)
        .hint("register it from a folder that holds the model alone")
}
