//! What people said about the rows that an anomaly shows.

use std::collections::BTreeSet;

use crate::base::Result;
use crate::base::text::counted;
use crate::domain::Anomaly;
use crate::journal::Snapshot;

/// How many rows were judged, how, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Rows that are right as they stand.
    pub accepted: u64,
    /// Rows that are wrong.
    pub rejected: u64,
    /// Rows that nobody judged.
    pub waiting: u64,
    by: BTreeSet<String>,
}

impl Judged {
    /// Reads it. What was said of rows that the anomaly no longer shows does not count.
    pub fn of(snapshot: &Snapshot<'_>, anomaly: &Anomaly) -> Result<Self> {
        let verdicts = snapshot.verdicts(anomaly)?;
        let mut judged = Self::default();
        for shown in &anomaly.rows {
            let said = verdicts.iter().find(|(batch, row, _)| (batch, *row) == (&shown.batch, shown.row));
            match said {
                None => judged.waiting += 1,
                Some((_, _, verdict)) => {
                    *(if verdict.accepted { &mut judged.accepted } else { &mut judged.rejected }) += 1;
                    judged.by.insert(verdict.by.clone());
                }
            }
        }
        Ok(judged)
    }

    /// In one sentence; nothing where there are no rows to judge.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let Self { accepted, rejected, waiting, by } = self;
        let waits = match waiting {
            0 => String::new(),
            unjudged => format!("; {unjudged} not judged"),
        };
        match (accepted + rejected, waiting) {
            (0, 0) => None,
            (0, waiting) => Some(format!("nobody judged any of its {}", counted(*waiting, "sample"))),
            (judged, _) => {
                let by = by.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                let samples = counted(judged, "sample");
                Some(format!("{samples} judged by {by}: {accepted} accepted, {rejected} rejected{waits}"))
            }
        }
    }
}
