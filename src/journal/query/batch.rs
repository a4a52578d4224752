//! Questions about batches, and the periods they belong to.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use super::{CANDIDATES, only_match, past};
use crate::base::{Digest, Error, Result};
use crate::domain::batch::Delivery;
use crate::domain::listing::{BatchRow, Page, Query};
use crate::domain::{Batch, BatchId, Period, Slice};
use crate::journal::column;
use crate::journal::list::{List, place_of, placed};
use crate::journal::snapshot::Snapshot;

/// What became of a file that was moved aside in its inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimedLanding {
    /// Its landing was begun and has no outcome yet.
    Open,
    /// It is on record as landed or quarantined, with this content.
    Ended(Digest),
}

impl Snapshot<'_> {
    /// The batch of this id.
    pub fn batch(&self, id: &BatchId) -> Result<Option<Batch>> {
        self.first("SELECT * FROM batch WHERE id = ?1", [id.as_str()], read)
    }

    /// The batch of this id, which has to be there.
    pub fn known_batch(&self, id: &BatchId) -> Result<Batch> {
        self.batch(id)?.ok_or_else(|| Error::not_found(format!("there is no batch `{id}`")).hint("assay batch list"))
    }

    /// The one batch whose id starts with `text`.
    ///
    /// # Errors
    /// When there is none, or several: the error lists them.
    pub fn batch_by_prefix(&self, text: &str) -> Result<Batch> {
        let sql = "SELECT * FROM batch WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3";
        let matches = self.all(sql, params![text, past(text), CANDIDATES], read)?;
        only_match("batch", text, matches, |batch| batch.delivery.batch.to_string())
    }

    /// Every batch of a dataset and period, by provider and revision.
    pub fn batches_of(&self, dataset: &str, period: Period) -> Result<Vec<Batch>> {
        let sql = "SELECT * FROM batch WHERE dataset = ?1 AND period_order = ?2 ORDER BY provider, revision, id";
        self.all(sql, params![dataset, column::period_order(period)], read)
    }

    /// Every batch of a slice, the newest revision last.
    pub fn batches_of_slice(&self, slice: &Slice) -> Result<Vec<Batch>> {
        let sql =
            "SELECT * FROM batch WHERE dataset = ?1 AND period_order = ?2 AND provider = ?3 ORDER BY revision, id";
        self.all(sql, params![slice.dataset, column::period_order(slice.period), slice.provider], read)
    }

    /// The batches of one delivery, which has rows of several periods perhaps: the one that holds them, and the others.
    pub fn parts_of(&self, holder: &BatchId) -> Result<Vec<Batch>> {
        let sql = "SELECT * FROM batch WHERE id = ?1 OR holder = ?1 ORDER BY period_order";
        self.all(sql, [holder.as_str()], read)
    }

    /// Whether a batch or a reference table was made of this content.
    pub fn rests_on(&self, content: &Digest) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM batch WHERE content = ?1)
             OR EXISTS (SELECT 1 FROM reference WHERE content = ?1) AS found";
        Ok(self.all(sql, [content.as_str()], |row| Ok(row.get("found")?))?.contains(&true))
    }

    /// The batches that other slices of a dataset stand on and that have the content of one of these: not the other parts of
    /// the same delivery. What has no rows is like all else that has none.
    pub fn twins(&self, slice: &Slice, batches: &[BatchId]) -> Result<Vec<Batch>> {
        let sql = "SELECT twin.* FROM batch AS own JOIN batch AS twin ON twin.content = own.content
             WHERE own.id = ?1 AND own.rows > 0 AND twin.rows > 0 AND twin.state = 'landed' AND twin.dataset = ?2
                 AND (twin.provider <> ?3 OR twin.period_order <> ?4)
                 AND coalesce(twin.holder, twin.id) <> coalesce(own.holder, own.id)
             ORDER BY twin.period_order, twin.provider, twin.revision";
        let mut twins = Vec::new();
        for id in batches {
            let of = params![id.as_str(), slice.dataset, slice.provider, column::period_order(slice.period)];
            twins.extend(self.all(sql, of, read)?);
        }
        Ok(twins)
    }

    /// The highest revision that a slice was given, in whatever state; 0 where nothing came.
    pub fn newest_revision(&self, slice: &Slice) -> Result<u32> {
        let newest = self.first(
            "SELECT coalesce(max(revision), 0) AS newest FROM batch WHERE dataset = ?1 AND period_order = ?2 AND provider = ?3",
            params![slice.dataset, column::period_order(slice.period), slice.provider],
            |row| Ok(row.get("newest")?),
        )?;
        Ok(newest.unwrap_or(0))
    }

    /// The providers of a dataset of whom anything ever came.
    pub fn providers_seen(&self, dataset: &str) -> Result<BTreeSet<String>> {
        let sql = "SELECT DISTINCT provider FROM batch WHERE dataset = ?1";
        Ok(self.all(sql, [dataset], |row| Ok(row.get("provider")?))?.into_iter().collect())
    }

    /// How many batches are quarantined, in all datasets.
    pub fn count_quarantined(&self) -> Result<u64> {
        self.number("SELECT count(*) AS number FROM batch WHERE state = 'quarantined'", [])
    }

    /// Part of the list of batches, newest first.
    pub fn batch_page(&self, query: &Query<BatchId>) -> Result<Page<BatchRow>> {
        let list = List::of("batch", "sort")
            .only("dataset = ?", query.dataset.clone())
            .only("period_order = ?", query.period.map(column::period_order))
            .only("provider = ?", query.provider.clone())
            .only("state = ?", query.state.clone())
            .holding(query.words());
        let place = |id: &BatchId| place_of(self, "SELECT sort FROM batch WHERE id = ?1", id.as_str());
        list.page(self, &placed(&query.fetch, place)?, query.limit, |row| Ok(read(row)?.into()))
    }

    /// What became of a provider's file that was claimed when the entry at `claimed_at` was the newest; `None` where no
    /// landing of it was begun, or that was given up.
    pub fn landing_from(&self, claimed_at: u64, provider: &str, file: &str) -> Result<Option<ClaimedLanding>> {
        let sql = "SELECT intent.seq IS NOT NULL AS open, batch.content FROM event
             LEFT JOIN intent USING (seq)
             LEFT JOIN batch ON batch.id = event.payload ->> '$.delivery.batch'
             WHERE event.seq > ?1 AND event.kind = 'landing_started' AND event.payload ->> '$.claimed_at' = ?1
                AND event.payload ->> '$.delivery.slice.provider' = ?2 AND event.payload ->> '$.delivery.file' = ?3";
        let found = self.first(sql, (column::integer(claimed_at)?, provider, file), |row| {
            Ok((row.get::<_, bool>("open")?, column::optional_named(row, "content")?))
        })?;
        Ok(found.and_then(|(open, content)| match content {
            _ if open => Some(ClaimedLanding::Open),
            content => content.map(ClaimedLanding::Ended),
        }))
    }

    /// All that came of a provider, in the order in which it landed or was quarantined.
    pub fn batches_by(&self, dataset: &str, provider: &str) -> Result<Vec<Batch>> {
        let sql = "SELECT * FROM batch WHERE dataset = ?1 AND provider = ?2 ORDER BY sort DESC";
        self.all(sql, [dataset, provider], read)
    }

    /// What was got of a provider's source, in the order in which it landed or was quarantined.
    pub fn batches_retrieved(&self, dataset: &str, provider: &str) -> Result<Vec<Batch>> {
        let sql =
            "SELECT * FROM batch WHERE dataset = ?1 AND provider = ?2 AND retrieved IS NOT NULL ORDER BY sort DESC";
        self.all(sql, [dataset, provider], read)
    }

    /// The batches that slices stand on and that were read in another encoding than UTF-8, by slice.
    pub fn batches_not_in_utf8(&self) -> Result<Vec<Batch>> {
        let sql = "SELECT * FROM batch WHERE state = 'landed' AND encoding IS NOT NULL
             ORDER BY dataset, period_order, provider";
        self.all(sql, [], read)
    }

    /// The batches that wait for a person because too much of them was refused, newest first.
    pub fn batches_set_aside(&self) -> Result<Vec<Batch>> {
        self.all("SELECT * FROM batch WHERE state = 'quarantined' AND doubted ORDER BY sort", [], read)
    }

    /// The slices of a dataset, by period and provider, that have a batch which is neither superseded nor withdrawn.
    pub fn slices_delivered(&self, dataset: &str) -> Result<BTreeSet<(Period, String)>> {
        let sql = "SELECT DISTINCT period, provider FROM batch
             WHERE dataset = ?1 AND state IN ('landed', 'quarantined')";
        let slices = self.all(sql, [dataset], |row| Ok((column::parsed(row, "period")?, row.get("provider")?)))?;
        Ok(slices.into_iter().collect())
    }

    /// The periods of a dataset that hold a batch which nobody took back, oldest first.
    pub fn periods_with_batches(&self, dataset: &str) -> Result<Vec<Period>> {
        let sql = "SELECT period FROM period WHERE dataset = ?1 AND EXISTS (SELECT 1 FROM batch
             WHERE batch.dataset = period.dataset AND batch.period_order = period.period_order
               AND batch.state <> 'withdrawn') ORDER BY period_order";
        self.all(sql, [dataset], |row| column::parsed(row, "period"))
    }
}

pub(super) fn read(row: &Row<'_>) -> Result<Batch> {
    Ok(Batch {
        delivery: Delivery {
            batch: column::named(row, "id")?,
            slice: Slice {
                dataset: row.get("dataset")?,
                period: column::parsed(row, "period")?,
                provider: row.get("provider")?,
            },
            revision: row.get("revision")?,
            content: column::named(row, "content")?,
            extension: row.get("extension")?,
            file: row.get("file")?,
            bytes: column::number(row, "bytes")?,
            covers: column::optional_json(row, "covers")?,
            part: row.get("part")?,
            held_by: column::optional_json(row, "held_by")?,
            retrieved: column::optional_json(row, "retrieved")?,
        },
        state: column::named(row, "state")?,
        columns: column::json(row, "columns")?,
        encoding: row.get("encoding")?,
        rows: column::number(row, "rows")?,
        rejected: column::number(row, "rejected")?,
        at: column::instant(row, "at")?,
        by: row.get("actor")?,
        note: row.get("note")?,
        landing: column::optional_json(row, "landing")?,
        refining: column::optional_json(row, "refining")?,
        doubted: row.get("doubted")?,
    })
}
