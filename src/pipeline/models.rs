//! Model versions ready to tag, loaded once per process.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Context;
use crate::base::{Digest, Error, Result, ResultExt, files};
use crate::domain::model::ModelKind;
use crate::domain::{ModelRef, ModelVersion};
use crate::ner::{self, Tagger};

/// The most versions that stay loaded while nobody uses them: a program that is kept has its weights in memory.
const MOST_IDLE: usize = 4;

/// A digest, and for models that live elsewhere also the file: they run in its folder.
type Key = (Digest, Option<PathBuf>);

/// What is loaded, the longest unused first.
static LOADED: Mutex<Vec<(Key, Arc<dyn Tagger>)>> = Mutex::new(Vec::new());

/// The file beside a model that says how it did, with its mistakes.
pub const REPORT: &str = "report.json";

/// Where the file of a model version lies.
pub fn file(context: &Context, version: &ModelVersion) -> PathBuf {
    folder(context, &version.model).join(file_name(version.kind))
}

/// The name of the file of a model version of this kind.
#[must_use]
pub fn file_name(kind: ModelKind) -> String {
    format!("model.{}", kind.as_str())
}

/// The folder of a model version.
pub fn folder(context: &Context, model: &ModelRef) -> PathBuf {
    folder_in(&context.root, model)
}

/// The same, of a workspace in this folder.
#[must_use]
pub fn folder_in(root: &Path, model: &ModelRef) -> PathBuf {
    root.join("models").join(&model.name).join(model.version.to_string())
}

/// The tagger of a registered version, checked against the digest on record.
pub fn tagger(context: &Context, version: &ModelVersion) -> Result<Arc<dyn Tagger>> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    let path = file(context, version);
    let place = match version.kind {
        ModelKind::Lexicon | ModelKind::Crf => None,
        ModelKind::Command | ModelKind::Http => Some(path.clone()),
    };
    let key = (version.digest.clone(), place);
    if let Some(place) = loaded.iter().position(|(known, _)| *known == key) {
        let used = loaded.remove(place);
        let tagger = used.1.clone();
        loaded.push(used);
        return Ok(tagger);
    }
    let bytes = bytes(context, version)?;
    let tagger: Arc<dyn Tagger> = ner::load(version.kind, &bytes, &folder(context, &version.model))
        .with_context(|| format!("loading {}", version.model))?
        .into();
    loaded.push((key, tagger.clone()));
    forget_idle(&mut loaded);
    Ok(tagger)
}

fn forget_idle(loaded: &mut Vec<(Key, Arc<dyn Tagger>)>) {
    let mut idle = loaded.iter().filter(|(_, tagger)| Arc::strong_count(tagger) == 1).count();
    loaded.retain(|(_, tagger)| {
        let goes = idle > MOST_IDLE && Arc::strong_count(tagger) == 1;
        idle -= usize::from(goes);
        !goes
    });
}

/// Lets go of every tagger: the process ends, and programs that were started for it have to end as well.
pub fn let_go() {
    // Whoever holds the lock is loading one: nobody waits for that at the end.
    if let Ok(mut loaded) = LOADED.try_lock() {
        loaded.clear();
    }
}

/// The file of a registered version, checked against the digest on record.
pub fn bytes(context: &Context, version: &ModelVersion) -> Result<Vec<u8>> {
    let path = file(context, version);
    let bytes = files::read_regular(&path)
        .with_context(|| format!("reading {}, the file of {}", path.display(), version.model))?;
    if Digest::of(&bytes) == version.digest {
        return Ok(bytes);
    }
    Err(Error::corrupt(format!("the file of {} is not the one that was registered", version.model))
        .hint(format!("restore {} from a backup", path.display())))
}

/// From here on `tagger` reads for the version whose file has this digest.
#[cfg(test)]
pub fn pretend(digest: Digest, tagger: Arc<dyn Tagger>) {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    // Held here and there: one that pretends is never forgotten.
    std::mem::forget(tagger.clone());
    loaded.retain(|((known, _), _)| *known != digest);
    loaded.push(((digest, None), tagger));
}
