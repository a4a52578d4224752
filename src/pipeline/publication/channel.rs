//! The outbox: what has to go out after the outcome is on record, again and again until it did.

use std::collections::BTreeMap;

use super::LATEST;
use crate::base::{Error, Result, crash};
use crate::domain::Fact;
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

/// Delivers everything of the newest generation of a dataset that did not go out yet.
pub fn deliver(context: &Context, dataset: &str) -> Result<()> {
    let pointer = context.journal.read(|snapshot| {
        let Some((generation, delta_version)) = snapshot.newest_generation(dataset)? else { return Ok(None) };
        let delivered = snapshot.delivered(generation)?.iter().any(|what| what == CHANNEL);
        let live = snapshot.channel(dataset)?;
        let periods = live.into_iter().map(|(period, release)| (period.to_string(), release.to_string())).collect();
        let (dataset, channel) = (dataset.to_owned(), LATEST.to_owned());
        Ok(Some((delivered, Pointer { dataset, channel, generation, delta_version, periods })))
    })?;
    let Some((delivered, pointer)) = pointer else { return Ok(()) };
    let bytes = serde_json::to_vec_pretty(&pointer)?;
    // A pointer that went out and was lost or damaged since is written again; on record it is already.
    if delivered && context.lake.read_channel(dataset, LATEST)?.as_deref() == Some(bytes.as_slice()) {
        return Ok(());
    }
    context.lake.write_channel(dataset, LATEST, &bytes)?;
    crash::point("publish.channel_written");
    if context.lake.read_channel(dataset, LATEST)?.as_deref() != Some(bytes.as_slice()) {
        return Err(Error::corrupt(format!(
            "the pointer of channel {LATEST} of {dataset} does not read back as written"
        )));
    }
    if delivered {
        return Ok(());
    }
    let delivered = Fact::Delivered { generation: pointer.generation, what: CHANNEL.to_owned() };
    context.conclude(move |transaction, _| transaction.append(delivered).map(drop))?;
    crash::point("publish.delivered");
    Ok(())
}

/// The delivery that moves the channel file.
const CHANNEL: &str = "channel latest";
