//! Questions about releases and their evaluations.

use rusqlite::{Row, params};

use crate::base::{Digest, Error, Result};
use crate::domain::listing::{BLOCKED, Fetch, Page, Query, READY};
use crate::domain::release::ReleaseInputs;
use crate::domain::{Evaluation, Event, Fact, Period, Release, ReleaseName};
use crate::journal::column;
use crate::journal::entry::Entry;
use crate::journal::list::{List, place_of, placed};
use crate::journal::snapshot::Snapshot;

impl Snapshot<'_> {
    /// The release of this name.
    pub fn release(&self, name: &ReleaseName) -> Result<Option<Release>> {
        self.first("SELECT * FROM release WHERE name = ?1", [name.to_string()], read)
    }

    /// The release of this name, which has to be there.
    pub fn known_release(&self, name: &ReleaseName) -> Result<Release> {
        self.release(name)?
            .ok_or_else(|| Error::not_found(format!("there is no release `{name}`")).hint("assay release list"))
    }

    /// What the evaluations of a release rest on.
    pub fn release_inputs(&self, name: &ReleaseName) -> Result<Option<ReleaseInputs>> {
        let sql = "SELECT body FROM release_inputs WHERE release = ?1";
        self.first(sql, [name.to_string()], |row| column::json(row, "body"))
    }

    /// Every release of a dataset and period, oldest first.
    pub fn releases_of(&self, dataset: &str, period: Period) -> Result<Vec<Release>> {
        let sql = "SELECT * FROM release WHERE dataset = ?1 AND period_order = ?2 ORDER BY n";
        self.all(sql, params![dataset, column::period_order(period)], read)
    }

    /// The release of a period that is open or approved.
    pub fn open_release(&self, dataset: &str, period: Period) -> Result<Option<Release>> {
        self.first(
            "SELECT * FROM release WHERE dataset = ?1 AND period_order = ?2 AND state IN ('open', 'approved')",
            params![dataset, column::period_order(period)],
            read,
        )
    }

    /// The release of a period that clients see.
    pub fn live_release(&self, dataset: &str, period: Period) -> Result<Option<Release>> {
        self.first(
            "SELECT * FROM release WHERE dataset = ?1 AND period_order = ?2 AND state = 'published'",
            params![dataset, column::period_order(period)],
            read,
        )
    }

    /// The highest number that a release of a period was given; 0 where there is none.
    pub fn newest_number(&self, dataset: &str, period: Period) -> Result<u32> {
        let sql = "SELECT coalesce(max(n), 0) AS newest FROM release WHERE dataset = ?1 AND period_order = ?2";
        let parameters = params![dataset, column::period_order(period)];
        Ok(self.first(sql, parameters, |row| Ok(row.get("newest")?))?.unwrap_or(0))
    }

    /// Every release that is open or approved, newest period first.
    pub fn open_releases(&self) -> Result<Vec<Release>> {
        self.all("SELECT * FROM release WHERE state IN ('open', 'approved') ORDER BY sort", [], read)
    }

    /// The periods of a dataset that clients see a release of, newest first.
    pub fn periods_published(&self, dataset: &str) -> Result<Vec<Period>> {
        let sql = "SELECT period FROM release WHERE state = 'published' AND dataset = ?1 ORDER BY period_order DESC";
        self.all(sql, [dataset], |row| column::parsed(row, "period"))
    }

    /// The last evaluations of a release and the input digest that they judged.
    pub fn evaluations(&self, name: &ReleaseName) -> Result<Option<(Digest, Vec<Evaluation>)>> {
        let sql = "SELECT event.* FROM evaluation JOIN event USING (seq) WHERE release = ?1";
        let event = self.first(sql, [name.to_string()], |row| Entry::read(row)?.event())?;
        Ok(event.and_then(|event| match event.fact {
            Fact::ReleaseEvaluated { input_digest, evaluations, .. } => Some((input_digest, evaluations)),
            _ => None,
        }))
    }

    /// What happened to the content and the approvals of a release, oldest first.
    pub fn story_of(&self, name: &ReleaseName) -> Result<Vec<Event>> {
        let sql = "SELECT * FROM event WHERE kind IN ('release_opened', 'release_changed', 'release_assembled',
             'release_approved', 'approval_revoked') AND subject = ?1 ORDER BY seq";
        self.all(sql, [name.to_string()], |row| Entry::read(row)?.event())
    }

    /// Every release of the dataset, the period and the state of a query, in the order of the list, whatever else it says.
    pub fn releases_in(&self, query: &Query<ReleaseName>) -> Result<Vec<Release>> {
        Ok(wanted(query).rows(self, &Fetch::First, u32::MAX, read)?.0)
    }

    /// Part of the list of releases: newest period first, then by dataset, newest number first. It has no provider, and
    /// what its text would have to hold is not all in the journal.
    pub fn release_page(&self, query: &Query<ReleaseName>) -> Result<Page<Release>> {
        let list = wanted(query);
        let place = |name: &ReleaseName| place_of(self, "SELECT sort FROM release WHERE name = ?1", &name.to_string());
        list.page(self, &placed(&query.fetch, place)?, query.limit, read)
    }
}

fn wanted(query: &Query<ReleaseName>) -> List {
    let list = List::of("release", "sort")
        .only("dataset = ?", query.dataset.clone())
        .only("period_order = ?", query.period.map(column::period_order));
    match query.state.as_deref() {
        Some(READY | BLOCKED) => list.with("state IN ('open', 'approved')"),
        state => list.only("state = ?", state.map(str::to_owned)),
    }
}

fn read(row: &Row<'_>) -> Result<Release> {
    Ok(Release {
        name: column::parsed(row, "name")?,
        model: column::parsed(row, "model")?,
        state: column::named(row, "state")?,
        cause: row.get("cause")?,
        at: column::instant(row, "at")?,
        opened: column::number(row, "opened")?,
        changed: column::optional_json(row, "changed")?,
        input_digest: column::named(row, "input_digest")?,
        release_digest: column::optional_named(row, "release_digest")?,
        asked_under: row.get("asked_under")?,
        approvals: column::json(row, "approvals")?,
        generation: column::optional_number(row, "generation")?,
        delta_version: column::optional_number(row, "delta_version")?,
    })
}
