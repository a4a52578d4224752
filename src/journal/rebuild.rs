//! The projections, made anew from the events.

use rusqlite::Connection;

use super::entry::Entry;
use super::project;
use super::snapshot::Snapshot;
use crate::base::{Cancel, Result, ResultExt};

/// How many events pass between two looks at the cancel token and two reports of progress.
const STRIDE: u64 = 1024;

/// Replays every event into fresh projection tables. It must run inside a transaction: others see the old tables
/// until it is committed, and keep them if it is not.
pub(super) fn replay(connection: &Connection, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<u64> {
    connection.execute_batch(&project::fresh_tables())?;
    let snapshot = Snapshot::new(connection);
    let (total, _) = snapshot.head()?;
    let mut statement = connection.prepare("SELECT * FROM event ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        if done % STRIDE == 0 {
            cancel.check()?;
            progress(done, total);
        }
        let event = Entry::read(row)?.event()?;
        let seq = event.seq;
        project::apply(&snapshot, &event).with_context(|| format!("replaying entry {seq}"))?;
        done += 1;
    }
    connection.execute_batch(&project::indexes())?;
    progress(done, total);
    Ok(done)
}
