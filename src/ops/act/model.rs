//! Registering, promoting and archiving model versions.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Next, Reply};
use crate::base::{Cancel, Digest, Error, ErrorKind, Result, ResultExt, files, text};
use crate::domain::model::{Evaluation, Measured, ModelKind, ModelMetrics, PRODUCTION, Score};
use crate::domain::names;
use crate::domain::progress::{Progress, Step};
use crate::domain::{Contract, Fact, ModelRef, ModelVersion, TaskKey, TaskKind, task};
use crate::journal::Transaction;
use crate::ner;
use crate::ner::external::Prepared;
use crate::ops::Workspace;
use crate::pipeline::{Context, arrival, lease, models};

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
    let lines = test.zip(metrics.as_ref()).map(|(test, metrics)| scores(&test.display().to_string(), metrics));
    let labels = model.tagger.labels().to_vec();
    let candidate = Candidate { name, kind, bytes: model.file, labels, measured, training_data: None, note };
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

/// What a training would learn from, and be measured on.
pub fn preview_training(name: &str, data: &[PathBuf], test: Option<&Path>) -> Result<Vec<String>> {
    plain_name(name)?;
    let mut documents = Vec::new();
    for path in data {
        documents.extend(ner::data::read(path)?);
    }
    let labels = ner::train::learnable(&documents, &ner::train::TrainOptions::default())?.join(", ");
    let read = text::counted(documents.len() as u64, "document");
    let measured = match test {
        Some(test) => {
            let held_back = ner::data::read(test)?.len() as u64;
            format!("would measure it on {} of {}", text::counted(held_back, "document"), test.display())
        }
        None => "would measure it on a part of them that it does not learn from".to_owned(),
    };
    Ok(vec![format!("would train the next version of {name} on {read} that name {labels}"), measured])
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

/// How often a training looks whether somebody asked it to stop.
const LOOK: Duration = Duration::from_millis(300);

/// What to train on.
pub struct Training {
    pub name: String,
    pub data: Vec<PathBuf>,
    pub test: Option<PathBuf>,
    pub seed: u64,
    pub note: Option<String>,
}

/// Trains a tagger on labelled files and registers it.
pub fn train(context: &Context, training: Training, progress: &(dyn Fn(Progress) + Sync)) -> Result<Reply> {
    plain_name(&training.name)?;
    let slot = task::slot(TaskKind::Train, &training.name);
    let _lease = lease::take(context, &slot)?.ok_or_else(|| {
        Error::busy(format!("somebody trains {} already", training.name)).hint("assay task list shows it")
    })?;
    let subject = training.name.clone();
    let report = |step| {
        progress(Progress { task: task_of(&slot), kind: TaskKind::Train, subject: subject.clone(), step });
    };
    let done = trained(context, training, &slot, &report);
    match &done {
        Ok((_, documents)) => report(Step::Done { rows: *documents, refused: 0 }),
        Err(error) if error.kind() == ErrorKind::Cancelled => report(Step::Cancelled),
        Err(error) => report(Step::Failed { error: error.one_line() }),
    }
    done.map(|(reply, _)| reply)
}

/// The key of a training among the tasks.
pub fn task_of(slot: &str) -> TaskKey {
    Digest::of(slot.as_bytes())
}

/// The work itself; answers how many documents there were.
fn trained(context: &Context, training: Training, slot: &str, report: &dyn Fn(Step)) -> Result<(Reply, u64)> {
    let Training { name, data, test, seed, note } = training;
    let mut documents = Vec::new();
    for path in &data {
        documents.extend(ner::data::read(path)?);
    }
    // Before the hours of training, not after them.
    let held_back = test.map(|file| ner::data::read(&file).map(|documents| (file, documents))).transpose()?;
    let training_data = ner::data::data_digest(&data)?;
    let options = ner::train::TrainOptions { seed, ..Default::default() };
    let mut looked = Instant::now();
    let mut told = |training: ner::train::Training| {
        // Passes count from 1: the present one is not over.
        let done = u64::from(training.epoch.saturating_sub(1)) * training.total + training.done;
        report(Step::Running { done, total: Some(u64::from(training.epochs) * training.total) });
        if looked.elapsed() > LOOK {
            looked = Instant::now();
            if context.journal.cancel_requested(slot).unwrap_or(false) {
                context.cancel.cancel();
            }
        }
    };
    let trained = ner::train::train(&documents, ner::train::Beside::default(), &options, &mut told, &context.cancel)?;
    let (measured, measured_on) = match held_back {
        None => (trained.measured, "held out".to_owned()),
        Some((file, documents)) => {
            let tagger = ner::load(ModelKind::Crf, &trained.file, &file)?;
            let measured = ner::evaluate(tagger.as_ref(), &documents, &mut |_| {}, &context.cancel)?;
            (measured, file.display().to_string())
        }
    };
    let metrics = measured.metrics.clone();
    let candidate = Candidate {
        name,
        kind: ModelKind::Crf,
        bytes: trained.file,
        labels: trained.labels,
        measured: Some(measured),
        training_data: Some(training_data),
        note,
    };
    let model = add(context, Aside::of(context, &candidate.name), candidate)?;
    let reply = Reply {
        message: format!("{model} is trained on {} documents and registered", documents.len()),
        lines: scores(&measured_on, &metrics),
        document: json!({ "model": model, "metrics": metrics }),
        next: Some(Next::Promote(model)),
        ..Reply::default()
    };
    Ok((reply, documents.len() as u64))
}

/// How a model did on a labelled file, as a whole and label by label.
fn scores(measured_on: &str, metrics: &ModelMetrics) -> Vec<String> {
    let said = |of: &str, Score { precision, recall, f1, support }: &Score| {
        format!("{of}: precision {precision:.3}, recall {recall:.3}, F1 {f1:.3} over {support}")
    };
    let labels = metrics.labels.iter().map(|(label, score)| said(&format!("  {label}"), score));
    std::iter::once(format!("{} entities", said(measured_on, &metrics.overall))).chain(labels).collect()
}

impl Workspace {
    /// How a model version does on labelled files. `told` hears how many documents of how many are done.
    pub fn evaluate_model(
        &self,
        model: &ModelRef,
        data: &[PathBuf],
        told: &dyn Fn(u64, u64),
        cancel: &Cancel,
    ) -> Result<Evaluation> {
        let context = self.reading()?;
        let version = context.journal.read(|snapshot| snapshot.known_model(model))?;
        let tagger = models::tagger(&context, &version)?;
        let mut documents = Vec::new();
        for path in data {
            documents.extend(ner::data::read(path)?);
        }
        let total = documents.len() as u64;
        let begun = Instant::now();
        let measured = ner::evaluate(tagger.as_ref(), &documents, &mut |done| told(done as u64, total), cancel)?;
        Ok(Evaluation::new(measured, begun.elapsed()))
    }
}

/// A model that is about to become a version.
struct Candidate {
    name: String,
    kind: ModelKind,
    bytes: Vec<u8>,
    labels: Vec<String>,
    measured: Option<Measured>,
    training_data: Option<Digest>,
    note: Option<String>,
}

/// Gives a candidate the next version number of its name. It is written aside; the transaction that claims the number
/// gives the folder its name, so that of several who register at once each finds its own file under its own number.
fn add(context: &Context, aside: Aside, candidate: Candidate) -> Result<ModelRef> {
    let name = candidate.name.clone();
    let folder = aside.0.clone();
    let digest = Digest::of(&candidate.bytes);
    files::write_bytes_atomically(&folder.join(models::file_name(candidate.kind)), &candidate.bytes)?;
    let (here, by) = (context.clone(), context.origin.actor.name.clone());
    context.write(move |transaction| {
        let model = ModelRef::new(&name, transaction.newest_version(&name)? + 1);
        let version = ModelVersion {
            model: model.clone(),
            kind: candidate.kind,
            digest,
            labels: candidate.labels,
            metrics: candidate.measured.as_ref().map(|measured| measured.metrics.clone()),
            training_data: candidate.training_data,
            at: transaction.now(),
            by,
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
struct Aside(PathBuf);

impl Aside {
    /// Where a version of this model is made.
    fn of(context: &Context, name: &str) -> Self {
        Self(files::temporary_beside(&models::folder(context, &ModelRef::new(name, 0))))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Points `production` to a version; open releases move to it, and the newest published periods are re-opened.
pub fn promote(context: &Context, model: ModelRef) -> Result<Reply> {
    let contract = context.contract.clone();
    let promoted = model.clone();
    context.write(move |transaction| point_to(transaction, &contract, promoted))?;
    Ok(Reply { next: Some(Next::Run), ..Reply::new(format!("{model} is in production")) })
}

/// The change that a promotion is.
pub fn point_to(transaction: &mut Transaction<'_>, contract: &Contract, promoted: ModelRef) -> Result<()> {
    let version = transaction.known_model(&promoted)?;
    if version.archived {
        return Err(Error::refused(format!("{promoted} is archived")));
    }
    let previous = transaction.alias(&promoted.name, PRODUCTION)?;
    if previous.as_ref() == Some(&promoted) {
        return Err(Error::refused(format!("{promoted} is in production already")));
    }
    transaction.append(Fact::AliasMoved { alias: PRODUCTION.to_owned(), model: promoted.clone(), previous })?;
    for dataset in &contract.datasets {
        arrival::model_promoted(transaction, dataset, &promoted)?;
    }
    Ok(())
}

/// No longer offers a version. Releases made with it stay as they are.
pub fn archive(context: &Context, model: ModelRef) -> Result<Reply> {
    let archived = model.clone();
    context.write(move |transaction| {
        let version = transaction.known_model(&archived)?;
        if version.archived {
            return Err(Error::refused(format!("{archived} is archived already")));
        }
        if !transaction.aliases_of(&archived)?.is_empty() {
            return Err(Error::refused(format!("{archived} is in production"))
                .hint("promote another version first: assay model promote MODEL/VERSION"));
        }
        transaction.append(Fact::ModelArchived { model: archived })
    })?;
    Ok(Reply::new(format!("{model} is archived")))
}

fn plain_name(name: &str) -> Result<()> {
    if names::is_folder_name(name) && name != ModelRef::none().name {
        return Ok(());
    }
    Err(Error::usage(format!("`{name}` can't be the name of a model")).hint(format!("use {}", names::FORM)))
}
