//! Registering and archiving model versions.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Next, Reply};
use crate::base::{Cancel, Digest, Error, Result, ResultExt, files, text};
use crate::domain::model::{Measured, ModelKind, PRODUCTION, TrainedOn};
use crate::domain::names;
use crate::domain::registry::Mirrored;
use crate::domain::{Fact, ModelRef, ModelVersion};
use crate::ner;
use crate::ner::external::Prepared;
use crate::pipeline::{Context, models};

/// How many confusions and mistakes are told; the report of the version has the others.
const TOLD: usize = 10;

/// Registers a model file as the next version of `name`, measured on a labelled file if there is one. What kind it is
/// shows in its first bytes.
pub fn register(
    context: &Context,
    name: String,
    file: &Path,
    test: Option<&Path>,
    note: Option<String>,
) -> Result<Reply> {
    plain_name(&name)?;
    let documents = test.map(ner::data::read).transpose()?;
    let aside = Aside::of(context, &name);
    let (kind, model) = read(file, &aside.0, &context.cancel)?;
    let measure = |documents: Vec<_>| ner::evaluate(model.tagger.as_ref(), &documents, &mut |_| {}, &context.cancel);
    let measured = documents.map(measure).transpose()?;
    let metrics = measured.as_ref().map(|measured| measured.metrics.clone());
    let lines = test.zip(measured.as_ref()).map(|(test, measured)| scores(&test.display().to_string(), measured));
    let labels = model.tagger.labels().to_vec();
    let candidate = Candidate { name, kind, bytes: model.file, labels, measured, training: None, note, mirrored: None };
    let model = add(context, aside, candidate)?;
    Ok(Reply {
        message: format!("{model} is registered"),
        lines: lines.unwrap_or_default(),
        document: json!({ "model": model, "metrics": metrics }),
        next: Some(Next::Promote(model)),
        ..Reply::default()
    })
}

/// What a registration would make of a file.
pub fn preview(name: &str, file: &Path, test: Option<&Path>) -> Result<Vec<String>> {
    plain_name(name)?;
    let (kind, bytes) = ner::read_file(file).with_context(|| format!("reading the model {}", file.display()))?;
    let labels = match kind {
        ModelKind::Lexicon | ModelKind::Crf => format!("with {}", ner::load(kind, &bytes, file)?.labels().join(", ")),
        ModelKind::Command | ModelKind::Http => {
            ner::external::declaration::Declaration::parse(&bytes)?;
            "with the labels that it says it has".to_owned()
        }
    };
    let mut lines = vec![format!("would register the next version of {name}: {}, {labels}", kind.as_str())];
    if let Some(test) = test {
        let documents = ner::data::read(test)?.len() as u64;
        lines.push(format!("would measure it on {} of {}", text::counted(documents, "document"), test.display()));
    }
    Ok(lines)
}

/// A model file, ready to be kept in the folder `home`.
fn read(file: &Path, home: &Path, cancel: &Cancel) -> Result<(ModelKind, Prepared)> {
    let reading = || format!("reading the model {}", file.display());
    let (kind, bytes) = ner::read_file(file).with_context(reading)?;
    let prepared = match kind {
        ModelKind::Lexicon | ModelKind::Crf => {
            let tagger = ner::load(kind, &bytes, home).with_context(reading)?;
            Prepared { file: bytes, tagger }
        }
        ModelKind::Command | ModelKind::Http => {
            let from = file.parent().unwrap_or(file);
            std::fs::create_dir_all(home)?;
            ner::external::prepare(&bytes, from, home, cancel).with_context(reading)?
        }
    };
    Ok((kind, prepared))
}

/// How a model did on a labelled file: as a whole, label by label, what it took for what, and its most frequent mistakes.
pub(super) fn scores(measured_on: &str, measured: &Measured) -> Vec<String> {
    let Measured { metrics, mistakes, .. } = measured;
    let mut lines = vec![format!("{measured_on}: {}", metrics.summary())];
    lines.extend(measured.fifths().map(|fifths| format!("  {fifths}")));
    lines.extend(metrics.labels.iter().map(|(label, score)| format!("  {label}: {score}")));
    lines.extend(measured.confused().into_iter().take(TOLD).map(|one| format!("  {one}")));
    lines.extend(mistakes.iter().take(TOLD).map(|one| format!("  {one}")));
    lines
}

/// A model that is about to become a version.
pub(super) struct Candidate {
    pub name: String,
    pub kind: ModelKind,
    pub bytes: Vec<u8>,
    pub labels: Vec<String>,
    pub measured: Option<Measured>,
    /// The digest of all that it learned from, and what that was.
    pub training: Option<(Digest, TrainedOn)>,
    pub note: Option<String>,
    /// Where it was taken from.
    pub mirrored: Option<Mirrored>,
}

/// Gives a candidate the next version number of its name. It is written aside; the transaction that claims the number
/// gives the folder its name, so that of several who register at once each finds its own file under its own number.
pub(super) fn add(context: &Context, aside: Aside, candidate: Candidate) -> Result<ModelRef> {
    let name = candidate.name.clone();
    let folder = aside.0.clone();
    let digest = Digest::of(&candidate.bytes);
    files::write_bytes_atomically(&folder.join(models::file_name(candidate.kind)), &candidate.bytes)?;
    let (here, origin) = (context.clone(), context.origin.clone());
    context.write(move |transaction| {
        let taken = candidate.mirrored.as_ref().map(|from| transaction.taken_from(from)).transpose()?.flatten();
        if let Some(taken) = taken {
            // Somebody else was faster.
            return Ok(taken);
        }
        let model = ModelRef::new(&name, transaction.newest_version(&name)? + 1);
        let (training_data, trained_on) = candidate.training.unzip();
        let version = ModelVersion {
            model: model.clone(),
            kind: candidate.kind,
            digest,
            labels: candidate.labels,
            metrics: candidate.measured.as_ref().map(|measured| measured.metrics.clone()),
            training_data,
            at: transaction.now(),
            by: origin.actor.name,
            parent: transaction.alias(&name, PRODUCTION)?,
            command: Some(origin.command),
            mirrored: candidate.mirrored,
            trained_on,
            note: candidate.note,
            archived: false,
        };
        files::write_bytes_atomically(&folder.join("model.json"), &serde_json::to_vec_pretty(&version)?)?;
        if let Some(measured) = &candidate.measured {
            files::write_bytes_atomically(&folder.join(models::REPORT), &serde_json::to_vec_pretty(measured)?)?;
        }
        transaction.append(Fact::ModelRegistered { version: Box::new(version) })?;
        put_in_place(&folder, &models::folder(&here, &model))?;
        Ok(model)
    })
}

/// Gives a folder the name of a number that nobody has. What lies there was left by a process that died before its
/// claim was on record.
fn put_in_place(folder: &Path, target: &Path) -> Result<()> {
    let place = || format!("putting {} in place", target.display());
    if target.exists() {
        std::fs::remove_dir_all(target).with_context(place)?;
    }
    std::fs::rename(folder, target).with_context(place)?;
    target.parent().map_or(Ok(()), files::sync_folder)
}

/// A folder under a name that nobody reads. What is left of it goes away.
pub(super) struct Aside(PathBuf);

impl Aside {
    /// Where a version of this model is made.
    pub fn of(context: &Context, name: &str) -> Self {
        Self(files::temporary_beside(&models::folder(context, &ModelRef::new(name, 0))))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// No longer offers a version. Releases made with it stay as they are.
pub fn archive(context: &Context, model: ModelRef) -> Result<Reply> {
    let archived = model.clone();
    context.write(move |transaction| {
        let version = transaction.known_model(&archived)?;
        if version.archived {
            return Err(Error::refused(format!("{archived} is archived already")));
        }
        match transaction.aliases_of(&archived)?.as_slice() {
            [] => {}
            aliases if aliases.iter().any(|alias| alias == PRODUCTION) => {
                return Err(Error::refused(format!("{archived} is in production"))
                    .hint("promote another version first: assay model promote MODEL/VERSION"));
            }
            aliases => {
                let aliases = aliases.join(", ");
                return Err(Error::refused(format!("{archived} is what `{aliases}` stands for"))
                    .hint("point the alias to another version first: assay model alias MODEL/VERSION ALIAS"));
            }
        }
        transaction.append(Fact::ModelArchived { model: archived })
    })?;
    Ok(Reply::new(format!("{model} is archived")))
}

/// Refuses what can't be the name of a model.
pub(super) fn plain_name(name: &str) -> Result<()> {
    if names::is_folder_name(name) && name != ModelRef::none().name {
        return Ok(());
    }
    Err(Error::usage(format!("`{name}` can't be the name of a model")).hint(format!("use {}", names::FORM)))
}
