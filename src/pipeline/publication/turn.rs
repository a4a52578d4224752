//! Whose turn it is to move what clients see of a dataset: one process at a time, and no step is left half-way behind.

use super::recover;
use crate::base::{Error, Result};
use crate::domain::ReleaseName;
use crate::journal::Transaction;
use crate::pipeline::Context;
use crate::pipeline::lease::{self, Lease};

/// The turn. Given back when dropped.
pub struct Turn(Lease);

/// The lease of whoever moves what clients see of a dataset.
pub fn lease_key(dataset: &str) -> String {
    format!("publish {dataset}")
}

/// Waits for the turn of a release's dataset. What somebody before began with the same period and could not finish is
/// completed first: gold takes no older step after a newer one.
pub fn wait(context: &Context, name: &ReleaseName) -> Result<Turn> {
    let turn = Turn(lease::wait(context, &lease_key(&name.dataset))?);
    recover::settle(context, name)?;
    Ok(turn)
}

impl Turn {
    /// Refuses to go on once somebody else has the turn.
    pub fn hold(&self) -> Result<()> {
        self.0.hold()
    }

    /// The transaction of the point of no return, which `work` writes the intent of.
    pub fn intend(
        &self,
        context: &Context,
        name: &ReleaseName,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<u64> + Send + 'static,
    ) -> Result<u64> {
        self.hold()?;
        let name = name.clone();
        context.write(move |transaction| {
            let begun = transaction.unfinished()?;
            match begun.iter().filter_map(|(_, fact)| recover::moved(fact)).find(|other| other.same_period(&name)) {
                None => work(transaction),
                Some(other) => Err(Error::busy(format!("{other} is past the point of no return and not completed"))
                    .hint("give the same command again: what was begun is completed first")),
            }
        })
    }
}
