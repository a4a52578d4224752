//! Questions about the record itself.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::Value;

use crate::base::{Error, Result};
use crate::domain::Event;
use crate::domain::listing::{Fetch, LogRow, Page, Query};
use crate::journal::column;
use crate::journal::entry::{Entry, GENESIS};
use crate::journal::list::{List, placed};
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// How many entries there are, and the hash of the last one: 64 zeros where there is none.
    pub fn head(&self) -> Result<(u64, String)> {
        let head = self.first("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1", [], |row| {
            Ok((column::number(row, "seq")?, row.get("hash")?))
        })?;
        Ok(head.unwrap_or_else(|| (0, GENESIS.to_owned())))
    }

    /// The entry at a place.
    pub fn event(&self, seq: u64) -> Result<Option<Event>> {
        self.first("SELECT * FROM event WHERE seq = ?1", [column::integer(seq)?], read)
    }

    /// When the entry at a place was written.
    ///
    /// # Errors
    /// When there is none.
    pub fn event_time(&self, seq: u64) -> Result<DateTime<Utc>> {
        let at = self
            .first("SELECT at FROM event WHERE seq = ?1", [column::integer(seq)?], |row| column::instant(row, "at"))?;
        at.ok_or_else(|| Error::not_found(format!("the journal has no entry {seq}")))
    }

    /// Part of the log, oldest first. Its states are the kinds of facts, and `decisions`; dataset, period and provider are looked for
    /// in the subjects; letters beyond ASCII are found as they are written.
    pub fn log_page(&self, query: &Query<u64>) -> Result<Page<LogRow>> {
        let list = List::of("event", "seq")
            .only("kind = ?", query.state.clone().filter(|state| state != DECISIONS))
            .only(NO_BOOKKEEPING, query.state.clone().filter(|state| state == DECISIONS))
            .only("instr(' ' || subject, ' ' || ? || '/') > 0", query.dataset.clone())
            .only("instr(subject, '/' || ?) > 0", query.period.map(|period| period.to_string()))
            .only("instr(subject, '/' || ?) > 0", query.provider.clone());
        let list = query.words().fold(list, |list, word| list.only(HOLDS, Some(pattern(&word))));
        let fetch = placed(&query.fetch, |seq| Ok(Some(column::integer(*seq)?.into())))?;
        if !list.is_whole() {
            return list.page(self, &fetch, query.limit, listed);
        }
        // The places of the whole log have no gaps: they count it.
        let (rows, first) = list.rows(self, &fetch, query.limit, listed)?;
        let (total, _) = self.head()?;
        let offset = match first {
            Some(Value::Integer(first)) => u64::try_from(first - 1).unwrap_or(0),
            _ if matches!(fetch, Fetch::After(_) | Fetch::At(_)) => total,
            _ => 0,
        };
        Ok(Page { rows, offset, total })
    }
}

/// The state of the log that leaves out what the pipeline notes for itself.
const DECISIONS: &str = "decisions";
const NO_BOOKKEEPING: &str = "? IS NOT NULL AND kind NOT IN ('task_started', 'task_done', 'landing_started',
     'release_evaluated', 'release_assembled', 'anomaly_seen', 'publish_started', 'rollback_started',
     'withdrawal_started', 'delivered')";

/// What the log is looked through for a word.
const HOLDS: &str = "(actor || ' ' || role || ' ' || via || ' ' || kind || ' ' || subject || ' ' || command || ' '
     || coalesce(reason, '') || ' ' || at || ' ' || hash) LIKE ? ESCAPE '\\'";

/// The pattern of `LIKE` that finds `text` anywhere.
fn pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn read(row: &Row<'_>) -> Result<Event> {
    Entry::read(row)?.event()
}

fn listed(row: &Row<'_>) -> Result<LogRow> {
    Ok(LogRow {
        seq: column::number(row, "seq")?,
        at: column::instant(row, "at")?,
        actor: row.get("actor")?,
        role: row.get("role")?,
        via: row.get("via")?,
        host: row.get("host")?,
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        command: row.get("command")?,
        reason: row.get("reason")?,
        hash: row.get("hash")?,
    })
}
