//! Up to the point of no return: nobody else is at it, and no step is left half-way behind.

use super::turn::Turn;
use super::{gold, recover};
use crate::base::{Error, Result};
use crate::domain::ReleaseName;
use crate::journal::Transaction;
use crate::pipeline::Context;

/// Waits for the turn of a release's dataset. What somebody before began with the same period and could not finish is
/// completed first: gold takes no older step after a newer one.
pub fn wait(context: &Context, name: &ReleaseName) -> Result<Turn> {
    let turn = Turn::wait(context, &name.dataset)?;
    recover::settle(context, name)?;
    gold::stands(context, &name.dataset)?;
    Ok(turn)
}

/// The transaction of the point of no return, which `work` writes the intent of. Up to here it can be cancelled.
pub fn intend(
    context: &Context,
    turn: &Turn,
    name: &ReleaseName,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<u64> + Send + 'static,
) -> Result<u64> {
    turn.hold()?;
    context.cancel.check()?;
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
