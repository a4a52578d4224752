//! Questions about who did what.

use rusqlite::{Row, params};

use crate::base::Result;
use crate::domain::Period;
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// Who, for separation of duties, has had a hand in the next release of a period, and what they did, in words:
    /// whoever prepared its data or settled what stood against it since it was last published, and whoever changed
    /// the contract since the dataset was last published. The first contract changed nothing.
    pub fn hands_on(&self, dataset: &str, period: Period) -> Result<Vec<(String, String)>> {
        let order = column::period_order(period);
        self.all(
            "SELECT actor, kind, seq FROM involvement
             WHERE dataset = ?1 AND period_order = ?2 AND seq > coalesce((SELECT max(seq) FROM channel_move
                 WHERE dataset = ?1 AND period_order = ?2 AND change = 'published'), 0)
             UNION ALL SELECT actor, kind, seq FROM involvement
             WHERE dataset IS NULL AND seq > coalesce((SELECT max(seq) FROM channel_move
                 WHERE dataset = ?1 AND change = 'published'), (SELECT min(seq) FROM involvement WHERE dataset IS NULL))
             ORDER BY seq",
            params![dataset, order],
            |row| Ok((row.get("actor")?, did(row)?)),
        )
    }
}

fn did(row: &Row<'_>) -> Result<String> {
    let kind: String = row.get("kind")?;
    Ok(match kind.as_str() {
        "batch_landed" => "took a batch in",
        "batch_withdrawn" => "took a batch back",
        "anomaly_waived" => "waived an anomaly",
        "period_baselined" => "accepted the period as a baseline",
        "contract_applied" => "changed the contract",
        other => other,
    }
    .to_owned())
}
