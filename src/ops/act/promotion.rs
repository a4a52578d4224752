//! Putting model versions into production, and pointing the other aliases.

use serde_json::json;

use super::{Next, Reply};
use crate::base::{Error, ErrorKind, Result, ResultExt, text};
use crate::domain::model::{ModelMetrics, PRODUCTION};
use crate::domain::names;
use crate::domain::promotion::{LabelTrial, Trial};
use crate::domain::{Contract, Fact, ModelRef, ModelVersion};
use crate::journal::Transaction;
use crate::ner;
use crate::ner::data::{Document, data_digest};
use crate::pipeline::{Context, arrival, models};

/// Points `production` to a version; open releases move to it, and the newest published periods are re-opened. Where the contract
/// names a test set, no label may be found much worse there than by the version it replaces, unless that is waived.
pub fn promote(context: &Context, model: &ModelRef, waive: bool) -> Result<Reply> {
    let trial = trial(context, model)?.map(|trial| admitted(trial, model, waive)).transpose()?;
    let (contract, promoted, tried) = (context.contract.clone(), model.clone(), trial.clone());
    context.write(move |transaction| {
        let previous = transaction.alias(&promoted.name, PRODUCTION)?;
        if tried.as_ref().is_some_and(|trial| trial.incumbent != previous) {
            return Err(Error::busy(format!("{promoted} was compared with a version that is no longer in production"))
                .hint("somebody else promoted meanwhile: look at assay model production, and promote again"));
        }
        point_to(transaction, &contract, promoted, tried)
    })?;
    Ok(Reply {
        lines: trial.as_ref().map_or_else(|| vec![untried(&model.name)], told),
        document: json!({ "message": format!("{model} is in production"), "model": model, "trial": trial }),
        next: Some(Next::Run),
        ..Reply::new(format!("{model} is in production"))
    })
}

/// How a version does on the test set that the contract names, beside the one in production; none where it names none.
pub fn trial(context: &Context, model: &ModelRef) -> Result<Option<Trial>> {
    let Some(policy) = context.contract.models.iter().find(|policy| policy.name == model.name) else { return Ok(None) };
    let (candidate, incumbent) = context.journal.read(|snapshot| {
        let incumbent = snapshot.alias(&model.name, PRODUCTION)?;
        let incumbent = incumbent.map(|incumbent| snapshot.known_model(&incumbent)).transpose()?;
        Ok((snapshot.known_model(model)?, incumbent))
    })?;
    let file = context.root.join(&policy.test);
    let reading = || format!("reading the test set of {}, as assay.toml names it under [[model]]", policy.name);
    let documents = ner::data::read(&file).with_context(reading)?;
    let data = data_digest(&[&file]).with_context(reading)?;
    let after = measured(context, &candidate, &documents)?;
    let Some(incumbent) = incumbent else { return Ok(Some(Trial::new(policy, data, None, &after))) };
    let model = incumbent.model.clone();
    Ok(Some(match measured(context, &incumbent, &documents) {
        Ok(before) => Trial::new(policy, data, Some((model, &incumbent.labels, &before)), &after),
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        // One that runs no more must not stand in the way of the one that takes its place, if somebody answers for that.
        Err(error) => {
            let unmeasured = Some(error.one_line());
            Trial { incumbent: Some(model), unmeasured, ..Trial::new(policy, data, None, &after) }
        }
    }))
}

fn measured(context: &Context, version: &ModelVersion, documents: &[Document]) -> Result<ModelMetrics> {
    let tagger = models::tagger(context, version)?;
    let measured = ner::evaluate(tagger.as_ref(), documents, &mut |_| {}, &context.cancel);
    measured.map(|measured| measured.metrics).with_context(|| format!("measuring {}", version.model))
}

/// The trial of a version that may go into production; with a reason to waive them, whatever the objections.
fn admitted(trial: Trial, model: &ModelRef, waive: bool) -> Result<Trial> {
    let objections = trial.objections();
    if objections.is_empty() || waive {
        return Ok(Trial { waived: !objections.is_empty(), ..trial });
    }
    let count = text::counted(objections.len() as u64, "label");
    let for_what = if trial.unmeasured.is_some() { String::new() } else { format!(" for {count}") };
    Err(Error::refused(format!("{model} may not go into production{for_what}")).because(objections.join("; ")).hint(
        format!("train it further, or let it pass on record: assay model promote {model} --waive --reason REASON"),
    ))
}

/// Label by label.
pub fn told(trial: &Trial) -> Vec<String> {
    let line = |(label, LabelTrial { before, after, support }): (&String, &LabelTrial)| {
        let before = before.map_or("new".to_owned(), |before| format!("{before:.3} before"));
        format!("  {label}: F1 {after:.3} on {support}, {before}")
    };
    let waived = if trial.waived { "; what is worse is waived" } else { "" };
    let head = match &trial.incumbent {
        Some(incumbent) => format!("measured on {} beside {incumbent}{waived}", trial.test),
        None => format!("measured on {}", trial.test),
    };
    std::iter::once(head).chain(trial.labels.iter().map(line)).collect()
}

fn untried(name: &str) -> String {
    format!("not measured: assay.toml has no [[model]] with name = \"{name}\" and a test set")
}

/// The change that a promotion is.
pub fn point_to(
    transaction: &mut Transaction<'_>,
    contract: &Contract,
    promoted: ModelRef,
    trial: Option<Trial>,
) -> Result<()> {
    let previous = movable(transaction, &promoted, PRODUCTION)?;
    stays_clear(transaction, contract, &promoted)?;
    let (alias, model) = (PRODUCTION.to_owned(), promoted.clone());
    transaction.append(Fact::AliasMoved { alias, model, previous, trial: trial.map(Box::new) })?;
    for dataset in &contract.datasets {
        arrival::model_promoted(transaction, dataset, &promoted)?;
    }
    Ok(())
}

/// Refused where a dataset leaves it to what is in production which model reads it, and that is another one: from then on none would.
fn stays_clear(transaction: &Transaction<'_>, contract: &Contract, promoted: &ModelRef) -> Result<()> {
    let mut others = transaction.production_models()?;
    others.retain(|other| other.name != promoted.name);
    let unsure = contract.datasets.iter().find(|dataset| !dataset.text.is_empty() && dataset.model.is_none());
    let (Some(other), Some(dataset)) = (others.first(), unsure) else { return Ok(()) };
    let name = &dataset.name;
    let (error, old, new) = (
        Error::refused(format!("with {other} and {promoted} in production, none of them would read {name}")),
        &other.name,
        &promoted.name,
    );
    Err(error
        .because(format!("assay.toml does not say which model reads {name}"))
        .hint(format!("write model = \"{old}\" or model = \"{new}\" under the dataset, and promote again")))
}

/// Why this can't be an alias, if it can't.
pub fn alias_problem(alias: &str) -> Option<String> {
    (!names::is_folder_name(alias)).then(|| format!("`{}` can't be an alias", text::safe(alias)))
}

/// Points another alias to a version.
pub fn name(context: &Context, model: &ModelRef, alias: &str) -> Result<Reply> {
    if let Some(problem) = alias_problem(alias) {
        return Err(Error::usage(problem).hint(format!("use {}", names::FORM)));
    }
    if alias == PRODUCTION {
        return Err(Error::usage("`production` is what releases are made with: it moves by a promotion")
            .hint(format!("assay model promote {model}")));
    }
    let (named, given) = (model.clone(), alias.to_owned());
    context.write(move |transaction| {
        let previous = movable(transaction, &named, &given)?;
        transaction.append(Fact::AliasMoved { alias: given, model: named, previous, trial: None })
    })?;
    Ok(Reply::new(format!("{model} is the {alias}")))
}

/// Where the alias points now; refused where it can't be pointed to this version.
fn movable(transaction: &Transaction<'_>, model: &ModelRef, alias: &str) -> Result<Option<ModelRef>> {
    if transaction.known_model(model)?.archived {
        return Err(Error::refused(format!("{model} is archived")));
    }
    let previous = transaction.alias(&model.name, alias)?;
    if previous.as_ref() == Some(model) {
        let what = if alias == PRODUCTION { "in production".to_owned() } else { format!("the {alias}") };
        return Err(Error::refused(format!("{model} is {what} already")));
    }
    Ok(previous)
}
