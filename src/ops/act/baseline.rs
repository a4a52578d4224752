//! Accepting a period as the baseline of history-based checks.

use super::{Next, Reply};
use crate::base::{Error, Result};
use crate::domain::{Baseline, Fact, ModelRef, Period};
use crate::pipeline::{Context, arrival, inputs, standing};

/// Puts it on record; the releases that rest on it hear of it.
pub fn accept(context: &Context, dataset: Option<String>, period: Period) -> Result<Reply> {
    let dataset = context.contract.dataset_or_only(dataset.as_deref())?.clone();
    if period.granularity() != dataset.period {
        return Err(Error::usage(format!("`{period}` is not a period of {}", dataset.name))
            .hint(format!("its periods are written like {}", dataset.period.form())));
    }
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
        let accepted = transaction.baseline(&dataset.name, period)?;
        let same = |accepted: Baseline| {
            (&accepted.batches, &accepted.mappings, &accepted.model) == (&batches, &mappings, &model)
        };
        if accepted.is_some_and(same) {
            return Err(Error::refused(format!("{period} is a baseline of {} already", dataset.name)));
        }
        let name = dataset.name.clone();
        transaction.append(Fact::PeriodBaselined { dataset: name, period, model, batches, mappings })?;
        arrival::refresh(transaction, &dataset, period, &cause)
    })?;
    Ok(Reply { next: Some(Next::Run), ..Reply::new(format!("{period} is a baseline of {name}")) })
}
