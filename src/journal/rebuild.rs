//! The projections, made anew from the events.

use rusqlite::Connection;

use super::project;
use super::snapshot::Snapshot;
use super::verify::Chain;
use crate::base::{Cancel, Error, Result, ResultExt};

/// How many events pass between two looks at the cancel token and two reports of progress.
const STRIDE: u64 = 1024;

/// Replays every event into fresh projection tables. The first entry that is not as it was written ends it: what nobody
/// wrote must not become what stands. It must run inside a transaction: others see the old tables
/// until it is committed, and keep them if it is not.
pub(super) fn replay(connection: &Connection, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<u64> {
    connection.execute_batch(&project::fresh_tables())?;
    let snapshot = Snapshot::new(connection);
    let (total, _) = snapshot.head()?;
    let mut statement = connection.prepare("SELECT * FROM event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut chain = Chain::new();
    while let Some(row) = rows.next()? {
        if chain.events.is_multiple_of(STRIDE) {
            cancel.check()?;
            progress(chain.events, total);
        }
        let entry = chain.follow(row).map_err(|why| {
            Error::corrupt(format!("entry {} of the journal is not as it was written", chain.events + 1))
                .because(why)
                .hint("restore assay.db from a backup in which `assay log verify` passes; nothing was changed")
        })?;
        let event = entry.event()?;
        project::apply(&snapshot, &event).with_context(|| format!("replaying entry {}", event.seq))?;
    }
    connection.execute_batch(&project::indexes())?;
    progress(chain.events, total);
    Ok(chain.events)
}
