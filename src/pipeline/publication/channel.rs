//! The outbox: what has to go out after the outcome is on record, again and again until it did.

use std::collections::BTreeMap;

use super::LATEST;
use crate::base::{Error, Result, crash};
use crate::domain::Fact;
use crate::journal::Snapshot;
use crate::pipeline::Context;

/// What a channel file says to readers on disk.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pointer {
    /// The dataset.
    pub dataset: String,
    /// The channel.
    pub channel: String,
    /// Grows with every change.
    pub generation: u64,
    /// The version of the gold table that serves it.
    pub delta_version: u64,
    /// Period to the release that is live.
    pub periods: BTreeMap<String, String>,
}

impl Pointer {
    fn bytes(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec_pretty(self)?)
    }
}

/// [`deliver`], for whoever has just changed what clients see: that stands, whether it can be delivered now or not.
/// Answers what is still owed, in a sentence.
pub fn deliver_or_owe(context: &Context, dataset: &str) -> Option<String> {
    let error = deliver(context, dataset).err()?;
    tracing::warn!(%error, dataset, "a delivery is still owed");
    Some(format!(
        "what clients read from gold is in place, but {CHANNEL} of {dataset} does not point to it yet: {}; the next \
         command that changes something tries again",
        error.one_line()
    ))
}

/// Delivers everything of the newest generation of a dataset that did not go out yet. Then looks again: whoever moved the
/// channel while this process slept has delivered something newer, which it may just have replaced.
pub fn deliver(context: &Context, dataset: &str) -> Result<()> {
    while let Some(pointer) = owed(context, dataset)? {
        point(context, &pointer)?;
    }
    Ok(())
}

/// The newest pointer, where it did not go out yet. One that went out and was lost or damaged since is owed again.
fn owed(context: &Context, dataset: &str) -> Result<Option<Pointer>> {
    let pointer = context.journal.read(|snapshot| {
        let Some((generation, delta_version)) = snapshot.newest_generation(dataset)? else { return Ok(None) };
        let live = snapshot.channel(dataset)?;
        let periods = live.into_iter().map(|(period, release)| (period.to_string(), release.to_string())).collect();
        let (dataset, channel) = (dataset.to_owned(), LATEST.to_owned());
        let pointer = Pointer { dataset, channel, generation, delta_version, periods };
        Ok(Some((is_delivered(snapshot, generation)?, pointer)))
    })?;
    let Some((delivered, pointer)) = pointer else { return Ok(None) };
    Ok((!delivered || !is_in_place(context, &pointer)?).then_some(pointer))
}

/// Moves the channel file, and puts that on record unless it is there already.
fn point(context: &Context, pointer: &Pointer) -> Result<()> {
    let Pointer { dataset, channel, generation, .. } = pointer;
    if !is_in_place(context, pointer)? {
        context.lake.write_channel(dataset, channel, &pointer.bytes()?)?;
        crash::point("publish.channel_written");
        let newest = context.journal.read(|snapshot| snapshot.newest_generation(dataset))?;
        if newest.is_some_and(|(newest, _)| newest == *generation) && !is_in_place(context, pointer)? {
            return Err(Error::corrupt(format!(
                "the pointer of channel {channel} of {dataset} does not read back as written"
            )));
        }
    }
    let generation = *generation;
    context.journal.write(&context.origin, move |transaction| {
        if !is_delivered(transaction, generation)? {
            transaction.append(Fact::Delivered { generation, what: CHANNEL.to_owned() })?;
        }
        Ok(())
    })?;
    crash::point("publish.delivered");
    Ok(())
}

fn is_delivered(snapshot: &Snapshot<'_>, generation: u64) -> Result<bool> {
    Ok(snapshot.delivered(generation)?.iter().any(|what| what == CHANNEL))
}

fn is_in_place(context: &Context, pointer: &Pointer) -> Result<bool> {
    Ok(context.lake.read_channel(&pointer.dataset, &pointer.channel)? == Some(pointer.bytes()?))
}

/// The delivery that moves the channel file.
const CHANNEL: &str = "channel latest";
