//! Questions about who did what.

use rusqlite::{Row, params};

use crate::base::Result;
use crate::domain::{Period, Release};
use crate::journal::column;
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// Who delivered the batches of a period that could not be read at first, each with what the record says it is about: by
    /// now such a batch may belong to whoever got it read.
    pub fn quarantined_by(&self, dataset: &str, period: Period) -> Result<Vec<(String, String)>> {
        let sql = "SELECT subject, actor FROM event
             WHERE kind = 'batch_quarantined' AND instr(subject, ?1) = 1 ORDER BY seq";
        self.all(sql, [format!("{dataset}/{period}/")], |row| Ok((row.get("subject")?, row.get("actor")?)))
    }

    /// Who, for separation of duties, has had a hand in an open release, and what they did, in words: whoever prepared
    /// its data or settled what stood against it since its period was last published, whoever accepted the period as a
    /// baseline, decided about mappings of the dataset or took in one of its reference tables, and whoever changed the
    /// contract since what clients see of the period was put up for approval. Where they see nothing of it: since what the dataset was last published of, before the first release of the period was opened,
    /// was put up for approval. So neither what goes out meanwhile for other periods clears anybody, nor turning it down
    /// and opening another, nor a rollback. The first contract changed nothing, and what the pipeline opened again nobody
    /// decided.
    pub fn hands_on(&self, release: &Release) -> Result<Vec<(String, String)>> {
        self.all(
            "WITH published (seq) AS (SELECT coalesce(max(seq), 0) FROM channel_move
                 WHERE dataset = ?1 AND period_order = ?2 AND change = 'published'),
             first (opened) AS (SELECT min(opened) FROM release WHERE dataset = ?1 AND period_order = ?2),
             applied (seq, version) AS (SELECT seq, row_number() OVER (ORDER BY seq) FROM involvement
                 WHERE dataset IS NULL),
             known (seq) AS (SELECT coalesce(
                 (SELECT seq FROM applied WHERE version = (SELECT asked_under FROM release
                     WHERE dataset = ?1 AND period_order = ?2 AND state = 'published')),
                 (SELECT max(applied.seq) FROM channel_move
                     JOIN release ON release.name = channel_move.release
                     JOIN applied ON applied.version <= release.asked_under
                     WHERE channel_move.dataset = ?1 AND change = 'published'
                         AND channel_move.seq < (SELECT opened FROM first)),
                 (SELECT min(seq) FROM applied)))
             SELECT actor, kind, seq FROM involvement
             WHERE dataset = ?1 AND period_order = ?2
                 AND (seq > (SELECT seq FROM published) OR kind = 'period_baselined')
             UNION ALL SELECT actor, kind, seq FROM involvement
             WHERE dataset = ?1 AND period_order IS NULL AND seq > (SELECT seq FROM published)
                 AND seq > (SELECT coalesce(max(seq), 0) FROM channel_move WHERE dataset = ?1 AND change = 'published'
                     AND seq < (SELECT opened FROM first))
             UNION ALL SELECT event.actor, event.kind, event.seq FROM event CROSS JOIN anomaly ON anomaly.id = event.subject
             WHERE event.kind IN ('anomaly_confirmed', 'anomaly_reopened') AND event.seq > (SELECT seq FROM published)
                 AND event.command LIKE 'assay anomaly %' AND anomaly.dataset = ?1 AND anomaly.period_order = ?2
             UNION ALL SELECT actor, kind, seq FROM involvement WHERE dataset IS NULL AND seq > (SELECT seq FROM known)
             ORDER BY seq",
            params![release.name.dataset, column::period_order(release.name.period)],
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
        "anomaly_confirmed" => "confirmed an anomaly",
        "anomaly_reopened" => "opened an anomaly again",
        "mapping_accepted" => "accepted a mapping",
        "mapping_taken_back" => "took a mapping back",
        "reference_landed" => "took a reference table in",
        "period_baselined" => "accepted the period as a baseline",
        "contract_applied" => "changed the contract",
        other => other,
    }
    .to_owned())
}
