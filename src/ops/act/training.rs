//! Training taggers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use super::model::{Aside, Candidate, add, plain_name, scores};
use super::{Next, Reply};
use crate::base::{Digest, Error, ErrorKind, KeyHasher, Result, text};
use crate::domain::model::{ModelKind, TrainedOn};
use crate::domain::progress::{Progress, Step};
use crate::domain::{ModelRef, TaskKey, TaskKind, task};
use crate::ner;
use crate::ner::data::Document;
use crate::ner::train::{Beside, Gazetteer, TrainOptions};
use crate::pipeline::{Context, lease, models, texts};

/// How often a training looks whether somebody asked it to stop.
const LOOK: Duration = Duration::from_millis(300);

/// What to train on.
pub struct Training {
    pub name: String,
    /// Labelled files.
    pub data: Vec<PathBuf>,
    /// Whether what assessors found right is learned from too.
    pub verdicts: bool,
    /// Registered lexicons whose hits it sees.
    pub lexicons: Vec<ModelRef>,
    /// Whether classes of words are learned from silver too.
    pub silver: bool,
    pub test: Option<PathBuf>,
    pub seed: u64,
    pub note: Option<String>,
}

/// All that a training learns from.
struct Material {
    documents: Vec<Document>,
    beside: Beside,
    digest: Digest,
    trained_on: TrainedOn,
}

impl Material {
    /// The same files, verdicts, lexicons and silver in the same order have the same digest.
    fn gather(context: &Context, training: &Training) -> Result<Self> {
        let mut documents = Vec::new();
        for path in &training.data {
            documents.extend(ner::data::read(path)?);
        }
        let files = ner::data::data_digest(&training.data)?;
        let of_files = documents.len() as u64;
        let judged = if training.verdicts { texts::found_right(context, &training.name)? } else { Vec::new() };
        if training.verdicts && judged.is_empty() && documents.is_empty() {
            return Err(Error::bad_data("no assessor found entities right yet, so there is nothing to learn from")
                .hint("judge the samples of an anomaly of a model: assay anomaly list, then assay assess"));
        }
        let lexicons = training.lexicons.iter().map(|model| lexicon(context, model)).collect::<Result<Vec<_>>>()?;
        let unlabelled = if training.silver { texts::unlabelled(context, &training.name)? } else { Vec::new() };
        let mut digest = KeyHasher::new("training/1").part("files", files.as_str());
        for document in &judged {
            digest = digest.part("verdict", serde_json::to_vec(&document)?);
        }
        for (file, _) in &lexicons {
            digest = digest.part("lexicon", file.as_str());
        }
        for text in &unlabelled {
            digest = digest.part("text", text);
        }
        let trained_on = TrainedOn {
            documents: of_files,
            verdicts: judged.len() as u64,
            lexicons: training.lexicons.clone(),
            unlabelled: unlabelled.len() as u64,
            seed: training.seed,
        };
        documents.extend(judged);
        let beside = Beside { gazetteers: lexicons.into_iter().map(|(_, gazetteer)| gazetteer).collect(), unlabelled };
        Ok(Self { documents, beside, digest: digest.finish(), trained_on })
    }
}

/// A registered lexicon with the digest of its file.
fn lexicon(context: &Context, model: &ModelRef) -> Result<(Digest, Gazetteer)> {
    let version = context.journal.read(|snapshot| snapshot.known_model(model))?;
    if version.kind != ModelKind::Lexicon {
        return Err(Error::usage(format!("{model} is a {}, not a lexicon", version.kind.as_str()))
            .hint("assay model list shows what there is"));
    }
    Ok((version.digest.clone(), Gazetteer::parse(models::bytes(context, &version)?)?))
}

/// What a training would learn from, and be measured on.
pub fn preview(context: &Context, training: &Training) -> Result<Vec<String>> {
    plain_name(&training.name)?;
    let Material { documents, trained_on, .. } = Material::gather(context, training)?;
    let labels = ner::train::learnable(&documents, &TrainOptions::default())?.join(", ");
    let measured = match &training.test {
        Some(test) => {
            let held_back = ner::data::read(test)?.len() as u64;
            format!("would measure it on {} of {}", text::counted(held_back, "document"), test.display())
        }
        None => "would measure it on parts of them, each while it was held out".to_owned(),
    };
    Ok(vec![format!("would train the next version of {} on {trained_on} that name {labels}", training.name), measured])
}

/// Trains a tagger and registers it.
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
    let Material { documents, beside, digest, trained_on } = Material::gather(context, &training)?;
    let Training { name, test, seed, note, .. } = training;
    // Before the hours of training, not after them.
    let held_back = test.map(|file| ner::data::read(&file).map(|documents| (file, documents))).transpose()?;
    let options = TrainOptions { seed, ..Default::default() };
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
    let trained = ner::train::train(&documents, beside, &options, &mut told, &context.cancel)?;
    let seen_before = held_back.as_ref().and_then(|(file, tests)| learned_by_heart(&documents, tests, file));
    let (measured, measured_on) = match held_back {
        None => (trained.measured, "held out".to_owned()),
        Some((file, documents)) => {
            let tagger = ner::load(ModelKind::Crf, &trained.file, &file)?;
            let measured = ner::evaluate(tagger.as_ref(), &documents, &mut |_| {}, &context.cancel)?;
            (measured, file.display().to_string())
        }
    };
    let mut lines = scores(&measured_on, &measured);
    lines.extend(seen_before);
    let document = json!({
        "metrics": measured.metrics, "confusion": measured.confusion, "mistakes": measured.mistakes, "trained_on": trained_on,
    });
    let message = format!("is trained on {trained_on} and registered");
    let candidate = Candidate {
        name,
        kind: ModelKind::Crf,
        bytes: trained.file,
        labels: trained.labels,
        measured: Some(measured),
        training: Some((digest, trained_on)),
        note,
        mirrored: None,
    };
    let model = add(context, Aside::of(context, &candidate.name), candidate)?;
    let mut reply = Reply { lines, document, next: Some(Next::Promote(model.clone())), ..Reply::default() };
    reply.message = format!("{model} {message}");
    reply.document["model"] = json!(model);
    Ok((reply, documents.len() as u64))
}

/// What is measured on texts that were learned from says little about others.
fn learned_by_heart(learned: &[Document], tests: &[Document], file: &Path) -> Option<String> {
    let learned: HashSet<&str> = learned.iter().map(|document| document.text.as_str()).collect();
    let known = tests.iter().filter(|document| learned.contains(document.text.as_str())).count() as u64;
    let (known, all, file) = (text::grouped(known), text::counted(tests.len() as u64, "text"), file.display());
    (known != "0").then(|| format!("! {known} of the {all} of {file} were learned from too: on others it does worse"))
}
