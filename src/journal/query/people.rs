//! Questions about who did what.

use rusqlite::params;

use crate::base::Result;
use crate::domain::Period;
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// Who had a hand in what a release of this period stands on, oldest first: the actor, the kind of the event
    /// (`batch_landed`, `batch_withdrawn`, `anomaly_waived`, `period_baselined`, `contract_applied`) and its place.
    pub fn actors(&self, dataset: &str, period: Period) -> Result<Vec<(String, String, u64)>> {
        self.all(
            "SELECT actor, kind, seq FROM involvement WHERE dataset = ?1 AND period_order = ?2
             UNION ALL SELECT actor, kind, seq FROM involvement WHERE dataset IS NULL ORDER BY seq",
            params![dataset, column::period_order(period)],
            |row| Ok((row.get("actor")?, row.get("kind")?, column::number(row, "seq")?)),
        )
    }
}
