//! A provider has nothing to deliver for a period: a delivery without rows, which somebody answers for.

use super::Reply;
use super::ingest::said;
use crate::base::{Error, Result, files};
use crate::domain::progress::Progress;
use crate::domain::{BatchState, Dataset, Destination, Period, Provider, Slice};
use crate::pipeline::Context;
use crate::pipeline::land::{self, Offered};
use crate::source::inbox;

/// What its file is called.
const FILE: &str = "nil return.csv";

/// Lands a file that is a header alone, with the provider's names of the fields.
pub fn land(
    context: &Context,
    dataset: Option<&str>,
    provider: &str,
    period: Period,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Reply> {
    let (dataset, provider, slice) = meant(context, dataset, provider, period)?;
    let path = files::temporary_beside(&context.root.join(FILE));
    files::write_bytes_atomically(&path, header(dataset, provider).as_bytes())?;
    let destination = Destination::from(slice);
    let landed = inbox::look(&path).and_then(|seen| {
        let seen = seen.ok_or_else(|| Error::internal("the file of a nil return is gone"))?;
        land::file(
            context,
            &destination,
            &Offered { path: &path, name: FILE, seen, claim: None, retrieved: None },
            progress,
        )
    });
    // Its content is in raw by now.
    let _ = std::fs::remove_file(&path);
    let (message, document) = said(context, &destination, FILE, &landed?);
    Ok(Reply { document, next: Some(super::Next::Run), ..Reply::new(message) })
}

/// What it would do, with the same refusals.
pub fn would_land(context: &Context, dataset: Option<&str>, provider: &str, period: Period) -> Result<String> {
    let (_, _, slice) = meant(context, dataset, provider, period)?;
    Ok(format!("would put on record that nothing is to be delivered for {slice}"))
}

/// The slice that is meant. Where something stands, there was something to deliver.
pub fn meant<'a>(
    context: &'a Context,
    dataset: Option<&str>,
    provider: &str,
    period: Period,
) -> Result<(&'a Dataset, &'a Provider, Slice)> {
    let dataset = context.contract.dataset_or_only(dataset)?;
    let provider = dataset.provider(provider)?;
    dataset.check_period(period)?;
    if period.first() > context.today_of(provider) {
        return Err(Error::refused(format!("{period} has not begun: {} may deliver it yet", provider.name))
            .hint("that it will deliver nothing for a while is said in its table: pauses = [...]"));
    }
    let slice = Slice { dataset: dataset.name.clone(), provider: provider.name.clone(), period };
    let batches = context.journal.read(|snapshot| snapshot.batches_of_slice(&slice))?;
    let standing =
        batches.into_iter().find(|batch| matches!(batch.state, BatchState::Landed | BatchState::Quarantined));
    match standing {
        None => Ok((dataset, provider, slice)),
        Some(batch) => {
            let id = &batch.delivery.batch;
            let state = batch.state.as_str();
            Err(Error::refused(format!("{} has delivered {period}: batch {id} is {state}", provider.name))
                .hint(format!("to take that back first: assay batch withdraw {id} --reason \"...\"")))
        }
    }
}

/// The header of a delivery, with the names that the provider prefers, and what says which rows are no more.
fn header(dataset: &Dataset, provider: &Provider) -> String {
    let names = dataset.delivered().filter_map(|field| provider.names_of(&field.name).first().copied());
    let names = names.chain(provider.deletes.iter().map(|deletes| deletes.column.as_str()));
    let cells: Vec<String> = names.map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    format!("{}\n", cells.join(","))
}
