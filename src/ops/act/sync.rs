//! Mirroring a model registry elsewhere: what it says of its models goes on record, and versions that are run here are registered.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::Reply;
use super::model::{Aside, Candidate, add, plain_name};
use super::promotion;
use crate::base::text::{counted, safe};
use crate::base::{Error, ErrorKind, Result, ResultExt};
use crate::domain::model::{ModelKind, PRODUCTION};
use crate::domain::registry::{Mirrored, RegisteredModel, RegisteredVersion, RegistryAccess};
use crate::domain::{Fact, ModelRef};
use crate::journal::Transaction;
use crate::ner;
use crate::ner::mlflow::{Registry, RemoteFile};
use crate::pipeline::Context;

/// The largest file that is taken from a registry, in bytes.
const LARGEST: u64 = 1 << 30;
/// After so many versions in turn for which no answer came, the server is taken to be gone.
const MOST_UNANSWERED: u32 = 3;
/// The status of a version whose files are there.
const READY: &str = "READY";
/// The names under which a model file lies in the folder of a version.
const MODEL_FILES: [&str; 4] = ["model.crf", "model.lexicon", "model.toml", "model.csv"];

/// What a synchronisation came to.
#[derive(Default)]
struct Synced {
    lines: Vec<String>,
    changed: usize,
    taken: Vec<ModelRef>,
    /// Why versions can't be taken over: for each reason the first of them, and how many there are.
    left: BTreeMap<String, (String, u64)>,
    /// How many versions were asked for one after the other without an answer.
    unanswered: u32,
}

/// The registry that the contract names.
fn registry_of(context: &Context) -> Result<Registry> {
    let Some(RegistryAccess { url, headers }) = &context.contract.registry else {
        return Err(Error::usage("assay.toml names no model registry")
            .hint("add [registry] with url = \"http://...\", then: assay contract apply --reason REASON"));
    };
    Registry::open(url, headers)
}

/// What mirroring would change, without taking anything over.
pub fn preview(context: &Context) -> Result<Vec<String>> {
    let registry = registry_of(context)?;
    let models = registry.models(&context.cancel)?;
    let known = context.journal.read(|snapshot| snapshot.mirrored_models(registry.shown()))?;
    let is_new = |model: &&RegisteredModel| known.get(&model.name) != Some(*model);
    let changed: Vec<String> = models.iter().filter(is_new).map(|model| safe(&model.name).into_owned()).collect();
    Ok(vec![match changed.as_slice() {
        [] => format!("{} holds what it held", registry.shown()),
        names => format!("would put on record what {} says of {}", registry.shown(), names.join(", ")),
    }])
}

/// Mirrors the registry that the contract names.
pub fn sync(context: &Context) -> Result<Reply> {
    let registry = registry_of(context)?;
    let models = registry.models(&context.cancel)?;
    let mut synced = Synced::default();
    record(context, registry.shown(), &models, &mut synced)?;
    for model in &models {
        for version in &model.versions {
            context.cancel.check()?;
            take(context, &registry, model, version, &mut synced)?;
        }
        point_aliases(context, registry.shown(), model, &mut synced)?;
    }
    for (reason, (first, count)) in std::mem::take(&mut synced.left) {
        let more = if count > 1 { format!(" and {} more are", count - 1) } else { " is".to_owned() };
        synced.lines.push(format!("{first}{more} not taken over: {reason}"));
    }
    let versions: usize = models.iter().map(|model| model.versions.len()).sum();
    let seen = format!("{} with {}", counted(models.len() as u64, "model"), counted(versions as u64, "version"));
    let message = match (synced.changed, synced.taken.len()) {
        (0, 0) => format!("{seen}: nothing new"),
        (changed, taken) => format!("{seen}: {changed} changed, {taken} taken over"),
    };
    let document = json!({
        "registry": registry.shown(), "models": models.len(), "versions": versions, "changed": synced.changed,
        "taken": synced.taken,
    });
    Ok(Reply { message, lines: synced.lines, document, ..Reply::default() })
}

/// Puts on record which models are otherwise than when they were seen last, or gone.
fn record(context: &Context, registry: &str, models: &[RegisteredModel], synced: &mut Synced) -> Result<()> {
    let (registry, models) = (registry.to_owned(), models.to_vec());
    (synced.changed, synced.lines) = context.write(move |transaction| {
        let mut known = transaction.mirrored_models(&registry)?;
        let (mut changed, mut lines) = (0, Vec::new());
        for model in models {
            let name = model.name.clone();
            let before = known.remove(&name);
            if before.as_ref() != Some(&model) {
                changed += 1;
                lines.extend(before.iter().flat_map(|before| taken_away(before, &model)));
                let model = Some(Box::new(model));
                transaction.append(Fact::ModelMirrored { registry: registry.clone(), name, model })?;
            }
        }
        for name in known.into_keys() {
            changed += 1;
            transaction.append(Fact::ModelMirrored { registry: registry.clone(), name, model: None })?;
        }
        Ok((changed, lines))
    })?;
    Ok(())
}

/// Aliases that a registry gave, and took away: here they stay with what they stand for, until somebody points them elsewhere.
fn taken_away(before: &RegisteredModel, now: &RegisteredModel) -> Vec<String> {
    let gone = before.aliases.keys().filter(|alias| !now.aliases.contains_key(*alias));
    let (name, stays) = (safe(&now.name), "where it stands for a version here, it stays: assay model alias");
    gone.map(|alias| format!("no version of {name} is the {} there any more; {stays}", safe(alias))).collect()
}

/// Registers a version whose files are of a kind that is run here, once.
fn take(
    context: &Context,
    registry: &Registry,
    model: &RegisteredModel,
    version: &RegisteredVersion,
    synced: &mut Synced,
) -> Result<()> {
    let from = Mirrored::of(registry.shown(), &model.name, version);
    let here = context.journal.read(|snapshot| snapshot.taken_from(&from))?;
    if here.is_some() || version.status != READY {
        return Ok(());
    }
    let remote = format!("{}/{}", safe(&model.name), version.version);
    match fetched(context, registry, (model, version), from) {
        Ok(Some((aside, candidate))) => {
            synced.unanswered = 0;
            let here = add(context, aside, candidate)?;
            synced.lines.push(format!("{remote} is {here} here"));
            synced.taken.push(here);
        }
        Ok(None) => synced.unanswered = 0,
        Err(error) if matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::NoRoom) => return Err(error),
        // One that can't be taken keeps none of the others, but where nothing comes any more nobody waits for the rest.
        Err(error) => {
            synced.unanswered = if error.kind() == ErrorKind::Io { synced.unanswered + 1 } else { 0 };
            if synced.unanswered >= MOST_UNANSWERED {
                return Err(error);
            }
            // What it was about is said in front of it.
            let causes = error.causes();
            let reason = if causes.is_empty() { error.message().to_owned() } else { causes.join(": ") };
            synced.left.entry(reason).or_insert((remote, 0)).1 += 1;
        }
    }
    Ok(())
}

/// A version whose files are of a kind that is run here, in a folder of its own.
fn fetched(
    context: &Context,
    registry: &Registry,
    (model, version): (&RegisteredModel, &RegisteredVersion),
    from: Mirrored,
) -> Result<Option<(Aside, Candidate)>> {
    let files = registry.files(&model.name, version, &context.cancel)?;
    let Some(file) = model_file(&files) else { return Ok(None) };
    plain_name(&model.name)?;
    let aside = Aside::of(context, &model.name);
    let copy = aside.path().join("registry").join(file);
    registry.download(&model.name, version, file, &copy, LARGEST, &context.cancel)?;
    let (kind, bytes) = read(&copy, file)?;
    let tagger = ner::load(kind, &bytes, aside.path())?;
    std::fs::remove_dir_all(aside.path().join("registry"))?;
    let candidate = Candidate {
        name: model.name.clone(),
        kind,
        bytes,
        labels: tagger.labels().to_vec(),
        measured: None,
        training: None,
        note: version.description.clone(),
        mirrored: Some(from),
    };
    Ok(Some((aside, candidate)))
}

/// The model file among the files of a version: the only one of its name at the top of the folder, or of a folder below.
fn model_file(files: &[RemoteFile]) -> Option<&str> {
    let is_model = |path: &&str| MODEL_FILES.contains(&path.rsplit('/').next().unwrap_or_default());
    let mut found = files.iter().map(|file| file.path.as_str()).filter(is_model);
    found.next().filter(|_| found.next().is_none())
}

/// A lexicon or a tagger. What only declares a program or a server is not run because a registry says so: a person registers it.
fn read(copy: &Path, file: &str) -> Result<(ModelKind, Vec<u8>)> {
    let (kind, bytes) = ner::read_file(copy).with_context(|| format!("reading `{}`", safe(file)))?;
    match kind {
        ModelKind::Lexicon | ModelKind::Crf => Ok((kind, bytes)),
        ModelKind::Command | ModelKind::Http => Err(Error::refused(format!(
            "`{}` declares a {}, which nobody here has looked at",
            safe(file),
            kind.as_str()
        ))
        .hint("look at it, and register it: assay model register FILE --name NAME")),
    }
}

/// Lets the aliases stand for the versions here that they stand for there; `production` is moved by people alone.
fn point_aliases(context: &Context, registry: &str, model: &RegisteredModel, synced: &mut Synced) -> Result<()> {
    let (registry, model) = (registry.to_owned(), model.clone());
    let lines = context.write(move |transaction| {
        let mut lines = Vec::new();
        for (alias, version) in &model.aliases {
            let Some(version) = model.versions.iter().find(|one| one.version == *version) else { continue };
            let from = Mirrored::of(&registry, &model.name, version);
            let Some(here) = transaction.taken_from(&from)? else { continue };
            lines.extend(point(transaction, alias, here)?);
        }
        Ok(lines)
    })?;
    synced.lines.extend(lines);
    Ok(())
}

fn point(transaction: &mut Transaction<'_>, alias: &str, here: ModelRef) -> Result<Option<String>> {
    let previous = transaction.alias(&here.name, alias)?;
    if previous.as_ref() == Some(&here) || transaction.known_model(&here)?.archived {
        return Ok(None);
    }
    if alias == PRODUCTION {
        return Ok(Some(format!("the registry has {here} in production; here: assay model promote {here}")));
    }
    if let Some(problem) = promotion::alias_problem(alias) {
        return Ok(Some(format!("{here} has an alias there that it can't have here: {problem}")));
    }
    let line = format!("{here} is the {alias}");
    transaction.append(Fact::AliasMoved { alias: alias.to_owned(), model: here, previous, trial: None })?;
    Ok(Some(line))
}
