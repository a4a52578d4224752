//! Accepting a period as the baseline of history-based checks.

use std::collections::BTreeMap;

use super::{Next, Reply};
use crate::base::{Error, Result};
use crate::domain::{Baseline, Batch, BatchId, Dataset, Fact, ModelRef, Period, Slice};
use crate::journal::Snapshot;
use crate::pipeline::{Context, arrival, inputs, plan, standing};

/// Puts it on record; the releases that rest on it hear of it.
pub fn accept(context: &Context, dataset: Option<String>, period: Period) -> Result<Reply> {
    let dataset = context.contract.dataset_or_only(dataset.as_deref())?.clone();
    dataset.check_period(period)?;
    let cause = format!("{period} was accepted as baseline");
    let name = dataset.name.clone();
    context.write(move |transaction| {
        let batches = standing::by_provider(standing::batches(transaction, &dataset, period)?);
        if batches.is_empty() {
            return Err(Error::refused(format!("nothing was delivered for {period} yet")));
        }
        let release = match transaction.open_release(&dataset.name, period)? {
            Some(open) => Some(open),
            None => transaction.live_release(&dataset.name, period)?,
        };
        let model = release.map_or_else(ModelRef::none, |release| release.model);
        let mappings = inputs::mappings(&dataset, batches.keys())?;
        seen(transaction, &dataset, period, &batches)?;
        let (accepted, text) = (transaction.baseline(&dataset.name, period)?, dataset.text_read());
        let same = |accepted: Baseline| {
            (&accepted.batches, &accepted.mappings, &accepted.model, &accepted.text)
                == (&batches, &mappings, &model, &text)
        };
        if accepted.is_some_and(same) {
            return Err(Error::refused(format!("{period} is a baseline of {} already", dataset.name)));
        }
        let name = dataset.name.clone();
        transaction.append(Fact::PeriodBaselined { dataset: name, period, model, batches, mappings, text })?;
        arrival::refresh(transaction, &dataset, period, &cause)
    })?;
    Ok(Reply { next: Some(Next::Run), ..Reply::new(format!("{period} is a baseline of {name}")) })
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
