//! What became of a release after it was prepared: read from what clients saw of its period, and from the record.

use crate::base::Result;
use crate::domain::listing::{ChannelRow, LogRow, Query};
use crate::domain::{Release, ReleaseName, ReleaseState};
use crate::journal::Snapshot;
use crate::ops::ReleaseMove;

/// Moves that are looked through: a period is not published so often.
const MANY: u32 = 1000;

/// The moves of a release, oldest first.
pub fn story(snapshot: &Snapshot<'_>, release: &Release) -> Result<Vec<ReleaseMove>> {
    let name = &release.name;
    if release.state == ReleaseState::Rejected {
        let query =
            Query { state: Some("release_rejected".to_owned()), text: Some(name.to_string()), ..Query::default() };
        let rows = snapshot.log_page(&Query { limit: MANY, ..query })?.rows;
        return Ok(rows.into_iter().filter(|row| row.subject == name.to_string()).map(rejected).collect());
    }
    if release.generation.is_none() {
        return Ok(Vec::new());
    }
    let of_period =
        Query { dataset: Some(name.dataset.clone()), period: Some(name.period), limit: MANY, ..Query::default() };
    let mut moves = snapshot.channel_page(&of_period)?.rows;
    moves.reverse();
    let first = moves.iter().position(|one| one.release.as_ref() == Some(name)).unwrap_or(moves.len());
    Ok(moves.drain(..).skip(first).map(|one| seen(name, one)).collect())
}

fn rejected(row: LogRow) -> ReleaseMove {
    ReleaseMove { at: row.at, by: row.actor, what: "rejected".to_owned(), why: row.reason }
}

fn seen(name: &ReleaseName, row: ChannelRow) -> ReleaseMove {
    let ChannelRow { at, by, change, release, generation, reason, .. } = row;
    let what = match release {
        Some(now) if now == *name && change == "rolled back" => format!("brought back, generation {generation},"),
        Some(now) if now == *name => format!("{change}, generation {generation},"),
        Some(now) => format!("{now} took its place, {change}"),
        None => change,
    };
    ReleaseMove { at, by, what, why: reason }
}
