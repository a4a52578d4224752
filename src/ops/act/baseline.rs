//! Accepting a period as the baseline of history-based checks.

use std::collections::BTreeMap;

use super::{Next, Reply};
use crate::base::{Error, Result};
use crate::domain::{Batch, BatchId, Dataset, Fact, Period, Slice};
use crate::journal::{Snapshot, Transaction};
use crate::pipeline::baseline::Proposal;
use crate::pipeline::{Context, arrival, plan, standing};

/// Puts it on record; the releases that rest on it hear of it.
pub fn accept(context: &Context, dataset: Option<String>, period: Period) -> Result<Reply> {
    let dataset = context.contract.dataset_or_only(dataset.as_deref())?.clone();
    dataset.check_period(period)?;
    let name = dataset.name.clone();
    context.write(move |transaction| vouch(transaction, &dataset, period))?;
    Ok(Reply { next: Some(Next::Run), ..Reply::new(format!("{period} is a baseline of {name}")) })
}

/// The change that an acceptance is.
pub fn vouch(transaction: &mut Transaction<'_>, dataset: &Dataset, period: Period) -> Result<()> {
    let proposal = Proposal::of(transaction, dataset, period)?;
    if proposal.batches.is_empty() {
        return Err(Error::refused(format!("nothing was delivered for {period} yet")));
    }
    seen(transaction, dataset, period, &proposal.batches)?;
    if transaction.baseline(&dataset.name, period)?.is_some_and(|accepted| proposal.is(&accepted)) {
        return Err(Error::refused(format!("{period} is a baseline of {} already", dataset.name)));
    }
    let (name, Proposal { model, batches, mappings, text }) = (dataset.name.clone(), proposal);
    transaction.append(Fact::PeriodBaselined { dataset: name, period, model, batches, mappings, text })?;
    arrival::refresh(transaction, dataset, period, &format!("{period} was accepted as baseline"))
}

/// Refuses a period whose rows nobody can have seen as they now come to be.
fn seen(
    snapshot: &Snapshot<'_>,
    dataset: &Dataset,
    period: Period,
    batches: &BTreeMap<String, Vec<BatchId>>,
) -> Result<()> {
    let standing = standing::batches(snapshot, dataset, period)?;
    for provider in batches.keys() {
        let slice = Slice { dataset: dataset.name.clone(), period, provider: provider.clone() };
        let of_slice: Vec<&Batch> = standing.iter().filter(|batch| batch.delivery.slice == slice).collect();
        let refining = plan::refining(dataset, &slice, &of_slice);
        if snapshot.output(&refining.slot())?.is_none_or(|output| output.key != refining.key) {
            return Err(Error::refused(format!("{slice} was not processed as it stands"))
                .because("nobody has seen what would be accepted")
                .hint(format!("assay run --dataset {} --period {period}, then look again", dataset.name)));
        }
    }
    Ok(())
}
