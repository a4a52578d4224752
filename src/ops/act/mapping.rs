//! What people decide about the columns of deliveries.

use std::collections::BTreeMap;

use super::contract::bind_anew;
use super::{Next, Reply};
use crate::base::{Error, Result, text};
use crate::domain::anomaly::AnomalyId;
use crate::domain::drift::Drift;
use crate::domain::mapping::{Mapping, MappingId};
use crate::domain::{Anomaly, AnomalyState, Dataset, Fact};
use crate::journal::Transaction;
use crate::ops::outlived::outlived;
use crate::pipeline::{Context, drift, standing};

/// Accepts the columns that an anomaly is about. Fields that the contract looks for in vain are read from the `chosen`
/// columns, or else from the proposed ones.
pub fn accept(context: &Context, id: &AnomalyId, chosen: BTreeMap<String, String>) -> Result<Reply> {
    let (id, contract) = (id.clone(), context.contract.clone());
    decide(context, move |transaction| {
        let anomaly = transaction.anomaly_by_prefix(id.as_str())?;
        let found = about_columns(&anomaly)?;
        let (provider, dataset) = (anomaly.subject.provider.clone(), contract.dataset(&anomaly.dataset)?);
        let provider = provider.ok_or_else(|| Error::internal(format!("{id} is about no provider")))?;
        let batches: Vec<_> = standing::batches(transaction, dataset, anomaly.period)?
            .into_iter()
            .filter(|batch| batch.delivery.slice.provider == provider)
            .collect();
        if batches.iter().map(|batch| &batch.delivery.batch).ne(&found.batches) {
            return Err(Error::refused(format!("other deliveries stand by now than {} was found in", anomaly.id))
                .hint(format!(
                    "look at them first: assay run --dataset {} --period {}",
                    dataset.name, anomaly.period
                )));
        }
        let schema = drift::headers(&batches);
        let decided = transaction.mappings()?.into_iter().find(|mapping| {
            (&mapping.dataset, &mapping.provider) == (&dataset.name, &provider)
                && mapping.accepts(anomaly.period, &schema)
        });
        if let Some(mapping) = decided {
            return Err(Error::refused(format!("{} accepts {} already", mapping.id, subject(&mapping)))
                .hint(format!(
                    "to have it take effect: assay run --dataset {} --period {}",
                    dataset.name, anomaly.period
                ))
                .hint(format!("to decide otherwise: assay batch unmap {} --reason \"...\"", mapping.id)));
        }
        let columns = columns(dataset, found, &schema, chosen)?;
        let (dataset, period) = (dataset.name.clone(), anomaly.period);
        let cause = format!("the columns of {provider} for {period} were accepted");
        let seq = transaction.append(Fact::MappingAccepted { dataset, provider, period, schema, columns })?;
        let mapping = transaction.known_mapping(MappingId(seq))?;
        let (id, what) = (mapping.id, subject(&mapping));
        Ok(Decision { said: format!("{id} accepts {what}"), would: format!("would accept {what}"), cause })
    })
}

/// Takes a decision back.
pub fn take_back(context: &Context, id: MappingId) -> Result<Reply> {
    decide(context, move |transaction| {
        let mapping = transaction.known_mapping(id)?;
        transaction.append(Fact::MappingTakenBack { mapping: id, dataset: mapping.dataset.clone() })?;
        let what = subject(&mapping);
        let (said, would) = (format!("{id} is taken back: {what}"), format!("would take {id} back: {what}"));
        Ok(Decision { said, would, cause: format!("{id} was taken back") })
    })
}

fn subject(mapping: &Mapping) -> String {
    format!("{} of {} for {}", mapping.words(), mapping.provider, mapping.period)
}

/// A decision in words.
struct Decision {
    /// Once it is made.
    said: String,
    /// While it is only tried out.
    would: String,
    /// What releases are told.
    cause: String,
}

/// Carries a decision out; the releases that rest on it hear of it.
fn decide(
    context: &Context,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<Decision> + Send + 'static,
) -> Result<Reply> {
    let file_differs = context.file_differs()?;
    let (Decision { said, would, .. }, outlived) = context.write(move |transaction| {
        let decision = work(transaction)?;
        let Some((_, _, contract)) = transaction.contract()? else { return Ok((decision, Vec::new())) };
        bind_anew(transaction, &contract, &decision.cause, file_differs)?;
        Ok((decision, outlived(transaction, &contract)?))
    })?;
    let outlived = outlived.iter().map(ToString::to_string);
    let lines = Some(would).filter(|_| context.rehearsal).into_iter().chain(outlived).collect();
    Ok(Reply { lines, next: Some(Next::Run), ..Reply::new(said) })
}

fn about_columns(anomaly: &Anomaly) -> Result<&Drift> {
    let refusal = |why: &str| Error::refused(format!("{} is {why}: no columns are to be accepted", anomaly.id));
    match &anomaly.drift {
        _ if anomaly.state == AnomalyState::Fixed => Err(refusal("fixed")),
        None => Err(refusal(&format!("a finding of `{}`", anomaly.check))),
        Some(drift) => Ok(drift),
    }
}

/// From which column each missing field is read.
fn columns(
    dataset: &Dataset,
    found: &Drift,
    schema: &[String],
    chosen: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>> {
    for (field, column) in &chosen {
        if dataset.delivered().all(|known| known.name != *field) {
            let error = Error::usage(format!("`{field}` is not a field that is delivered of {}", dataset.name));
            let near = text::nearest(field, dataset.delivered().map(|field| field.name.as_str()));
            return Err(near.into_iter().fold(error, |error, near| error.hint(format!("did you mean `{near}`?"))));
        }
        if !schema.contains(column) {
            let error = Error::usage(format!("the delivery has no column `{column}`"));
            return Err(error.hint(format!("it has: {}", schema.join(", "))));
        }
    }
    let mut columns: BTreeMap<String, String> = found.proposal().into_iter().collect();
    columns.extend(chosen);
    columns.retain(|_, column| schema.contains(column));
    for (field, column) in &columns {
        if let Some((other, _)) = columns.iter().find(|(other, same)| *other < field && *same == column) {
            return Err(Error::usage(format!("`{other}` and `{field}` can't both be read from `{column}`")));
        }
    }
    match found.missing.iter().find(|missing| !columns.contains_key(&missing.field)) {
        None => Ok(columns),
        Some(missing) => Err(Error::refused(format!("no column is proposed for `{}`", missing.field))
            .hint(format!(
                "say which it is read from: --map {}=COLUMN; the delivery has: {}",
                missing.field,
                schema.join(", ")
            ))
            .hint(format!(
                "where the provider delivers it no more, write {} = [] under its columns in assay.toml, then assay \
                 contract apply --reason \"...\"",
                missing.field
            ))),
    }
}
