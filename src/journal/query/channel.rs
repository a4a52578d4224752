//! Questions about what clients see.

use rusqlite::{Row, params};

use crate::base::Result;
use crate::domain::listing::{ChannelRow, Page, Query};
use crate::domain::{Period, ReleaseName};
use crate::journal::column;
use crate::journal::list::{List, placed};
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The generation of channel `latest`; 0 before anything was published.
    pub fn generation(&self) -> Result<u64> {
        self.number("SELECT coalesce(max(generation), 0) AS number FROM channel_move", [])
    }

    /// The newest generation that changed what clients see of a dataset, with the version of its gold table.
    pub fn newest_generation(&self, dataset: &str) -> Result<Option<(u64, u64)>> {
        let sql =
            "SELECT generation, delta_version FROM channel_move WHERE dataset = ?1 ORDER BY generation DESC LIMIT 1";
        self.first(sql, [dataset], |row| {
            Ok((column::number(row, "generation")?, column::number(row, "delta_version")?))
        })
    }

    /// The datasets that anything was ever published of.
    pub fn datasets_published(&self) -> Result<Vec<String>> {
        self.all("SELECT DISTINCT dataset FROM channel_move ORDER BY dataset", [], |row| Ok(row.get("dataset")?))
    }

    /// Which release of a dataset clients see for each period, newest period first.
    pub fn channel(&self, dataset: &str) -> Result<Vec<(Period, ReleaseName)>> {
        let sql = "SELECT period, release FROM pointer WHERE dataset = ?1 ORDER BY period_order DESC";
        self.all(sql, [dataset], |row| Ok((column::parsed(row, "period")?, column::parsed(row, "release")?)))
    }

    /// What clients saw for a period before `generation`.
    pub fn live_before(&self, dataset: &str, period: Period, generation: u64) -> Result<Option<ReleaseName>> {
        let sql = "SELECT release FROM channel_move WHERE dataset = ?1 AND period_order = ?2 AND generation < ?3
             ORDER BY generation DESC LIMIT 1";
        let parameters = params![dataset, column::period_order(period), column::integer(generation)?];
        Ok(self.first(sql, parameters, |row| column::optional_parsed(row, "release"))?.flatten())
    }

    /// What went out of a generation, by name.
    pub fn delivered(&self, generation: u64) -> Result<Vec<String>> {
        let sql = "SELECT what FROM delivered WHERE generation = ?1 ORDER BY what";
        self.all(sql, [column::integer(generation)?], |row| Ok(row.get("what")?))
    }

    /// Part of the history of the channel, newest first. Its states are the changes: `published`, `rolled back`,
    /// `withdrawn`. Its keys are generations; it has no provider.
    pub fn channel_page(&self, query: &Query<u64>) -> Result<Page<ChannelRow>> {
        let list = List::of("channel_move", "sort")
            .only("dataset = ?", query.dataset.clone())
            .only("period_order = ?", query.period.map(column::period_order))
            .only("change = ?", query.state.clone())
            .holding(query.words());
        let fetch = placed(&query.fetch, |generation| Ok(Some((-column::integer(*generation)?).into())))?;
        list.page(self, &fetch, query.limit, read)
    }
}

fn read(row: &Row<'_>) -> Result<ChannelRow> {
    Ok(ChannelRow {
        generation: column::number(row, "generation")?,
        at: column::instant(row, "at")?,
        by: row.get("actor")?,
        change: row.get("change")?,
        period: column::parsed(row, "period")?,
        release: column::optional_parsed(row, "release")?,
        delta_version: column::number(row, "delta_version")?,
        reason: row.get("reason")?,
    })
}
